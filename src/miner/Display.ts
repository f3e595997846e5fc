/**
 * The live display of a miner on a terminal: status, keys and clock come in, frames go out. A child of the program's tree.
 *
 * Taking the terminal is the first phase of its start; quitting asks the program to stop and goes on showing it.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Language } from "../../config/Setting.ts"
import type { Happening } from "../console/Screen.ts"
import * as Terminal from "../console/Terminal.ts"
import * as Screen from "./Screen.ts"

export interface Options {
  readonly language: Language
  readonly colour: boolean
  readonly picture: Effect.Effect<Screen.Picture>
  readonly activity: Stream.Stream<Happening>
  readonly stop: Effect.Effect<void>
}

const remembered = 100
const drawEvery = "500 millis"

type Event = { readonly _tag: "Tick" } | { readonly _tag: "Activity"; readonly what: Happening } | Terminal.Input

export const start = (options: Options): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> =>
  Effect.map(Terminal.acquire(process.stdin, process.stdout, options.colour), (terminal) => {
    let activity: ReadonlyArray<Happening> = []
    const draw = Effect.map(options.picture, (picture) =>
      terminal.draw(Screen.render(picture, terminal.size(), options.language, activity))
    )
    const happen = (event: Event): Effect.Effect<void> => {
      switch (event._tag) {
        case "Activity":
          activity = [...activity, event.what].slice(-remembered)
          return Effect.void
        case "Redraw":
          return Effect.zipRight(Effect.sync(terminal.forget), draw)
        case "Suspend":
          return Effect.sync(terminal.suspend)
        case "Interrupt":
          return Effect.zipRight(options.stop, draw)
        case "Char":
          return event.char === "q" ? Effect.zipRight(options.stop, draw) : draw
        default:
          return draw
      }
    }
    const ticks = Stream.map(Stream.fromSchedule(Schedule.spaced(drawEvery)), (): Event => ({ _tag: "Tick" }))
    const events = Stream.map(options.activity, (what): Event => ({ _tag: "Activity", what }))
    return Stream.mergeAll([ticks, events, terminal.input], { concurrency: "unbounded" }).pipe(
      Stream.runForEach(happen)
    )
  })

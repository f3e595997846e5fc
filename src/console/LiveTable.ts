/**
 * The live table: statuses, keys and the clock come in, frames go out. A child of the program's tree.
 *
 * Taking the terminal is the first phase of its start; the returned effect runs until it is interrupted. Quitting asks
 * the program to stop and keeps showing it until it has stopped; a second time hurries it.
 */
import type { ReadStream } from "node:tty"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Language } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import * as Screen from "./Screen.ts"
import type * as Sheet from "./Sheet.ts"
import * as Terminal from "./Terminal.ts"
import type { View } from "./View.ts"
import { initial, press } from "./View.ts"

export interface Options {
  readonly stdin: ReadStream
  readonly stdout: Terminal.Output
  readonly language: Language
  readonly colour: boolean
  readonly changes: Stream.Stream<ProgramStatus>
  /** What happens from now on; nothing when it can not be known. */
  readonly activity: Stream.Stream<Sheet.Happening>
  readonly stop: Effect.Effect<void>
}

/** Lines of activity that are remembered. */
const remembered = 50

type Happening =
  | { readonly _tag: "Status"; readonly status: ProgramStatus }
  | { readonly _tag: "Tick" }
  | { readonly _tag: "Activity"; readonly what: Sheet.Happening }
  | Terminal.Input

export const start = (options: Options): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> =>
  Effect.map(Terminal.acquire(options.stdin, options.stdout, options.colour), (terminal) => {
    let view: View = initial
    let status: ProgramStatus | null = null
    let activity: ReadonlyArray<Sheet.Happening> = []
    let page = 0
    let rows = 0
    const draw = Effect.clockWith((clock) =>
      Effect.map(clock.currentTimeMillis, (now) => {
        if (status === null) return
        const screen = Screen.render(status, view, terminal.size(), options.language, now, activity)
        page = screen.page
        rows = screen.rows
        terminal.draw(screen.lines)
      })
    )
    const happen = (event: Happening): Effect.Effect<void> => {
      switch (event._tag) {
        case "Status":
          status = event.status
          return draw
        case "Tick":
          return draw
        case "Activity":
          // A change of status follows every event and draws it.
          activity = [...activity, event.what].slice(-remembered)
          return Effect.void
        case "Redraw":
          return Effect.zipRight(Effect.sync(terminal.forget), draw)
        case "Suspend":
          return Effect.sync(terminal.suspend)
        case "Interrupt":
          return Effect.zipRight(options.stop, draw)
        case "Char":
          if (event.char === "q" && !view.typing) return Effect.zipRight(options.stop, draw)
      }
      view = press(view, event, page, rows)
      return draw
    }
    const statuses = Stream.map(options.changes, (next): Happening => ({ _tag: "Status", status: next }))
    const ticks = Stream.map(Stream.fromSchedule(Schedule.spaced("1 second")), (): Happening => ({ _tag: "Tick" }))
    const events = Stream.map(options.activity, (what): Happening => ({ _tag: "Activity", what }))
    return Stream.mergeAll([statuses, ticks, events, terminal.input], { concurrency: "unbounded" }).pipe(
      Stream.runForEach(happen)
    )
  })

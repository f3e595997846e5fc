/**
 * `pitboss status [--watch] [--json]`: what a running program does, once or until stopped.
 *
 * On a terminal, --watch shows the same live table as the program itself, from outside; elsewhere, and with --json, one
 * line for each change, at most one a second.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Values } from "../../config/Setting.ts"
import type { common, status } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Signals from "../cli/Signals.ts"
import * as Screen from "../console/Screen.ts"
import { clip, textOf } from "../console/Style.ts"
import { initial } from "../console/View.ts"
import type { ProgramStatus } from "../control/Api.ts"
import { ProgramStatus as ProgramStatusSchema } from "../control/Api.ts"
import type { Connection } from "../control/Client.ts"
import { TargetGone } from "../control/Errors.ts"
import { print, withTarget } from "./Steer.ts"

type Settings = typeof status & typeof common

const encode = Schema.encodeSync(ProgramStatusSchema)
const json = (picture: ProgramStatus) => JSON.stringify(encode(picture))

/** The totals of the table as plain lines. */
const text = (picture: ProgramStatus, invocation: Invocation<Settings>): string => {
  const columns = process.stdout.isTTY ? process.stdout.columns : 160
  const screen = Screen.render(picture, initial, { columns, rows: 7 }, invocation.language, picture.at)
  const lines = screen.lines.slice(0, 4).map((line) => textOf(clip(line, columns)).trim())
  return lines.map((line) => line.replace(/ {3,}/g, " · ")).join("\n")
}

const watchTable = (connection: Connection, invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { start } = yield* Effect.promise(() => import("../console/LiveTable.ts"))
    const changes = connection.client.watch({ perSecond: 5 })
    const ended = yield* Effect.makeLatch(false)
    const body = yield* start({
      stdin: process.stdin,
      stdout: process.stdout,
      language: invocation.language,
      colour: !process.env["NO_COLOR"],
      // Whatever ends the stream ends the watching.
      changes: changes.pipe(
        Stream.catchAll(() => Stream.empty),
        Stream.ensuring(ended.open)
      ),
      activity: Stream.empty,
      stop: ended.open
    })
    yield* Effect.raceFirst(body, ended.await)
  }).pipe(Effect.scoped)

const watchLines = (connection: Connection, invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  connection.client.watch({ perSecond: 1 }).pipe(
    Stream.mapError((error) => new TargetGone({ target: connection.target, detail: error.message })),
    Stream.runForEach((picture) => print(invocation.values.json ? json(picture) : text(picture, invocation)))
  )

/** Being stopped is how watching is done, so a signal ends it with exit code 0. */
const untilStopped: Effect.Effect<void> = Effect.gen(function* () {
  const stopped = yield* Effect.makeLatch(false)
  yield* Effect.acquireRelease(
    Effect.sync(() => Signals.take(({ request }) => void (request === "reload" || stopped.unsafeOpen()))),
    (release) => Effect.sync(release)
  )
  yield* stopped.await
}).pipe(Effect.scoped)

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> => {
  const { values }: { values: Values<Settings> } = invocation
  return withTarget(values, (connection): Effect.Effect<void, Failure> => {
    if (values.watch) {
      const table = process.stdout.isTTY && process.stdin.isTTY && !values.json
      const watching = table ? watchTable(connection, invocation) : watchLines(connection, invocation)
      return Effect.raceFirst(watching, untilStopped)
    }
    return Effect.flatMap(
      connection.call((client) => client.status()),
      (picture) => print(values.json ? json(picture) : text(picture, invocation))
    )
  })
}

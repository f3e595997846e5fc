/**
 * `pitboss status [--watch] [--json]`: what a running program does, once or until stopped.
 *
 * On a terminal, --watch shows the program's live screen from outside; elsewhere the same figures again and again, and
 * with --json one object per line, at most one a second.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Language, same, type Values } from "../../config/Setting.ts"
import type { common, status } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Signals from "../cli/Signals.ts"
import * as Screen from "../console/Screen.ts"
import { textOf } from "../console/Style.ts"
import { isScreen } from "../console/Terminal.ts"
import type { ProgramStatus } from "../control/Api.ts"
import { ProgramStatus as ProgramStatusSchema } from "../control/Api.ts"
import type { Connection } from "../control/Client.ts"
import * as Client from "../control/Client.ts"
import { TargetGone } from "../control/Errors.ts"
import type { Target } from "../control/Sockets.ts"
import { print, runFolder, withTarget } from "./Steer.ts"

type Settings = typeof status & typeof common

const encode = Schema.encodeSync(ProgramStatusSchema)
const json = (picture: ProgramStatus) => JSON.stringify(encode(picture))

/** Columns of lines that go into a file or a pipe. */
const paper = 160

/** All figures as plain lines. */
const text = (picture: ProgramStatus, language: Language): string => {
  const columns = process.stdout.isTTY ? process.stdout.columns : paper
  return Screen.lines(picture, columns, language).map(textOf).join("\n")
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
    Stream.mapError(
      (error) =>
        new TargetGone({ target: connection.target, detail: same(error.message), language: invocation.language })
    ),
    Stream.runForEach((picture) => print(invocation.values.json ? json(picture) : text(picture, invocation.language)))
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

const show = (target: Target, { language, values }: Invocation<Settings>): Effect.Effect<string, Failure> =>
  Effect.gen(function* () {
    const { call } = yield* Client.connect(target, language)
    const picture = yield* call((client) => client.status())
    return values.json ? json(picture) : text(picture, language)
  }).pipe(Effect.scoped)

/** Asking changes nothing, so without --target every program that runs is asked; one that is silent hides no other. */
const showAll = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { language, values } = invocation
    const targets = yield* Client.chooseAll(runFolder(values.data), values.target, language)
    const [failures, shown] = yield* Effect.partition(targets, (target) => show(target, invocation))
    if (shown.length > 0) yield* print(shown.join(values.json ? "\n" : "\n\n"))
    const [first] = failures
    if (first !== undefined) return yield* Effect.fail(first)
  })

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> => {
  const { values }: { values: Values<Settings> } = invocation
  if (!values.watch) return showAll(invocation)
  return withTarget(invocation, (connection): Effect.Effect<void, Failure> => {
    const table = isScreen(process, process.env) && !values.json
    const watching = table ? watchTable(connection, invocation) : watchLines(connection, invocation)
    return Effect.raceFirst(watching, untilStopped)
  })
}

/**
 * `pitboss stop`: end a running program in good order, and wait until it has ended.
 *
 * The program's own deadline holds. A program that is still there when its socket has been silent is left alone: its
 * process id is in the message.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Client from "../control/Client.ts"
import * as Sockets from "../control/Sockets.ts"
import type { Settings } from "./Steer.ts"
import { answer, runFolder } from "./Steer.ts"

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { language, values } = invocation
    const folder = runFolder(values.data)
    const target = yield* Client.choose(folder, values.target, language)
    const { call } = yield* Client.connect(target, language)
    yield* call((client) => client.stop())
    // The socket's name goes away with the program; its deadline is its own business.
    yield* Effect.sync(() => Sockets.list(folder).some((one) => one.path === target.path)).pipe(
      Effect.repeat({ while: (there) => there, schedule: Schedule.spaced(Duration.millis(100)) })
    )
    yield* answer(
      values.json,
      { stopped: true, program: target.program, pid: target.pid },
      `${target.program} (pid ${target.pid}) has stopped`
    )
  }).pipe(Effect.scoped)

/**
 * `pitboss concurrency N`: how many nodes of a running program work at the same time, from now on.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import { UsageError } from "../cli/Errors.ts"
import type { Settings } from "./Steer.ts"
import { answer, argument, withTarget } from "./Steer.ts"

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const text = argument(invocation)
    const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
    if (limit < 1 || limit > 100_000) {
      return yield* new UsageError({
        problem: `<n>: expected a whole number from 1 to 100000, got "${text}"`,
        advice: ""
      })
    }
    yield* withTarget(invocation, ({ call }) => call((client) => client.concurrency({ limit })))
    yield* answer(invocation.values.json, { limit }, `up to ${limit} nodes work at the same time`)
  })

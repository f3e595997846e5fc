/**
 * `pitboss reload`: make a running program read its node list again.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import type { Settings } from "./Steer.ts"
import { answer, withTarget } from "./Steer.ts"

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.flatMap(
    withTarget(invocation, ({ call }) => call((client) => client.reload())),
    (report) =>
      answer(
        invocation.values.json,
        report,
        `${report.added.length} added, ${report.retiring.length} retiring, ${report.relabelled.length} relabelled, ${report.unchanged} unchanged`
      )
  )

/**
 * `pitboss nexus inspect`: what proving a guest with these inputs would take; nothing is proven.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { answer } from "../Steer.ts"
import type { inspect as settings } from "./Settings.ts"
import { factsJson, guestOf, hexOf, kernel, layoutText, megabytes } from "./Words.ts"

export const run = ({ values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { stark } = yield* kernel
      const facts = yield* stark.measure(yield* guestOf(stark, values), values.threads)
      const lines = [
        `${facts.rows} rows, log sizes ${facts.logSizes.join(" ")}`,
        layoutText(facts.layout),
        `exit code ${facts.exitCode}, output ${facts.output.length === 0 ? "empty" : hexOf(facts.output)}`,
        `memory of the proving process: lean ${megabytes(facts.processBytes.lean)}, fast ${megabytes(facts.processBytes.fast)}`
      ]
      yield* answer(values.json, factsJson(facts), lines.join("\n"))
    })
  )

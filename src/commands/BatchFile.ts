/**
 * `pitboss batch-file`: all nodes of a node list in one supervised process.
 */
import * as Effect from "effect/Effect"
import type { batchFile, common } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Lists from "../nexus/Lists.ts"
import { launch } from "./Fleet.ts"

export const run = (invocation: Invocation<typeof batchFile & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { language, origins, values } = invocation
    const lists = yield* Lists.make(values.file, values.spares, values.skipInvalid)
    const { nodes, spares, warnings } = yield* lists.load
    for (const { line, path, reason, text } of warnings) {
      process.stderr.write(`pitboss: ${path} line ${line} is left out: ${reason}: ${text}\n`)
    }
    yield* launch(
      { program: "batch-file", values, origins, language },
      {
        nodes: () => Effect.succeed(nodes),
        spares,
        lists,
        settings: {
          maxConcurrent: values.maxConcurrent,
          proofIntervalMillis: values.proofInterval * 1000,
          workersPerNode: values.workersPerNode,
          startDelayMillis: values.startDelay * 1000
        }
      }
    )
  })

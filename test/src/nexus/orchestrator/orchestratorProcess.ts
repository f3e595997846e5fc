/**
 * An orchestrator in a process of its own, for tests that kill it.
 *
 * Arguments: the file of the books. Prints the port as its first line, then serves until it is killed.
 */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import * as Limits from "../../../../src/nexus/orchestrator/Limits.ts"
import { serve } from "./support.ts"

const unlimited = { max: 1e6, perMillis: 1, minimumMillis: 0 }

Effect.runFork(
  Effect.scoped(
    Effect.flatMap(
      serve({
        file: process.argv[2] ?? "",
        limits: { ...Limits.standard, fetch: unlimited, submit: unlimited },
        openTasksPerNode: 1
      }),
      (serving) =>
        Effect.zipRight(
          Effect.sync(() => writeSync(1, `${serving.port}\n`)),
          Effect.never
        )
    )
  )
)

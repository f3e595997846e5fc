/**
 * A process that writes to a spool until it is killed, printing what was acknowledged.
 *
 * Started by SpoolKill.test.ts with the file and the number of the run. Each line on stdout is written only after the
 * spool's effect returned: "kept T", "proved T", "closed T".
 */
import { writeSync } from "node:fs"
import { Effect, Layer } from "effect"
import { Spool } from "../../../actors/nexus/Spool.ts"
import { NodeId, type Task } from "../../../actors/nexus/Task.ts"
import * as NexusSpool from "../../../src/storage/NexusSpool.ts"

const [file = "", run = ""] = process.argv.slice(2)
const say = (line: string) => Effect.sync(() => writeSync(1, `${line}\n`))

const writer = (worker: number) =>
  Effect.gen(function* () {
    const spool = yield* Spool
    const node = NodeId.make(String(worker))
    for (let round = 0; ; round++) {
      const taskId = `r${run}w${worker}n${round}`
      const task: Task = {
        taskId,
        programId: "fib_input_initial",
        type: "PROOF_REQUIRED",
        difficulty: null,
        inputs: [new Uint8Array(12).fill(worker)],
        createdAt: null
      }
      yield* spool.keepTask(node, task)
      yield* say(`kept ${taskId}`)
      yield* spool.keepProof(node, taskId, 0, {
        kind: "receipt",
        hash: taskId,
        bytes: new Uint8Array(2000).fill(worker)
      })
      yield* say(`proved ${taskId}`)
      yield* spool.close(node, taskId, "accepted", "")
      yield* say(`closed ${taskId}`)
    }
  })

Effect.runFork(
  Effect.all(
    Array.from({ length: 16 }, (_, worker) => writer(worker)),
    { concurrency: "unbounded", discard: true }
  ).pipe(Effect.provide(NexusSpool.layer(file, { closedTasks: 1_000_000, closedFor: "1 day" }).pipe(Layer.orDie)))
)

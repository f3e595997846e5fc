/**
 * Ten thousand connections in one process: what each costs, and that one job reaches all of them.
 */
import * as V8 from "node:v8"
import * as Vm from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import type { Job } from "../../../actors/pool/Job.ts"
import { report, settle, start } from "../../harness/pool/PoolHarness.ts"

const heap = (): number => {
  V8.setFlagsFromString("--expose-gc")
  const collect: unknown = Vm.runInNewContext("gc")
  for (let i = 0; i < 3; i++) if (typeof collect === "function") collect()
  return process.memoryUsage().heapUsed
}

describe("ten thousand connections", () => {
  it.scoped(
    "at most 3.5 kB of heap each, and one shared job object for all",
    () =>
      Effect.gen(function* () {
        const count = 10_000
        const limits = { maxConnections: count, maxConnectionsPerIp: count }
        const { chain, pool } = yield* start({ limits })
        const before = heap()
        const jobs: Array<Job | null> = Array.from({ length: count }, () => null)
        for (let i = 0; i < count; i++) {
          const connection = yield* pool.connect({ address: `10.0.0.1:${i}`, ip: "10.0.0.1" }, (push) => {
            if (push._tag === "Work") jobs[i] = push.job
          })
          connection.report(report({ minerId: `miner${i}` }))
        }
        yield* settle
        const each = (heap() - before) / count
        assert.isBelow(each, 3_500)
        assert.strictEqual((yield* pool.status).connections.active, count)
        yield* chain.extend()
        yield* TestClock.adjust(0)
        yield* Effect.iterate(0, {
          while: (rounds) => rounds < 2_000 && jobs.some((job) => job?.candidate.height !== 2),
          body: (rounds) =>
            Effect.as(
              Effect.promise(() => new Promise<void>((done) => setImmediate(done))),
              rounds + 1
            )
        })
        assert.strictEqual(new Set(jobs).size, 1)
        assert.strictEqual(jobs[0]?.candidate.height, 2)
        yield* pool.drain
        assert.strictEqual((yield* pool.status).connections.active, 0)
      }),
    120_000
  )
})

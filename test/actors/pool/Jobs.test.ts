/**
 * Jobs: pushed at once, kept open, sent again, and what happens when the source is away.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  FakeChain,
  pass,
  report,
  settle,
  start,
  startDifficulty,
  TestMiner,
  type TestPool
} from "../../harness/pool/PoolHarness.ts"

describe("jobs", () => {
  it.scoped("every chain change reaches every miner without a tick of the clock, as one shared clean job", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const miners = yield* Effect.all(Array.from({ length: 20 }, () => TestMiner.connect(pool)))
      yield* chain.extend()
      yield* settle
      const jobs = new Set(miners.map(({ work }) => work.job))
      assert.strictEqual(jobs.size, 1)
      for (const { work } of miners) {
        assert.isTrue(work.clean)
        assert.strictEqual(work.job.candidate.height, 2)
      }
    })
  )

  it.scoped("a refreshed candidate is a new job that is not clean; shares of both count", () =>
    Effect.gen(function* () {
      const { chain, ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const old = miner.work.job.jobId
      yield* chain.refresh
      yield* settle
      assert.notStrictEqual(miner.work.job.jobId, old)
      assert.isFalse(miner.work.clean)
      const codes = [
        (yield* miner.connection.submit(old, miner.nonce(startDifficulty))).code,
        (yield* miner.share()).code
      ]
      assert.deepStrictEqual(codes, ["accepted", "accepted"])
      assert.deepStrictEqual(new Set(ledger.shares.map(({ jobId }) => jobId)).size, 2)
    })
  )

  it.scoped("the present job is sent again before 55 s of silence, and its shares go on counting for ever", () =>
    Effect.gen(function* () {
      const { pool } = yield* start({ board: { lifetimeMillis: 120_000 }, vardiff: { startDifficulty: 16n } })
      const miner = yield* TestMiner.connect(pool)
      const { jobId } = miner.work.job
      let last = miner.works.length
      for (let i = 0; i < 10; i++) {
        yield* pass(55_000, 5_000)
        assert.isAbove(miner.works.length, last)
        assert.strictEqual(miner.work.job.jobId, jobId)
        assert.isFalse(miner.work.clean)
        last = miner.works.length
        miner.connection.report(report())
      }
      assert.strictEqual((yield* miner.share(16n)).code, "accepted")
    })
  )

  it.scoped(
    "while the source is away known jobs go on until they expire; then it says why; it comes back by itself",
    () =>
      Effect.gen(function* () {
        const chain = yield* FakeChain.make()
        chain.outage(1_000)
        chain.down = true
        const { pool } = yield* start({ chain })
        const miner = yield* TestMiner.connect(pool)
        assert.strictEqual(miner.works.length, 0)
        assert.match((yield* pool.status).idle ?? "", /unreachable: it is away/)
        yield* pass(10_000, 500)
        miner.connection.report(report())
        chain.down = false
        chain.outage(0)
        yield* pass(12_000, 500)
        assert.strictEqual(miner.works.length, 1)
        const { idle, job } = yield* pool.status
        assert.deepStrictEqual([idle, job?.height], [null, 1])
      })
  )

  it.scoped("the same work has the same id in every run, and other work another one", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      const jobId = ({ pool }: TestPool) => Effect.map(pool.status, ({ job }) => job?.jobId)
      const first = yield* jobId(yield* start({ chain }))
      assert.strictEqual(yield* jobId(yield* start({ chain })), first)
      yield* chain.refresh
      assert.notStrictEqual(yield* jobId(yield* start({ chain })), first)
    })
  )
})

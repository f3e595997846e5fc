/**
 * What a share counts does not depend on when it is handed in: no order of doing so makes more of the same work.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { difficultyOf } from "../../../actors/pool/Job.ts"
import { nonce, pass, settle, start, startDifficulty, TestMiner } from "../../harness/pool/PoolHarness.ts"

/** Digests that were computed for the first order, and the nonces that stand out of them: the i-th is worth work / i. */
const work = 64n * startDifficulty

const found = (prefix: bigint, least: bigint) =>
  Array.from({ length: Number(work / least) }, (_, index) => {
    const worth = work / BigInt(index + 1)
    return { worth, nonce: nonce(prefix, worth, index) }
  })

describe("fairness", () => {
  it.scoped("what missed the target is worth nothing more when the target has become easier", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { job, prefix } = miner.work
      const all = found(prefix, startDifficulty / 4n)
      for (const share of all.filter(({ worth }) => worth >= startDifficulty)) {
        yield* miner.connection.submit(job.jobId, share.nonce)
        yield* pass(3_000)
      }
      while (difficultyOf(miner.work.shareTarget) >= startDifficulty) yield* pass(10_000)
      const honest = startDifficulty / 4n
      assert.strictEqual((yield* miner.share(honest)).code, "accepted")
      for (const share of all.filter(({ worth }) => worth < startDifficulty)) {
        yield* miner.connection.submit(job.jobId, share.nonce)
      }
      yield* settle
      const credited = ledger.shares.reduce((sum, share) => sum + share.difficulty, 0n)
      assert.strictEqual(credited, work + honest)
      assert.strictEqual(miner.closed?.reason, "banned")
    })
  )

  it.scoped("a lucky share is worth no more when it is kept until the target is harder", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { job, prefix } = miner.work
      const all = found(prefix, startDifficulty)
      const level = (from: bigint) => all.filter(({ worth }) => worth >= from && worth < from * 4n)
      for (let from = startDifficulty; from * 4n <= work; from *= 4n) {
        for (const share of level(from)) yield* miner.connection.submit(job.jobId, share.nonce)
        yield* pass(11_000)
        // Others of the same kind, honestly found, raise the difficulty once more.
        for (let i = 0; i < 20; i++) yield* miner.share(from * 4n)
        yield* settle
        yield* pass(11_000)
      }
      const honest = ledger.shares.filter(({ nonce: kept }) =>
        all.some((each) => Buffer.compare(each.nonce, kept) === 0)
      )
      const credited = honest.reduce((sum, share) => sum + share.difficulty, 0n)
      assert.isAtMost(Number(credited), Number(work))
    })
  )
})

/**
 * Every answer that a share can get, in the order of the checks, on the whole tree with fakes.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { gradeBits } from "../../../actors/pool/Grade.ts"
import { p } from "../../../actors/pool/Job.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import {
  limbs,
  networkDifficulty,
  nonce,
  pass,
  settle,
  shut,
  start,
  startDifficulty,
  TestMiner
} from "../../harness/pool/PoolHarness.ts"

describe("answers", () => {
  it.scoped("accepted: counted with the difficulty that was asked, and in the ledger", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const answer = yield* miner.share(startDifficulty * 50n)
      assert.strictEqual(answer.code, "accepted")
      assert.deepStrictEqual(
        ledger.shares.map(({ block, difficulty, minerId, worker }) => ({ block, difficulty, minerId, worker })),
        [{ block: null, difficulty: startDifficulty, minerId: "alice", worker: "rig" }]
      )
      const status = yield* pool.status
      assert.strictEqual(status.shares.accepted, 1)
      assert.strictEqual(status.waiting, 0)
    })
  )

  it.scoped("unauthorised: before the connection said who it is", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, null)
      const answer = yield* miner.connection.submit("any", nonce(1n, 1n, 1n))
      assert.strictEqual(answer.code, "unauthorised")
    })
  )

  it.scoped("malformed: too short, too long, a limb at p", () =>
    Effect.gen(function* () {
      const { kernel, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { jobId } = miner.work.job
      const { prefix } = miner.work
      for (const bad of [new Uint8Array(8), new Uint8Array(41), limbs([p, 0n, 0n, 0n, prefix])]) {
        const { code } = yield* miner.connection.submit(jobId, bad)
        assert.strictEqual(code, "malformed")
      }
      assert.deepStrictEqual(kernel.batches, [])
    })
  )

  it.scoped("unknown-job, stale and wrong-prefix are three different things", () =>
    Effect.gen(function* () {
      const { chain, kernel, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const old = miner.work.job.jobId
      const unknown = yield* miner.connection.submit("never-was", miner.nonce(startDifficulty))
      const wrong = yield* miner.connection.submit(
        old,
        nonce(miner.work.prefix + (1n << gradeBits), startDifficulty, 1n)
      )
      yield* chain.extend()
      yield* settle
      const stale = yield* miner.connection.submit(old, miner.nonce(startDifficulty))
      assert.deepStrictEqual([unknown.code, wrong.code, stale.code], ["unknown-job", "wrong-prefix", "stale"])
      assert.deepStrictEqual(kernel.batches, [])
    })
  )

  it.scoped("duplicate: when the first has its answer; while it waits for one, hand it in again", () =>
    Effect.gen(function* () {
      const { kernel, ledger, pool } = yield* start()
      const open = yield* shut(kernel)
      const miner = yield* TestMiner.connect(pool)
      const again = miner.nonce(startDifficulty)
      const first = yield* Effect.fork(miner.connection.submit(miner.work.job.jobId, again))
      yield* settle
      const second = yield* miner.connection.submit(miner.work.job.jobId, again)
      yield* open
      const { code } = yield* Fiber.join(first)
      const third = yield* miner.connection.submit(miner.work.job.jobId, again)
      assert.deepStrictEqual([code, second.code, third.code], ["accepted", "rate-limited", "duplicate"])
      assert.strictEqual(ledger.shares.length, 1)
    })
  )

  it.scoped("low-difficulty: the digest misses the connection's target", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { code } = yield* miner.share(startDifficulty / 2n)
      assert.strictEqual(code, "low-difficulty")
      assert.strictEqual(ledger.shares.length, 0)
    })
  )

  it.scoped("rate-limited: keep it and hand it in later", () =>
    Effect.gen(function* () {
      const { pool } = yield* start({ limits: { shareBurst: 3, sharesPerSecond: 1 } })
      const miner = yield* TestMiner.connect(pool)
      const codes: Array<string> = []
      for (let i = 0; i < 4; i++) codes.push((yield* miner.share()).code)
      yield* pass(1_000)
      codes.push((yield* miner.share()).code)
      assert.deepStrictEqual(codes, ["accepted", "accepted", "accepted", "rate-limited", "accepted"])
    })
  )

  it.scoped("rate-limited: when too many shares of all wait; the nonce can come again", () =>
    Effect.gen(function* () {
      const { kernel, pool } = yield* start({ limits: { maxWaiting: 1 } })
      const open = yield* shut(kernel)
      const miner = yield* TestMiner.connect(pool)
      const answers: Array<ShareAnswer> = []
      miner.unsafeShare(answers)
      const kept = miner.nonce(startDifficulty)
      const refused = yield* miner.connection.submit(miner.work.job.jobId, kept)
      yield* open
      yield* settle
      const later = yield* miner.connection.submit(miner.work.job.jobId, kept)
      assert.deepStrictEqual([refused.code, answers[0]?.code, later.code], ["rate-limited", "accepted", "accepted"])
    })
  )

  it.scoped("unsupported: a legacy version makes no job, and says why", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const before = miner.works.length
      chain.version = 3
      yield* chain.extend()
      yield* settle
      const status = yield* pool.status
      assert.strictEqual(status.job, null)
      assert.match(status.idle ?? "", /proof version 3/)
      assert.strictEqual(miner.works.length, before)
    })
  )

  it.scoped("rejections reach the ledger by miner and code", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      yield* miner.share(1n)
      yield* miner.share(1n)
      yield* pass(1_000)
      assert.deepStrictEqual([...ledger.rejections], [["alice/rig low-difficulty", 2]])
    })
  )

  it.scoped("a share that could not be taken yet is no rejection in anybody's count", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start({ limits: { shareBurst: 2, sharesPerSecond: 1 } })
      ledger.failing.set("record", 1)
      const miner = yield* TestMiner.connect(pool)
      const codes: Array<string> = []
      for (let i = 0; i < 3; i++) {
        codes.push((yield* miner.share()).code)
        yield* pass(250, 250)
      }
      yield* pass(1_000, 250)
      assert.deepStrictEqual(codes, ["internal", "accepted", "rate-limited"])
      assert.deepStrictEqual([...ledger.rejections], [])
      const [connection] = yield* pool.connections({ limit: 1, after: null })
      assert.strictEqual(connection?.rejected, 0)
    })
  )
})

describe("durability", () => {
  it.scoped("nothing is acknowledged before the ledger has it, and groups form while it writes", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const open = yield* shut(ledger)
      const miner = yield* TestMiner.connect(pool)
      const answers: Array<ShareAnswer> = []
      miner.unsafeShare(answers)
      yield* settle
      for (let i = 0; i < 20; i++) miner.unsafeShare(answers)
      yield* settle
      assert.strictEqual(answers.length, 0)
      assert.strictEqual((yield* pool.status).waiting, 21)
      yield* open
      yield* settle
      assert.strictEqual(answers.filter(({ code }) => code === "accepted").length, 21)
      assert.deepStrictEqual(ledger.batches, [1, 20])
    })
  )

  it.scoped("a ledger that cannot write answers internal, and the same share counts when it can", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      ledger.failing.set("record", 1)
      const miner = yield* TestMiner.connect(pool)
      const kept = miner.nonce(startDifficulty)
      const { jobId } = miner.work.job
      const failed = yield* miner.connection.submit(jobId, kept)
      assert.match((yield* pool.status).unkept ?? "", /could not record/)
      const again = yield* Effect.fork(miner.connection.submit(jobId, kept))
      yield* pass(1_000, 250)
      assert.deepStrictEqual([failed.code, (yield* Fiber.join(again)).code], ["internal", "accepted"])
      assert.strictEqual(ledger.shares.length, 1)
      assert.isNull((yield* pool.status).unkept)
      // Nobody who could show that it works again: half a minute later it is taken to.
      ledger.failing.set("record", 1)
      yield* miner.share()
      assert.isNotNull((yield* pool.status).unkept)
      yield* pass(30_000, 1_000)
      assert.isNull((yield* pool.status).unkept)
    })
  )

  it.scoped("a crash of the check or of the writer loses no answer and no share: they may come again", () =>
    Effect.gen(function* () {
      const { kernel, ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { jobId } = miner.work.job
      const kept = miner.nonce(startDifficulty)
      kernel.defects = 1
      const crashed = yield* miner.connection.submit(jobId, kept)
      yield* pass(1_000, 100)
      ledger.broken = true
      const brokenWriter = yield* miner.connection.submit(jobId, kept)
      yield* pass(1_000, 100)
      const third = yield* miner.connection.submit(jobId, kept)
      assert.deepStrictEqual([crashed.code, brokenWriter.code, third.code], ["internal", "internal", "accepted"])
      assert.strictEqual((yield* pool.status).waiting, 0)
    })
  )

  it.scoped("a connection that ends while its share is in the check still gets the answer", () =>
    Effect.gen(function* () {
      const { kernel, ledger, pool } = yield* start()
      const open = yield* shut(kernel)
      const miner = yield* TestMiner.connect(pool)
      const answers: Array<ShareAnswer> = []
      miner.unsafeShare(answers)
      yield* settle
      miner.connection.close("left", "gone")
      yield* open
      yield* settle
      assert.deepStrictEqual(
        answers.map(({ code }) => code),
        ["accepted"]
      )
      assert.strictEqual(ledger.shares.length, 1)
    })
  )

  it.scoped("shares collect while one batch runs", () =>
    Effect.gen(function* () {
      const { kernel, pool } = yield* start()
      const open = yield* shut(kernel)
      const miner = yield* TestMiner.connect(pool)
      const answers: Array<ShareAnswer> = []
      miner.unsafeShare(answers)
      yield* settle
      for (let i = 0; i < 100; i++) miner.unsafeShare(answers)
      yield* settle
      yield* open
      yield* settle
      assert.deepStrictEqual(kernel.batches, [1, 100])
      assert.strictEqual(answers.length, 101)
    })
  )
})

describe("winners", () => {
  it.scoped("a share that meets the network's target is a winner whatever the connection's target", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const answer = yield* miner.share(networkDifficulty + 1n)
      assert.strictEqual(answer.code, "accepted")
      assert.deepStrictEqual(ledger.shares[0]?.block, {
        commitment: miner.work.job.candidate.commitment,
        networkDifficulty: (yield* pool.status).job?.networkDifficulty ?? 0n
      })
      assert.strictEqual(ledger.entries.length, 1)
    })
  )
})

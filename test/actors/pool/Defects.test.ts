/**
 * The defects of the existing pool (protocols/mining-pool.md section 3) that live on the pool's side, each as a test.
 *
 * | defect | here |
 * |--------|------|
 * | 1, 2   | the share check computes the published version-5 digest; what it accepts is what a miner computes |
 * | 3      | a block is proved, verified and delivered, and counts only when the chain shows it |
 * | 4      | the first accepted block is followed by a new job for everybody |
 * | 6      | no two connections search the same nonces |
 * | 7      | a new tip is told as clean, once per miner |
 * | 8      | a quiet miner and a quiet pool stay connected |
 * | 9      | every answer has its own code and a reason |
 * | 11     | a chain that is not there is said to be not there |
 * | 12     | rates are measured, the dead are not counted |
 * | 13     | tokens, difficulties, duplicates, bans; no impersonation |
 *
 * 5 and 10 are the miner's.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { limbsBytes } from "../../../actors/pool/Job.ts"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import { ShareKernel } from "../../../actors/pool/ShareKernel.ts"
import {
  FakeChain,
  limbs,
  networkDifficulty,
  nonce,
  pass,
  report,
  settle,
  start,
  startDifficulty,
  TestMiner
} from "../../harness/pool/PoolHarness.ts"

/** Version 5, length 64: commitment 1..5, nonce 6..10 (protocols/nockchain.md section 1.5). */
const published = [
  8595989672312632757n,
  9762463409256548030n,
  14793879948702456683n,
  14367530516376597694n,
  13984338572722075386n
]

describe("defects of the existing pool", () => {
  it.scoped("1 and 2: the pool computes Nockchain's own digest of (commitment, nonce), and nothing else", () =>
    Effect.gen(function* () {
      const built = yield* Layer.build(ShareKernel.Native).pipe(Effect.option)
      if (built._tag === "None") return yield* Effect.logWarning("skipped: the native kernels are not built")
      const kernel = yield* Effect.provide(ShareKernel, built.value)
      const nonces = [limbs([6n, 7n, 8n, 9n, 10n]), limbs([7n, 7n, 8n, 9n, 10n]), limbs([6n, 7n, 8n, 9n, 10n])]
      const digests = yield* kernel.digests(limbs([1n, 2n, 3n, 4n, 5n]), 64, nonces)
      assert.deepStrictEqual(
        digests.map((digest) => digest.length),
        [limbsBytes, limbsBytes, limbsBytes]
      )
      const [first = limbs([]), second = limbs([]), third = limbs([])] = digests
      assert.isTrue(Limbs.equal(first, limbs(published)))
      assert.isTrue(Limbs.equal(third, first))
      assert.isFalse(Limbs.equal(second, first))
      return
    })
  )

  it.scoped("3: an acknowledgement of the chain is no block; only the chain's own block is", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.verdict = "lose"
      const { kernel, ledger, pool } = yield* start({ chain })
      const miner = yield* TestMiner.connect(pool)
      yield* miner.share(networkDifficulty)
      yield* settle
      assert.deepStrictEqual([kernel.proved.length, chain.delivered.length], [1, 1])
      const before = yield* pool.status
      assert.deepStrictEqual([before.ledger?.found, before.ledger?.accepted], [1, 0])
      yield* chain.extend(ledger.block(1))
      yield* settle
      assert.strictEqual((yield* pool.status).ledger?.accepted, 1)
      assert.strictEqual(ledger.block(1).blockId, chain.tip.blockId)
    })
  )

  it.scoped("4: no deadlock on the first accepted block: the next job is there for all, and shares go on", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const finder = yield* TestMiner.connect(pool)
      const other = yield* TestMiner.connect(pool)
      assert.strictEqual((yield* finder.share(networkDifficulty)).code, "accepted")
      yield* settle
      for (const miner of [finder, other]) {
        assert.strictEqual(miner.work.job.candidate.height, 2)
        assert.isTrue(miner.work.clean)
        assert.strictEqual((yield* miner.share()).code, "accepted")
      }
    })
  )

  it.scoped("6: a hundred connections of one account have a hundred prefixes, over reconnects too", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const seen = new Set<bigint>()
      for (let i = 0; i < 100; i++) {
        const connection = yield* pool.connect({ address: `a:${i}`, ip: "a" }, (push) => {
          if (push._tag === "Work") seen.add(push.prefix)
        })
        connection.report(report())
        yield* Effect.yieldNow()
        if (i % 2 === 0) {
          yield* settle
          connection.close("left", "bye")
        }
      }
      yield* settle
      assert.strictEqual(seen.size, 100)
    })
  )

  it.scoped("7: one push per tip and miner, marked clean; a refresh is not", () =>
    Effect.gen(function* () {
      const { chain, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      for (let i = 0; i < 3; i++) {
        yield* chain.extend()
        yield* settle
      }
      yield* chain.refresh
      yield* settle
      assert.deepStrictEqual(
        miner.works.map(({ clean }) => clean),
        [true, true, true, true, false]
      )
    })
  )

  it.scoped("8: ten seconds without a job, or a minute without a word, end no connection", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      yield* pass(119_000, 7_000)
      assert.isNull(miner.closed)
      // Meanwhile the pool was never silent for 55 s.
      assert.isAtLeast(miner.works.length, 3)
    })
  )

  it.scoped("9: what was not accepted is never called so, and says why", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const { jobId } = miner.work.job
      const good = miner.nonce(startDifficulty)
      const answers = [
        yield* miner.connection.submit(jobId, good),
        yield* miner.connection.submit(jobId, good),
        yield* miner.connection.submit(jobId, miner.nonce(1n)),
        yield* miner.connection.submit(jobId, nonce(0n, startDifficulty, 1n)),
        yield* miner.connection.submit("?", miner.nonce(startDifficulty)),
        yield* miner.connection.submit(jobId, new Uint8Array(3))
      ]
      assert.deepStrictEqual(
        answers.map(({ code }) => code),
        ["accepted", "duplicate", "low-difficulty", "wrong-prefix", "unknown-job", "malformed"]
      )
      for (const { reason } of answers.slice(1)) assert.isAbove(reason.length, 10)
      assert.strictEqual(ledger.shares.length, 1)
    })
  )

  it.scoped("11: without a chain there is no job, no height and no synchronisation, and it says so", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.down = true
      chain.outage(100)
      const { pool } = yield* start({ chain })
      yield* TestMiner.connect(pool)
      const { idle, job, sync, tip } = yield* pool.status
      assert.deepStrictEqual([job, tip, sync.state], [null, null, "unreachable"])
      assert.match(idle ?? "", /unreachable/)
    })
  )

  it.scoped("12: threads make no hashrate; connections that ended are not counted", () =>
    Effect.gen(function* () {
      const { pool } = yield* start()
      const miner = yield* TestMiner.connect(pool, { threads: 64 })
      const gone = yield* TestMiner.connect(pool, { threads: 64 })
      assert.strictEqual((yield* pool.status).hashrate, 0)
      gone.connection.close("left", "bye")
      yield* settle
      const { connections } = yield* pool.status
      assert.deepStrictEqual([connections.active, connections.threads], [1, 64])
      yield* miner.share()
      assert.isAbove((yield* pool.status).hashrate, 0)
    })
  )

  it.scoped("13: knowing an account's name neither evicts its miner nor takes its shares", () =>
    Effect.gen(function* () {
      const { ledger, pool } = yield* start()
      const victim = yield* TestMiner.connect(pool, { minerId: "victim" })
      const thief = yield* TestMiner.connect(pool, { minerId: "victim" }, "10.6.6.6")
      assert.isNull(victim.closed)
      const stolen = victim.nonce(startDifficulty)
      const { jobId } = victim.work.job
      assert.strictEqual((yield* thief.connection.submit(jobId, stolen)).code, "wrong-prefix")
      assert.strictEqual((yield* victim.connection.submit(jobId, stolen)).code, "accepted")
      assert.strictEqual(ledger.shares.length, 1)
      assert.isUndefined(pool.route({ session: null, address: "10.6.6.6:9", minerId: "victim" }))
    })
  )
})

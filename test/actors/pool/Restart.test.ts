/**
 * A pool that ended and was started again on the same books and the same chain: honest work of before still counts.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, type Scope } from "effect"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import * as Ticket from "../../../actors/pool/Ticket.ts"
import {
  FakeChain,
  MemoryLedger,
  nonce,
  pass,
  settle,
  start,
  startDifficulty,
  type Swaps,
  TestMiner,
  type TestPool
} from "../../harness/pool/PoolHarness.ts"

const key = (byte: number) => Redacted.make(new Uint8Array(Ticket.keyBytes).fill(byte))

/** Two processes over one data folder; what the first one gives is there in the second. */
const lives = <A, E>(
  first: (run: TestPool) => Effect.Effect<A, E>,
  more: Swaps = {}
): Effect.Effect<TestPool & { readonly before: A }, E, Scope.Scope> =>
  Effect.gen(function* () {
    const shared = { chain: yield* FakeChain.make(), ledger: new MemoryLedger(), settings: { sessionKey: key(1) } }
    const before = yield* Effect.scoped(Effect.flatMap(start(shared), first))
    return { before, ...(yield* start({ ...shared, seed: "the next process", ...more })) }
  })

/** A share of before: for this job, in this prefix. */
interface Found {
  readonly jobId: string
  readonly nonce: Uint8Array
}

describe("after a restart", () => {
  it.scoped("shares for every standing job are accepted once, under the prefix and the difficulty of before", () =>
    Effect.gen(function* () {
      const run = yield* lives(({ chain, pool }) =>
        Effect.gen(function* () {
          const miner = yield* TestMiner.connect(pool)
          const early: Found = { jobId: miner.work.job.jobId, nonce: miner.nonce(startDifficulty * 4n) }
          const acknowledged: Found = { jobId: early.jobId, nonce: miner.nonce(startDifficulty * 4n) }
          const given = yield* miner.connection.submit(acknowledged.jobId, acknowledged.nonce)
          assert.strictEqual(given.code, "accepted")
          const old = chain.candidate
          yield* chain.refresh
          // Eight at once: the difficulty rises, and with the order comes a new ticket.
          for (let i = 0; i < 8; i++) yield* miner.share(startDifficulty * 100n)
          assert.notStrictEqual(miner.ticket, miner.welcome.session)
          chain.standing = [old, chain.candidate]
          const { jobId } = miner.work.job
          assert.notStrictEqual(jobId, early.jobId)
          const during = Array.from({ length: 40 }, (): Found => ({ jobId, nonce: miner.nonce(startDifficulty * 4n) }))
          const { prefix, shareTarget } = miner.work
          return { acknowledged, early, during, prefix, shareTarget, ticket: miner.ticket }
        })
      )
      const { acknowledged, during, early, prefix, shareTarget, ticket } = run.before
      const kept = run.ledger.shares.length
      const stranger = yield* TestMiner.connect(run.pool, { minerId: "mallory", resume: ticket })
      const miner = yield* TestMiner.connect(run.pool, { resume: ticket })
      assert.deepStrictEqual([stranger.welcome.resumed, miner.welcome.resumed], [false, true])
      assert.deepStrictEqual([miner.work.prefix, miner.work.shareTarget], [prefix, shareTarget])
      assert.notStrictEqual(stranger.work.prefix, prefix)
      const code = (who: TestMiner, share: Found) =>
        Effect.map(who.connection.submit(share.jobId, share.nonce), (answer) => answer.code)
      assert.strictEqual(yield* code(miner, acknowledged), "duplicate")
      assert.strictEqual(yield* code(stranger, early), "wrong-prefix")
      assert.strictEqual(yield* code(miner, early), "accepted")
      for (const share of during) assert.strictEqual(yield* code(miner, share), "accepted")
      for (const share of during) assert.strictEqual(yield* code(miner, share), "duplicate")
      assert.strictEqual(run.ledger.shares.length, kept + 1 + during.length)
      // All at once, for they waited: that is no reason to ask for harder ones, nor a rate that anybody has.
      assert.strictEqual(miner.work.shareTarget, shareTarget)
      assert.strictEqual((yield* run.pool.status).hashrate, 0)
      assert.deepStrictEqual(
        run.ledger.shares.slice(-during.length).map(({ difficulty }) => difficulty),
        during.map(() => startDifficulty * 4n)
      )
    })
  )

  it.scoped("shares for easier targets of before count what they were searched for, while their jobs stand", () =>
    Effect.gen(function* () {
      const run = yield* lives(({ chain, pool }) =>
        Effect.gen(function* () {
          chain.standing = [chain.candidate]
          const miner = yield* TestMiner.connect(pool)
          const { jobId } = miner.work.job
          const found = (): Found => ({ jobId, nonce: miner.nonce(startDifficulty * 100n) })
          const late: Array<Found> = []
          for (let step = 0; step < 3; step++) {
            late.push(found())
            for (let i = 0; i < 8; i++) yield* miner.share(startDifficulty * 100n)
          }
          return { late: [...late, found()], ticket: miner.ticket }
        })
      )
      const { late, ticket } = run.before
      const miner = yield* TestMiner.connect(run.pool, { resume: ticket })
      yield* pass(60_000, 10_000)
      for (const share of late) {
        assert.strictEqual((yield* miner.connection.submit(share.jobId, share.nonce)).code, "accepted")
      }
      assert.deepStrictEqual(
        run.ledger.shares.slice(-4).map(({ difficulty }) => difficulty / startDifficulty),
        [1n, 4n, 16n, 64n]
      )
      // That was for work of before. A job of now is given with the present target only.
      yield* run.chain.refresh
      yield* settle
      const now: Found = { jobId: miner.work.job.jobId, nonce: late[0]?.nonce ?? new Uint8Array() }
      const lucky = yield* miner.connection.submit(now.jobId, now.nonce)
      assert.deepStrictEqual([lucky.code, run.ledger.shares.at(-1)?.difficulty], ["accepted", startDifficulty])
      const prefix = Limbs.prefixOf(now.nonce)
      const easy = yield* miner.connection.submit(now.jobId, nonce(prefix, startDifficulty * 2n, 1n))
      assert.strictEqual(easy.code, "low-difficulty")
    })
  )

  it.scoped("work on a tip that is gone is over, whatever the source kept", () =>
    Effect.gen(function* () {
      const run = yield* lives(({ chain, pool }) =>
        Effect.gen(function* () {
          const miner = yield* TestMiner.connect(pool)
          chain.standing = [chain.candidate]
          const share: Found = { jobId: miner.work.job.jobId, nonce: miner.nonce(startDifficulty) }
          yield* chain.extend()
          return { share, ticket: miner.ticket }
        })
      )
      const miner = yield* TestMiner.connect(run.pool, { resume: run.before.ticket })
      assert.strictEqual((yield* miner.connection.submit(run.before.share.jobId, run.before.share.nonce)).code, "stale")
    })
  )

  it.scoped("a pool whose key is another one begins anew, and bans nobody for shares of before", () =>
    Effect.gen(function* () {
      const settings = { sessionKey: key(2) }
      const run = yield* lives(
        ({ pool }) => Effect.map(TestMiner.connect(pool), ({ ticket, work }) => ({ ticket, work })),
        { settings }
      )
      const { ticket, work } = run.before
      const miner = yield* TestMiner.connect(run.pool, { resume: ticket })
      assert.isFalse(miner.welcome.resumed)
      for (let i = 0; i < 100; i++) {
        const answer = yield* miner.connection.submit(work.job.jobId, nonce(work.prefix, startDifficulty, i))
        assert.strictEqual(answer.code, "wrong-prefix")
      }
      assert.isNull(miner.closed)
    })
  )
})

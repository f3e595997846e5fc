/**
 * The tree: who is in it, and that losing any child loses no accepted share and no job.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, FastCheck as fc, Fiber, TestContext } from "effect"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import {
  FakeKernel,
  MemoryLedger,
  networkDifficulty,
  pass,
  settle,
  start,
  startDifficulty,
  TestMiner
} from "../../harness/pool/PoolHarness.ts"

describe("the tree", () => {
  it.scoped("has the children of the plan, each running, and a connection is one of them", () =>
    Effect.gen(function* () {
      const { pool, tree } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      const nodes = yield* tree.snapshot
      const paths = Array.from(nodes, ({ path, state }) => `${path} ${state}`)
      for (const id of [
        "ledger-writer",
        "share-check",
        "chain",
        "winner-judge",
        "winner-prover",
        "job-board",
        "connections",
        "payout"
      ]) {
        assert.include(paths, `/pool/${id} running`)
      }
      assert.include(paths, `/pool/connections/${miner.connection.id} running`)
      miner.connection.close("left", "bye")
      yield* settle
      const after = Array.from(yield* tree.snapshot, ({ path }) => path)
      assert.notInclude(after, `/pool/connections/${miner.connection.id}`)
    })
  )
})

/** Ways to lose a child at a bad moment: what it depends on dies under it. */
type Blow = "kernel" | "ledger" | "source" | "kernel-fails" | "ledger-fails" | "tip" | "refresh" | "reconnect"

const blows: ReadonlyArray<Blow> = [
  "kernel",
  "ledger",
  "source",
  "kernel-fails",
  "ledger-fails",
  "tip",
  "refresh",
  "reconnect"
]

describe("faults", () => {
  it("every share is answered once; accepted means in the ledger once; the books have nothing else", async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 1, max: 5 }) },
      { weight: 1, arbitrary: fc.constantFrom(...blows) }
    )
    const scenario = (steps: ReadonlyArray<number | Blow>) =>
      Effect.gen(function* () {
        const { chain, kernel, ledger, pool } = yield* start()
        let miner = yield* TestMiner.connect(pool)
        const answers: Array<ShareAnswer> = []
        let sent = 0
        for (const each of steps) {
          if (typeof each === "number") {
            for (let i = 0; i < each; i++) miner.unsafeShare(answers, startDifficulty * 64n)
            sent += each
            yield* settle
          } else if (each === "kernel") kernel.defects += 1
          else if (each === "ledger") ledger.broken = true
          else if (each === "source") chain.defects += 1
          else if (each === "kernel-fails") kernel.failures += 1
          else if (each === "ledger-fails") ledger.failing.set("record", 1)
          else if (each === "tip") yield* chain.extend()
          else if (each === "refresh") yield* chain.refresh
          else {
            const { session } = miner.welcome
            miner.connection.close("left", "the cable")
            miner = yield* TestMiner.connect(pool, { resume: session })
          }
          // Less than the period in which restarts are counted, more than the back-off.
          yield* pass(12_000, 4_000)
        }
        yield* pass(20_000, 5_000)
        assert.strictEqual(answers.length, sent)
        assert.strictEqual((yield* pool.status).waiting, 0)
        const accepted = answers.filter(({ code }) => code === "accepted").length
        assert.strictEqual(ledger.shares.length, accepted)
        // The job is the chain's present one, whoever crashed meanwhile.
        assert.strictEqual(miner.work.job.candidate.parent, chain.tip.blockId)
        assert.strictEqual((yield* miner.share(startDifficulty * 64n)).code, "accepted")
      })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), (steps) =>
        Effect.runPromise(Effect.scoped(scenario(steps)).pipe(Effect.provide(TestContext.TestContext)))
      ),
      { numRuns: 12, seed: 5, endOnFailure: true }
    )
  })

  it.scoped("each child that depends on the source crashes and comes back; the rest does not notice", () =>
    Effect.gen(function* () {
      const { chain, pool, tree } = yield* start()
      const miner = yield* TestMiner.connect(pool)
      // The job board dies of a candidate, the chain's eye of its next look.
      for (let i = 0; i < 3; i++) {
        chain.defects = 2
        yield* chain.extend()
        assert.notStrictEqual((yield* miner.share(startDifficulty * 64n)).code, "internal")
        yield* pass(15_000, 1_000)
        assert.strictEqual(miner.work.job.candidate.parent, chain.tip.blockId)
      }
      const nodes = yield* tree.snapshot
      const crashed = nodes.filter(({ generation, path }) => generation > 1 && path !== "/pool")
      assert.includeMembers(
        crashed.map(({ path }) => path),
        ["/pool/job-board", "/pool/chain"]
      )
      assert.isNull(miner.closed)
    })
  )

  it.scoped("a share whose writer crashed after the books had it is a duplicate, not lost and not doubled", () =>
    Effect.gen(function* () {
      const ledger = new MemoryLedger()
      const { pool } = yield* start({ ledger })
      const miner = yield* TestMiner.connect(pool)
      ledger.failing.set("recorded", 1)
      const winner = miner.nonce(networkDifficulty)
      const { jobId } = miner.work.job
      const first = yield* miner.connection.submit(jobId, winner)
      yield* pass(1_000, 250)
      const second = yield* miner.connection.submit(jobId, winner)
      yield* settle
      assert.deepStrictEqual([first.code, second.code], ["internal", "duplicate"])
      assert.strictEqual(ledger.shares.length, 1)
      // The block was not lost with it.
      assert.strictEqual(ledger.block(1).state, "accepted")
    })
  )

  it.scoped("closing the scope while shares are in the check ends in good order", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      kernel.gate = Effect.never
      const answers: Array<ShareAnswer> = []
      const inside = yield* Deferred.make<void>()
      const run = yield* Effect.fork(
        Effect.scoped(
          Effect.gen(function* () {
            const { pool } = yield* start({ kernel })
            const miner = yield* TestMiner.connect(pool)
            miner.unsafeShare(answers)
            yield* settle
            yield* Deferred.succeed(inside, undefined)
            return miner
          })
        )
      )
      yield* settle
      yield* Deferred.await(inside)
      const miner = yield* Fiber.join(run)
      assert.strictEqual(miner.closed?.reason, "stopping")
      assert.deepStrictEqual(
        answers.map(({ code }) => code),
        ["internal"]
      )
    })
  )
})

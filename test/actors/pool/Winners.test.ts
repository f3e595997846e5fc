/**
 * From a winning share to money: proof, delivery, what the chain says, credits, payments; and every way in which it fails.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import {
  FakeChain,
  FakeKernel,
  MemoryLedger,
  networkDifficulty,
  pass,
  settle,
  start,
  type Swaps,
  type TestPool,
  TestMiner
} from "../../harness/pool/PoolHarness.ts"

/** A pool with one miner that has found a block. */
const found = (swaps: Swaps = {}) =>
  Effect.gen(function* () {
    const pool = yield* start(swaps)
    const miner = yield* TestMiner.connect(pool.pool)
    yield* miner.share()
    yield* miner.share(networkDifficulty)
    yield* settle
    return { ...pool, miner }
  })

const trail = ({ ledger }: Pick<TestPool, "ledger">, id = 1) =>
  ledger.states.filter((line) => line.startsWith(`${id} `)).map((line) => line.slice(line.indexOf(" ") + 1))

describe("a found block", () => {
  it.scoped("proved, verified, delivered, shown by the chain, credited; mature after the chain's maturity", () =>
    Effect.gen(function* () {
      const run = yield* found()
      const { chain, kernel, ledger, pool } = run
      assert.deepStrictEqual(
        trail(run).filter((state) => state !== "submitted"),
        ["proving", "accepted"]
      )
      assert.strictEqual(kernel.proved.length, 1)
      assert.strictEqual(chain.delivered.length, 1)
      assert.strictEqual(ledger.block(1).blockId, chain.tip.blockId)
      // 8,000 of 10,000 are the pool's, the rest is the fund's; 1 % fee.
      assert.strictEqual(ledger.block(1).rewardNicks, 8_000n)
      const { immatureNicks, payableNicks } = ledger.balance("alice")
      assert.isTrue(immatureNicks > 7_900n && immatureNicks <= 7_920n)
      assert.strictEqual(payableNicks, 0n)
      for (let i = 0; i < chain.maturity; i++) yield* chain.extend()
      yield* settle
      assert.strictEqual(trail(run).at(-1), "mature")
      assert.strictEqual(ledger.balance("alice").payableNicks, immatureNicks)
      assert.deepStrictEqual((yield* pool.status).winners, [])
    })
  )

  it.scoped("delivered is not accepted: it counts only when the chain shows it", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.verdict = "lose"
      const run = yield* found({ chain })
      assert.deepStrictEqual(trail(run), ["proving", "submitted"])
      assert.strictEqual((yield* run.pool.status).lastOwnBlockAt, null)
      assert.strictEqual(run.ledger.balance("alice").immatureNicks, 0n)
      yield* chain.extend(run.ledger.block(1))
      yield* settle
      assert.strictEqual(trail(run).at(-1), "accepted")
    })
  )

  it.scoped("delivered, and the chain is built without it: orphaned", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.verdict = "lose"
      const run = yield* found({ chain })
      yield* chain.extend()
      yield* chain.extend()
      yield* settle
      assert.strictEqual(trail(run).at(-1), "submitted")
      yield* chain.extend()
      yield* settle
      assert.strictEqual(trail(run).at(-1), "orphaned")
    })
  )

  it.scoped("a reorganisation takes an accepted block away: orphaned, credits reversed", () =>
    Effect.gen(function* () {
      const run = yield* found()
      assert.isTrue(run.ledger.balance("alice").immatureNicks > 0n)
      yield* run.chain.reorg(1)
      yield* settle
      assert.strictEqual(trail(run).at(-1), "orphaned")
      assert.strictEqual(run.ledger.balance("alice").immatureNicks, 0n)
    })
  )

  it.scoped("the chain turns back to an orphaned block: accepted again, credited once, after a restart too", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.maturity = 20
      const run = yield* found({ chain })
      const credited = run.ledger.balance("alice").immatureNicks
      const ours = run.chain.tip
      yield* run.chain.reorg(1)
      yield* settle
      assert.deepStrictEqual((yield* run.pool.status).winners, [])
      yield* run.chain.rejoin(ours)
      yield* settle
      assert.strictEqual(trail(run).at(-1), "accepted")
      assert.strictEqual(run.ledger.balance("alice").immatureNicks, credited)
      yield* run.chain.reorg(run.chain.tip.height - ours.height + 1)
      yield* settle
      assert.strictEqual(trail(run).at(-1), "orphaned")
      yield* start({ chain: run.chain, ledger: run.ledger })
      yield* run.chain.rejoin(ours)
      yield* settle
      assert.strictEqual(run.ledger.balance("alice").immatureNicks + run.ledger.balance("alice").payableNicks, credited)
    })
  )

  it.scoped("an accepted block that no event told of is found by looking", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.verdict = "lose"
      const run = yield* found({ chain })
      yield* chain.extend(run.ledger.block(1), true)
      yield* pass(31_000, 1_000)
      assert.strictEqual(trail(run).at(-1), "accepted")
    })
  )

  it.scoped("refused by the chain, stale at the chain: written down as such", () =>
    Effect.gen(function* () {
      for (const verdict of ["refuse", "stale"] as const) {
        const chain = yield* FakeChain.make()
        chain.verdict = verdict
        const run = yield* found({ chain })
        assert.strictEqual(trail(run).at(-1), verdict === "refuse" ? "refused" : "stale")
      }
    }).pipe(Effect.scoped)
  )

  it.scoped("a source that is away while it is delivered: delivered when it is back", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      const gate = yield* Deferred.make<void>()
      kernel.provingGate = Deferred.await(gate)
      const run = yield* found({ kernel })
      run.chain.down = true
      yield* Deferred.succeed(gate, undefined)
      yield* pass(5_000, 500)
      assert.strictEqual(run.chain.delivered.length, 0)
      run.chain.down = false
      yield* pass(3_000, 500)
      assert.strictEqual(trail(run).at(-1), "accepted")
    })
  )
})

describe("proofs", () => {
  it.scoped("a proof that became stale is stopped; of shares for one commitment one is proved and paid", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      const gate = yield* Deferred.make<void>()
      kernel.provingGate = Deferred.await(gate)
      const run = yield* found({ kernel })
      yield* run.chain.extend()
      yield* settle
      assert.strictEqual(kernel.interrupted.length, 1)
      assert.strictEqual(trail(run).at(-1), "stale")
      // Three shares for one commitment: only one of them can be the block, and only one is paid.
      for (let i = 0; i < 3; i++) {
        yield* run.miner.share(networkDifficulty)
        yield* settle
      }
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.strictEqual(kernel.proved.length, 1)
      assert.strictEqual(trail(run, 2).at(-1), "accepted")
      assert.deepStrictEqual([trail(run, 3), trail(run, 4)], [["stale"], ["stale"]])
      assert.isTrue(run.ledger.balance("alice").immatureNicks <= 7_920n)
    })
  )

  it.scoped(
    "a block is the share's whose nonce it has: another share of ours is paid for it, a stranger's is none",
    () =>
      Effect.gen(function* () {
        const chain = yield* FakeChain.make()
        chain.verdict = "lose"
        const run = yield* found({ chain })
        yield* run.miner.share(networkDifficulty)
        yield* settle
        yield* chain.extend(run.ledger.block(2))
        yield* settle
        assert.deepStrictEqual([trail(run, 1).at(-1), trail(run, 2).at(-1)], ["stale", "accepted"])
        const paid = run.ledger.balance("alice").immatureNicks
        yield* run.miner.share(networkDifficulty)
        yield* settle
        assert.strictEqual(trail(run, 3).at(-1), "submitted")
        const { commitment } = run.ledger.block(3)
        yield* chain.extend({ commitment, nonce: run.miner.nonce(networkDifficulty) })
        yield* settle
        assert.strictEqual(trail(run, 3).at(-1), "stale")
        assert.strictEqual(run.ledger.balance("alice").immatureNicks, paid)
      })
  )

  it.scoped("the newest of those that wait is proved first", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.verdict = "lose"
      const kernel = new FakeKernel()
      const gate = yield* Deferred.make<void>()
      kernel.provingGate = Deferred.await(gate)
      const run = yield* found({ chain, kernel })
      for (let i = 0; i < 2; i++) {
        yield* chain.refresh
        yield* settle
        yield* run.miner.share(networkDifficulty)
        yield* settle
      }
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      const order = run.ledger.states.filter((line) => line.endsWith("proving"))
      assert.deepStrictEqual(order, ["1 proving", "3 proving", "2 proving"])
    })
  )

  it.scoped("when the first share of a commitment cannot be proved, the second one is", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      const gate = yield* Deferred.make<void>()
      kernel.provingGate = Deferred.await(gate)
      kernel.proofFailures = 3
      const run = yield* found({ kernel })
      yield* run.miner.share(networkDifficulty)
      yield* settle
      yield* Deferred.succeed(gate, undefined)
      yield* pass(4_000, 500)
      assert.deepStrictEqual([trail(run, 1).at(-1), trail(run, 2).at(-1)], ["lost", "accepted"])
    })
  )

  it.scoped("a kernel that crashes is tried three times, then the block is lost and says so", () =>
    Effect.gen(function* () {
      for (const [failures, last] of [
        [2, "accepted"],
        [3, "lost"]
      ] as const) {
        const kernel = new FakeKernel()
        kernel.proofFailures = failures
        const run = yield* found({ kernel })
        yield* pass(3_000, 500)
        assert.strictEqual(trail(run).at(-1), last)
        if (last === "lost") assert.match(run.ledger.block(1).detail, /the host crashed/)
      }
    }).pipe(Effect.scoped)
  )

  it.scoped("a proof that hangs is stopped after minutes and begun again, so those behind it come", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      kernel.provingGate = Effect.never
      const run = yield* found({ kernel })
      yield* pass(290_000, 10_000)
      assert.lengthOf(kernel.interrupted, 0)
      kernel.provingGate = Effect.void
      yield* pass(20_000, 1_000)
      assert.lengthOf(kernel.interrupted, 1)
      assert.strictEqual(trail(run).at(-1), "accepted")
    })
  )

  it.scoped("a winner whose proof crashes the prover actor every time is lost; the next one is proved", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      kernel.proofDefects = 3
      const run = yield* found({ kernel })
      yield* pass(5_000, 500)
      assert.strictEqual(trail(run).at(-1), "lost")
      yield* run.miner.share(networkDifficulty)
      yield* settle
      assert.strictEqual(trail(run, 2).at(-1), "accepted")
    })
  )

  it.scoped("a proof that our own verifier does not accept is never delivered", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      kernel.liar = true
      const run = yield* found({ kernel })
      yield* pass(3_000, 500)
      assert.strictEqual(trail(run).at(-1), "lost")
      assert.strictEqual(run.chain.delivered.length, 0)
    })
  )
})

describe("after a restart", () => {
  /** Two lives of one data folder and one chain. */
  const twice = (between: (run: TestPool) => Effect.Effect<void>, kernel = new FakeKernel(), verdict?: "lose") =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      if (verdict !== undefined) chain.verdict = verdict
      const ledger = new MemoryLedger()
      const first = yield* Effect.scoped(found({ chain, kernel, ledger }))
      yield* between(first)
      const second = yield* start({ chain, ledger })
      yield* settle
      return { ...second, first }
    })

  it.scoped("a delivered block that the chain took meanwhile is accepted and credited", () =>
    Effect.gen(function* () {
      const run = yield* twice(
        ({ chain, ledger }) => {
          assert.strictEqual(ledger.block(1).state, "submitted")
          return Effect.asVoid(chain.extend(ledger.block(1)))
        },
        new FakeKernel(),
        "lose"
      )
      assert.strictEqual(trail(run).at(-1), "accepted")
      assert.isTrue(run.ledger.balance("alice").immatureNicks > 0n)
    })
  )

  it.scoped("a block whose proof was cut off goes on when the chain offers its candidate again, else it is stale", () =>
    Effect.gen(function* () {
      for (const same of [true, false]) {
        const kernel = new FakeKernel()
        kernel.provingGate = Effect.never
        const run = yield* twice(({ chain }) => (same ? Effect.void : chain.refresh), kernel)
        assert.strictEqual(trail(run).at(-1), same ? "accepted" : "stale")
      }
    }).pipe(Effect.scoped)
  )

  it.scoped("a block of an earlier candidate goes on too, as long as the chain still takes it", () =>
    Effect.gen(function* () {
      const kernel = new FakeKernel()
      kernel.provingGate = Effect.never
      const run = yield* twice(({ chain }) => {
        chain.standing = [chain.candidate]
        return chain.refresh
      }, kernel)
      assert.strictEqual(trail(run).at(-1), "accepted")
      assert.strictEqual(run.chain.delivered.length, 1)
    })
  )

  it.scoped("an accepted block that was not credited is credited, once", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      const ledger = new MemoryLedger()
      ledger.failing.set("credit", 1_000)
      yield* Effect.scoped(found({ chain, ledger }))
      assert.strictEqual(ledger.balance("alice").immatureNicks, 0n)
      ledger.failing.clear()
      yield* start({ chain, ledger })
      yield* settle
      const once = ledger.balance("alice").immatureNicks
      assert.isTrue(once > 0n)
      yield* start({ chain, ledger })
      yield* settle
      assert.strictEqual(ledger.balance("alice").immatureNicks, once)
    })
  )
})

describe("payments", () => {
  const rich = (swaps: Swaps = {}) =>
    Effect.gen(function* () {
      const run = yield* found(swaps)
      for (let i = 0; i < run.chain.maturity; i++) yield* run.chain.extend()
      yield* settle
      return run
    })

  it.scoped("planned, sent and confirmed at the interval, once", () =>
    Effect.gen(function* () {
      const run = yield* rich({ payout: { intervalMillis: 60_000 } })
      const due = run.ledger.balance("alice").payableNicks
      yield* pass(61_000, 10_000)
      assert.deepStrictEqual([...run.chain.paid.values()], [[{ pkh: "alice", nicks: due }]])
      assert.strictEqual(run.ledger.plans[0]?.state, "confirmed")
      yield* pass(120_000, 10_000)
      assert.strictEqual(run.chain.paid.size, 1)
      assert.deepStrictEqual(
        [run.ledger.balance("alice").payableNicks, run.ledger.balance("alice").paidNicks],
        [0n, due]
      )
    })
  )

  it.scoped("a payment cut off by a crash is asked again with its id, before anything new is planned", () =>
    Effect.gen(function* () {
      const run = yield* rich()
      run.ledger.failing.set("payoutState", 1)
      yield* run.pool.payNow
      assert.strictEqual(run.ledger.plans[0]?.state, "planned")
      assert.match((yield* run.pool.status).payout.problem ?? "", /disk is full/)
      yield* run.pool.payNow
      assert.strictEqual(run.ledger.plans[0]?.state, "confirmed")
      assert.deepStrictEqual([run.chain.paid.size, run.ledger.plans.length], [1, 1])
    })
  )

  it.scoped("refused: the amounts return; accounts that cannot be paid are left out", () =>
    Effect.gen(function* () {
      const run = yield* rich()
      const due = run.ledger.balance("alice").payableNicks
      run.chain.payProblem = "no such address"
      yield* run.pool.payNow
      assert.strictEqual(run.ledger.plans[0]?.state, "failed")
      assert.strictEqual(run.ledger.balance("alice").payableNicks, due)
      const other = yield* rich({ payout: { payable: (minerId) => minerId !== "alice" } })
      yield* other.pool.payNow
      assert.strictEqual(other.ledger.plans.length, 0)
    })
  )

  it.scoped("more accounts than one transaction takes are all paid in one round; a refusal ends the round", () =>
    Effect.gen(function* () {
      const run = yield* start()
      for (const minerId of ["alice", "bob"]) {
        yield* (yield* TestMiner.connect(run.pool, { minerId })).share()
      }
      yield* (yield* TestMiner.connect(run.pool, { minerId: "carol" })).share(networkDifficulty)
      yield* settle
      for (let i = 0; i < run.chain.maturity; i++) yield* run.chain.extend()
      yield* settle
      run.ledger.outputsPerPlan = 1
      run.chain.payProblem = "no such address"
      yield* run.pool.payNow
      assert.deepStrictEqual(
        run.ledger.plans.map(({ state }) => state),
        ["failed"]
      )
      run.chain.payProblem = null
      yield* run.pool.payNow
      assert.sameMembers(
        [...run.chain.paid.values()].flatMap((outputs) => outputs.map(({ pkh }) => pkh)),
        ["alice", "bob", "carol"]
      )
    })
  )

  it.scoped("books that do not balance stop all payments", () =>
    Effect.gen(function* () {
      const run = yield* rich()
      run.ledger.unbalanced = "1 nick is missing"
      yield* run.pool.payNow
      assert.strictEqual(run.ledger.plans.length, 0)
      assert.match((yield* run.pool.status).payout.problem ?? "", /1 nick is missing/)
    })
  )

  it.scoped("where the source cannot pay, the plan stays for export", () =>
    Effect.gen(function* () {
      const chain = yield* FakeChain.make()
      chain.canPay = false
      const run = yield* rich({ chain })
      yield* run.pool.payNow
      yield* run.pool.payNow
      assert.deepStrictEqual(
        run.ledger.plans.map(({ state }) => state),
        ["planned"]
      )
      assert.isFalse((yield* run.pool.status).payout.enabled)
    })
  )
})

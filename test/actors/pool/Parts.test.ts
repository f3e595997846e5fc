/**
 * Small parts of the pool: token buckets, sessions, the intake queue, who leads among winners.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Fiber } from "effect"
import { Aims } from "../../../actors/pool/Aim.ts"
import { Intake } from "../../../actors/pool/Intake.ts"
import { targetOf } from "../../../actors/pool/Job.ts"
import type { BlockState, PoolBlock } from "../../../actors/pool/Ledger.ts"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import { Sessions } from "../../../actors/pool/Session.ts"
import { TokenBucket } from "../../../actors/pool/TokenBucket.ts"
import * as Vardiff from "../../../actors/pool/Vardiff.ts"
import { Winners } from "../../../actors/pool/Winners.ts"
import { limbs } from "../../harness/pool/FakeKernel.ts"

describe("token bucket", () => {
  it("never gives more than the burst and the rate allow, and always what they allow", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }), (steps, rate, burst) => {
        const bucket = new TokenBucket(rate, burst, 0)
        let now = 0
        let given = 0
        for (const gap of steps) {
          now += gap
          const wait = bucket.wait(now)
          const taken = bucket.take(now)
          assert.strictEqual(taken, wait === 0)
          if (taken) given += 1
          assert.isAtMost(given, burst + (now * rate) / 1_000 + 1e-6)
        }
        // A caller that waits as it was told is served.
        const wait = bucket.wait(now)
        assert.isTrue(bucket.take(now + wait))
      })
    )
  })
})

describe("sessions", () => {
  it("a session is found by its whole secret only, until it has waited too long", () => {
    let serial = 0
    const sessions = new Sessions(100, 1_000, () => `secret-${serial++}`)
    const open = (now: number) => sessions.open("alice", "rig", Vardiff.start(1n, now), now)
    const { secret, session } = open(0)
    assert.strictEqual(sessions.find(secret), session)
    for (const wrong of ["", ".", secret.slice(0, -1), `${secret}x`, secret.replace("1.", "2."), "1"]) {
      assert.isUndefined(sessions.find(wrong))
    }
    sessions.detached(session, 0)
    open(999)
    assert.strictEqual(sessions.find(secret), session)
    open(1_000)
    assert.isUndefined(sessions.find(secret))
  })

  it("those that wait are bounded, the oldest go first; those that are served never go", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (served) => {
        const sessions = new Sessions(10, 1_000_000)
        const opened = served.map((stays, now) => {
          const { secret, session } = sessions.open("alice", "", Vardiff.start(1n, now), now)
          if (!stays) sessions.detached(session, now)
          return { secret, session, stays }
        })
        const living = opened.filter(({ stays }) => stays)
        assert.isAtMost(sessions.size, Math.max(10, living.length) + 1)
        for (const { secret, session } of living) assert.strictEqual(sessions.find(secret), session)
      })
    )
  })

  it("former prefixes are few, and end", () => {
    const { session } = new Sessions(10, 1_000).open("alice", "", Vardiff.start(1n, 0), 0)
    for (let n = 1n; n <= 10n; n++) session.leaves(n, Number(n) * 100)
    assert.deepStrictEqual(
      [6n, 7n, 8n, 9n, 10n].map((prefix) => session.owned(prefix, 0)),
      [false, true, true, true, true]
    )
    assert.isFalse(session.owned(10n, 1_000))
  })
})

describe("intake", () => {
  it("everything that is added is taken once, in order, whoever waits for whom", async () => {
    const plan = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(plan, fc.integer({ min: 1, max: 5 }), (sizes, max) =>
        Effect.runPromise(
          Effect.gen(function* () {
            const intake = new Intake<number>()
            const total = sizes.reduce((sum, size) => sum + size, 0)
            const taken: Array<number> = []
            const taker = yield* Effect.fork(
              Effect.gen(function* () {
                while (taken.length < total) {
                  const batch = yield* intake.take(max)
                  assert.isTrue(batch.length >= 1 && batch.length <= max)
                  taken.push(...batch)
                }
              })
            )
            let next = 0
            for (const size of sizes) {
              for (let i = 0; i < size; i++) intake.add(next++)
              if (size % 2 === 0) yield* Effect.yieldNow()
            }
            yield* Fiber.join(taker)
            assert.deepStrictEqual(
              taken,
              Array.from({ length: total }, (_, i) => i)
            )
          })
        )
      ),
      { numRuns: 50 }
    )
  })

  it.effect("an interrupted taker takes nothing along", () =>
    Effect.gen(function* () {
      const intake = new Intake<number>()
      const taker = yield* Effect.fork(intake.take(10))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(taker)
      intake.add(1)
      assert.deepStrictEqual(yield* intake.take(10), [1])
    })
  )
})

describe("aims", () => {
  it("one record per difficulty, with its target", () => {
    const aims = new Aims()
    assert.strictEqual(aims.of(1_024n), aims.of(1_024n))
    assert.strictEqual(Limbs.toNumber(aims.of(1_024n).limbs), targetOf(1_024n))
  })
})

describe("leader among winners", () => {
  const block = (id: number, commitment: bigint, state: BlockState): PoolBlock => ({
    id,
    state,
    height: 1,
    jobId: "j",
    commitment: limbs([commitment]),
    nonce: limbs([BigInt(id)]),
    minerId: "alice",
    worker: "",
    blockId: null,
    rewardNicks: 0n,
    networkDifficulty: 1n,
    foundAt: 0,
    detail: ""
  })

  it("exactly one per commitment: the furthest, of equals the first", () => {
    const states = ["found", "proving", "submitted", "accepted", "orphaned"] as const
    const rows = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 3n }), fc.constantFrom(...states)), { maxLength: 20 })
    fc.assert(
      fc.property(rows, (given) => {
        const winners = new Winners()
        for (const [at, [commitment, state]] of given.entries()) winners.adopt(block(at + 1, commitment, state))
        for (const commitment of [0n, 1n, 2n, 3n]) {
          const of = winners.all.filter((winner) => Limbs.limbAt(winner.block.commitment, 0) === commitment)
          const leaders = new Set(of.map((winner) => winners.leader(winner)))
          assert.isAtMost(leaders.size, 1)
          for (const leader of leaders) {
            for (const { block: other, state } of of) {
              const order = ["orphaned", "found", "proving", "submitted", "accepted"]
              const ahead = order.indexOf(state) - order.indexOf(leader.state)
              assert.isTrue(ahead < 0 || (ahead === 0 && other.id >= leader.block.id))
            }
          }
        }
      })
    )
  })
})

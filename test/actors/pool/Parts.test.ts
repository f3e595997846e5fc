/**
 * Small parts of the pool: token buckets, sessions, the intake queue, who leads among winners.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Fiber } from "effect"
import { Aims } from "../../../actors/pool/Aim.ts"
import * as Grade from "../../../actors/pool/Grade.ts"
import { Intake } from "../../../actors/pool/Intake.ts"
import { targetOf } from "../../../actors/pool/Job.ts"
import type { BlockState, PoolBlock } from "../../../actors/pool/Ledger.ts"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import { NoncePrefixes } from "../../../actors/pool/NoncePrefixes.ts"
import { Sessions } from "../../../actors/pool/Session.ts"
import * as Ticket from "../../../actors/pool/Ticket.ts"
import { TokenBucket } from "../../../actors/pool/TokenBucket.ts"
import { Winners } from "../../../actors/pool/Winners.ts"
import { limbs, numberOf } from "../../harness/pool/FakeKernel.ts"

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

  it("a clock that was set back stops nobody until the old time comes again", () => {
    const bucket = new TokenBucket(10, 1, 3_600_000)
    assert.isTrue(bucket.take(3_600_000))
    assert.isFalse(bucket.take(0))
    assert.isTrue(bucket.take(100))
  })
})

describe("sessions", () => {
  const key = new Uint8Array(Ticket.keyBytes).fill(7)
  let generation = 0
  const sessionsOf = (max: number, waitMillis: number, own = key) =>
    new Sessions(max, waitMillis, new NoncePrefixes(() => generation++), own)
  const alice = { minerId: "alice", worker: "rig" }
  const first = (difficulty: bigint) => ({ difficulty, easiest: difficulty, jobs: 1, quietMillis: 0 })
  const forgotten = { easiest: 1n, jobs: 1, quietMillis: 0 }

  it("a session is found by a whole ticket only, until it has waited too long; any of its tickets will do", () => {
    const sessions = sessionsOf(100, 1_000)
    const session = sessions.open(alice, first(1n), 0)
    const early = sessions.ticket(session)
    session.ask(64n, 1, 0)
    const second = sessions.ticket(session)
    assert.notStrictEqual(early, second)
    for (const ticket of [early, second]) assert.strictEqual(sessions.find(ticket), session)
    for (const wrong of ["", ".", second.slice(0, -1), `${second}x`, `${second.slice(0, -2)}zz`, "x".repeat(32)]) {
      assert.isUndefined(sessions.find(wrong))
      assert.isUndefined(sessions.resume(wrong, alice, forgotten, 0))
    }
    sessions.detached(session, 0)
    sessions.open(alice, first(1n), 999)
    assert.strictEqual(sessions.find(second), session)
    sessions.open(alice, first(1n), 1_000)
    assert.isUndefined(sessions.find(second))
  })

  it("a ticket brings prefix and difficulty to the next process; of another account or another key it is nothing", () => {
    fc.assert(
      fc.property(
        fc.bigInt(1n, 2n ** 200n),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 1, max: 255 }),
        (d, at, flip) => {
          const before = sessionsOf(10, 1_000)
          const session = before.open(alice, first(d), 0)
          const ticket = before.ticket(session)
          const after = sessionsOf(10, 1_000)
          assert.isUndefined(after.find(ticket))
          const bytes = Buffer.from(ticket, "base64url")
          bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at)
          for (const [forged, who] of [
            [bytes.toString("base64url"), alice],
            [ticket, { ...alice, minerId: "mallory" }]
          ] as const) {
            assert.isUndefined(after.resume(forged, who, forgotten, 0))
          }
          assert.isUndefined(sessionsOf(10, 1_000, new Uint8Array(Ticket.keyBytes)).resume(ticket, alice, forgotten, 0))
          const resumed = after.resume(ticket, alice, forgotten, 0)
          assert.strictEqual(resumed?.prefix, session.prefix)
          assert.strictEqual(resumed?.vardiff.difficulty, Grade.rounded(d))
          assert.strictEqual(after.find(ticket), resumed)
          assert.strictEqual(after.resume(ticket, alice, forgotten, 1), resumed)
        }
      )
    )
  })

  it("asks for what a share was searched for when that can have been given with its job, else for the present", () => {
    const session = sessionsOf(10, 1_000).open(alice, first(64n), 0)
    assert.strictEqual(session.demands(32n, 1), 64n)
    session.ask(256n, 5, 0)
    session.ask(512n, 7, 0)
    const demanded = [64n, 256n, 512n, 1_024n, 48n].map((own) => [session.demands(own, 7), session.demands(own, 8)])
    assert.deepStrictEqual(demanded, [
      [64n, 512n],
      [256n, 512n],
      [512n, 512n],
      [1_024n, 1_024n],
      [512n, 512n]
    ])
    // Asked for the same again: nothing is late for that.
    session.ask(512n, 9, 0)
    assert.strictEqual(session.demands(64n, 8), 512n)
  })

  it("those that wait are bounded, the oldest go first; those that are served never go", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 100 }), (served) => {
        const sessions = sessionsOf(10, 1_000_000)
        const opened = served.map((stays, now) => {
          const session = sessions.open(alice, first(1n), now)
          if (!stays) sessions.detached(session, now)
          return { ticket: sessions.ticket(session), session, stays }
        })
        const living = opened.filter(({ stays }) => stays)
        assert.isAtMost(sessions.size, Math.max(10, living.length) + 1)
        for (const { ticket, session } of living) assert.strictEqual(sessions.find(ticket), session)
      })
    )
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
    assert.strictEqual(numberOf(aims.of(1_024n).limbs), targetOf(1_024n))
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

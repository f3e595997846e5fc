/**
 * The pure parts of the pool, each against what it promises, with random input.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Random } from "effect"
import { accountsPerIp, Bans } from "../../../actors/pool/Bans.ts"
import { Door } from "../../../actors/pool/Door.ts"
import * as Grade from "../../../actors/pool/Grade.ts"
import { type Candidate, difficultyOf, maxTarget, p, targetOf } from "../../../actors/pool/Job.ts"
import { JobTable } from "../../../actors/pool/JobTable.ts"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import { NoncePrefixes, perGeneration } from "../../../actors/pool/NoncePrefixes.ts"
import { defaultBoard, defaultLimits } from "../../../actors/pool/PoolSettings.ts"
import { Rate } from "../../../actors/pool/Rate.ts"
import { SeenNonces } from "../../../actors/pool/SeenNonces.ts"
import { limbs, numberOf } from "../../harness/pool/FakeKernel.ts"

const value = fc.bigInt({ min: 0n, max: maxTarget })
const limb = fc.oneof(fc.bigInt({ min: 0n, max: p - 1n }), fc.constantFrom(0n, 1n, p - 1n, 2n ** 32n - 1n, 2n ** 32n))
const five = fc.array(limb, { minLength: 5, maxLength: 5 })

describe("limbs", () => {
  it("a number survives the way into limbs and back, and order is kept", () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const [left, right] = [Limbs.ofNumber(a), Limbs.ofNumber(b)]
        assert.strictEqual(numberOf(left), a)
        assert.isTrue(Limbs.areLimbs(left))
        assert.strictEqual(Limbs.atMost(left, right), a <= b)
        assert.isTrue(Limbs.atMost(left, left))
      })
    )
  })

  it("a limb at p or above is refused, wherever it is; every limb below is not", () => {
    fc.assert(
      fc.property(five, fc.integer({ min: 0, max: 4 }), fc.bigInt({ min: p, max: 2n ** 64n - 1n }), (good, at, bad) => {
        assert.isTrue(Limbs.areLimbs(limbs(good)))
        assert.isFalse(Limbs.areLimbs(limbs(good.with(at, bad))))
        assert.strictEqual(Limbs.prefixOf(limbs(good)), good[4])
      })
    )
    for (const bad of [p, p + 1n, 2n ** 64n - 1n]) assert.isFalse(Limbs.areLimbs(limbs([0n, bad, 0n, 0n, 0n])))
    for (const size of [0, 8, 39, 41]) assert.isFalse(Limbs.areLimbs(new Uint8Array(size)))
  })

  it("targets beyond the largest digest are met by everything", () => {
    assert.deepStrictEqual(Limbs.ofNumber(2n ** 320n), Limbs.ofNumber(maxTarget))
  })
})

describe("difficulty", () => {
  it("a target made for a difficulty has at least that difficulty, and the next easier one has not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 100n }), (difficulty) => {
        const target = targetOf(difficulty)
        assert.isTrue(difficultyOf(target) >= difficulty)
        if (target < maxTarget) assert.isTrue(difficultyOf(target + 1n) <= difficulty)
      })
    )
  })
})

describe("grades", () => {
  it("say a difficulty to five significant bits, rounded down, in the order of the difficulties", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 31n << 62n), fc.bigInt(1n, 2n ** 300n), (difficulty, other) => {
        const rounded = Grade.rounded(difficulty)
        assert.isTrue(rounded <= difficulty && difficulty - rounded <= difficulty / 16n)
        assert.strictEqual(Grade.rounded(rounded), rounded)
        const [a, b] = [Grade.gradeOf(difficulty), Grade.gradeOf(other)]
        assert.isTrue(a >= 1 && b <= 1023)
        assert.strictEqual(a < b, Grade.difficultyOf(a) < Grade.difficultyOf(b))
        if (difficulty <= other) assert.isTrue(a <= b)
      })
    )
    for (let grade = 1; grade < 1024; grade++) assert.strictEqual(Grade.gradeOf(Grade.difficultyOf(grade)), grade)
    assert.strictEqual(Grade.difficultyOf(0), 1n)
  })

  it("stand in a prefix without touching the session's part", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 54n - 1n), fc.integer({ min: 0, max: 1023 }), (session, grade) => {
        const prefix = Grade.withGrade(session << Grade.gradeBits, grade)
        assert.strictEqual(Grade.sessionIn(prefix), session << Grade.gradeBits)
        assert.strictEqual(Grade.gradeIn(prefix), grade)
      })
    )
  })
})

describe("nonce prefixes", () => {
  it("never twice in a process, always below p, over the end of a generation too", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 2 }), fc.integer({ min: 1, max: 100 }), (generation, before) => {
        let next = generation
        const prefixes = new NoncePrefixes(() => next++ % (2 ** 32 - 1), perGeneration - before)
        const given = Array.from({ length: 200 }, () => prefixes.next())
        assert.strictEqual(new Set(given).size, given.length)
        for (const prefix of given) {
          assert.isTrue(prefix >= 0n && Grade.withGrade(prefix, 1023) < p)
          assert.strictEqual(Grade.gradeIn(prefix), 0)
        }
      })
    )
  })

  it.effect("two processes do not overlap", () =>
    Effect.gen(function* () {
      const seen = new Set<bigint>()
      for (let seed = 0; seed < 200; seed++) {
        const prefixes = yield* Effect.withRandom(NoncePrefixes.make, Random.make(seed))
        for (let i = 0; i < 10; i++) seen.add(prefixes.next())
      }
      assert.strictEqual(seen.size, 2_000)
    })
  )
})

describe("rate", () => {
  const fade = 300_000

  it("a steady stream reads as what it is, at every age, and fades when it stops", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 20, max: 5_000 }), (amount, seconds) => {
        const rate = new Rate(0, fade)
        for (let s = 1; s <= seconds; s++) rate.add(amount, s * 1_000)
        assert.approximately(rate.perSecond(seconds * 1_000) / amount, 1, 0.06)
        assert.isBelow(rate.perSecond(seconds * 1_000 + 3_000_000), amount / 1_000)
      }),
      { numRuns: 20 }
    )
    assert.strictEqual(new Rate(0, fade).perSecond(0), 0)
  })

  it("what comes while it is quiet is of before; a clock that is set back far does not make it quiet for long", () => {
    const rate = new Rate(86_400_000, fade, 10_000)
    for (let burst = 0; burst < 1_000; burst++) rate.add(7, 86_400_000 + burst)
    assert.strictEqual(rate.perSecond(86_409_999), 0)
    for (let s = 11; s <= 60; s++) rate.add(7, 86_400_000 + s * 1_000)
    assert.approximately(rate.perSecond(86_460_000), 7, 0.3)
    const back = new Rate(86_400_000, fade, 10_000)
    for (let s = 1; s <= 60; s++) back.add(7, s * 1_000)
    assert.approximately(back.perSecond(60_000), 7, 0.3)
  })

  it("a clock that is set back makes it neither higher nor lower", () => {
    for (const back of [10_000, 600_000, 86_400_000]) {
      const rate = new Rate(86_400_000, fade)
      for (let s = 1; s <= 60; s++) rate.add(7, 86_400_000 + s * 1_000)
      for (let s = 61; s <= 2_000; s++) rate.add(7, 86_400_000 - back + s * 1_000)
      assert.approximately(rate.perSecond(86_400_000 - back + 2_000_000), 7, 0.2)
    }
  })
})

describe("seen nonces", () => {
  it("remembers the latest ones and stays within its bound", () => {
    const seen = new SeenNonces(100)
    const nth = (n: number) => limbs([BigInt(n)])
    for (let n = 0; n < 1_000; n++) {
      assert.strictEqual(seen.add(nth(n)), "new")
      seen.answered(nth(n))
    }
    assert.strictEqual(seen.size, 100)
    assert.strictEqual(seen.add(nth(950)), "known")
    assert.strictEqual(seen.add(nth(1)), "new")
    seen.forget(nth(950))
    assert.strictEqual(seen.add(nth(950)), "new")
  })

  it("what has no answer yet is not known: it waits, also when its place was given away", () => {
    const seen = new SeenNonces(2)
    const nth = (n: number) => limbs([BigInt(n)])
    for (const n of [1, 2, 3]) assert.strictEqual(seen.add(nth(n)), "new")
    assert.deepStrictEqual([seen.add(nth(1)), seen.add(nth(3))], ["waiting", "waiting"])
    seen.answered(nth(3))
    assert.strictEqual(seen.add(nth(3)), "known")
    seen.forget(nth(1))
    assert.strictEqual(seen.add(nth(1)), "new")
  })
})

describe("bans", () => {
  it("the table never outgrows its bound: the oldest go first", () => {
    const bans = new Bans(3)
    for (let i = 0; i < 10; i++) bans.ip(`10.0.0.${i}`, 1_000, "test")
    assert.strictEqual(bans.count(0), 3)
    assert.deepStrictEqual(
      bans.list(0).map(({ whom }) => whom),
      ["10.0.0.7", "10.0.0.8", "10.0.0.9"]
    )
  })

  it("one account of an address does not ban the others; several do; bans end; bans are lifted", () => {
    const bans = new Bans(100)
    assert.strictEqual(bans.account("1.1.1.1", "eve", 1_000, "rubbish", 0).length, 1)
    assert.isDefined(bans.find("1.1.1.1", "eve", 500))
    assert.isUndefined(bans.find("1.1.1.1", "alice", 500))
    assert.isUndefined(bans.find("2.2.2.2", "eve", 500))
    assert.isUndefined(bans.find("1.1.1.1", "eve", 1_000))
    for (let n = 0; n < accountsPerIp; n++) bans.account("1.1.1.1", `sock${n}`, 1_000, "rubbish", 0)
    assert.isDefined(bans.find("1.1.1.1", "alice", 500))
    assert.strictEqual(bans.lift("1.1.1.1"), accountsPerIp + 1)
    assert.isUndefined(bans.find("1.1.1.1", "sock1", 500))
    bans.account("3.3.3.3", "eve", 1_000, "rubbish", 0)
    assert.deepStrictEqual([bans.count(999), bans.lift("eve"), bans.count(999)], [1, 1, 0])
    bans.ip("4.4.4.4", 1_000, "rubbish")
    assert.strictEqual(bans.count(1_000), 0)
  })
})

describe("door", () => {
  const door = (more: Partial<typeof defaultLimits>) => new Door({ ...defaultLimits, ...more })

  it("counts in and out: limits per address and in all hold, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean()), { maxLength: 200 }), (steps) => {
        const it = door({ maxConnections: 6, maxConnectionsPerIp: 3, connectsPerSecondPerIp: 1_000_000 })
        const open = new Map<string, number>()
        steps.forEach(([from, comes], now) => {
          const ip = `10.0.0.${from}`
          const here = open.get(ip) ?? 0
          const all = Array.from(open.values()).reduce((sum, n) => sum + n, 0)
          if (comes) {
            const refusal = it.enter(ip, now * 1_000)
            assert.strictEqual(
              refusal?.reason ?? null,
              all >= 6 ? "too-many" : here >= 3 ? "too-many-from-address" : null
            )
            if (refusal === null) open.set(ip, here + 1)
          } else if (here > 0) {
            it.leave(ip, now * 1_000)
            open.set(ip, here - 1)
          }
        })
      })
    )
  })

  it("the pace of one address does not touch another, and refills", () => {
    const it = door({ maxConnectionsPerIp: 2, connectsPerSecondPerIp: 1 })
    for (let i = 0; i < 2; i++) {
      assert.isNull(it.enter("a", 0))
      it.leave("a", 0)
    }
    const refusal = it.enter("a", 0)
    assert.strictEqual(refusal?.reason, "too-fast")
    assert.isAbove(refusal?.retryAfterMillis ?? 0, 0)
    assert.isNull(it.enter("b", 0))
    assert.isNull(it.enter("a", 1_000))
  })

  it("the table of addresses stays within its bound, however many of them are busy", () => {
    const it = door({ maxConnections: 1_000_000 })
    const busy = 2_000
    for (let n = 0; n < busy; n++) assert.isNull(it.enter(`busy ${n}`, 0))
    for (let n = 0; n < 70_000; n++) {
      assert.isNull(it.enter(`guest ${n}`, 0))
      it.leave(`guest ${n}`, 0)
    }
    assert.strictEqual(it.known, 65_536)
    // Who is connected is never forgotten: each is counted out once.
    for (let n = 0; n < busy; n++) it.leave(`busy ${n}`, 1_000_000)
    assert.strictEqual(it.open, 0)
    assert.strictEqual(it.known, 65_536 - busy)
  })

  it("wrong tokens within a minute add up, older ones do not", () => {
    const it = door({ maxWrongTokens: 3 })
    assert.isFalse(it.wrongToken("a", 0))
    assert.isFalse(it.wrongToken("a", 1))
    assert.isFalse(it.wrongToken("a", 61_000))
    assert.isFalse(it.wrongToken("a", 61_001))
    assert.isTrue(it.wrongToken("a", 61_002))
  })
})

describe("job table", () => {
  let serial = 0n
  const candidate = (parent: string, more: Partial<Candidate> = {}): Candidate => ({
    version: 5,
    commitment: limbs([serial++]),
    target: maxTarget / 1_000n,
    powLength: 64,
    height: 7,
    parent,
    createdAt: 0,
    ...more
  })

  it("a refresh keeps earlier jobs of the parent open, a new parent closes all of them", () => {
    const table = new JobTable(defaultBoard)
    const first = table.issue(candidate("a"), 0)
    const second = table.issue(candidate("a"), 1)
    assert.deepStrictEqual([first?.job.clean, second?.job.clean], [true, false])
    assert.strictEqual(table.find(first?.job.jobId ?? "", 2)._tag, "Open")
    const third = table.issue(candidate("b"), 3)
    assert.isTrue(third?.job.clean)
    for (const old of [first, second]) assert.strictEqual(table.find(old?.job.jobId ?? "", 4)._tag, "Stale")
    assert.strictEqual(table.find("run-zzz", 4)._tag, "Unknown")
  })

  it("the same candidate again is no new job", () => {
    const table = new JobTable(defaultBoard)
    const same = candidate("a")
    assert.isNotNull(table.issue(same, 0))
    assert.isNull(table.issue(same, 1))
    assert.strictEqual(table.issued, 1)
  })

  it("open jobs are bounded, ids never repeat, only the present parent is open", () => {
    const parents = fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(parents, (names) => {
        const table = new JobTable({ ...defaultBoard, recentJobs: 4 })
        const issued = names.map((parent, now) => table.issue(candidate(parent), now))
        const ids = issued.map((entry) => entry?.job.jobId ?? "")
        assert.strictEqual(new Set(ids).size, ids.length)
        assert.isAtMost(table.openJobs, 4)
        const last = names.at(-1)
        for (const entry of issued) {
          const found = table.find(entry?.job.jobId ?? "", names.length)
          assert.notStrictEqual(found._tag, "Unknown")
          if (found._tag === "Open") assert.strictEqual(found.entry.job.candidate.parent, last)
        }
      })
    )
  })

  it("a commitment keeps its id when the chain comes back to it, so no nonce counts twice", () => {
    const table = new JobTable(defaultBoard)
    const [a, b, other] = [candidate("p"), candidate("p"), candidate("q")]
    const first = table.issue(a, 0)
    const nonce = limbs([1n])
    assert.strictEqual(first?.seen.add(nonce), "new")
    table.issue(b, 1)
    // Still open: the very same job, with what was handed in for it.
    const again = table.issue(a, 2)
    assert.strictEqual(again, first)
    assert.strictEqual(again?.seen.add(nonce), "waiting")
    assert.strictEqual(table.current, first)
    // Closed meanwhile: the same id, under which the ledger knows its nonces.
    table.issue(other, 3)
    const returned = table.issue(a, 4)
    assert.strictEqual(returned?.job.jobId, first?.job.jobId)
    assert.isTrue(returned?.job.clean)
    assert.strictEqual(table.find(returned?.job.jobId ?? "", 5)._tag, "Open")
    assert.strictEqual(table.issued, 5)
  })

  it("jobs of before a restart are open beside the present one, under their names", () => {
    const before = new JobTable(defaultBoard)
    const [old, first, second] = [candidate("o"), candidate("p"), candidate("p")]
    before.issue(old, 0)
    const ids = [first, second].map((one) => before.issue(one, 1)?.job.jobId ?? "")
    const after = new JobTable(defaultBoard)
    after.reopen([first, second], 100)
    assert.isNull(after.current)
    const present = after.issue(second, 100)
    assert.strictEqual(present?.job.jobId, ids[1])
    for (const id of ids) assert.strictEqual(after.find(id, 101)._tag, "Open")
    assert.strictEqual(after.open(first.commitment)?.job.candidate, first)
    const nonce = limbs([1n])
    assert.strictEqual(present?.seen.add(nonce), "new")
    // Asked again by the same process: nothing is lost, and a chain that went on meanwhile closes them.
    after.reopen([first, second], 102)
    assert.strictEqual(after.current, present)
    assert.strictEqual(present?.seen.add(nonce), "waiting")
    const third = candidate("q")
    after.reopen([third], 103)
    assert.isNull(after.current)
    for (const id of ids) assert.strictEqual(after.find(id, 104)._tag, "Stale")
    assert.strictEqual(after.issue(third, 105), after.open(third.commitment))
    assert.strictEqual(after.openJobs, 1)
  })

  it("an earlier job expires; the present one does when it is said, and never while it is sent again", () => {
    const table = new JobTable({ ...defaultBoard, lifetimeMillis: 100 })
    const [old, present] = [0, 50].map((now) => table.issue(candidate("a"), now)?.job.jobId ?? "")
    assert.strictEqual(table.find(old ?? "", 99)._tag, "Open")
    assert.strictEqual(table.find(old ?? "", 100)._tag, "Stale")
    // The machine slept, or its clock was set.
    assert.strictEqual(table.find(present ?? "", 3_600_000)._tag, "Open")
    assert.strictEqual(table.renew(3_600_000)?.job.jobId, present)
    table.expire(3_600_099)
    assert.strictEqual(table.current?.job.jobId, present)
    table.expire(3_600_100)
    assert.isNull(table.current)
    assert.strictEqual(table.find(present ?? "", 3_600_101)._tag, "Stale")
    assert.isNull(table.renew(3_600_102))
  })
})

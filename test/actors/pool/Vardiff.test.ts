/**
 * Variable difficulty against simulated miners: it finds the aim, follows, and never runs away.
 */
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { defaultVardiff } from "../../../actors/pool/PoolSettings.ts"
import * as Vardiff from "../../../actors/pool/Vardiff.ts"

const settings = { ...defaultVardiff, minimumDifficulty: 16n }
const ceiling = 2n ** 60n

/** A random number generator of the test's own (mulberry32): exponential gaps need many numbers. */
const random = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Mines at `rate` digests per second for a while; shares and timers drive reviews as in the pool. */
const mine = (start: Vardiff.Vardiff, rate: (now: number) => number, until: number, seed: number) => {
  const next = random(seed)
  let vardiff = start
  let now = start.since
  let shares = 0
  const changes: Array<{ readonly at: number; readonly difficulty: bigint }> = []
  const look = () => {
    const before = vardiff
    vardiff = Vardiff.review(vardiff, now, settings, ceiling)
    if (vardiff.difficulty !== before.difficulty) changes.push({ at: now, difficulty: vardiff.difficulty })
  }
  while (now < until) {
    const perMilli = rate(now) / Number(vardiff.difficulty) / 1_000
    const gap = perMilli === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - next()) / perMilli
    const due = Vardiff.dueAt(vardiff, now, settings)
    // A step of at most 5 s, because the rate may change.
    const step = Math.min(now + gap, Math.max(due, now + 1), now + 5_000)
    const found = step === now + gap
    now = step
    if (found) {
      vardiff = Vardiff.counted(vardiff, now)
      shares += 1
    }
    if (found || now >= due) look()
  }
  return { vardiff, shares, changes }
}

const aim = (rate: number) => (rate * 60) / settings.sharesPerMinute

describe("vardiff", () => {
  it("finds about 20 shares per minute from any start, within ten minutes, for every rate", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 5, max: 40 }),
        fc.integer({ min: 5, max: 40 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (rateBits, startBits, seed) => {
          const rate = 2 ** rateBits
          const from = Vardiff.start(Vardiff.clamped(2n ** BigInt(startBits), settings, ceiling), 0)
          const end = 20 * 60_000
          const { changes } = mine(from, () => rate, end, seed)
          // Random shares may come so late for once that the difficulty falls: it is right for most of the time.
          const settled = 10 * 60_000
          const found = changes.findLast(({ at }) => at <= settled)?.difficulty ?? from.difficulty
          const steps = [{ at: settled, difficulty: found }, ...changes.filter(({ at }) => at > settled)]
          let right = 0
          steps.forEach(({ at, difficulty }, index) => {
            const ratio = Number(difficulty) / aim(rate)
            if (ratio > 0.4 && ratio < 2.5) right += (steps[index + 1]?.at ?? end) - at
          })
          assert.isAbove(right / (end - settled), 0.7)
        }
      ),
      { numRuns: 60, seed: 20 }
    )
  })

  it("steady miners are left alone: few changes in an hour once it has settled", () => {
    let changes = 0
    for (let seed = 1; seed <= 20; seed++) {
      const rate = 1_000_000
      const from = Vardiff.start(Vardiff.clamped(BigInt(aim(rate)), settings, ceiling), 0)
      changes += mine(from, () => rate, 3_600_000, seed).changes.length
    }
    assert.isBelow(changes / 20, 3)
  })

  it("share rate over an hour is within 15 % of 20 per minute on average", () => {
    let shares = 0
    for (let seed = 1; seed <= 20; seed++) {
      const from = Vardiff.start(Vardiff.clamped(BigInt(aim(50_000)), settings, ceiling), 0)
      shares += mine(from, () => 50_000, 3_600_000, seed).shares
    }
    assert.approximately(shares / 20 / 60, 20, 3)
  })

  it("falls when shares stop, without one: to the floor, step by step", () => {
    const from = Vardiff.start(2n ** 20n, 0)
    const { changes, shares, vardiff } = mine(from, () => 0, 3_600_000, 1)
    assert.strictEqual(shares, 0)
    assert.strictEqual(vardiff.difficulty, settings.minimumDifficulty)
    assert.deepStrictEqual(
      changes.slice(0, 2).map(({ at }) => at),
      [30_000, 60_000]
    )
    assert.strictEqual(changes[0]?.difficulty, 2n ** 18n)
  })

  it("a miner that loses most of its threads gets easier shares within a minute or two", () => {
    const from = Vardiff.start(Vardiff.clamped(BigInt(aim(1_000_000)), settings, ceiling), 0)
    const { changes } = mine(from, (now) => (now < 600_000 ? 1_000_000 : 50_000), 800_000, 3)
    const lowered = changes.filter(({ at }) => at > 600_000)
    assert.isAtLeast(lowered.length, 2)
    assert.isBelow(lowered[0]?.at ?? Number.POSITIVE_INFINITY, 720_000)
  })

  it("no step is larger than allowed and no difficulty leaves its limits, whatever is counted", () => {
    const any = fc.record({
      difficulty: fc.bigInt({ min: 1n, max: 2n ** 64n }),
      shares: fc.integer({ min: 0, max: 100_000 }),
      elapsed: fc.integer({ min: 0, max: 100_000_000 }),
      ceiling: fc.bigInt({ min: 1n, max: 2n ** 64n })
    })
    fc.assert(
      fc.property(any, ({ ceiling: top, difficulty, elapsed, shares }) => {
        const before = { difficulty: Vardiff.clamped(difficulty, settings, top), since: 0, shares }
        const after = Vardiff.review(before, elapsed, settings, top)
        assert.isTrue(after.difficulty <= top)
        assert.isTrue(after.difficulty >= (settings.minimumDifficulty < top ? settings.minimumDifficulty : top))
        assert.isTrue(after.difficulty <= before.difficulty * 4n)
        // Cutting to five significant bits takes away at most a sixteenth more.
        assert.isTrue(after.difficulty * 4n * 16n >= before.difficulty * 15n - 64n)
        if (after !== before) assert.strictEqual(after.shares, 0)
      })
    )
  })

  it("a clock that is set back starts the count anew, at the same difficulty", () => {
    const before = Vardiff.counted(Vardiff.start(1_024n, 86_400_000), 86_401_000)
    const after = Vardiff.review(before, 1_000, settings, ceiling)
    assert.deepStrictEqual(after, Vardiff.start(1_024n, 1_000))
    // The grace after a reconnection begins a little ahead.
    const graced = Vardiff.start(1_024n, 1_000 + settings.graceMillis)
    assert.strictEqual(Vardiff.review(graced, 1_000, settings, ceiling), graced)
  })

  it("the next look is always ahead", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 89_999 }), (now) => {
        assert.isAbove(Vardiff.dueAt(Vardiff.start(1n, 0), now, settings), now)
      })
    )
  })
})

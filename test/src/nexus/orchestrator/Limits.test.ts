import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck, TestClock } from "effect"
import * as Limits from "../../../../src/nexus/orchestrator/Limits.ts"

const rules = FastCheck.record({
  max: FastCheck.integer({ min: 1, max: 8 }),
  perMillis: FastCheck.integer({ min: 1, max: 1_000 }),
  minimumMillis: FastCheck.oneof(FastCheck.constant(0), FastCheck.integer({ min: 1, max: 1_500 }))
})
const gaps = FastCheck.array(FastCheck.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 })

/** The rule, written down naively over everything ever admitted. */
const mayAdmit = (admitted: ReadonlyArray<number>, rule: Limits.Rule, now: number) =>
  admitted.filter((at) => at > now - rule.perMillis).length < rule.max &&
  admitted.every((at) => now - at >= rule.minimumMillis)

describe("Limits", () => {
  it("admits exactly when the rule allows it, and says the shortest sufficient wait (property)", () => {
    FastCheck.assert(
      FastCheck.property(rules, gaps, (rule, steps) => {
        const admitted: Array<number> = []
        let log: Limits.Log = []
        let now = 1_000_000
        for (const gap of steps) {
          now += gap
          const outcome = Limits.admit(log, rule, now)
          assert.strictEqual(Either.isRight(outcome), mayAdmit(admitted, rule, now))
          if (Either.isRight(outcome)) {
            log = outcome.right
            admitted.push(now)
          } else {
            assert.isTrue(mayAdmit(admitted, rule, now + outcome.left))
            assert.isFalse(mayAdmit(admitted, rule, now + outcome.left - 1))
          }
          assert.isAtMost(log.length, rule.max + 1)
        }
      }),
      { seed: 7, numRuns: 500 }
    )
  })

  const admissions = (limiter: Limits.Limiter, kind: "fetch" | "submit", account: string, tries: number) =>
    Effect.map(
      Effect.forEach(Array.from({ length: tries }), () => Effect.either(limiter.take(kind, account))),
      (results) => ({
        admitted: results.filter(Either.isRight).length,
        last: results.at(-1)
      })
    )

  it.effect("gives each account 60 fetches and 100 submits a minute, apart from each other", () =>
    Effect.gen(function* () {
      const limiter = Limits.make(Limits.standard)
      assert.strictEqual((yield* admissions(limiter, "fetch", "a", 70)).admitted, 60)
      assert.strictEqual((yield* admissions(limiter, "submit", "a", 120)).admitted, 100)
      assert.strictEqual((yield* admissions(limiter, "fetch", "b", 70)).admitted, 60)
      yield* TestClock.adjust("59 seconds")
      const refused = yield* Effect.flip(limiter.take("fetch", "a"))
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.retryAfter, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* admissions(limiter, "fetch", "a", 70)).admitted, 60)
    })
  )

  it.effect("makes an account wait 120 s between fetches with the official limits, whatever its nodes", () =>
    Effect.gen(function* () {
      const limiter = Limits.make(Limits.official)
      yield* limiter.take("fetch", "a")
      yield* TestClock.adjust("30 seconds")
      const refused = yield* Effect.flip(limiter.take("fetch", "a"))
      assert.strictEqual(refused.retryAfter, 90)
      assert.include(refused.detail, "Rate limit exceeded for user")
      yield* TestClock.adjust("90 seconds")
      yield* limiter.take("fetch", "a")
      yield* limiter.take("submit", "a")
      assert.include((yield* Effect.flip(limiter.take("submit", "a"))).detail, "proof submission limit")
      yield* TestClock.adjust("100 millis")
      yield* limiter.take("submit", "a")
    })
  )

  it("reads its texts", () => {
    const read = (text: string) => Either.getOrNull(Limits.parse(text))
    assert.strictEqual(read("standard"), Limits.standard)
    assert.strictEqual(read("official"), Limits.official)
    assert.strictEqual(read("fetch=600,submit=1000")?.fetch.max, 600)
    assert.strictEqual(read("fetch=600,submit=1000")?.submit.max, 1000)
    for (const text of ["", "Official", "fetch=0,submit=1", "fetch=1", "fetch=1,submit=1,", "fetch=1e3,submit=1"]) {
      assert.isNull(read(text), text)
    }
    const error = Either.getOrNull(Either.flip(Limits.parse("lots")))
    assert.include(error?.message ?? "", '--limits "lots"')
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Retries from "../../../actors/nexus/Retries.ts"
import { endedBy, schedules, type Trouble } from "../../../actors/nexus/Schedules.ts"
import { seeded } from "../../harness/Harness.ts"
import { type SimulatedClock, simulated } from "../../harness/SimulatedClock.ts"

const nothing = { retryAfterMillis: null }

/** Fails `times` in a row, letting each delay pass; returns the delays. */
const fail = (
  clock: SimulatedClock,
  retries: Retries.Retries<Trouble>,
  trouble: Trouble,
  times: number,
  asked: { readonly retryAfterMillis: number | null } = nothing
) =>
  Effect.gen(function* () {
    const steps: Array<Retries.Step> = []
    for (let i = 0; i < times; i++) {
      const step = yield* retries.next(trouble, asked)
      steps.push(step)
      yield* clock.pass(step.delayMillis)
    }
    return steps
  })

const growing = (Object.keys(schedules) as Array<Trouble>).filter(
  (trouble) => !trouble.endsWith("RateLimited") && trouble !== "fetchNoTaskYet"
)

describe("Schedules", () => {
  for (const trouble of ["fetchRateLimited", "submitRateLimited"] as const) {
    it.effect(`${trouble}: 12 tries 30 to 60 s apart, then 300 s, for ever`, () =>
      simulated((clock) =>
        Effect.gen(function* () {
          const steps = yield* fail(clock, Retries.make(), trouble, 60)
          for (const [i, { cooling, delayMillis }] of steps.entries()) {
            if (i % 12 === 11) assert.deepStrictEqual([cooling, delayMillis], [true, 300_000])
            else assert.isTrue(!cooling && delayMillis >= 30_000 && delayMillis <= 60_000, `${i}: ${delayMillis}`)
          }
          const random = steps.filter(({ cooling }) => !cooling).map(({ delayMillis }) => delayMillis)
          assert.isAbove(new Set(random).size, 40)
          assert.isBelow(Math.min(...random), 35_000)
          assert.isAbove(Math.max(...random), 55_000)
        })
      ).pipe(seeded(1))
    )

    it.effect(`${trouble}: Retry-After is honoured, up to an hour; a cool-down never shortens it`, () =>
      Effect.gen(function* () {
        const retries = Retries.make()
        assert.strictEqual((yield* retries.next(trouble, { retryAfterMillis: 7_000 })).delayMillis, 7_000)
        assert.strictEqual((yield* retries.next(trouble, { retryAfterMillis: 0 })).delayMillis, 0)
        assert.strictEqual((yield* retries.next(trouble, { retryAfterMillis: 86_400_000 })).delayMillis, 3_600_000)
        for (let i = 3; i < 11; i++) yield* retries.next(trouble, { retryAfterMillis: 1_000 })
        assert.deepStrictEqual(yield* retries.next(trouble, { retryAfterMillis: 900_000 }), {
          delayMillis: 900_000,
          cooling: true
        })
      }).pipe(seeded(2))
    )
  }

  it.effect("a fetch 429 without a header waits 30 to 60 s every time, without any cool-down", () =>
    simulated((clock) =>
      Effect.gen(function* () {
        for (const { cooling, delayMillis } of yield* fail(clock, Retries.make(), "fetchNoTaskYet", 100)) {
          assert.isTrue(!cooling && delayMillis >= 30_000 && delayMillis <= 60_000)
        }
      })
    ).pipe(seeded(3))
  )

  for (const trouble of growing) {
    it.effect(`${trouble}: grows, is capped and jittered, goes on for ever, starts again after a success`, () =>
      simulated((clock) =>
        Effect.gen(function* () {
          const retries = Retries.make()
          const delays = (yield* fail(clock, retries, trouble, 1_200)).map(({ delayMillis }) => delayMillis)
          const cap = Math.max(...delays)
          const first = delays[0] ?? 0
          assert.isAtMost(cap, 600_000)
          assert.isAtLeast(cap, 2 * first)
          // 20 % of jitter below the cap and never above; growth is over well before the twentieth try.
          assert.isTrue(
            delays.slice(20).every((delay) => delay >= 0.79 * cap),
            "no try comes early"
          )
          assert.isAbove(new Set(delays.slice(20)).size, 100, "jittered")
          const success = (Object.keys(endedBy) as Array<keyof typeof endedBy>).find((name) =>
            (endedBy[name] as ReadonlyArray<Trouble>).includes(trouble)
          )
          assert.isDefined(success, "every trouble is ended by some success")
          if (success !== undefined) Retries.succeeded(retries, success)
          assert.strictEqual(retries.size, 0)
          assert.isAtMost((yield* retries.next(trouble, nothing)).delayMillis, 1.3 * first)
        })
      ).pipe(seeded(4))
    )
  }

  it.effect("a 5xx that says when is believed, up to an hour", () =>
    Effect.gen(function* () {
      const retries = Retries.make()
      assert.strictEqual((yield* retries.next("submitServer", { retryAfterMillis: 45_000 })).delayMillis, 45_000)
      assert.strictEqual((yield* retries.next("submitServer", { retryAfterMillis: 10 ** 9 })).delayMillis, 3_600_000)
    }).pipe(seeded(5))
  )

  it.effect("one trouble does not disturb another's count", () =>
    Effect.gen(function* () {
      const retries = Retries.make()
      for (let i = 0; i < 11; i++) {
        yield* retries.next("submitRateLimited", nothing)
        yield* retries.next("fetchNoTaskYet", nothing)
        yield* retries.next("submitServer", nothing)
      }
      Retries.succeeded(retries, "fetched")
      assert.isTrue((yield* retries.next("submitRateLimited", nothing)).cooling)
    }).pipe(seeded(6))
  )

  it.effect("all delays are whole milliseconds", () =>
    simulated((clock) =>
      Effect.gen(function* () {
        const retries = Retries.make()
        for (const trouble of Object.keys(schedules) as Array<Trouble>) {
          for (const { delayMillis } of yield* fail(clock, retries, trouble, 20))
            assert.isTrue(Number.isInteger(delayMillis))
        }
      })
    ).pipe(seeded(7))
  )
})

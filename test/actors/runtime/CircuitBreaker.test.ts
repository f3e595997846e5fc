import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, TestClock } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as CircuitBreaker from "../../../actors/runtime/CircuitBreaker.ts"
import { isFailure, settle } from "./support.ts"

const backoff = Backoff.make({ min: 1_000, max: 3_000, jitter: 0 })
const make = CircuitBreaker.make<string>("peer", { maxFailures: 3, backoff, isFailure: (error) => error !== "ignored" })
const state = (breaker: CircuitBreaker.CircuitBreaker<string>) =>
  Effect.map(breaker.snapshot, (snapshot) => `${snapshot.state} ${snapshot.failures} ${snapshot.refused}`)

describe("CircuitBreaker", () => {
  it.effect("opens after failures in a row, refuses, tries once, opens for longer, closes on success", () =>
    Effect.gen(function* () {
      const breaker = yield* make
      const fail = Effect.exit(breaker.protect(Effect.fail("down")))
      const work = Effect.exit(breaker.protect(Effect.succeed("up")))
      yield* fail
      yield* fail
      yield* work
      assert.strictEqual(yield* state(breaker), "closed 0 0")
      yield* fail
      yield* fail
      yield* Effect.exit(breaker.protect(Effect.fail("ignored")))
      for (let i = 0; i < 3; i++) yield* fail
      assert.strictEqual(yield* state(breaker), "open 0 0")
      const refused = yield* work
      assert.isTrue(isFailure(refused, "CircuitOpen"))
      yield* TestClock.adjust(999)
      assert.isTrue(isFailure(yield* work, "CircuitOpen"))
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* state(breaker), "half-open 0 2")
      yield* fail
      // 1 s, then 2 s, then the cap of 3 s, and 3 s again.
      for (const millis of [2_000, 3_000, 3_000]) {
        yield* TestClock.adjust(millis - 1)
        assert.isTrue((yield* state(breaker)).startsWith("open"))
        yield* TestClock.adjust(1)
        assert.isTrue((yield* state(breaker)).startsWith("half-open"))
        yield* fail
      }
      yield* TestClock.adjust(3_000)
      yield* work
      assert.strictEqual(yield* state(breaker), "closed 0 2")
      for (let i = 0; i < 3; i++) yield* fail
      yield* TestClock.adjust(1_000)
      assert.strictEqual(yield* state(breaker), "half-open 0 2")
    })
  )

  it.effect("lets one trial through; an interrupted trial gives its place back", () =>
    Effect.gen(function* () {
      const breaker = yield* make
      for (let i = 0; i < 3; i++) yield* Effect.exit(breaker.protect(Effect.fail("down")))
      yield* TestClock.adjust(1_000)
      const trial = yield* Effect.fork(breaker.protect(Effect.never))
      yield* settle
      assert.isTrue(isFailure(yield* Effect.exit(breaker.protect(Effect.void)), "CircuitOpen"))
      yield* Fiber.interrupt(trial)
      yield* breaker.protect(Effect.void)
      assert.strictEqual((yield* breaker.snapshot).state, "closed")
    })
  )

  it.effect("a call that began before the circuit opened says nothing about the open circuit", () =>
    Effect.gen(function* () {
      const breaker = yield* make
      const gate = yield* Deferred.make<void>()
      const old = yield* Effect.fork(breaker.protect(Deferred.await(gate)))
      const oldFailure = yield* Effect.fork(
        Effect.exit(breaker.protect(Effect.andThen(Deferred.await(gate), Effect.fail("late"))))
      )
      yield* settle
      for (let i = 0; i < 3; i++) yield* Effect.exit(breaker.protect(Effect.fail("down")))
      const until = (yield* breaker.snapshot).opensUntil
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(old)
      yield* Fiber.join(oldFailure)
      assert.strictEqual((yield* breaker.snapshot).state, "open")
      assert.strictEqual((yield* breaker.snapshot).opensUntil, until)
    })
  )

  it.effect("defects count", () =>
    Effect.gen(function* () {
      const breaker = yield* make
      for (let i = 0; i < 3; i++) yield* Effect.exit(breaker.protect(Effect.die("bug")))
      assert.strictEqual((yield* breaker.snapshot).state, "open")
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Random, TestClock } from "effect"
import * as Line from "../../../../src/nexus/orchestrator/Line.ts"

describe("Line", () => {
  it.effect("lets in as many as there are places, in order of arrival, newcomers last", () =>
    Effect.gen(function* () {
      const line = Line.make(2)
      const order: Array<number> = []
      let inside = 0
      const work = (id: number): Effect.Effect<void> =>
        line.pass(
          Effect.gen(function* () {
            order.push(id)
            inside += 1
            assert.isAtMost(inside, 2)
            yield* Effect.sleep("1 second")
            inside -= 1
            // Somebody who has just left goes to the end.
            if (id < 5) yield* Effect.forkDaemon(work(id + 100))
          })
        )
      yield* Effect.forEach(
        Array.from({ length: 10 }, (_, id) => id),
        (id) => Effect.fork(work(id))
      )
      yield* Effect.yieldNow()
      assert.strictEqual(line.waiting(), 8)
      yield* TestClock.adjust("20 seconds")
      assert.deepStrictEqual(order.slice(0, 10), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
      assert.deepStrictEqual(order.slice(10).sort(), [100, 101, 102, 103, 104])
      assert.strictEqual(line.waiting(), 0)
    })
  )

  it.effect("loses no place to interruption, whenever it comes (seeded)", () =>
    Effect.gen(function* () {
      for (let round = 0; round < 12; round++) {
        const line = Line.make(3)
        const gate = yield* Deferred.make<void>()
        const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Effect.fork(line.pass(Effect.zipRight(Deferred.await(gate), Effect.sleep("1 millis"))))
        )
        yield* Effect.yieldNow()
        yield* Deferred.succeed(gate, undefined)
        for (const fiber of fibers) {
          if (yield* Random.nextBoolean) yield* Fiber.interruptFork(fiber)
          if ((yield* Random.nextIntBetween(0, 4)) === 0) yield* TestClock.adjust("1 millis")
        }
        yield* TestClock.adjust("1 second")
        yield* Effect.forEach(fibers, Fiber.await)
        let together = 0
        const meeting = yield* Deferred.make<void>()
        yield* Effect.all(
          Array.from({ length: 3 }, () =>
            line.pass(
              Effect.suspend(() => {
                together += 1
                return together === 3 ? Deferred.succeed(meeting, undefined) : Deferred.await(meeting)
              })
            )
          ),
          { concurrency: "unbounded" }
        )
      }
    }).pipe(Effect.withRandom(Random.make("line")))
  )
})

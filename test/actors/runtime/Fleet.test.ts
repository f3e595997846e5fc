/**
 * The fleet regression: an uncapped or never-reset back-off silently kills a fleet.
 *
 * Ten nodes work for 24 simulated hours (fetch 1 s, prove 5 s, submit 0.5 s, idle 5 s; faults 2 %, 0.5 %, 5 %). With the
 * supervisor's back-off they keep working; with the schedule that looks natural (`Schedule.exponential`, never reset) the
 * same faults cost more than 90 % of the proofs. The same seed must give the same day twice.
 */
import { assert, describe, it } from "@effect/vitest"
import type { DurationInput } from "effect/Duration"
import { Effect, Random, Schedule } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { nodeAt, scoped } from "./support.ts"
import { VirtualClock } from "./VirtualClock.ts"

const NODES = 10
const DAY = 24 * 3_600_000

interface Books {
  proofs: number
  faults: number
}

const stage = (duration: DurationInput, rate: number, books: Books) =>
  Effect.gen(function* () {
    yield* Effect.sleep(duration)
    if ((yield* Random.next) < rate) {
      books.faults++
      return yield* Effect.fail("fault")
    }
  })

const work = (books: Books) =>
  Effect.gen(function* () {
    yield* stage("1 second", 0.02, books)
    yield* stage("5 seconds", 0.005, books)
    yield* stage("0.5 seconds", 0.05, books)
    books.proofs++
    yield* Effect.sleep("5 seconds")
  })

const simulated = <A, E>(day: (clock: VirtualClock) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const clock = new VirtualClock()
    return day(clock).pipe(Effect.withClock(clock), Effect.withRandom(Random.make("a day of the fleet")))
  })

const supervised = (millis: number) =>
  simulated((clock) =>
    scoped(
      Effect.gen(function* () {
        const books: Books = { proofs: 0, faults: 0 }
        yield* Supervisor.dynamic("nodes", {
          intensity: 1_000_000,
          template: (id: number) => ({
            id: `${id}`,
            backoff: Backoff.make({ min: "1 second", max: "60 seconds" }),
            start: Effect.succeed(Effect.forever(work(books)))
          }),
          initial: Array.from({ length: NODES }, (_, i) => i)
        })
        yield* clock.advance(millis)
        let restarts = 0
        for (let i = 0; i < NODES; i++) restarts += (yield* nodeAt(`/nodes/${i}`))?.restartsTotal ?? 0
        return { ...books, restarts }
      })
    )
  )

const naive = simulated((clock) =>
  Effect.scoped(
    Effect.gen(function* () {
      const books: Books = { proofs: 0, faults: 0 }
      const node = Effect.retry(Effect.forever(work(books)), Schedule.exponential("1 second"))
      for (let i = 0; i < NODES; i++) yield* Effect.forkScoped(node)
      yield* clock.advance(DAY)
      return books
    })
  )
)

describe("24 hours of a fleet", () => {
  it(
    "capped and reset, the back-off costs little, and the same seed gives the same hour; uncapped it kills the fleet",
    () =>
      Effect.gen(function* () {
        const first = yield* supervised(DAY)
        // Without a fault there would be 10 * 24 * 3600 / 11.5 = 75,130 proofs.
        assert.isAbove(first.proofs, 65_000)
        assert.isAbove(first.faults, 4_000)
        assert.strictEqual(first.restarts, first.faults)
        assert.deepStrictEqual(yield* supervised(DAY / 24), yield* supervised(DAY / 24))
        const killed = yield* naive
        assert.isBelow(killed.proofs, first.proofs * 0.1)
      }).pipe(Effect.runPromise),
    120_000
  )
})

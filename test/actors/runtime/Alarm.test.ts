import { assert, describe, it } from "@effect/vitest"
import {
  Clock,
  Context,
  Duration,
  Effect,
  Exit,
  FastCheck as fc,
  Fiber,
  Layer,
  Option,
  Random,
  Schedule,
  Scope,
  TestClock
} from "effect"
import { Alarm } from "../../../actors/runtime/Alarm.ts"
import * as Timetable from "../../../actors/runtime/Timetable.ts"
import { isolated, scoped, settle } from "./support.ts"

describe("Alarm", () => {
  it(
    "rings everything exactly once, in order, never early, whatever is set and cancelled",
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              wait: fc.integer({ min: 0, max: 50 }),
              due: fc.integer({ min: 0, max: 500 }),
              cancel: fc.option(fc.nat(40), { nil: undefined })
            }),
            { maxLength: 40 }
          ),
          (sets) =>
            isolated(
              Effect.gen(function* () {
                const alarm = yield* Alarm
                const rung: Array<string> = []
                const expected: Array<{ at: number; name: string; cancelled: boolean; entry: { cancel: () => void } }> =
                  []
                let now = alarm.unsafeNow()
                for (const [i, set] of sets.entries()) {
                  const at = now + set.due
                  const entry = alarm.unsafeAt(at, () => {
                    assert.isAtLeast(alarm.unsafeNow(), at)
                    rung.push(`${i}`)
                  })
                  assert.notInclude(rung, `${i}`, "never synchronously")
                  expected.push({ at, name: `${i}`, cancelled: false, entry })
                  const victim = set.cancel === undefined ? undefined : expected[set.cancel]
                  if (victim !== undefined && !rung.includes(victim.name)) {
                    victim.cancelled = true
                    victim.entry.cancel()
                  }
                  yield* TestClock.adjust(set.wait)
                  yield* settle
                  now += set.wait
                  const due = expected.filter((one) => !one.cancelled && one.at <= now)
                  assert.deepStrictEqual([...rung].sort(), due.map((one) => one.name).sort())
                }
                assert.strictEqual(alarm.size(), expected.filter((one) => !one.cancelled && one.at > now).length)
                rung.splice(0)
                const rest = expected.filter((one) => !one.cancelled && one.at > now)
                yield* TestClock.adjust(1_000)
                yield* settle
                const inOrder = rest.sort((a, b) => a.at - b.at || Number(a.name) - Number(b.name))
                assert.deepStrictEqual(
                  rung,
                  inOrder.map((one) => one.name)
                )
              })
            )
        ),
        { seed: 20261120, numRuns: 25 }
      ),
    120_000
  )

  it.live("a clock that is set back or forward in between changes no wait, and none that is begun afterwards", () =>
    Effect.gen(function* () {
      const real = Clock.make()
      let set = 0
      const clock: Clock.Clock = {
        [Clock.ClockTypeId]: Clock.ClockTypeId,
        unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() + set,
        unsafeCurrentTimeNanos: () => real.unsafeCurrentTimeNanos(),
        currentTimeMillis: Effect.suspend(() => Effect.succeed(real.unsafeCurrentTimeMillis() + set)),
        currentTimeNanos: real.currentTimeNanos,
        sleep: (duration) => real.sleep(duration)
      }
      const alarm = yield* Effect.withClock(
        Effect.map(Layer.build(Alarm.layer), (context) => Context.get(context, Alarm)),
        clock
      )
      for (const change of [-86_400_000, 3_600_000]) {
        const sleeping = yield* Effect.fork(alarm.sleep(50))
        const later = yield* Effect.fork(alarm.sleep(600_000))
        yield* Effect.sleep(10)
        set += change
        yield* Fiber.join(sleeping)
        yield* alarm.sleep(20)
        assert.isTrue(Option.isNone(yield* Fiber.poll(later)))
        yield* Fiber.interrupt(later)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("keys replace and cancel; effects run with the caller's services", () =>
    scoped(
      Effect.gen(function* () {
        const alarm = yield* Alarm
        const rung: Array<string> = []
        const ring = (name: string) => Effect.sync(() => rung.push(name))
        yield* alarm.after("1 second", "k", ring("first"))
        yield* alarm.after("2 seconds", "k", ring("second"))
        yield* alarm.after("1 second", "gone", ring("gone"))
        assert.isTrue(yield* alarm.cancel("gone"))
        assert.isFalse(yield* alarm.cancel("gone"))
        yield* TestClock.adjust("1 second")
        yield* settle
        assert.deepStrictEqual(rung, [])
        yield* TestClock.adjust("1 second")
        yield* settle
        assert.deepStrictEqual(rung, ["second"])
        assert.isFalse(yield* alarm.cancel("k"))
      })
    )
  )

  it.effect("sleeps without a timer fiber, in hops, and can be interrupted", () =>
    scoped(
      Effect.gen(function* () {
        const alarm = yield* Alarm
        const long = yield* Effect.fork(alarm.sleep("30 hours"))
        const cut = yield* Effect.fork(alarm.sleep("1 day"))
        yield* settle
        assert.strictEqual(alarm.size(), 2)
        yield* Fiber.interrupt(cut)
        assert.strictEqual(alarm.size(), 1)
        // The sleeper hops by the hour.
        for (let hour = 0; hour < 30; hour++) {
          assert.isTrue(Option.isNone(yield* Fiber.poll(long)))
          yield* TestClock.adjust("1 hour")
          yield* settle
        }
        yield* Fiber.join(long)
      })
    )
  )

  it.effect("rings what still waits when its layer ends, so that nobody waits for ever", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Alarm.layer, scope)
      const alarm = yield* Effect.provide(Alarm, context)
      const sleeper = yield* Effect.fork(alarm.sleep("365 days"))
      yield* settle
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.join(sleeper)
      yield* alarm.sleep("365 days")
    })
  )
})

describe("Timetable", () => {
  const delays = <Out, In>(schedule: Schedule.Schedule<Out, In>, input: In, count: number) =>
    Effect.gen(function* () {
      const seen: Array<number> = []
      let timetable = Timetable.make(schedule)
      for (let i = 0; i < count; i++) {
        const step = yield* Timetable.next(timetable, input)
        if (Option.isNone(step)) break
        const millis = Duration.toMillis(step.value.delay)
        seen.push(millis)
        timetable = step.value.timetable
        yield* TestClock.adjust(millis)
      }
      return seen
    })

  it.effect("gives the delays of the schedule, and ends with it", () =>
    Effect.gen(function* () {
      const capped = Schedule.exponential("1 second").pipe(Schedule.union(Schedule.spaced("5 seconds")))
      assert.deepStrictEqual(yield* delays(capped, undefined, 5), [1_000, 2_000, 4_000, 5_000, 5_000])
      assert.deepStrictEqual(yield* delays(Schedule.recurs(2), undefined, 9), [0, 0])
    })
  )

  it.effect("can be kept as data: stepping it twice from one place gives the same", () =>
    Effect.gen(function* () {
      const first = yield* Timetable.next(Timetable.make(Schedule.exponential("1 second")), undefined)
      const { timetable } = Option.getOrThrow(first)
      const again = yield* Effect.all([Timetable.next(timetable, undefined), Timetable.next(timetable, undefined)])
      assert.deepStrictEqual(
        again.map((step) => Option.map(step, ({ output }) => output)),
        [again[0], again[0]].map((step) => Option.map(step, ({ output }) => output))
      )
    })
  )

  it.effect("gives what Effect.retry would wait, random delays included", () =>
    Effect.gen(function* () {
      const schedule = Schedule.exponential("1 second").pipe(Schedule.jittered, Schedule.intersect(Schedule.recurs(6)))
      const stepped = yield* Effect.withRandom(delays(schedule, undefined, 20), Random.make("seed"))
      const tries: Array<number> = []
      const failing = Effect.flatMap(Clock.currentTimeMillis, (now) => {
        tries.push(now)
        return Effect.fail(undefined)
      })
      const retrying = yield* Effect.fork(
        Effect.withRandom(Effect.exit(Effect.retry(failing, schedule)), Random.make("seed"))
      )
      yield* TestClock.adjust("200 seconds")
      yield* Fiber.join(retrying)
      assert.strictEqual(stepped.length, 6)
      const waited = tries.slice(1).map((time, i) => time - (tries[i] ?? 0))
      for (const [i, millis] of waited.entries()) assert.closeTo(millis, stepped[i] ?? Number.NaN, 1e-6)
      assert.strictEqual(waited.length, 6)
    })
  )
})

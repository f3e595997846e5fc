/**
 * An Effect `Schedule` as data: the next delay without sleeping.
 *
 * `Effect.retry` keeps the state of a schedule inside a sleeping fiber (about 4 kB). A passivated actor instead keeps a
 * `Timetable` in its own state, asks it for the next delay and hands that delay to an `Alarm`: an hour of waiting then
 * costs a few hundred bytes. Time and randomness still come from Clock and Random, so a TestClock and a seed rule it.
 *
 * ```ts
 * const retries = Timetable.make(Schedule.exponential("1 second"))
 * const first = yield* Timetable.next(retries, error)   // Option<{ delay: 1 second, timetable, output }>
 * ```
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Schedule from "effect/Schedule"
import * as Decision from "effect/ScheduleDecision"
import * as Intervals from "effect/ScheduleIntervals"

/** A schedule and where it stands. Immutable: `next` returns the following one. */
export interface Timetable<in In, out Out = unknown, out R = never> {
  readonly next: (input: In) => Effect.Effect<Option.Option<Entry<In, Out, R>>, never, R>
}

/** `delay`: how long to wait before the next try; `timetable`: what to keep for the one after that. */
export interface Entry<in In, out Out, out R> {
  readonly delay: Duration.Duration
  readonly output: Out
  readonly timetable: Timetable<In, Out, R>
}

/** The timetable at the start of a schedule. */
export const make = <Out, In, R>(schedule: Schedule.Schedule<Out, In, R>): Timetable<In, Out, R> =>
  at(schedule, schedule.initial)

/** Advance by one input; `None` when the schedule is done (no further try). */
export const next = <In, Out, R>(
  timetable: Timetable<In, Out, R>,
  input: NoInfer<In>
): Effect.Effect<Option.Option<Entry<In, Out, R>>, never, R> => timetable.next(input)

// `state` is typed by the schedule itself (`any` in Effect's interface); it never leaves this closure.
const at = <Out, In, R>(
  schedule: Schedule.Schedule<Out, In, R>,
  state: Schedule.Schedule<Out, In, R>["initial"]
): Timetable<In, Out, R> => ({
  next: (input) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const [following, output, decision] = yield* schedule.step(now, input, state)
      if (Decision.isDone(decision)) return Option.none()
      const delay = Duration.millis(Math.max(0, Intervals.start(decision.intervals) - now))
      return Option.some({ delay, output, timetable: at(schedule, following) })
    })
})

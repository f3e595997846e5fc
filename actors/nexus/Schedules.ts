/**
 * When to try again: one typed Effect `Schedule` for every way in which expected trouble shows itself.
 *
 * All of them go on for ever, are capped and jittered downwards (the cap is never exceeded), and start afresh after a
 * success of the same kind. Nodes never sleep in them: they keep a `Timetable` per trouble and set an alarm. A delay
 * that the server asked for is honoured up to `longestWait`, after which it is asked again.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"

/** What a schedule is fed with: the delay that the server asked for, milliseconds; null when it asked for none. */
export interface Asked {
  readonly retryAfterMillis: number | null
}

/** The output tells for what the node waits: the trouble itself, or the cool-down after too many of them. */
export type Retry = Schedule.Schedule<"trouble" | "cool-down", Asked>

/** The longest that a Retry-After is believed; then the orchestrator is asked again. */
const longestWait = Duration.hours(1)
/** How many rate limits in a row make a cool-down. */
const rateLimitTries = 12
/** The cool-down: also the least wait when the twelfth answer names a shorter one. */
const coolDown = Duration.seconds(300)
/** A 429 that names no delay: uniform between these, milliseconds, both included. */
const unnamedWait = { minMillis: 30_000, maxMillis: 60_000 } as const

const asked = (input: Asked): number =>
  Math.min(Math.max(0, input.retryAfterMillis ?? 0), Duration.toMillis(longestWait))

/** The wait that one 429 imposes, milliseconds. */
const rateLimitDelay = (input: Asked): Effect.Effect<number> =>
  input.retryAfterMillis === null
    ? Random.nextIntBetween(unnamedWait.minMillis, unnamedWait.maxMillis + 1)
    : Effect.succeed(asked(input))

/** 12 tries as the server asks (or 30 to 60 s), then the cool-down, for ever. */
const rateLimited: Retry = Schedule.identity<Asked>().pipe(
  Schedule.intersect(Schedule.forever),
  Schedule.map(([input, tries]) => ({ input, cooling: tries % rateLimitTries === rateLimitTries - 1 })),
  Schedule.addDelayEffect(({ cooling, input }) =>
    Effect.map(rateLimitDelay(input), (wait) =>
      Duration.millis(cooling ? Math.max(wait, Duration.toMillis(coolDown)) : wait)
    )
  ),
  Schedule.map(({ cooling }) => (cooling ? "cool-down" : "trouble"))
)

/** A fetch 429 without a header is the network's usual "no task yet": it waits, and never adds up to a cool-down. */
const noTaskYet: Retry = Schedule.identity<Asked>().pipe(
  Schedule.addDelayEffect((input) => Effect.map(rateLimitDelay(input), Duration.millis)),
  Schedule.as("trouble" as const)
)

/** Doubling from `first` to `cap`, up to 20 % shorter at random, never shorter than what the server asked for. */
const growing = (first: Duration.DurationInput, cap: Duration.DurationInput): Retry =>
  Schedule.exponential(first).pipe(
    Schedule.union(Schedule.spaced(cap)),
    Schedule.jitteredWith({ min: 0.8, max: 1 }),
    Schedule.zipRight(Schedule.identity<Asked>()),
    Schedule.modifyDelay((input, delay) => Duration.max(delay, Duration.millis(asked(input)))),
    Schedule.as("trouble" as const)
  )

/** One schedule per trouble; the key is what a node remembers, so two troubles never disturb each other's count. */
export const schedules = {
  fetchRateLimited: rateLimited,
  fetchNoTaskYet: noTaskYet,
  fetchNoTask: growing("15 seconds", "2 minutes"),
  fetchNetwork: growing("1 second", "1 minute"),
  fetchServer: growing("2 seconds", "2 minutes"),
  fetchReply: growing("2 seconds", "5 minutes"),
  fetchRequest: growing("30 seconds", "10 minutes"),
  fetchUnsupported: growing("10 seconds", "5 minutes"),
  proverCrashed: growing("1 second", "1 minute"),
  proverOutOfMemory: growing("10 seconds", "5 minutes"),
  proverMissing: growing("10 seconds", "5 minutes"),
  proofImpossible: growing("5 seconds", "5 minutes"),
  doesNotFit: growing("30 seconds", "10 minutes"),
  submitRateLimited: rateLimited,
  submitNetwork: growing("1 second", "1 minute"),
  submitServer: growing("2 seconds", "2 minutes"),
  submitRefused: growing("5 seconds", "5 minutes"),
  submitExpired: growing("1 second", "1 minute")
} as const satisfies Record<string, Retry>

export type Trouble = keyof typeof schedules

/** Which troubles a success ends: a task was received, an input was proved, a task was accepted. */
export const endedBy = {
  fetched: [
    "fetchRateLimited",
    "fetchNoTaskYet",
    "fetchNoTask",
    "fetchNetwork",
    "fetchServer",
    "fetchReply",
    "fetchRequest",
    "fetchUnsupported"
  ],
  proved: ["proverCrashed", "proverOutOfMemory", "proverMissing", "proofImpossible", "doesNotFit"],
  accepted: ["submitRateLimited", "submitNetwork", "submitServer", "submitRefused", "submitExpired"]
} as const satisfies Record<string, ReadonlyArray<Trouble>>
export type Success = keyof typeof endedBy

/**
 * Restart back-off: capped, jittered, and forgotten after a healthy time.
 *
 * An uncapped or never-reset back-off silently kills a fleet (over 24 simulated hours it cost 97 % of the work), so a
 * policy without a cap can not be written down: `min` and `max` are both required and `resetAfter` always has a value.
 * The arithmetic is pure; the random number and the time come from the caller (Effect's Random and Clock).
 */
import * as Duration from "effect/Duration"

/**
 * - `min`, `max`: first delay and cap; `max >= min`, both finite.
 * - `factor`: growth per failure, >= 1 (default 2).
 * - `jitter`: share of the delay that is random, 0 to 1 (default 0.2): the delay lies in `[d * (1 - jitter), d]`.
 * - `resetAfter`: a child that stayed up this long starts again at `min` (default `(min + max) / 2`, as Akka does).
 */
export interface Options {
  readonly min: Duration.DurationInput
  readonly max: Duration.DurationInput
  readonly factor?: number
  readonly jitter?: number
  readonly resetAfter?: Duration.DurationInput
}

/** A checked policy; all times in milliseconds. Made by `make`, so that it is always capped. */
export interface Policy {
  readonly minMillis: number
  readonly maxMillis: number
  readonly factor: number
  readonly jitter: number
  readonly resetAfterMillis: number
}

/** How many failures in a row the child has had without a healthy time between them. */
export type Failures = number

/** @throws RangeError when a number is out of range: a mistake of the programmer, found at start. */
export const make = (options: Options): Policy => {
  const minMillis = Duration.toMillis(options.min)
  const maxMillis = Duration.toMillis(options.max)
  const factor = options.factor ?? 2
  const jitter = options.jitter ?? 0.2
  const resetAfterMillis =
    options.resetAfter === undefined ? (minMillis + maxMillis) / 2 : Duration.toMillis(options.resetAfter)
  if (!(Number.isFinite(maxMillis) && minMillis >= 0 && maxMillis >= minMillis)) {
    throw new RangeError(`back-off needs 0 <= min <= max < infinity, got min ${minMillis} ms, max ${maxMillis} ms`)
  }
  if (!(factor >= 1 && Number.isFinite(factor))) throw new RangeError(`back-off factor must be >= 1, got ${factor}`)
  if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`back-off jitter must be within 0 and 1, got ${jitter}`)
  if (!Number.isFinite(resetAfterMillis)) throw new RangeError("back-off resetAfter must be finite: it must reset")
  return { minMillis, maxMillis, factor, jitter, resetAfterMillis }
}

/** The fleet default: 1 s doubling to 60 s, 20 % jitter, forgotten after 60 s of health. */
export const fleet: Policy = make({ min: "1 second", max: "60 seconds", resetAfter: "60 seconds" })

/** Failures that count at the time of a new failure: a healthy time wipes the earlier ones. */
export const failuresBefore = (policy: Policy, failures: Failures, healthyMillis: number): Failures =>
  healthyMillis >= policy.resetAfterMillis ? 0 : failures

/** Delay in ms before the restart that follows failure number `failures` (0-based); `random` is uniform in [0, 1). */
export const delayMillis = (policy: Policy, failures: Failures, random: number): number => {
  // 0 times an overflown power would be NaN.
  const grown = policy.minMillis === 0 ? 0 : policy.minMillis * policy.factor ** failures
  const capped = Math.min(policy.maxMillis, grown)
  return Math.round(capped * (1 - policy.jitter * random))
}

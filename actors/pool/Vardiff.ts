/**
 * Variable difficulty: how hard a connection's shares must be so that about 20 of them come per minute.
 *
 * Shares are counted from the last review on. Far too many raise the difficulty at once; far too few lower it after ten
 * expected ones, whether shares come or not (a timer asks: a rule that waits for shares never notices that they
 * stopped); otherwise one look per thirty expected shares, with a band in which nothing changes, because counts of
 * random events scatter. Every step is bounded. Only shares that meet the present target may be counted: those found
 * under an easier one just before a change would look like a higher rate. Pure.
 */
import * as Grade from "./Grade.ts"
import type { VardiffSettings } from "./PoolSettings.ts"

export interface Vardiff {
  readonly difficulty: bigint
  /** When counting begins or began, milliseconds. */
  readonly since: number
  readonly shares: number
}

/** Shares that prove a rate far too high. */
const burst = 8
/** Expected shares after which silence is believed, and after which the rate is known well enough to adjust to it. */
const short = 10
const long = 30
/** Within this band of actual to expected shares nothing changes. */
const lowest = 0.6
const highest = 1.6

/**
 * Within the limits and at most the network's difficulty: a harder share than a block makes no sense. Rounded down to what
 * a nonce can say.
 */
export const clamped = (difficulty: bigint, settings: VardiffSettings, ceiling: bigint): bigint => {
  const floor = settings.minimumDifficulty < ceiling ? settings.minimumDifficulty : ceiling
  const raised = difficulty < floor ? floor : difficulty
  return Grade.rounded(raised > ceiling ? ceiling : raised)
}

export const start = (difficulty: bigint, now: number): Vardiff => ({ difficulty, since: now, shares: 0 })

/** The difficulty at which a miner of this rate (digests per second) meets the aim. */
export const forRate = (rate: number, settings: VardiffSettings): bigint =>
  BigInt(Math.max(1, Math.round((rate * 60) / settings.sharesPerMinute)))

/** Written out: a spread takes ten times as long, and every accepted share passes here. */
export const counted = (vardiff: Vardiff, now: number): Vardiff => {
  const { difficulty, shares, since } = vardiff
  return now < since ? vardiff : { difficulty, since, shares: shares + 1 }
}

const intervalMillis = (settings: VardiffSettings): number => 60_000 / settings.sharesPerMinute

/** When the next look without a share is due. */
export const dueAt = (vardiff: Vardiff, now: number, settings: VardiffSettings): number => {
  const interval = intervalMillis(settings)
  const first = vardiff.since + short * interval
  return now < first ? first : vardiff.since + long * interval
}

/** By which factor the difficulty must change; 1: not at all; null: too early to tell. */
const factor = (vardiff: Vardiff, now: number, settings: VardiffSettings): number | null => {
  const expected = Math.max(0, now - vardiff.since) / intervalMillis(settings)
  const { shares } = vardiff
  const { maxStep } = settings
  if (shares >= burst && shares >= maxStep * expected) return maxStep
  const ratio = expected === 0 ? 1 : shares / expected
  if (expected >= short && ratio <= 1 / maxStep) return 1 / maxStep
  if (expected < long) return null
  if (ratio >= lowest && ratio <= highest) return 1
  return Math.min(maxStep, Math.max(1 / maxStep, ratio))
}

/** Review; the same object when it is too early. `ceiling`: the network's difficulty. */
export const review = (vardiff: Vardiff, now: number, settings: VardiffSettings, ceiling: bigint): Vardiff => {
  // A clock that was set back: counting begins anew, not when the old time has come again.
  if (vardiff.since > now + settings.graceMillis) return start(vardiff.difficulty, now)
  const step = factor(vardiff, now, settings)
  if (step === null) return vardiff
  const wanted = step === 1 ? vardiff.difficulty : (vardiff.difficulty * BigInt(Math.round(step * 4096))) / 4096n
  return start(clamped(wanted, settings, ceiling), now)
}

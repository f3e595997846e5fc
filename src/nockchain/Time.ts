/**
 * The chain's clock: whole seconds in Urbit's count, and the median that orders them.
 *
 * Block times are about 9.2e18 and do not fit a double, so they are bigints everywhere. Source: protocols/nockchain.md
 * section 4.4.
 */

/** Urbit seconds at the beginning of 1970. */
const epoch = 9_223_372_091_860_848_000n

export const fromMillis = (millis: number): bigint => epoch + BigInt(Math.floor(millis / 1000))

/** Milliseconds since 1970; block times of a sane chain fit. */
export const toMillis = (seconds: bigint): number => Number(seconds - epoch) * 1000

/** A block's time may be this far ahead of the receiver's clock, seconds. */
export const maxAhead = 7_200n

/** A block and its ancestors whose times make the median, at most. */
export const medianSpan = 11

/**
 * The least time of a child: the middle of the times of its parent and up to ten ancestors. Of an even number the later
 * one of the two in the middle is taken (inferred; it only matters for the first ten blocks of a chain).
 */
export const median = (times: ReadonlyArray<bigint>): bigint => {
  const sorted = [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return sorted[Math.floor(sorted.length / 2)] ?? 0n
}

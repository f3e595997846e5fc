/**
 * Who searches where: no two threads, and no two lives of one thread, ever look at the same nonce.
 *
 * | limb | value |
 * |------|-------|
 * | 4    | the nonce prefix that the pool gave to this connection |
 * | 3    | the number of the thread |
 * | 2, 1 | random, new for every job and every start of the program |
 * | 0    | counts up from 0 |
 *
 * A place outlives the thread that works on it, so a thread that is started again goes on where it was. Pure but for the
 * random numbers, which the caller gives.
 */
import type { Digest } from "../../kernels/NockPowTypes.ts"
import type { Assignment } from "./Board.ts"

/** Where one thread is. */
export interface Place {
  /** The nonce space that it belongs to. */
  readonly space: string
  readonly low: readonly [bigint, bigint]
  readonly next: bigint
}

/** Assignments with the same space differ in their targets only. */
const spaceOf = ({ commitment, prefix }: Pick<Assignment, "commitment" | "prefix">): string =>
  `${commitment.join()}/${prefix}`

/** The place in this assignment's space: the earlier one, or a new one. `random` gives numbers below 2^63. */
export const placeIn = (assignment: Assignment, before: Place | null, random: () => bigint): Place => {
  const space = spaceOf(assignment)
  return before?.space === space ? before : { space, low: [random(), random()], next: 0n }
}

/** The nonce at a place. */
export const nonceAt = ({ low: [one, two], next }: Place, thread: number, prefix: bigint): Digest => [
  next,
  one,
  two,
  BigInt(thread),
  prefix
]

export const advanced = (place: Place, by: bigint): Place => ({ ...place, next: place.next + by })

const least = 1_024n
const most = 1n << 40n

/** Nonces of the next stretch: about a second of work, so that little is repeated after a crash. */
export const stretch = (perSecond: number): bigint => {
  const wanted = BigInt(Math.floor(Number.isFinite(perSecond) ? perSecond : 0))
  return wanted < least ? least : wanted > most ? most : wanted
}

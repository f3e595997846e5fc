/**
 * Targets: ASERT, and what a target is worth as work.
 *
 * A block's work is the expected number of digests behind it; the heaviest chain is the one with the most accumulated
 * work, and of equals the first that was seen. Source: protocols/nockchain.md sections 4.5 and 4.6.
 */
import { difficultyOf } from "../../actors/pool/Job.ts"

/** Heights per epoch. */
export const epochBlocks = 2016
const clamp = (value: bigint, least: bigint, most: bigint) => (value < least ? least : value > most ? most : value)

/** The epoch counter of a child. */
export const nextEpoch = (counter: number): number => (counter + 1) % epochBlocks

/** Where an ASERT schedule hangs. */
export interface Anchor {
  /** The last height before the schedule. */
  readonly height: number
  /** Its median time, seconds. */
  readonly timestamp: bigint
  readonly target: bigint
  /** Seconds between blocks. */
  readonly ideal: bigint
  /** Seconds behind schedule after which the target is twice as easy. */
  readonly halfLife: bigint
  readonly maxTarget: bigint
}

/** More halvings or doublings than any target has bits. */
const maxShift = 512n

/** The target of the block at `height` whose parent's median time is `latest`. */
export const asert = (anchor: Anchor, height: number, latest: bigint): bigint => {
  const behind = latest - anchor.timestamp - anchor.ideal * BigInt(height - anchor.height - 1)
  // Division of bigints truncates towards zero, as the rule wants.
  const exponent = (behind * 65_536n) / anchor.halfLife
  const shift = exponent >> 16n
  const f = exponent - (shift << 16n)
  const factor = 65_536n + ((195_766_423_245_049n * f + 971_821_376n * f ** 2n + 5_127n * f ** 3n + (1n << 47n)) >> 48n)
  if (shift > maxShift) return anchor.maxTarget
  const unscaled = anchor.target * factor
  const target = (shift >= 0n ? unscaled << shift : unscaled >> -shift) >> 16n
  return clamp(target, 1n, anchor.maxTarget)
}

/** Expected digests behind a block of the ZK lane. */
export const work = difficultyOf

/** Whether a chain replaces the present one. */
export const heavier = (candidate: bigint, present: bigint): boolean => candidate > present

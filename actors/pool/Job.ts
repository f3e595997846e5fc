/**
 * The vocabulary of mining work: digests, nonces, candidates of the chain, and the jobs that a pool makes of them.
 *
 * Five field elements (limbs below p = 2^64 - 2^32 + 1) make a commitment, a nonce or a digest; in memory and on the
 * wire they are 40 bytes, limb 0 first, each limb little-endian. Targets are whole numbers: a digest meets a target when
 * its value, the sum of limb i times p^i, is at most the target.
 */

/** 40 bytes: five little-endian 64-bit limbs, each below p, limb 0 first. */
export type Limbs = Uint8Array

export const limbsBytes = 40

/** The base field's modulus. */
export const p = 2n ** 64n - 2n ** 32n + 1n

/** The largest digest value; a target at or above it lets everything pass. */
export const maxTarget = p ** 5n - 1n

/**
 * What one attempt is worth at a target: the expected number of digests that it takes, floor((p^5 - 1) / (target + 1)),
 * at least 1. Work of the chain and difficulty of shares are counted in this unit.
 */
export const difficultyOf = (target: bigint): bigint => {
  const work = maxTarget / (target + 1n)
  return work < 1n ? 1n : work
}

/** The easiest target whose difficulty is at least `difficulty` (a whole number from 1). */
export const targetOf = (difficulty: bigint): bigint => (difficulty <= 1n ? maxTarget : maxTarget / difficulty - 1n)

/** A block that the chain wants: search a nonce for `commitment` under `target`. */
export interface Candidate {
  /** Proof version that the height demands; the pool hands out version 5 only. */
  readonly version: number
  readonly commitment: Limbs
  readonly target: bigint
  /** Length of the proof-of-work puzzle; 64 on the main network. */
  readonly powLength: number
  readonly height: number
  /** Base58 id of the parent block; candidates with one parent compete for one height. */
  readonly parent: string
  /** When the source made it, milliseconds since 1970. */
  readonly createdAt: number
}

/** A candidate under the pool's own name. Work handed out before is worthless when `clean` is true. */
export interface Job {
  /** Limb 0 of the commitment, 16 hexadecimal digits: the same for every process that hands out this candidate. */
  readonly jobId: string
  readonly candidate: Candidate
  readonly clean: boolean
  /** Shares of it count until then, milliseconds since 1970. */
  readonly expiresAt: number
}

/**
 * The part of the nonce space that belongs to one session at one difficulty (its low end, see `Grade`): limb 4 of every
 * nonce must have this value. No two sessions, and so no two living connections, ever share a prefix.
 */
export type NoncePrefix = bigint

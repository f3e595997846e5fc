/**
 * Five field elements in their forms: limbs, noun, 40 bytes, one number, base58.
 *
 * Block ids, commitments, nonces, transaction ids and public-key hashes are all of this kind. Limb 0 is the least
 * significant; the number is the sum of limb i times p^i. Source: protocols/nockchain.md section 3.2.
 */
import { type Limbs, limbsBytes, p } from "../../actors/pool/Job.ts"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import { atomOf, Malformed, type Noun, tupleOf } from "./Noun.ts"

export type { Digest } from "../../kernels/NockPowTypes.ts"

export const zero: Digest = [0n, 0n, 0n, 0n, 0n]

/** Null when a limb is p or more, or when there are not exactly five. */
const checked = (limbs: ReadonlyArray<bigint>): Digest | null => {
  const [a, b, c, d, e] = limbs
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined) return null
  return limbs.length === 5 && limbs.every((limb) => limb >= 0n && limb < p) ? [a, b, c, d, e] : null
}

export const fromNoun = (noun: Noun, what: string): Digest => {
  const digest = checked(tupleOf(noun, 5, what).map((limb) => atomOf(limb, what)))
  if (digest === null) throw new Malformed(`${what} has a limb that is p or more`)
  return digest
}

/** 40 bytes, limb 0 first, each limb little-endian. */
export const toLimbs = (digest: Digest): Limbs => {
  const bytes = new Uint8Array(limbsBytes)
  const view = new DataView(bytes.buffer)
  digest.forEach((limb, index) => {
    view.setBigUint64(8 * index, limb, true)
  })
  return bytes
}

/** Null when there are not 40 bytes or a limb is p or more. */
export const fromLimbs = (bytes: Uint8Array): Digest | null => {
  if (bytes.length !== limbsBytes) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return checked([0, 8, 16, 24, 32].map((at) => view.getBigUint64(at, true)))
}

export const toAtom = (digest: Digest): bigint => digest.reduceRight((sum, limb) => sum * p + limb, 0n)

export const equal = (left: Digest, right: Digest): boolean => left.every((limb, index) => limb === right[index])

/** Order of the numbers they stand for: negative, 0 or positive. */
export const compare = (left: Digest, right: Digest): number => {
  for (let index = 4; index >= 0; index--) {
    const a = left[index] ?? 0n
    const b = right[index] ?? 0n
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}

export const toBase58 = (native: NockPowNative, digest: Digest): string => native.base58(digest)

/** Null for texts that are no digest. */
export const fromBase58 = (native: NockPowNative, text: string): Digest | null => native.parseBase58(text)

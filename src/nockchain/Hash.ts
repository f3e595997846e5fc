/**
 * The two ways in which the chain hashes structures: a noun as a leaf, and two digests as a pair.
 *
 * Nouns that reach `leaf` were built here or went through a decoder that proved them hashable (every atom below p, at
 * most 131,072 of them); one that is not is a defect and throws. Source: protocols/nockchain.md sections 3.3 and 3.4.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import { type Noun, text } from "./Noun.ts"

export const leaf = (native: NockPowNative, noun: Noun): Digest => {
  const digest = native.hashNoun(noun)
  if (digest === null) throw new Error("a noun with atoms of p or more, or with too many atoms, cannot be hashed")
  return digest
}

/** At most 8 bytes of text. */
export const textLeaf = (native: NockPowNative, value: string): Digest => leaf(native, text(value))

/** Hash of plain words; the sponge that absorbed them once. */
export const words = (native: NockPowNative, values: ReadonlyArray<bigint>): Digest => {
  const digest = native.hashVarlen(values)
  if (digest === null) throw new Error("words of p or more, or too many of them, cannot be hashed")
  return digest
}

/** The right-nested tuple of digests, at least one. */
export const chain = (native: NockPowNative, first: Digest, ...rest: ReadonlyArray<Digest>): Digest => {
  const [second, ...others] = rest
  return second === undefined ? first : native.hashPair(first, chain(native, second, ...others))
}

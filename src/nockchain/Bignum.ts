/**
 * Targets and accumulated work as the chain writes them: [%bn limbs] with 32-bit limbs, least significant first.
 *
 * The limbs are kept as they came: zero limbs at the end change no value but are hashed, so a page that has them must
 * keep them. Source: protocols/nockchain.md section 3.2.
 */
import { atomOf, list, listOf, Malformed, type Noun, text, tupleOf } from "./Noun.ts"

/** 32-bit limbs, least significant first. */
export type Bignum = ReadonlyArray<bigint>

const tag = text("bn")
const limbBits = 32n
const limbLimit = 1n << limbBits
/** Limbs beyond this are refused; p^5 has 10 and the work of any chain fewer. */
const maxLimbs = 64

export const fromValue = (value: bigint): Bignum => {
  const limbs: Array<bigint> = []
  for (let rest = value; rest > 0n; rest >>= limbBits) limbs.push(rest % limbLimit)
  return limbs
}

export const toValue = (limbs: Bignum): bigint => limbs.reduceRight((sum, limb) => (sum << limbBits) | limb, 0n)

export const toNoun = (limbs: Bignum): Noun => [tag, list(limbs)]

export const fromNoun = (noun: Noun, what: string): Bignum => {
  const [head = 0n, tail = 0n] = tupleOf(noun, 2, what)
  if (head !== tag) throw new Malformed(`${what} is no big number`)
  const limbs = listOf(tail, maxLimbs, what).map((limb) => atomOf(limb, what))
  if (limbs.some((limb) => limb >= limbLimit)) throw new Malformed(`${what} has a limb of 2^32 or more`)
  return limbs
}

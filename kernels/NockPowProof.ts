/**
 * The structured form of a proof: its objects with their fields, from jam and back.
 *
 * Shapes are those of specs/nockpow.md section 3.3. Decoding checks what the shapes need and nothing of the proof; that is
 * the verifier's affair. Arrays come as field elements, three per element in `evals`, `codeword` and `m-path`.
 */
import * as Data from "effect/Data"
import * as Either from "effect/Either"
import type { NockPowNative, Noun } from "./NockPowNative.ts"
import { type Digest, fieldOrder, type ProofVersion, proofVersions } from "./NockPowTypes.ts"

export type ProofObject =
  | {
      readonly tag: "puzzle"
      readonly commitment: Digest
      readonly nonce: Digest
      readonly length: number
      /** The puzzle's product, as it is in the proof. */
      readonly product: Noun
    }
  | { readonly tag: "heights"; readonly heights: ReadonlyArray<number> }
  | { readonly tag: "m-root"; readonly digest: Digest }
  | { readonly tag: "terms" | "poly" | "evals" | "codeword"; readonly words: ReadonlyArray<bigint> }
  | { readonly tag: "comp-m"; readonly digest: Digest; readonly pieces: number }
  | { readonly tag: "m-path" | "m-pathbf"; readonly leaf: ReadonlyArray<bigint>; readonly path: ReadonlyArray<Digest> }

export interface Proof {
  readonly version: ProofVersion
  readonly objects: ReadonlyArray<ProofObject>
}

/** The bytes are no proof of a known shape. */
export class ProofUnreadable extends Data.TaggedError("ProofUnreadable")<{ readonly detail: string }> {
  override get message() {
    return `not a proof: ${this.detail}`
  }
}

/** Thrown inside the reader only; decode() turns it into ProofUnreadable. */
class Unreadable extends Error {}

const fail = (what: string): never => {
  throw new Unreadable(what)
}

const pair = (noun: Noun): readonly [Noun, Noun] => (typeof noun === "bigint" ? fail("a cell is expected") : noun)
const atom = (noun: Noun): bigint => (typeof noun === "bigint" ? noun : fail("an atom is expected"))
const element = (noun: Noun): bigint => {
  const value = atom(noun)
  return value < fieldOrder ? value : fail("a field element is p or more")
}
const small = (noun: Noun): number => {
  const value = atom(noun)
  return value < 2n ** 32n ? Number(value) : fail("a number is too large")
}

const list = (noun: Noun): ReadonlyArray<Noun> => {
  const out: Array<Noun> = []
  let rest = noun
  for (; typeof rest !== "bigint"; rest = rest[1]) out.push(rest[0])
  return rest === 0n ? out : fail("a list does not end in 0")
}

const digestOf = (noun: Noun): Digest => {
  const [a, bcde] = pair(noun)
  const [b, cde] = pair(bcde)
  const [c, de] = pair(cde)
  const [d, e] = pair(de)
  return [element(a), element(b), element(c), element(d), element(e)]
}

const tags = [
  "puzzle",
  "heights",
  "m-root",
  "terms",
  "poly",
  "evals",
  "codeword",
  "comp-m",
  "m-path",
  "m-pathbf"
] as const
type Tag = (typeof tags)[number]

const textAtom = (text: string): bigint => BigInt(`0x${Buffer.from(text, "latin1").reverse().toString("hex")}`)
const byAtom = new Map(tags.map((tag) => [textAtom(tag), tag] as const))
const stepOf = (tag: Tag): number => (tag === "evals" || tag === "codeword" || tag === "m-path" ? 3 : 1)

const hexDigits = 16

/** [length data]: the data atom holds the words and a terminating 1. */
const wordsOf = (noun: Noun, step: number): ReadonlyArray<bigint> => {
  const [length, data] = pair(noun)
  const hex = atom(data).toString(16)
  const count = small(length) * step
  if (hex.length !== count * hexDigits + 1 || hex[0] !== "1") fail("an array does not hold its length")
  return Array.from({ length: count }, (_, index) => {
    const end = hex.length - index * hexDigits
    return element(BigInt(`0x${hex.slice(end - hexDigits, end)}`))
  })
}

const objectOf = (noun: Noun): ProofObject => {
  const [head, value] = pair(noun)
  const tag = byAtom.get(atom(head)) ?? fail("an object of an unknown kind")
  switch (tag) {
    case "puzzle": {
      const [commitment, rest] = pair(value)
      const [nonce, statement] = pair(rest)
      const [length, product] = pair(statement)
      return { tag, commitment: digestOf(commitment), nonce: digestOf(nonce), length: small(length), product }
    }
    case "heights":
      return { tag, heights: list(value).map(small) }
    case "m-root":
      return { tag, digest: digestOf(value) }
    case "comp-m": {
      const [digest, pieces] = pair(value)
      return { tag, digest: digestOf(digest), pieces: small(pieces) }
    }
    case "m-path":
    case "m-pathbf": {
      const [leaf, path] = pair(value)
      return { tag, leaf: wordsOf(leaf, stepOf(tag)), path: list(path).map(digestOf) }
    }
    default:
      return { tag, words: wordsOf(value, stepOf(tag)) }
  }
}

const proofOf = (noun: Noun): Proof => {
  const [version, rest] = pair(noun)
  const [objects, tail] = pair(rest)
  const [hashes, index] = pair(tail)
  if (hashes !== 0n || index !== 0n) fail("hashes and read-index must be 0")
  const known = proofVersions.find((each) => BigInt(each) === version) ?? fail("proof versions are 0, 1, 2, 3 and 5")
  return { version: known, objects: list(objects).map(objectOf) }
}

/** At most a million bytes of a bare proof. */
export const decode = (native: NockPowNative, jam: Uint8Array): Either.Either<Proof, ProofUnreadable> => {
  if (jam.length > 2 ** 20) return Either.left(new ProofUnreadable({ detail: "larger than any proof" }))
  const found = native.cue(jam, 2 ** 18)
  if ("problem" in found) return Either.left(new ProofUnreadable({ detail: found.problem }))
  try {
    return Either.right(proofOf(found.noun))
  } catch (cause) {
    if (cause instanceof Unreadable) return Either.left(new ProofUnreadable({ detail: cause.message }))
    throw cause
  }
}

const digestNoun = ([a, b, c, d, e]: Digest): Noun => [a, [b, [c, [d, e]]]]
const listNoun = (items: ReadonlyArray<Noun>): Noun => items.reduceRight<Noun>((rest, item) => [item, rest], 0n)
const wordsNoun = (words: ReadonlyArray<bigint>, step: number): Noun => {
  const hex = words.reduceRight((text, word) => text + word.toString(16).padStart(hexDigits, "0"), "0x1")
  return [BigInt(words.length / step), BigInt(hex)]
}

const valueNoun = (object: ProofObject): Noun => {
  switch (object.tag) {
    case "puzzle":
      return [digestNoun(object.commitment), [digestNoun(object.nonce), [BigInt(object.length), object.product]]]
    case "heights":
      return listNoun(object.heights.map(BigInt))
    case "m-root":
      return digestNoun(object.digest)
    case "comp-m":
      return [digestNoun(object.digest), BigInt(object.pieces)]
    case "m-path":
    case "m-pathbf":
      return [wordsNoun(object.leaf, stepOf(object.tag)), listNoun(object.path.map(digestNoun))]
    default:
      return wordsNoun(object.words, stepOf(object.tag))
  }
}

/** The proof noun, for example inside a submission to a node. */
export const toNoun = (proof: Proof): Noun => [
  BigInt(proof.version),
  [listNoun(proof.objects.map((object): Noun => [textAtom(object.tag), valueNoun(object)])), [0n, 0n]]
]

/** Null beyond the limits of the encoder. */
export const encode = (native: NockPowNative, proof: Proof): Uint8Array | null => native.jam(toNoun(proof))

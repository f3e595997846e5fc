/**
 * Small nouns: texts, lists, tuples, units, and how they are taken apart.
 *
 * Atoms are bigints and cells are pairs (kernels/NockPowNative.ts, which also has jam, cue and the hashes). Everything
 * that reads a noun throws `Malformed` on a shape it does not expect; the decoders of whole structures catch it at
 * their edge. Source: protocols/nockchain.md section 3.2.
 */
import type { Noun } from "../../kernels/NockPowNative.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"

export type { Noun } from "../../kernels/NockPowNative.ts"

/** A noun has another shape than the structure that was looked for; the message is one phrase. */
export class Malformed extends Error {}

export const isCell = (noun: Noun): noun is readonly [Noun, Noun] => typeof noun !== "bigint"

/** A text as an atom: its UTF-8 bytes, little-endian. */
export const text = (value: string): bigint =>
  new TextEncoder().encode(value).reduceRight((atom, byte) => (atom << 8n) | BigInt(byte), 0n)

/** The bytes of an atom, the first one least significant; none for 0. */
export const bytesOf = (atom: bigint): Uint8Array => {
  const hex = atom.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex")
  return atom === 0n ? new Uint8Array() : new Uint8Array(bytes.reverse())
}

/** The text that an atom stands for; null when its bytes are no printable ASCII. */
export const textOf = (atom: bigint): string | null => {
  const bytes = bytesOf(atom)
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? Buffer.from(bytes).toString("ascii") : null
}

/** (a (b ... 0)) */
export const list = (items: ReadonlyArray<Noun>): Noun => items.reduceRight<Noun>((rest, item) => [item, rest], 0n)

/** Right-nested without a terminator; at least one item. */
export const tuple = (first: Noun, ...rest: ReadonlyArray<Noun>): Noun => {
  const [second, ...others] = rest
  return second === undefined ? first : [first, tuple(second, ...others)]
}

/** none = 0, some x = [0 x]. */
export const some = (value: Noun): Noun => [0n, value]

export const atomOf = (noun: Noun, what: string): bigint => {
  if (isCell(noun)) throw new Malformed(`${what} is a cell`)
  return noun
}

/** A number that a JavaScript number holds exactly. */
export const numberOf = (noun: Noun, what: string): number => {
  const atom = atomOf(noun, what)
  if (atom > BigInt(Number.MAX_SAFE_INTEGER)) throw new Malformed(`${what} is too large`)
  return Number(atom)
}

/** The items of a list of at most `limit`. */
export const listOf = (noun: Noun, limit: number, what: string): ReadonlyArray<Noun> => {
  const items: Array<Noun> = []
  let rest = noun
  while (isCell(rest)) {
    if (items.length === limit) throw new Malformed(`${what} has more than ${limit} items`)
    items.push(rest[0])
    rest = rest[1]
  }
  if (rest !== 0n) throw new Malformed(`${what} does not end in 0`)
  return items
}

/** Exactly `length` parts of a tuple; the last one is what remains. */
export const tupleOf = (noun: Noun, length: number, what: string): ReadonlyArray<Noun> => {
  const parts: Array<Noun> = []
  let rest = noun
  while (parts.length < length - 1) {
    if (!isCell(rest)) throw new Malformed(`${what} has ${parts.length + 1} parts, not ${length}`)
    parts.push(rest[0])
    rest = rest[1]
  }
  return [...parts, rest]
}

/** Whether two nouns are the same tree; shared parts are compared once. Not recursive. */
export const equal = (left: Noun, right: Noun): boolean => {
  const open: Array<readonly [Noun, Noun]> = [[left, right]]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [a, b] = pair
    if (a === b) continue
    if (!isCell(a) || !isCell(b)) return false
    open.push([a[1], b[1]], [a[0], b[0]])
  }
  return true
}

export const digestNoun = (digest: Digest): Noun => tuple(...digest)

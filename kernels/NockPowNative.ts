/**
 * The nockpow functions of the addon: digests, base58, targets, jam and cue in this process.
 *
 * These calls are synchronous and short (a digest takes 10 to 80 microseconds); proofs, verifications and searches go
 * through NockPow. Everything that reads or writes Nockchain's binary forms uses these functions, so there is one
 * implementation of each.
 */
import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import { HostMissing } from "./Errors.ts"
import type { Digest } from "./NockPowTypes.ts"
import { addonFile } from "./Paths.ts"

/** Atoms are bigints, cells are pairs. Shared parts of a decoded noun are shared arrays: never change one. */
export type Noun = bigint | readonly [Noun, Noun]

/** What the addon exports; see kernels/native/nockpow/addon_nockpow.cc. */
interface Native {
  readonly digests: (commitment: BigUint64Array, length: number, nonces: BigUint64Array) => BigUint64Array | null
  readonly base58: (limbs: BigUint64Array) => string
  readonly parseBase58: (text: string) => BigUint64Array | null
  readonly targetLimbs: (words: BigUint64Array) => BigUint64Array
  readonly cue: (bytes: Uint8Array, maxNouns: number) => Noun | string
  readonly jam: (noun: Noun) => Uint8Array | null
  readonly hashNoun: (noun: Noun) => BigUint64Array | null
  readonly hashPair: (left: BigUint64Array, right: BigUint64Array) => BigUint64Array
  readonly hashVarlen: (words: BigUint64Array) => BigUint64Array | null
  readonly start: (op: number, params: Uint8Array, done: Done) => object
  readonly stop: (handle: object) => void
  readonly progress: (handle: object) => readonly [number, number, number]
}

/** End of a job on Node's thread pool. Kind: 0 result, 1 error, 2 cancelled. */
export type Done = (kind: number, code: number, message: string, bytes: Uint8Array) => void

const words = (limbs: Digest): BigUint64Array => BigUint64Array.from(limbs)

const digestAt = (limbs: BigUint64Array, from: number): Digest => {
  const limb = (index: number) => limbs[from + index] ?? 0n
  return [limb(0), limb(1), limb(2), limb(3), limb(4)]
}

/** Little-endian 64-bit words of a natural number. */
const wordsOf = (value: bigint): BigUint64Array => {
  const out: Array<bigint> = []
  for (let rest = value; rest > 0n; rest >>= 64n) out.push(rest & 0xffffffffffffffffn)
  return BigUint64Array.from(out)
}

export interface NockPowNative {
  /** Version-5 digests; null when the length is no power of two up to 1024 or a limb is p or more. */
  readonly digests: (commitment: Digest, length: number, nonces: ReadonlyArray<Digest>) => ReadonlyArray<Digest> | null
  readonly base58: (digest: Digest) => string
  /** Null for texts that are no digest. */
  readonly parseBase58: (text: string) => Digest | null
  /** Base-p limbs of a target; a target of p^5 or more is met by everything. */
  readonly targetLimbs: (target: bigint) => Digest
  /** A noun, or a sentence that says why the bytes are none. At most 64 MB and `maxNouns` (default 1,000,000) nouns. */
  readonly cue: (bytes: Uint8Array, maxNouns?: number) => { readonly noun: Noun } | { readonly problem: string }
  /** The canonical encoding; null beyond four million nouns. */
  readonly jam: (noun: Noun) => Uint8Array | null
  /** Null when an atom is p or more, or when more than 131,072 atoms are reached. */
  readonly hashNoun: (noun: Noun) => Digest | null
  readonly hashPair: (left: Digest, right: Digest) => Digest
  /** Variable-length Tip5 of plain words; null when one is p or more, or beyond 262,144 of them. */
  readonly hashVarlen: (words: ReadonlyArray<bigint>) => Digest | null
  readonly start: Native["start"]
  readonly stop: Native["stop"]
  readonly progress: Native["progress"]
}

const isNative = (value: unknown): value is Native =>
  typeof value === "object" &&
  value !== null &&
  [
    "digests",
    "base58",
    "parseBase58",
    "targetLimbs",
    "cue",
    "jam",
    "hashNoun",
    "hashPair",
    "hashVarlen",
    "start",
    "stop",
    "progress"
  ].every((name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === "function")

const wrap = (native: Native): NockPowNative => ({
  digests: (commitment, length, nonces) => {
    const out = native.digests(words(commitment), length, BigUint64Array.from(nonces.flat()))
    return out === null ? null : nonces.map((_, index) => digestAt(out, 5 * index))
  },
  base58: (digest) => native.base58(words(digest)),
  parseBase58: (text) => {
    const limbs = text.length > 56 ? null : native.parseBase58(text)
    return limbs === null ? null : digestAt(limbs, 0)
  },
  targetLimbs: (target) => digestAt(native.targetLimbs(wordsOf(target)), 0),
  cue: (bytes, maxNouns = 1_000_000) => {
    const found = native.cue(bytes, maxNouns)
    return typeof found === "string" ? { problem: found } : { noun: found }
  },
  jam: native.jam,
  hashNoun: (noun) => {
    const limbs = native.hashNoun(noun)
    return limbs === null ? null : digestAt(limbs, 0)
  },
  hashPair: (left, right) => digestAt(native.hashPair(words(left), words(right)), 0),
  hashVarlen: (values) => {
    const limbs = native.hashVarlen(BigUint64Array.from(values))
    return limbs === null ? null : digestAt(limbs, 0)
  },
  start: native.start,
  stop: native.stop,
  progress: native.progress
})

export const load: Effect.Effect<NockPowNative, HostMissing> = Effect.try({
  try: () => {
    const addon: unknown = createRequire(import.meta.url)(addonFile)
    const native: unknown = typeof addon === "object" && addon !== null && "nockpow" in addon ? addon.nockpow : null
    if (!isNative(native)) throw new Error("it is older than this program")
    return wrap(native)
  },
  catch: (cause) =>
    new HostMissing({
      path: addonFile,
      detail: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "unknown"
    })
})

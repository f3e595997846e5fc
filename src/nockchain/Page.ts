/**
 * A block as nodes exchange it: the page noun, both versions, decoded and encoded.
 *
 * v0: [digest pow parent tx-ids coinbase timestamp epoch-counter target work height msg]; v1: the same after an atom 1.
 * Decoding treats its input as hostile: sizes are capped, every atom outside the proof must be hashable, and a refusal is
 * a sentence. The proof is kept as it is. Source: protocols/nockchain.md section 4.1.
 */
import * as Either from "effect/Either"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Bignum from "./Bignum.ts"
import * as Digest from "./Digest.ts"
import {
  atomOf,
  digestNoun,
  isCell,
  list,
  listOf,
  Malformed,
  type Noun,
  numberOf,
  some,
  tuple,
  tupleOf
} from "./Noun.ts"
import * as ZTree from "./ZTree.ts"

/** Version 0 pays public keys, version 1 (since height 39,000 of the main network) hashes of them. */
export type PageVersion = 0 | 1

/** Everything of a block that its commitment covers: what is fixed before a nonce is searched. */
export interface PageBody {
  readonly version: PageVersion
  readonly parent: Digest.Digest
  /** z-set of transaction ids. */
  readonly txIds: Noun
  /** z-map from a public-key hash (v1) or a lock of public keys (v0) to nicks. */
  readonly coinbase: Noun
  /** Urbit seconds. */
  readonly timestamp: bigint
  readonly epochCounter: number
  readonly target: Bignum.Bignum
  readonly accumulatedWork: Bignum.Bignum
  readonly height: number
  /** Fewer than 20 field elements. */
  readonly msg: ReadonlyArray<bigint>
}

export interface Page extends PageBody {
  /** The id that the page claims. */
  readonly digest: Digest.Digest
  /** The proof noun; null when it is absent or was stripped. */
  readonly pow: Noun | null
}

/** More than a node accepts as one block (16,000,000 bits). */
const maxBytes = 2_000_000
/** Nodes of a set of transaction ids or of a coinbase. */
export const maxTransactions = 65_536
export const maxCoinbase = 256
const maxMessage = 64

export const encode = (page: Page): Noun => {
  const body = [
    digestNoun(page.digest),
    page.pow === null ? 0n : some(page.pow),
    digestNoun(page.parent),
    page.txIds,
    page.coinbase,
    page.timestamp,
    BigInt(page.epochCounter),
    Bignum.toNoun(page.target),
    Bignum.toNoun(page.accumulatedWork),
    BigInt(page.height),
    list(page.msg)
  ] as const
  return page.version === 0 ? tuple(...body) : tuple(1n, ...body)
}

const read = (native: NockPowNative, noun: Noun): Page => {
  if (!isCell(noun)) throw new Malformed("it is an atom")
  const [head, tail] = noun
  if (!isCell(head) && head !== 1n) throw new Malformed(`its version is ${head}; 0 and 1 are known`)
  const version = isCell(head) ? 0 : 1
  const [
    digest = 0n,
    pow = 0n,
    parent = 0n,
    txIds = 0n,
    coinbase = 0n,
    timestamp = 0n,
    epochCounter = 0n,
    target = 0n,
    work = 0n,
    height = 0n,
    msg = 0n
  ] = tupleOf(version === 0 ? noun : tail, 11, "the page")
  if (native.hashNoun(tuple(parent, txIds, coinbase, timestamp, epochCounter, target, work, height, msg)) === null) {
    throw new Malformed("it has atoms that are no field elements, or too many of them")
  }
  ZTree.fold(txIds, maxTransactions, null, (item) => {
    Digest.fromNoun(item, "a transaction id")
    return null
  })
  ZTree.fold(coinbase, maxCoinbase, null, (item) => {
    if (!isCell(item)) throw new Malformed("an entry of the coinbase is an atom")
    if (version === 1) Digest.fromNoun(item[0], "a public-key hash of the coinbase")
    atomOf(item[1], "an amount of the coinbase")
    return null
  })
  return {
    version,
    digest: Digest.fromNoun(digest, "the id"),
    pow: powOf(pow),
    parent: Digest.fromNoun(parent, "the parent"),
    txIds,
    coinbase,
    timestamp: atomOf(timestamp, "the timestamp"),
    epochCounter: numberOf(epochCounter, "the epoch counter"),
    target: Bignum.fromNoun(target, "the target"),
    accumulatedWork: Bignum.fromNoun(work, "the accumulated work"),
    height: numberOf(height, "the height"),
    msg: listOf(msg, maxMessage, "the message").map((belt) => atomOf(belt, "the message"))
  }
}

const powOf = (noun: Noun): Noun | null => {
  if (noun === 0n) return null
  if (!isCell(noun) || noun[0] !== 0n) throw new Malformed("its proof of work is no unit")
  return noun[1]
}

/** Run a reader of nouns; what it found wrong becomes the left side. */
export const attempt = <A>(reader: () => A): Either.Either<A, string> =>
  Either.try({
    try: reader,
    catch: (cause) => {
      if (cause instanceof Malformed) return cause.message
      throw cause
    }
  })

/** The page that a noun is, or one phrase that says why it is none. */
export const decode = (native: NockPowNative, noun: Noun): Either.Either<Page, string> =>
  attempt(() => read(native, noun))

/** The same from jam; at most 2 MB. */
export const fromJam = (native: NockPowNative, bytes: Uint8Array): Either.Either<Page, string> => {
  if (bytes.length > maxBytes) return Either.left(`${bytes.length} bytes are more than a block may have`)
  const cued = native.cue(bytes)
  return "problem" in cued ? Either.left(`it is no jam: ${cued.problem}`) : decode(native, cued.noun)
}

export const toJam = (native: NockPowNative, page: Page): Uint8Array => {
  const bytes = native.jam(encode(page))
  if (bytes === null) throw new Error("a page with more than four million nouns cannot be encoded")
  return bytes
}

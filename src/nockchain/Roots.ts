/**
 * What a block's hashes are made of: roots of its transactions and coinbase, its commitment, its id.
 *
 * The commitment is what miners search a nonce for; the id adds the digest of the proof. Recomputed and equal on the
 * genesis pages of the fakenet and on the sampled blocks of the main network. Source: protocols/nockchain.md section 4.2.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Bignum from "./Bignum.ts"
import * as Digest from "./Digest.ts"
import { chain, leaf } from "./Hash.ts"
import { atomOf, digestNoun, list, type Noun, text, tupleOf } from "./Noun.ts"
import type { PageBody, PageVersion } from "./Page.ts"
import { maxCoinbase, maxTransactions } from "./Page.ts"
import * as ZTree from "./ZTree.ts"

/** Keys of one lock of version 0. */
const maxKeys = 256

export const transactions = (native: NockPowNative, txIds: Noun): Digest.Digest =>
  ZTree.fold(txIds, maxTransactions, leaf(native, 0n), (item, left, right) =>
    native.hashPair(Digest.fromNoun(item, "a transaction id"), native.hashPair(left, right))
  )

/** A lock of version 0: how many signatures of which public keys. */
const lockRoot = (native: NockPowNative, lock: Noun): Digest.Digest => {
  const [signatures = 0n, keys = 0n] = tupleOf(lock, 2, "a lock")
  const root = ZTree.fold(keys, maxKeys, leaf(native, 0n), (key, left, right) =>
    native.hashPair(leaf(native, key), native.hashPair(left, right))
  )
  return native.hashPair(leaf(native, signatures), root)
}

export const coinbase = (native: NockPowNative, version: PageVersion, entries: Noun): Digest.Digest =>
  ZTree.fold(entries, maxCoinbase, leaf(native, 0n), (item, left, right) => {
    const [key = 0n, nicks = 0n] = tupleOf(item, 2, "an entry of the coinbase")
    const owner = version === 1 ? Digest.fromNoun(key, "a public-key hash") : lockRoot(native, key)
    return native.hashPair(native.hashPair(owner, leaf(native, nicks)), native.hashPair(left, right))
  })

/** The entries of a version-1 coinbase, in the order of the map. */
export const payees = (entries: Noun): ReadonlyArray<{ readonly pkh: Digest.Digest; readonly nicks: bigint }> =>
  ZTree.items(entries, maxCoinbase).map((item) => {
    const [key = 0n, nicks = 0n] = tupleOf(item, 2, "an entry of the coinbase")
    return { pkh: Digest.fromNoun(key, "a public-key hash"), nicks: atomOf(nicks, "an amount of the coinbase") }
  })

export const coinbaseOf = (
  native: NockPowNative,
  entries: ReadonlyArray<{ readonly pkh: Digest.Digest; readonly nicks: bigint }>
): Noun =>
  ZTree.map(
    native,
    entries.map(({ nicks, pkh }) => [digestNoun(pkh), nicks] as const)
  )

export const commitment = (native: NockPowNative, page: PageBody): Digest.Digest =>
  chain(
    native,
    page.parent,
    transactions(native, page.txIds),
    coinbase(native, page.version, page.coinbase),
    leaf(native, page.timestamp),
    leaf(native, BigInt(page.epochCounter)),
    leaf(native, Bignum.toNoun(page.target)),
    leaf(native, Bignum.toNoun(page.accumulatedWork)),
    leaf(native, BigInt(page.height)),
    leaf(native, list(page.msg))
  )

/** The tag of an AI artifact at the head of a page's proof of work; such blocks are shown and never judged here. */
export const aiTag = text("ai-pow")

/** What of the proof of work enters the id of a block: a leaf for none, else a pair with the proof's digest. */
export const workHash = (native: NockPowNative, proofDigest: Digest.Digest | null): Digest.Digest => {
  const none = leaf(native, 0n)
  return proofDigest === null ? none : native.hashPair(none, proofDigest)
}

/** The id of a block. */
export const blockId = (native: NockPowNative, workDigest: Digest.Digest, committed: Digest.Digest): Digest.Digest =>
  native.hashPair(workDigest, committed)

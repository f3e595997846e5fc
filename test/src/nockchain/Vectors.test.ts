/** Nouns, hashes, lottery digests and big numbers against the reference library's vectors. */
import { assert, describe, it } from "@effect/vitest"
import * as Bignum from "../../../src/nockchain/Bignum.ts"
import * as BlockProof from "../../../src/nockchain/BlockProof.ts"
import * as Digest from "../../../src/nockchain/Digest.ts"
import { chain, leaf, textLeaf, words } from "../../../src/nockchain/Hash.ts"
import { list, type Noun, some, text, tuple } from "../../../src/nockchain/Noun.ts"
import { cued, hasShared, limbsOf, native, vectors, withShared } from "./Support.ts"

const hex = (noun: Noun) => Buffer.from(native.jam(noun) ?? []).toString("hex")

const limbs = (texts: ReadonlyArray<string>): Digest.Digest => {
  const digest = Digest.fromNoun(tuple(BigInt(texts[0] ?? 0), ...limbsOf(texts.slice(1))), "a vector")
  return digest
}

describe.skipIf(!hasShared)(withShared("vectors"), () => {
  it("nouns: jam and hash", () => {
    const { nouns, tip5 } = vectors("nouns_tip5.json") as {
      nouns: ReadonlyArray<{ jam: string; hash_limbs: ReadonlyArray<string> | null; hash_b58: string }>
      tip5: Readonly<Record<string, ReadonlyArray<string>>>
    }
    assert.strictEqual(nouns.length, 15)
    for (const row of nouns) {
      const noun = cued(Buffer.from(row.jam, "hex"))
      assert.strictEqual(hex(noun), row.jam)
      // Three have atoms of p or more: they can be encoded and not hashed.
      const hash = native.hashNoun(noun)
      assert.deepStrictEqual(hash, row.hash_limbs === null ? null : limbs(row.hash_limbs))
      if (hash !== null) assert.strictEqual(native.base58(hash), row.hash_b58)
    }
    assert.deepStrictEqual(words(native, []), limbs(tip5["varlen_empty"] ?? []))
    assert.deepStrictEqual(words(native, [2n]), limbs(tip5["varlen_2"] ?? []))
    assert.deepStrictEqual(words(native, [5n, 26n]), limbs(tip5["varlen_5_26"] ?? []))
    assert.deepStrictEqual(native.hashPair(Digest.zero, Digest.zero), limbs(tip5["ten_zero"] ?? []))
  })

  it("version 5: object 0, its projection and the digest of all cases", () => {
    const { vectors: rows } = vectors("v5_digest.json") as {
      vectors: ReadonlyArray<{
        commitment: ReadonlyArray<string>
        nonce: ReadonlyArray<string>
        pow_len: number
        p_hash: ReadonlyArray<string>
        object0_hash: ReadonlyArray<string>
        prefix_digest: ReadonlyArray<string>
        digest: ReadonlyArray<string>
      }>
    }
    assert.strictEqual(rows.length, 14)
    for (const row of rows) {
      const [commitment, nonce, length] = [limbs(row.commitment), limbs(row.nonce), BigInt(row.pow_len)] as const
      const puzzle = chain(
        native,
        textLeaf(native, "puzzle"),
        commitment,
        nonce,
        leaf(native, length),
        limbs(row.p_hash)
      )
      assert.deepStrictEqual(puzzle, limbs(row.object0_hash))
      assert.deepStrictEqual(words(native, puzzle), limbs(row.prefix_digest))
      const head = { version: 5, commitment, nonce, length: row.pow_len, puzzle, stripped: true }
      assert.deepStrictEqual(BlockProof.lotteryDigest5(native, head), limbs(row.digest))
    }
  })

  it("messages to and from a node", () => {
    const examples = vectors("jam_examples.json") as Readonly<Record<string, string>>
    const path = (...words: ReadonlyArray<string | bigint>) =>
      list(words.map((word) => (typeof word === "string" ? text(word) : word)))
    const command = (...rest: ReadonlyArray<Noun>) => tuple(text("command"), ...rest)
    const one: Noun = tuple(1n, 2n, 3n, 4n, 5n)
    const anchor = Bignum.fromValue(5493793810273389665851259858908398676672107719039465617368341183437285024349963580n)
    const made: Readonly<Record<string, Noun>> = {
      "peek [%heaviest-chain ~]": path("heaviest-chain"),
      "peek [%heaviest-block ~]": path("heaviest-block"),
      "peek [%heavy-n 147500 ~]": path("heavy-n", 147_500n),
      "peek [%constants ~]": path("constants"),
      "poke enable-mining %.y": command(text("enable-mining"), 0n),
      "poke enable-mining %.n": command(text("enable-mining"), 1n),
      "effect [%mine-zk 5 [1 2 3 4 5] target-v5-anchor 64]": tuple(text("mine-zk"), 5n, one, Bignum.toNoun(anchor), 64n)
    }
    for (const [name, noun] of Object.entries(made)) assert.strictEqual(hex(noun), examples[name], name)
    assert.deepStrictEqual(some(one), [0n, one])
  })

  it("targets as 32-bit limbs", () => {
    const { bn_zk_anchor } = vectors("targets.json") as { bn_zk_anchor: ReadonlyArray<string> }
    const anchor = 5493793810273389665851259858908398676672107719039465617368341183437285024349963580n
    assert.deepStrictEqual(Bignum.fromValue(anchor), limbsOf(bn_zk_anchor))
    assert.strictEqual(Bignum.toValue(limbsOf(bn_zk_anchor)), anchor)
  })
})

/** Pages, roots, commitments and ids against real blocks; decoding of hostile nouns. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck as fc } from "effect"
import { maxTarget } from "../../../actors/pool/Job.ts"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Address from "../../../src/nockchain/Address.ts"
import * as Bignum from "../../../src/nockchain/Bignum.ts"
import * as BlockProof from "../../../src/nockchain/BlockProof.ts"
import * as Digest from "../../../src/nockchain/Digest.ts"
import * as Inspect from "../../../src/nockchain/Inspect.ts"
import { type Noun, text, textOf, tuple } from "../../../src/nockchain/Noun.ts"
import * as Page from "../../../src/nockchain/Page.ts"
import * as Roots from "../../../src/nockchain/Roots.ts"
import * as ZTree from "../../../src/nockchain/ZTree.ts"
import { anyDigest, cued, hasShared, limbsOf, native, parsed, sharedBytes, vectors, withShared } from "./Support.ts"
import * as History from "./History.ts"

const sameDigest = (actual: Digest.Digest, expected: ReadonlyArray<string>, what: string) =>
  assert.deepStrictEqual([...actual], limbsOf(expected), what)

const seeded = { seed: 11, numRuns: 100 }

interface Genesis {
  readonly file: string
  readonly field_hashes: Readonly<Record<string, ReadonlyArray<string>>>
  readonly commitment: ReadonlyArray<string>
  readonly nonce: ReadonlyArray<string>
  readonly pow_len: number
  readonly pow_digest: ReadonlyArray<string>
  readonly full_proof_digest: ReadonlyArray<string>
  readonly page_digest_b58: string
  readonly timestamp: string
}

describe("golden pages", () => {
  it.skipIf(!hasShared)(withShared("have the commitments and ids that are recomputed"), () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.makeInProcess
      for (const row of vectors("fakenet_genesis_pages.json") as ReadonlyArray<Genesis>) {
        const bytes = sharedBytes("golden", row.file)
        const page = Either.getOrThrow(Page.fromJam(native, bytes))
        assert.strictEqual(page.version, 0)
        assert.strictEqual(String(page.timestamp), row.timestamp)
        sameDigest(Roots.commitment(native, page), row.commitment, "commitment")
        sameDigest(Roots.transactions(native, page.txIds), row.field_hashes["tx_ids"] ?? [], "transactions")
        const again = Page.toJam(native, page)
        assert.deepStrictEqual(again, bytes.slice(0, again.length))
        const head = BlockProof.head(native, page.pow ?? 0n)
        sameDigest(head.nonce, row.nonce, "nonce")
        assert.strictEqual(head.length, row.pow_len)

        const report = Either.getOrThrow(yield* Inspect.page(native, pow, bytes))
        assert.strictEqual(report.id, row.page_digest_b58)
        assert.strictEqual(report.idHolds, "yes")
        assert.strictEqual(report.time, "2000-01-01T00:00:00.000Z")
        assert.strictEqual(report.message, "NOCKCHAIN FAKENET")
        assert.strictEqual(report.proof?.verdict, "valid")
        assert.strictEqual(report.proof?.commitmentHolds, "yes")
        assert.strictEqual(report.proof?.meetsTarget, "yes")
        sameDigest(parsed(report.proof?.digest ?? ""), row.pow_digest, "digest")

        const changed = Page.toJam(native, { ...page, height: 1 })
        const lie = Either.getOrThrow(yield* Inspect.page(native, null, changed))
        assert.strictEqual(lie.proof?.commitmentHolds, "no")
        assert.strictEqual(lie.proof?.verdict, "not checked")
        assert.strictEqual(lie.idHolds, "unknown")
      }
    }).pipe(Effect.runPromise)
  )

  interface Sample {
    readonly height: number
    readonly id: string
    readonly parent: string
    readonly timestamp: string
    readonly epoch: number
    readonly target: string
    readonly work: string
    readonly coinbase_jam: string
    readonly coinbase_sum: string
    readonly coinbase_hash: ReadonlyArray<string>
    readonly msg: 0 | ReadonlyArray<string>
    readonly commitment_computed: ReadonlyArray<string>
  }

  it.skipIf(!hasShared)(withShared("of the main network: coinbases and commitments of eight blocks"), () => {
    const { blocks } = vectors("small_blocks_sample.json") as { blocks: ReadonlyArray<Sample> }
    assert.strictEqual(blocks.length, 8)
    for (const row of blocks) {
      const coinbase = cued(Buffer.from(row.coinbase_jam, "hex"))
      assert.strictEqual(String(History.coinbaseSum(coinbase)), row.coinbase_sum)
      sameDigest(Roots.coinbase(native, 0, coinbase), row.coinbase_hash, `coinbase of ${row.height}`)
      const commitment = Roots.commitment(native, {
        version: 0,
        parent: parsed(row.parent),
        txIds: 0n,
        coinbase,
        timestamp: BigInt(row.timestamp),
        epochCounter: row.epoch,
        target: Bignum.fromValue(BigInt(row.target)),
        accumulatedWork: Bignum.fromValue(BigInt(row.work)),
        height: row.height,
        msg: row.msg === 0 ? [] : row.msg.map(BigInt)
      })
      sameDigest(commitment, row.commitment_computed, `commitment of ${row.height}`)
    }
  })
})

describe("version 5", () => {
  it("has the lottery digest of the reference, read from a proof", () => {
    // vectors/v5_digest.json, commitment 1..5, nonce 6..10: the product's hash is given, so its head is built around it.
    const expected = native.digests([1n, 2n, 3n, 4n, 5n], 64, [[6n, 7n, 8n, 9n, 10n]])?.[0] ?? Digest.zero
    sameDigest(
      expected,
      [
        "8595989672312632757",
        "9762463409256548030",
        "14793879948702456683",
        "14367530516376597694",
        "13984338572722075386"
      ],
      "digest"
    )
    const head: BlockProof.ProofHead = {
      version: 5,
      commitment: [1n, 2n, 3n, 4n, 5n],
      nonce: [6n, 7n, 8n, 9n, 10n],
      length: 64,
      puzzle: [
        13482984392541274412n,
        8051789197335365858n,
        16615350626338276891n,
        7549626591436982584n,
        12214117415286150183n
      ],
      stripped: true
    }
    assert.deepStrictEqual(BlockProof.lotteryDigest5(native, head), expected)
    const inId = BlockProof.forBlock(native, head, null)
    assert.strictEqual(inId?.certain, false)
    const other = BlockProof.forBlock(native, { ...head, puzzle: Digest.zero }, null)
    assert.notDeepEqual(other?.digest, inId?.digest)
  })

  it("asks the kernel for older versions", () => {
    const head: BlockProof.ProofHead = {
      version: 3,
      commitment: Digest.zero,
      nonce: Digest.zero,
      length: 64,
      puzzle: Digest.zero,
      stripped: true
    }
    assert.isNull(BlockProof.forBlock(native, head, null))
    assert.deepStrictEqual(BlockProof.forBlock(native, head, Digest.zero), { digest: Digest.zero, certain: true })
  })
})

const anyBody = fc.record({
  version: fc.constantFrom<0 | 1>(0, 1),
  parent: anyDigest,
  timestamp: fc.bigInt({ min: 0n, max: 1n << 63n }),
  epochCounter: fc.nat({ max: 2015 }),
  target: fc.bigInt({ min: 1n, max: maxTarget }).map(Bignum.fromValue),
  accumulatedWork: fc.bigInt({ min: 1n, max: 1n << 90n }).map(Bignum.fromValue),
  height: fc.nat({ max: 2 ** 40 }),
  msg: fc.array(fc.bigInt({ min: 0n, max: 1n << 60n }), { maxLength: 19 })
})
const anyPage: fc.Arbitrary<Page.Page> = fc
  .tuple(
    anyBody,
    fc.array(anyDigest, { maxLength: 6 }),
    fc.array(fc.tuple(anyDigest, fc.bigInt(1n, 1n << 40n)), { maxLength: 4 }),
    anyDigest
  )
  .map(([body, ids, payees, digest]) => ({
    ...body,
    txIds: ZTree.set(
      native,
      ids.map((id) => tuple(...id))
    ),
    coinbase: Roots.coinbaseOf(
      native,
      payees.map(([pkh, nicks]) => ({ pkh, nicks }))
    ),
    digest,
    pow: null
  }))

describe("pages", () => {
  it("come back from jam as they were", () => {
    fc.assert(
      fc.property(anyPage, (page) => {
        assert.deepStrictEqual(Page.fromJam(native, Page.toJam(native, page)), Either.right(page))
      }),
      seeded
    )
  })

  it("commit to every field", () => {
    const digest: Digest.Digest = [9n, 8n, 7n, 6n, 5n]
    const page: Page.PageBody = {
      version: 1,
      parent: Digest.zero,
      txIds: 0n,
      coinbase: 0n,
      timestamp: 1n,
      epochCounter: 0,
      target: [1n],
      accumulatedWork: [1n],
      height: 0,
      msg: []
    }
    const changes: ReadonlyArray<Partial<Page.PageBody>> = [
      {},
      { parent: digest },
      { txIds: ZTree.set(native, [tuple(...digest)]) },
      { coinbase: Roots.coinbaseOf(native, [{ pkh: digest, nicks: 1n }]) },
      { coinbase: Roots.coinbaseOf(native, [{ pkh: digest, nicks: 2n }]) },
      { timestamp: 2n },
      { epochCounter: 1 },
      { target: [2n] },
      { target: [1n, 0n] },
      { accumulatedWork: [2n] },
      { height: 1 },
      { msg: [1n] }
    ]
    const seen = new Set(changes.map((change) => native.base58(Roots.commitment(native, { ...page, ...change }))))
    assert.strictEqual(seen.size, changes.length)
  })

  it("says what is wrong with nouns that are none", () => {
    const body: Page.Page = {
      version: 1,
      digest: Digest.zero,
      pow: null,
      parent: Digest.zero,
      txIds: 0n,
      coinbase: 0n,
      timestamp: 1n,
      epochCounter: 0,
      target: [1n],
      accumulatedWork: [1n],
      height: 0,
      msg: []
    }
    const problem = (noun: Noun) => Either.getOrElse(Either.flip(Page.decode(native, noun)), () => "a page")
    const lines = Array.from({ length: 300 }).reduce<Noun>((rest) => [tuple(1n, 2n, 3n, 4n, 5n), [rest, 0n]], 0n)
    assert.include(problem(5n), "an atom")
    assert.include(problem([7n, 0n]), "version is 7")
    assert.include(problem([1n, [2n, 3n]]), "parts")
    assert.include(problem(Page.encode({ ...body, timestamp: 1n << 64n })), "no field elements")
    assert.include(problem(Page.encode({ ...body, txIds: lines })), "too large")
    assert.include(problem(Page.encode({ ...body, txIds: [5n, [0n, 0n]] })), "transaction id")
    assert.include(problem(Page.encode({ ...body, target: [1n << 40n] })), "2^32 or more")
    assert.include(problem(Page.encode({ ...body, msg: Array.from({ length: 65 }, () => 1n) })), "more than 64")
    assert.include(problem(Page.encode({ ...body, coinbase: [5n, [0n, 0n]] })), "coinbase")
    assert.include(
      Either.getOrElse(Either.flip(Page.fromJam(native, new Uint8Array(3_000_000))), () => ""),
      "more than"
    )
  })

  it("never makes a page of other nouns, nor breaks", () => {
    const anyNoun = fc.letrec<{ noun: Noun }>((tie) => ({
      noun: fc.oneof({ maxDepth: 8 }, fc.bigInt({ min: 0n, max: 1n << 70n }), fc.tuple(tie("noun"), tie("noun")))
    })).noun
    fc.assert(
      fc.property(anyNoun, (noun) => {
        const found = Page.decode(native, noun)
        if (Either.isRight(found)) assert.deepStrictEqual(Page.encode(found.right), noun)
      }),
      seeded
    )
  })
})

describe("texts, trees and addresses", () => {
  it("reads texts as little-endian atoms", () => {
    assert.strictEqual(text("bn"), 28258n)
    assert.strictEqual(text("puzzle"), 0x656c7a7a7570n)
    assert.strictEqual(textOf(text("zkpow-v5")), "zkpow-v5")
    assert.isNull(textOf(0xffn))
  })

  it("gives the same tree for the same keys in any order", () => {
    fc.assert(
      fc.property(fc.array(anyDigest, { minLength: 1, maxLength: 40 }), (keys) => {
        const nouns = keys.map((key) => tuple(...key))
        const tree = ZTree.set(native, nouns)
        assert.deepStrictEqual(ZTree.set(native, [...nouns].reverse()), tree)
        const items = ZTree.items(tree, 100)
        assert.strictEqual(items.length, new Set(keys.map(String)).size)
        assert.deepStrictEqual(ZTree.set(native, items), tree)
      }),
      seeded
    )
  })

  it("keeps digests through every form", () => {
    fc.assert(
      fc.property(anyDigest, anyDigest, (a, b) => {
        assert.deepStrictEqual(Digest.fromLimbs(Digest.toLimbs(a)), a)
        assert.deepStrictEqual(Digest.fromNoun(tuple(...a), "it"), a)
        const order = Digest.toAtom(a) - Digest.toAtom(b)
        assert.strictEqual(Math.sign(Digest.compare(a, b)), order < 0n ? -1 : order > 0n ? 1 : 0)
      }),
      seeded
    )
    assert.isNull(Digest.fromLimbs(new Uint8Array(40).fill(255)))
    assert.isNull(Digest.fromLimbs(new Uint8Array(39)))
  })

  it("tells a hash from an old key and from a slip", () => {
    const pkh = "9EhcJiGhAPcWLYrR9DL4ZPjU2Z9XT6FT2ZFkEEwmSQv7ES2TMC7p6Up"
    assert.strictEqual(Address.parse(native, ` ${pkh}\n`)._tag, "Pkh")
    assert.strictEqual(Address.parse(native, "3".repeat(132))._tag, "PublicKey")
    for (const wrong of ["", "0OIl", pkh.slice(0, 30), `${pkh}${pkh}`, "z".repeat(56)]) {
      assert.strictEqual(Address.parse(native, wrong)._tag, "Invalid", wrong)
    }
  })
})

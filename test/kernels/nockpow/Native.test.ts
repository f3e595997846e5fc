/** Digest texts, targets, jam and cue, noun hashes, batch digests: the addon's own calls against known answers. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import * as Native from "../../../kernels/NockPowNative.ts"
import { type Digest, fieldOrder } from "../../../kernels/NockPowTypes.ts"
import { digest, one, sharedFile, six, withoutShared } from "./Support.ts"

const native = Effect.runSync(Native.load)

const text = (word: string): bigint => BigInt(`0x${Buffer.from(word).reverse().toString("hex")}`)

/** noun, jam, base58 of its hash: protocols/nockchain.md 3.3. */
const nouns: ReadonlyArray<readonly [Native.Noun, string, string]> = [
  [0n, "02", "3Ssr4tiWsbX5CE3AG6p5qPHP51fiyvtt1XEEHmSbGgDjp3qjUew6DFB"],
  [1n, "0c", "6cpvkSJWCMfHpH4KpEJ6ReAXNb7HWMWjte5AbaXdhb4YuJkmwiYGsn2"],
  [[1n, 2n], "3112", "D5wqfg7c17jCWLjt5Dwv7bSaEdKbZwcm4gNFn68ifVY28xCzd6JHbVS"],
  [[[1n, 2n], 3n], "c54834", "CH8c52ntdrfG7eDddP6FtXbAV7eLRGgMDwSXwS2DFecVtFurvs89pk9"],
  [[2n, [5n, 0n]], "21c315", "8YXFoKjvKde9A8ZkDRfdaYb9XXtFszaW3CjtK2fWHE3owEP3GLNBxeX"],
  [[1n, [2n, [3n, [4n, 5n]]]], "71c8d061e202", "AfycYdDmzetYusai7vmiVmj2GNuB5tAzGLN8YbgvApajT5USAGfWVqi"],
  [
    [
      [5n, 6n],
      [5n, 6n]
    ],
    "858b3d09",
    "63Xy5GEmQc3Jf3uAB7ce1CHiUPFEhjDCKF8jT2j2M8RDukojcrufr3d"
  ],
  [
    [text("bn"), Array.from({ length: 9 }).reduce<Native.Noun>((rest) => [0n, rest], [8n, 0n])],
    "81177367666666661014",
    "5WffudSgJGTrLZx5rvd5Y3C588ekjajrFY1AeTtth6CaFJ1GYDMqB3v"
  ]
]

const cued = (hex: string): Native.Noun => {
  const found = native.cue(Buffer.from(hex, "hex"))
  if ("problem" in found) throw new Error(found.problem)
  return found.noun
}

const limb = fc.oneof(
  fc.bigInt({ min: 0n, max: fieldOrder - 1n }),
  fc.constantFrom(0n, 1n, fieldOrder - 1n, (1n << 32n) - 1n, 1n << 32n)
)
const anyDigest: fc.Arbitrary<Digest> = fc.tuple(limb, limb, limb, limb, limb)
const anyNoun = fc.letrec<{ noun: Native.Noun }>((tie) => ({
  noun: fc.oneof({ maxDepth: 6 }, fc.bigInt({ min: 0n, max: 1n << 130n }), fc.tuple(tie("noun"), tie("noun")))
})).noun

describe("jam and cue", () => {
  it("gives the known encodings and hashes, and reads them back", () => {
    for (const [noun, jam, hash] of nouns) {
      assert.strictEqual(Buffer.from(native.jam(noun) ?? []).toString("hex"), jam)
      assert.deepStrictEqual(cued(jam), noun)
      const hashed = native.hashNoun(noun)
      assert.strictEqual(hashed === null ? "" : native.base58(hashed), hash)
    }
  })

  it("reads back every noun it writes", () => {
    fc.assert(
      fc.property(anyNoun, (noun) => {
        const bytes = native.jam(noun)
        assert.isNotNull(bytes)
        assert.deepStrictEqual(native.cue(bytes ?? new Uint8Array()), { noun })
      }),
      { seed: 7, numRuns: 300 }
    )
  })

  it("says why bytes are no noun", () => {
    const problem = (bytes: ReadonlyArray<number>) => {
      const found = native.cue(Uint8Array.from(bytes))
      return "problem" in found ? found.problem : ""
    }
    assert.include(problem([]), "ends inside")
    assert.include(problem([0x01]), "ends inside")
    assert.include(problem([0x0b]), "reference")
    assert.include(problem([0x02, 0, 0, 1]), "follows")
    assert.include(problem(Array.from({ length: 12 }, () => 0)), "larger")
  })

  it("bounds what a small file may stand for", () => {
    // [x x] nested 60 times: 2^60 leaves in a few bytes of shared parts.
    let noun: Native.Noun = 1n
    for (let depth = 0; depth < 17; depth++) noun = [noun, noun]
    const bytes = native.jam(noun) ?? new Uint8Array()
    assert.isBelow(bytes.length, 64)
    const found = native.cue(bytes)
    assert.isTrue("noun" in found)
    assert.isNotNull(native.hashNoun(noun))
    assert.isNull(native.hashNoun([noun, noun]))
    assert.deepStrictEqual(native.cue(bytes, 10), { problem: "the encoding holds more nouns than the limit" })
  })

  for (const name of ["fakenet-genesis-pow-2-bex-1", "fakenet-genesis-pow-64-bex-2", "proof-v2-len1", "small-blocks"]) {
    const path = sharedFile("golden", `${name}.jam`)
    it.skipIf(path === null)(
      `encodes ${name} as the node did${path === null ? ` (${withoutShared})` : ""}`,
      () => {
        const raw = readFileSync(path ?? "")
        const found = native.cue(raw)
        assert.isTrue("noun" in found)
        if ("problem" in found) return
        const bytes = Buffer.from(native.jam(found.noun) ?? [])
        assert.isBelow(raw.length - bytes.length, 8)
        assert.isTrue(bytes.equals(raw.subarray(0, bytes.length)))
      },
      300_000
    )
  }
})

describe("digests as text and as numbers", () => {
  it("writes and reads base58", () => {
    fc.assert(
      fc.property(anyDigest, (value) => {
        const written = native.base58(value)
        if (written !== "") assert.deepStrictEqual(native.parseBase58(written), value)
      }),
      { seed: 11, numRuns: 500 }
    )
    const top: Digest = [fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n]
    const largest = native.base58(top)
    assert.deepStrictEqual(native.parseBase58(largest), top)
    for (const wrong of ["", "0", "l", `${largest}1`, "z".repeat(56), "z".repeat(200), "3Ssr4 "]) {
      assert.isNull(native.parseBase58(wrong), wrong)
    }
  })

  it("turns a target into limbs, the largest one beyond p^5", () => {
    const p5 = fieldOrder ** 5n
    const value = (limbs: Digest) => limbs.reduceRight((sum, each) => sum * fieldOrder + each, 0n)
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: p5 - 1n }), (target) => {
        assert.strictEqual(value(native.targetLimbs(target)), target)
      }),
      { seed: 3, numRuns: 300 }
    )
    for (const huge of [p5, p5 + 1n, 1n << 4000n]) assert.strictEqual(value(native.targetLimbs(huge)), p5 - 1n)
    // vectors/targets.json
    assert.deepStrictEqual(
      native.targetLimbs((p5 - 1n) / (777_600_000_000n * 500n)),
      digest(["3134756636179665070", "1070433572190700714", "12433391077695818693", "6076295560588274378", "47445"])
    )
    assert.deepStrictEqual(
      native.targetLimbs(1n << 291n),
      digest(["18446744069414584313", "103079215127", "18446743760176939009", "206158430159", "34359738400"])
    )
  })

  it("hashes pairs", () => {
    const zero: Digest = [0n, 0n, 0n, 0n, 0n]
    assert.deepStrictEqual(
      native.hashPair(zero, zero),
      digest([
        "9026454372341006121",
        "10127354791816756227",
        "16739660527612488802",
        "15668466307140263761",
        "6245252771030218910"
      ])
    )
  })
})

describe("version-5 digests in this process", () => {
  it("gives the known answers", () => {
    const [first] = native.digests(one, 64, [six]) ?? []
    assert.deepStrictEqual(
      first,
      digest([
        "8595989672312632757",
        "9762463409256548030",
        "14793879948702456683",
        "14367530516376597694",
        "13984338572722075386"
      ])
    )
    const [second] = native.digests([0n, 0n, 0n, 0n, 0n], 2, [[1n, 0n, 0n, 0n, 0n]]) ?? []
    assert.deepStrictEqual(
      second,
      digest([
        "17533217825944959071",
        "13821592583877160063",
        "8879686405227464705",
        "8124572386787620873",
        "9551044997081504530"
      ])
    )
  })

  it("gives the same for a nonce alone and in a batch of any size", () => {
    const nonces = Array.from({ length: 19 }, (_, index): Digest => [BigInt(index), 7n, fieldOrder - 1n, 9n, 10n])
    const batch = native.digests(one, 4, nonces)
    nonces.forEach((nonce, index) => {
      assert.deepStrictEqual(native.digests(one, 4, [nonce])?.[0], batch?.[index])
    })
  })

  it("refuses lengths that are no power of two and limbs of p or more", () => {
    assert.isNull(native.digests(one, 3, [six]))
    assert.isNull(native.digests(one, 2048, [six]))
    assert.isNull(native.digests(one, 64, [[fieldOrder, 0n, 0n, 0n, 0n]]))
    assert.deepStrictEqual(native.digests(one, 64, []), [])
  })

  const vectors = sharedFile("vectors", "v5_digest.json")
  it.skipIf(vectors === null)(`agrees with all vectors${vectors === null ? ` (${withoutShared})` : ""}`, () => {
    interface Vector {
      readonly commitment: ReadonlyArray<string>
      readonly nonce: ReadonlyArray<string>
      readonly pow_len: number
      readonly digest: ReadonlyArray<string>
      readonly digest_b58: string
    }
    const file: { readonly vectors: ReadonlyArray<Vector> } = JSON.parse(readFileSync(vectors ?? "", "utf8"))
    assert.isAbove(file.vectors.length, 10)
    for (const vector of file.vectors) {
      const [found] = native.digests(digest(vector.commitment), vector.pow_len, [digest(vector.nonce)]) ?? []
      assert.deepStrictEqual(found, digest(vector.digest))
      assert.strictEqual(found === undefined ? "" : native.base58(found), vector.digest_b58)
    }
  })
})

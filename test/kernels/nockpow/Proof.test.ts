/** The structured form of proofs: every object by its kind, and back to the same bytes. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import * as Proof from "../../../kernels/NockPowProof.ts"
import { proofVersions } from "../../../kernels/NockPowTypes.ts"
import { one, six } from "./Support.ts"

const native = Effect.runSync(Native.load)

describe("structured proofs", () => {
  it.scopedLive("hold the objects in their order and encode to the same bytes", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      for (const version of proofVersions) {
        const { jam } = yield* pow.prove({ version, commitment: one, nonce: six, length: 1 })
        const proof = Either.getOrThrow(Proof.decode(native, jam))
        assert.strictEqual(proof.version, version)
        assert.deepStrictEqual(
          proof.objects.slice(0, 13).map(({ tag }) => tag),
          [
            "puzzle",
            "heights",
            "m-root",
            "m-root",
            "terms",
            "poly",
            "evals",
            "m-root",
            "comp-m",
            "evals",
            "evals",
            "m-root",
            "codeword"
          ]
        )
        const [puzzle, heights] = proof.objects
        assert.deepInclude(puzzle, { tag: "puzzle", commitment: one, nonce: six, length: 1 })
        assert.deepStrictEqual(heights, { tag: "heights", heights: [16, 8] })
        assert.deepStrictEqual(Buffer.from(Proof.encode(native, proof) ?? []), Buffer.from(jam))
      }
    })
  )

  it("says what is not a proof", () => {
    const why = (noun: Native.Noun) =>
      Either.match(Proof.decode(native, native.jam(noun) ?? new Uint8Array()), {
        onLeft: ({ message }) => message,
        onRight: () => "a proof"
      })
    assert.strictEqual(why([5n, [0n, [0n, 0n]]]), "a proof")
    assert.include(why(5n), "cell")
    assert.include(why([4n, [0n, [0n, 0n]]]), "versions")
    assert.include(why([5n, [0n, [1n, 0n]]]), "hashes")
    assert.include(
      why([
        5n,
        [
          [[7n, 8n], 0n],
          [0n, 0n]
        ]
      ]),
      "unknown"
    )
    assert.include(why([5n, [1n, [0n, 0n]]]), "list")
    const poly = BigInt(`0x${Buffer.from("poly").reverse().toString("hex")}`)
    assert.include(
      why([
        5n,
        [
          [[poly, [2n, 1n << 64n]], 0n],
          [0n, 0n]
        ]
      ]),
      "length"
    )
    assert.strictEqual(
      why([
        5n,
        [
          [[poly, [1n, (1n << 64n) + 9n]], 0n],
          [0n, 0n]
        ]
      ]),
      "a proof"
    )
  })
})

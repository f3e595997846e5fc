/** The devnet with real proof of work: a nonce found, proved and fully verified by the kernel at the main network's length. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Layer } from "effect"
import { difficultyOf } from "../../../../actors/pool/Job.ts"
import * as NockPow from "../../../../kernels/NockPow.ts"
import { ChainSource } from "../../../../actors/pool/ChainSource.ts"
import * as Digest from "../../../../src/nockchain/Digest.ts"
import { list, listOf, tuple, tupleOf } from "../../../../src/nockchain/Noun.ts"
import * as Inspect from "../../../../src/nockchain/Inspect.ts"
import * as Devnet from "../../../../src/pool/devnet/Devnet.ts"
import { candidateOf, failure, native, pkh } from "./Support.ts"

const settings: Devnet.Settings = { file: ":memory:", pkh, rules: { genesisDifficulty: 2n ** 10n } }
const layer = Devnet.Devnet.layer(settings).pipe(Layer.provideMerge(NockPow.NockPow.InProcess))

/** The proof with limb 0 of object 2, the first Merkle root, changed. */
const withOtherRoot = (proof: Uint8Array): Uint8Array => {
  const cued = native.cue(proof)
  const [version = 0n, objects = 0n, ...rest] = tupleOf("problem" in cued ? 0n : cued.noun, 4, "the proof")
  const changed = listOf(objects, 100, "the objects").map((object, index) => {
    if (index !== 2 || typeof object === "bigint") return object
    const [limb, ...others] = Digest.fromNoun(object[1], "the root")
    return [object[0], tuple(limb === 0n ? 1n : limb - 1n, ...others)] as const
  })
  return native.jam(tuple(version, list(changed), ...rest)) ?? new Uint8Array()
}

describe("a devnet with real proofs", () => {
  it.live("accepts a block that was searched and proved, refuses the same proof with a byte changed", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.NockPow
      const source = yield* ChainSource
      const { page } = yield* Devnet.Devnet
      const candidate = yield* candidateOf(source)
      assert.strictEqual(candidate.powLength, 64)
      assert.strictEqual(difficultyOf(candidate.target), 1023n)
      const commitment = Digest.fromLimbs(candidate.commitment) ?? Digest.zero
      const found = yield* pow.search({
        commitment,
        start: [0n, 0n, 0n, 0n, 7n],
        count: 1_000_000n,
        target: native.targetLimbs(candidate.target),
        length: 64,
        fixedLimbs: 1
      })
      if (found._tag === "Exhausted") return assert.fail("nothing found in a thousand times the expected work")
      const proved = yield* pow.prove({ version: 5, commitment, nonce: found.nonce, length: 64 })
      assert.deepStrictEqual(proved.digest, found.digest)
      const nonce = Digest.toLimbs(found.nonce)

      // Another root of the base table: everything decodes, the head is right, the STARK does not hold.
      const forged = withOtherRoot(proved.jam)
      const error = yield* failure(source.submit(candidate, nonce, forged))
      assert.strictEqual(error._tag === "BlockRefused" ? error.reason.split(" ")[0] : "", "failed-pow-check")
      assert.strictEqual((yield* source.tip).height, 0)

      assert.strictEqual(yield* source.submit(candidate, nonce, proved.jam), "delivered")
      const block = yield* source.blockAt(1)
      assert.deepStrictEqual(block?.commitment, candidate.commitment)
      const bytes = (yield* page(block?.blockId ?? "")) ?? new Uint8Array()
      const report = Either.getOrThrow(yield* Inspect.page(native, pow, bytes))
      assert.deepInclude(report, { pageVersion: 1, height: 1, message: "pitboss devnet", idHolds: "unknown" })
      assert.include(report.note, "not verifiable")
      assert.deepInclude(report.proof, { version: 5, verdict: "valid", commitmentHolds: "yes", meetsTarget: "yes" })
      assert.strictEqual(report.proof?.digest, native.base58(found.digest))
    }).pipe(Effect.provide(layer))
  )
})

/**
 * Digests that a test can steer: limb 3 of a nonce says how hard its digest is.
 *
 * The digest's value is about maxTarget / (limb 3 + 1): a nonce made for difficulty d meets every target up to that
 * difficulty and none beyond. Proofs are the nonce itself, and the verifier believes what the prover told it.
 */
import { Effect, Layer } from "effect"
import { type Limbs, limbsBytes, maxTarget, p } from "../../../actors/pool/Job.ts"
import * as LimbBytes from "../../../actors/pool/Limbs.ts"
import { DigestsFailed, ShareKernel } from "../../../actors/pool/ShareKernel.ts"
import { JobFailed } from "../../../kernels/Errors.ts"
import { NockPow, type NockPowService } from "../../../kernels/NockPow.ts"
import type { Digest, Puzzle, Statement } from "../../../kernels/NockPowTypes.ts"

/** Limbs 0 to 4 as bytes. */
export const limbs = (values: ReadonlyArray<bigint>): Limbs => {
  const out = Buffer.alloc(limbsBytes)
  for (let at = 0; at < 5; at++) out.writeBigUInt64LE(values[at] ?? 0n, 8 * at)
  return new Uint8Array(out)
}

/** The nonce number `serial` of a prefix whose digest is worth `difficulty` digests. */
export const nonce = (prefix: bigint, difficulty: bigint | number, serial: bigint | number): Limbs =>
  limbs([BigInt(serial), 0n, 0n, BigInt(difficulty), prefix])

export class FakeKernel {
  /** Sizes of the batches. */
  readonly batches: Array<number> = []
  readonly proved: Array<Puzzle> = []
  readonly interrupted: Array<Puzzle> = []
  gate: Effect.Effect<void> = Effect.void
  provingGate: Effect.Effect<void> = Effect.void
  /** Batches that fail; then batches that die. */
  failures = 0
  defects = 0
  proofFailures = 0
  proofDefects = 0
  /** The verifier does not accept. */
  liar = false

  get layer(): Layer.Layer<ShareKernel | NockPow> {
    const shares = Layer.succeed(ShareKernel, {
      digests: (_, __, nonces) =>
        Effect.gen(this, function* () {
          this.batches.push(nonces.length)
          yield* this.gate
          if (this.failures > 0) {
            this.failures -= 1
            return yield* new DigestsFailed({ detail: "the kernel is ill" })
          }
          if (this.defects > 0) {
            this.defects -= 1
            return yield* Effect.dieMessage("the kernel crashed")
          }
          return nonces.map((each) => LimbBytes.ofNumber(maxTarget / (LimbBytes.limbAt(each, 3) + 1n)))
        })
    })
    return Layer.merge(shares, NockPow.Test(this.pow))
  }

  get pow(): Pick<NockPowService, "prove" | "verify"> {
    return {
      prove: (puzzle) =>
        Effect.gen(this, function* () {
          yield* Effect.onInterrupt(
            Effect.suspend(() => this.provingGate),
            () => Effect.sync(() => this.interrupted.push(puzzle))
          )
          if (this.proofDefects > 0) {
            this.proofDefects -= 1
            return yield* Effect.dieMessage("a defect of the prover")
          }
          if (this.proofFailures > 0) {
            this.proofFailures -= 1
            return yield* new JobFailed({ op: 66, code: 1, detail: "the host crashed", peakBytes: null })
          }
          this.proved.push(puzzle)
          return { jam: limbs(puzzle.nonce), digest: zero, peakBytes: null, micros: 0, processorSeconds: 0 }
        }),
      verify: () =>
        Effect.sync(() => {
          const last = this.proved.at(-1)
          if (last === undefined || this.liar) {
            return { valid: false, reason: "merkle-mismatch", object: 7, detail: "", statement: null } as const
          }
          const { commitment, length, nonce: found, version } = last
          const statement: Statement = {
            version,
            length,
            commitment,
            nonce: found,
            digest: zero,
            objects: 71,
            blockDigest: null
          }
          return { valid: true, statement } as const
        })
    }
  }
}

const zero: Digest = [0n, 0n, 0n, 0n, 0n]

/** The number that limbs stand for. */
export const numberOf = (of: Uint8Array): bigint =>
  [4, 3, 2, 1, 0].reduce((value, limb) => value * p + LimbBytes.limbAt(of, limb), 0n)

/**
 * What the devnet needs of the proof-of-work kernel: the full verification of a version-5 STARK.
 */
import * as Effect from "effect/Effect"
import { ChainUnavailable } from "../../../actors/pool/Errors.ts"
import type { NockPowService } from "../../../kernels/NockPow.ts"

/** Null for a valid proof, else the verifier's reason. */
export type Verify = (proof: Uint8Array) => Effect.Effect<string | null, ChainUnavailable>

const without = (why: string) => new ChainUnavailable({ source: "devnet", detail: `no verifier: ${why}` })

/** A verification takes milliseconds; one that takes this long hangs, and would hold up the whole chain. */
const longest = "30 seconds"

/** The kernel's verifier, in a process of its own or in ours, as the service says. */
export const fromKernel =
  (pow: Pick<NockPowService, "verify">): Verify =>
  (proof) =>
    pow.verify(proof).pipe(
      Effect.map((verdict) =>
        verdict.valid ? null : verdict.detail === "" ? verdict.reason : `${verdict.reason}: ${verdict.detail}`
      ),
      Effect.mapError((error) => without(error.message)),
      Effect.timeoutFail({ duration: longest, onTimeout: () => without(`it did not answer within ${longest}`) })
    )

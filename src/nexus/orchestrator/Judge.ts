/**
 * Looks at a submission the way the real service does: key, signature, hashes, then the proofs themselves.
 *
 * The cheap checks come first, so that hostile submissions cost no proving. Proofs are judged through the Verifier port;
 * for the task types that send only hashes the expected hash is computed again (proving is deterministic). Facts:
 * protocols/nexus-orchestrator.md sections 3 and 4.
 */
import * as Effect from "effect/Effect"
import type { VerifierService } from "../../../actors/nexus/Prover.ts"
import type { SubmitProofRequest } from "../wire/Messages.ts"
import * as Signing from "../wire/Signing.ts"
import * as Submission from "../wire/Submission.ts"
import type { Entry } from "./Books.ts"
import * as Line from "./Line.ts"
import { badProof, badRequest, badSignature, internal, overloaded, type Refusal } from "./Errors.ts"

/** The key is the one that fetched the task, and it signed this task and this hash. */
export const identity = (entry: Entry, given: SubmitProofRequest): Effect.Effect<void, Refusal> =>
  given.ed25519PublicKey.length !== 32
    ? badRequest(`ed25519_public_key has ${given.ed25519PublicKey.length} bytes, not 32`)
    : !Buffer.from(entry.publicKey).equals(given.ed25519PublicKey)
      ? badSignature("ed25519_public_key is not the key that fetched the task")
      : Signing.verify(given.ed25519PublicKey, given.signature, given)
        ? Effect.void
        : badSignature("signature does not match task and proof_hash")

export interface Judge {
  /** Succeeds when the proof is good; every other outcome is a refusal. */
  readonly proof: (entry: Entry, given: SubmitProofRequest) => Effect.Effect<void, Refusal>
}

/** `atOnce`: submissions that are verified at the same time; `waiting`: how many more may wait for that. */
export const make = (verifier: VerifierService, atOnce: number, waiting: number): Judge => {
  const line = Line.make(atOnce)

  const verify = (entry: Entry, given: SubmitProofRequest) =>
    Effect.gen(function* () {
      const { task } = entry
      const proofs = Submission.proofsOf(given)
      if (task.type === "PROOF_REQUIRED") {
        for (const [index, proof] of proofs.entries()) {
          const input = task.inputs[index]
          if (input === undefined) return yield* badProof(`there is no input ${index}`)
          const verdict = yield* verifier.verify(task.programId, input, proof)
          if (!verdict.valid) return yield* badProof(`the proof of input ${index} is invalid: ${verdict.reason}`)
        }
        return
      }
      const hashes: Array<string> = []
      for (const [index, input] of task.inputs.entries()) {
        const hash = yield* verifier.expectedHash(task.programId, input)
        if (task.type === "ALL_PROOF_HASHES" && given.allProofHashes[index] !== hash) {
          return yield* badProof(`the hash of input ${index} is not that of its proof`)
        }
        hashes.push(hash)
      }
      if (Signing.combinedHash(hashes) !== given.proofHash) {
        return yield* badProof("proof_hash is not the combined hash of the proofs")
      }
    })

  return {
    proof: (entry, given) =>
      Effect.suspend(() => {
        const fault = Submission.fault(entry.task.type, entry.task.inputs.length, given)
        if (fault !== null) return badProof(fault)
        if (line.waiting() >= waiting) return overloaded("too many proofs are being verified", 5)
        return line
          .pass(verify(entry, given))
          .pipe(
            Effect.catchAll((error) =>
              error._tag === "Refusal"
                ? error
                : Effect.zipRight(
                    Effect.logWarning(`a proof could not be verified: ${error.message}`),
                    internal("Unable to connect to verifier.", 5)
                  )
            )
          )
      })
  }
}

/**
 * The ports to proving and to checking proofs.
 *
 * A prover turns one input of a task into a proof; it owns its processes and native memory, and interrupting a call
 * stops its native work within 200 ms. Which prover is behind the port (the official program, our receipts, our own
 * STARK kernel) is decided where layers are put together; `kind` says what the bytes are worth.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { ProofImpossible, ProveError } from "./Errors.ts"
import type { Proof, ProofKind, Task } from "./Task.ts"

/** How far a proof is: a stage's name and the done part of it, 0 to 1. */
export interface Progress {
  readonly stage: string
  readonly fraction: number
}

export interface ProverService {
  /** For display: "official", "receipt". */
  readonly name: string
  readonly kind: ProofKind
  /** How many proofs it can run at the same time (processes of its pool). */
  readonly slots: number
  /**
   * The memory class of an input and the most bytes its proof is expected to need (all processes); admission reserves
   * that much. The measured peak is reported through `Proved.peakBytes` and refines the class (MemoryBudget).
   */
  readonly estimate: (task: Task, input: number) => { readonly memoryClass: string; readonly bytes: number }
  /** Prove input number `input` (0-based) of the task. */
  readonly prove: (
    task: Task,
    input: number,
    onProgress: (progress: Progress) => void
  ) => Effect.Effect<Proved, ProveError>
}

export interface Proved {
  readonly proof: Proof
  /** Peak resident bytes of the prover's process during this proof; null when it could not be measured. */
  readonly peakBytes: number | null
}

export class Prover extends Context.Tag("pitboss/nexus/Prover")<Prover, ProverService>() {}

/** Why a checked proof is not accepted. */
export interface Verdict {
  readonly valid: boolean
  /** One sentence; empty when valid. */
  readonly reason: string
}

export interface VerifierService {
  /** What it can judge. */
  readonly kind: ProofKind
  /** Judge untrusted proof bytes for one raw task input; hostile bytes give a verdict, never a crash. */
  readonly verify: (programId: string, input: Uint8Array, proof: Uint8Array) => Effect.Effect<Verdict, ProveError>
  /** Expected proof hash of an input, by recomputation (proving is deterministic): for tasks that send hashes only. */
  readonly expectedHash: (programId: string, input: Uint8Array) => Effect.Effect<string, ProveError | ProofImpossible>
}

export class Verifier extends Context.Tag("pitboss/nexus/Verifier")<Verifier, VerifierService>() {}

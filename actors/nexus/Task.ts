/**
 * The vocabulary of Nexus work: node ids, tasks, their kinds and difficulties, and what a finished proof is.
 *
 * Everything here is plain data that the edges (wire, storage, kernels) and the actors share. Names and numbers are
 * those of the orchestrator's protocol (package `nexus.orchestrator`); nothing here knows how they travel.
 */
import * as Schema from "effect/Schema"
import { difficulties } from "../../config/Difficulties.ts"

/** A node's identity: a decimal unsigned 64-bit integer as text, because it exceeds what a JavaScript number holds. */
export const NodeId = Schema.String.pipe(
  Schema.filter((text) => /^(0|[1-9][0-9]{0,19})$/.test(text) && BigInt(text) < 1n << 64n, {
    message: () => "expected a node id: a whole number from 0 to 18446744073709551615"
  }),
  Schema.brand("pitboss/nexus/NodeId")
)
export type NodeId = typeof NodeId.Type

/** What a submission must carry: the proof itself, one combined hash, or every proof's hash. */
export const TaskType = Schema.Literal("PROOF_REQUIRED", "PROOF_HASH", "ALL_PROOF_HASHES")
export type TaskType = typeof TaskType.Type

/** A class of tasks; the order of `difficulties` is the order of promotion. */
export const Difficulty = Schema.Literal(...difficulties)
export type Difficulty = typeof Difficulty.Type

/** The only program the network issues; tasks for any other program are refused with a typed error. */
export const knownProgram = "fib_input_initial"

/** Bounds of what a task may hold; a reply beyond them is malformed. Inputs: bytes each; count: inputs per task. */
export const limits = { taskIdLength: 256, inputs: 1024, inputBytes: 65_536 } as const

/** One unit of work as the orchestrator issued it. `inputs` are the raw bytes of each input, at least one. */
export interface Task {
  readonly taskId: string
  readonly programId: string
  readonly type: TaskType
  /** As the server assigned it; absent in replies of the older generation. */
  readonly difficulty: Difficulty | null
  readonly inputs: ReadonlyArray<Uint8Array>
  /** When the server made it, milliseconds since 1970; null when it did not say. */
  readonly createdAt: number | null
}

/**
 * What kind of evidence some bytes are. A `stark` is a genuine Nexus proof; a `receipt` is our local execution receipt,
 * which proves nothing to a third party and never leaves a local environment.
 */
export type ProofKind = "stark" | "receipt"

/** The proof of one input: its bytes and the lower-case hex Keccak-256 of exactly those bytes. */
export interface Proof {
  readonly kind: ProofKind
  readonly bytes: Uint8Array
  readonly hash: string
}

/** A task with the proof of each of its inputs, in input order: ready to be submitted. */
export interface ProvenTask {
  readonly task: Task
  readonly proofs: ReadonlyArray<Proof>
}

/**
 * The port to the Nexus orchestrator: everything that a node may ask of it, as typed effects.
 *
 * One call is one request and one answer: no retries, no waiting and no time-out policy beyond the request's own live
 * behind this port; the actors own those, so that schedules can be seen and tested in one place.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { AccountError, FetchError, SubmitError } from "./Errors.ts"
import type { Difficulty, NodeId, ProvenTask, Task } from "./Task.ts"

export interface OrchestratorService {
  /** Base URL, for display. */
  readonly url: string
  /** True when the orchestrator is on a loopback host, the only place to which receipts may go. */
  readonly local: boolean
  /** Ask for a new task; `maxDifficulty` is the hardest class that this node wants. */
  readonly fetchTask: (node: NodeId, maxDifficulty: Difficulty) => Effect.Effect<Task, FetchError>
  /** Hand in the proofs of a task; "duplicate" (409) means that the orchestrator already has it: done as well. */
  readonly submit: (node: NodeId, proven: ProvenTask) => Effect.Effect<"accepted" | "duplicate", SubmitError>
  /** The wallet a node belongs to: nodes of one wallet share one rate budget. */
  readonly walletOf: (node: NodeId) => Effect.Effect<string, AccountError>
  /** The id of the user who owns a wallet. */
  readonly userOf: (wallet: string) => Effect.Effect<string, AccountError>
  /** Register a user under a fresh UUIDv4. */
  readonly registerUser: (user: { readonly uuid: string; readonly wallet: string }) => Effect.Effect<void, AccountError>
  /** Register a new node of a user. */
  readonly registerNode: (userId: string) => Effect.Effect<NodeId, AccountError>
}

export class Orchestrator extends Context.Tag("pitboss/nexus/Orchestrator")<Orchestrator, OrchestratorService>() {}

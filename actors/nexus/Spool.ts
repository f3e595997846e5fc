/**
 * The port to durable work: tasks that were fetched and proofs that were made, kept across `kill -9` until the
 * orchestrator has accepted or definitively refused them.
 *
 * A task is in the spool before its proving starts and each proof is in it before it is submitted, so nothing fetched
 * is forgotten and nothing proved is proved again. Every effect that returns has reached the disk.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SpoolFailed } from "./Errors.ts"
import type { NodeId, Proof, Task } from "./Task.ts"

/**
 * How a task left the spool. accepted: the orchestrator took it. duplicate: it already had it (409). expired: 404 or
 * 410. refused: it judged the proof and said no. abandoned: it cannot be proved here.
 */
export type Outcome = "accepted" | "duplicate" | "expired" | "refused" | "abandoned"

/** A task in hand: `proofs[i]` is the proof of input i, null while it is still to be made. */
export interface SpooledTask {
  readonly node: NodeId
  readonly task: Task
  readonly proofs: ReadonlyArray<Proof | null>
  /** When it was fetched, milliseconds since 1970. */
  readonly fetchedAt: number
}

export interface SpoolTotals {
  readonly open: number
  readonly proven: number
  readonly outcomes: Readonly<Record<Outcome, number>>
}

export interface SpoolService {
  /** Keep a fetched task; keeping the same task id of the same node again changes nothing. */
  readonly keepTask: (node: NodeId, task: Task) => Effect.Effect<void, SpoolFailed>
  /** Keep the proof of one input. */
  readonly keepProof: (node: NodeId, taskId: string, input: number, proof: Proof) => Effect.Effect<void, SpoolFailed>
  /** The task that a node has in hand, if any (at most one per node). */
  readonly openTask: (node: NodeId) => Effect.Effect<SpooledTask | null, SpoolFailed>
  /** Every node that has a task in hand, oldest first: also those that are in no node list any more. */
  readonly openNodes: Effect.Effect<ReadonlyArray<NodeId>, SpoolFailed>
  /** Close a task with its outcome; `detail` is one line for the operator. Closed tasks keep no proof bytes. */
  readonly close: (node: NodeId, taskId: string, outcome: Outcome, detail: string) => Effect.Effect<void, SpoolFailed>
  readonly totals: Effect.Effect<SpoolTotals, SpoolFailed>
}

export class Spool extends Context.Tag("pitboss/nexus/Spool")<Spool, SpoolService>() {}

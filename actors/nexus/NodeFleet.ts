/**
 * The fleet of prover nodes as a service: what an operator may ask of it, and what it tells.
 *
 * Commands are serialised by the fleet's own actor; status and events are plain data (`FleetStatus`). Readers that fall
 * behind lose the oldest events, never slow a node down.
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { NoSuchNode } from "./Errors.ts"
import type { FleetEvent, FleetStatus } from "./FleetStatus.ts"
import type { NodeId } from "./Task.ts"

/** One line of a node list. Nodes with the same `account` share a rate budget; null: to be found out. */
export interface NodeEntry {
  readonly id: NodeId
  readonly label: string | null
  readonly account: string | null
}

/** What a reload did, by node id. `retiring` nodes finish and submit what they have, then go. */
export interface ReloadReport {
  readonly added: ReadonlyArray<NodeId>
  readonly retiring: ReadonlyArray<NodeId>
  readonly relabelled: ReadonlyArray<NodeId>
  readonly unchanged: number
}

/** What a stop left behind: all of it is in the spool and goes on at the next start. */
export interface StopReport {
  /** Tasks whose proofs are not all made. */
  readonly unproven: ReadonlyArray<NodeId>
  /** Tasks that are proved but not yet accepted or refused. */
  readonly unsubmitted: ReadonlyArray<NodeId>
  /** True when the deadline interrupted work. */
  readonly interrupted: boolean
  /** Nodes of the list that are in quarantine, and the tag of their last error (`Errors.ts`; Defect for a bug). */
  readonly givenUp: ReadonlyArray<{ readonly node: NodeId; readonly reason: string; readonly error: string }>
}

export interface NodeFleetService {
  readonly status: Effect.Effect<FleetStatus>
  /** The present status, then a new one at most every 100 ms while something changes. */
  readonly changes: Stream.Stream<FleetStatus>
  /** Subscribes at once: events from now on, for the first reader from the start of the fleet on. */
  readonly events: Effect.Effect<Stream.Stream<FleetEvent>, never, Scope.Scope>
  /** Finish the present step, keep the state, work no more until resumed. */
  readonly pause: (node: NodeId) => Effect.Effect<void, NoSuchNode>
  readonly resume: (node: NodeId) => Effect.Effect<void, NoSuchNode>
  /** Start the node's actor again with a clean sheet; also the way out of quarantine. Its task is kept. */
  readonly restart: (node: NodeId) => Effect.Effect<void, NoSuchNode>
  /** How many nodes may fetch, prove or submit at the same time, at least 1; lowering it interrupts nobody. */
  readonly setConcurrency: (limit: number) => Effect.Effect<void>
  /** Replace the node list (and the spares, when given). */
  readonly reload: (nodes: ReadonlyArray<NodeEntry>, spares?: ReadonlyArray<NodeEntry>) => Effect.Effect<ReloadReport>
  /** Take no new task; `finished` completes when nothing is left in hand. */
  readonly drain: Effect.Effect<void>
  /**
   * Take no new work, give work in progress until the deadline, then interrupt it: the spool keeps it. Asking again
   * with a nearer deadline hurries. Returns when the fleet has stopped.
   */
  readonly stop: (deadline: Duration.DurationInput) => Effect.Effect<StopReport>
  /** Completes when the fleet stopped, was drained, did `--max-tasks`, or has no node left and was to end then. */
  readonly finished: Effect.Effect<StopReport>
}

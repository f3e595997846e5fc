/**
 * What a node's actor finds around it: the shared services, the operator's will for this node, and its own memory.
 *
 * `NodeWorld` is the fleet as one node sees it, `Control` is what the operator wants of this node (written by the fleet,
 * read by the node whenever it looks), and `NodeMemory` is what one incarnation of the node knows; a restart begins with
 * a fresh one, because everything that must survive is in the spool.
 */
import type { AccountBudgets } from "./AccountBudget.ts"
import type { FleetBoard } from "./FleetBoard.ts"
import type { FleetMode, WaitReason } from "./FleetStatus.ts"
import type { OrchestratorService } from "./Orchestrator.ts"
import * as Promotion from "./Promotion.ts"
import type { ProverPoolService } from "./ProverPool.ts"
import type { Retries } from "./Retries.ts"
import type { Trouble } from "./Schedules.ts"
import type { Outcome, SpoolService } from "./Spool.ts"
import type { Difficulty, NodeId } from "./Task.ts"
import type { Turnstile } from "./Turnstile.ts"

export interface NodeSettings {
  /** Pause after a finished task, milliseconds. */
  readonly proofIntervalMillis: number
  /** Inputs of one task that are proved at the same time, at least 1. */
  readonly workersPerNode: number
  /** `--max-difficulty`: fixes what is asked for; null: promotion by success. */
  readonly maxDifficulty: Difficulty | null
}

export interface NodeWorld {
  readonly settings: NodeSettings
  readonly orchestrator: OrchestratorService
  readonly spool: SpoolService
  readonly pool: ProverPoolService
  readonly turnstile: Turnstile
  readonly budgets: AccountBudgets
  readonly board: FleetBoard
  readonly mode: () => FleetMode
  /** When a stop interrupts what still works, milliseconds since 1970; Infinity without one. */
  readonly deadline: () => number
  /** `--max-tasks`: true when a node could take one more task. */
  readonly tickets: () => boolean
  /** True when the node may fetch a task; it is then counted as taken. */
  readonly takeTicket: (node: NodeId) => boolean
  /** The node has a task from an earlier life: it counts as taken, whatever the limit. */
  readonly adoptTicket: (node: NodeId) => void
  /** The node has no task after all. */
  readonly returnTicket: (node: NodeId) => void
  /** Its task has left the spool. */
  readonly taskEnded: (node: NodeId, outcome: Outcome) => void
  /** How tasks ended that the spool could not close yet: a restarted node closes them first, and submits nothing again. */
  readonly verdicts: Map<NodeId, Verdict>
  /** The node has nothing to do until the operator wants something else of it. */
  readonly settled: (node: NodeId) => void
}

export interface Verdict {
  readonly taskId: string
  readonly outcome: Outcome
  readonly detail: string
}

export interface Control {
  readonly node: NodeId
  paused: boolean
  /** It left the list: finish what it has, take nothing new. */
  retiring: boolean
  /** When it may start first, milliseconds since 1970. */
  readonly startAt: number
  /** Incarnations so far. */
  starts: number
}

export interface NodeMemory {
  /** Nothing is known before the spool was asked. "proven": all proofs are made. */
  holding: "unknown" | "nothing" | "task" | "proven"
  /** No turn before this moment, and why. */
  until: number
  reason: WaitReason
  /** What the next fetch asks for. */
  difficulty: Difficulty
  /** Failed provings of the task in hand, in a row. */
  failedProvings: number
  /** Submissions of the task in hand so far. */
  submits: number
  /** Work done on the task in hand, milliseconds. */
  workMillis: number
  /** When to ask again whose node this is. */
  askWalletAt: number
  readonly retries: Retries<Trouble>
}

export const freshMemory = (world: NodeWorld, control: Control, retries: Retries<Trouble>): NodeMemory => ({
  holding: "unknown",
  until: control.startAt,
  reason: "interval",
  difficulty: Promotion.first(world.settings.maxDifficulty),
  failedProvings: 0,
  submits: 0,
  workMillis: 0,
  askWalletAt: 0,
  retries
})

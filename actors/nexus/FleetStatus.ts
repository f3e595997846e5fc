/**
 * What a fleet of prover nodes looks like at one instant, and what happens in it: plain data for every reader.
 *
 * The terminal, plain log lines, the control socket, metrics and tests read these values and nothing else. Everything is
 * an `effect/Schema` struct, so the same definition types the actors and encodes the answers of the control socket. All
 * times are milliseconds since 1970 unless a name says otherwise; all fractions run from 0 to 1.
 */
import * as Schema from "effect/Schema"
import { Difficulty, NodeId, TaskType } from "./Task.ts"

/**
 * Why a node waits for a moment in time. rate-limit: a 429. cool-down: 12 rate limits in a row. budget: its account's
 * share of requests comes later. interval: the pause between two proofs. no-task: the orchestrator had none. expired,
 * refused, abandoned: its last task ended so. network: no answer. server: 5xx. reply: an answer that makes no sense.
 * request: the orchestrator refused the request itself. prover: the prover crashed. memory: it ran out of memory.
 */
export const WaitReason = Schema.Literal(
  "rate-limit",
  "cool-down",
  "budget",
  "interval",
  "no-task",
  "expired",
  "refused",
  "abandoned",
  "network",
  "server",
  "reply",
  "request",
  "prover",
  "memory"
)
export type WaitReason = typeof WaitReason.Type

/** Not started yet: the first start comes at `until` (start delay). */
const Starting = Schema.TaggedStruct("Starting", { until: Schema.Number })
/** Ready to work, in line for one of the places that `--max-concurrent` allows. */
const Queued = Schema.TaggedStruct("Queued", {})
/** Asking the orchestrator for a task. */
const Fetching = Schema.TaggedStruct("Fetching", {})
/** Has a task; waits for a prover slot or for memory. */
const AwaitingProver = Schema.TaggedStruct("AwaitingProver", { for: Schema.Literal("slot", "memory") })
/** Proving: `proven` of `inputs` are done; `fraction` is the whole task's, `stage` that of the input last heard of. */
const Proving = Schema.TaggedStruct("Proving", {
  proven: Schema.Number,
  inputs: Schema.Number,
  fraction: Schema.Number,
  stage: Schema.String
})
/** Handing in its proofs; `attempt` counts from 1. */
const Submitting = Schema.TaggedStruct("Submitting", { attempt: Schema.Number })
/** Waits until a moment. */
const Waiting = Schema.TaggedStruct("Waiting", { until: Schema.Number, reason: WaitReason })
/** Paused by the operator; its task, if any, is kept. */
const Paused = Schema.TaggedStruct("Paused", {})
/** Its actor failed; the supervisor starts it again. */
const Restarting = Schema.TaggedStruct("Restarting", {})
/** Out of the work for good: refused by the orchestrator, or its restart budget is spent. */
const Quarantined = Schema.TaggedStruct("Quarantined", { reason: Schema.String })
/** The fleet was told to stop, or the node left the list, and it holds nothing any more. */
const Stopped = Schema.TaggedStruct("Stopped", {})

export const NodeState = Schema.Union(
  Starting,
  Queued,
  Fetching,
  AwaitingProver,
  Proving,
  Submitting,
  Waiting,
  Paused,
  Restarting,
  Quarantined,
  Stopped
)
export type NodeState = typeof NodeState.Type

/** True while the node holds one of the places that `--max-concurrent` allows. */
export const isActive = (state: NodeState): boolean =>
  state._tag === "Fetching" ||
  state._tag === "AwaitingProver" ||
  state._tag === "Proving" ||
  state._tag === "Submitting"

export const TaskStatus = Schema.Struct({
  taskId: Schema.String,
  type: TaskType,
  /** As the server assigned it; null in replies of the older generation. */
  difficulty: Schema.NullOr(Difficulty),
  inputs: Schema.Number,
  /** How many inputs have a proof in the spool. */
  proven: Schema.Number,
  fetchedAt: Schema.Number
})
export type TaskStatus = typeof TaskStatus.Type

/** Each event of a node's life is counted once, where it happens. */
export const NodeCounters = Schema.Struct({
  /** Tasks received. */
  fetched: Schema.Number,
  /** Fetches that brought no task, for whatever reason (rate limits too). */
  failedFetches: Schema.Number,
  /** Inputs proved. */
  proofs: Schema.Number,
  /** Provings that failed: crash, memory, impossible. */
  failedProofs: Schema.Number,
  /** Tasks that ended so; each task ends once. `duplicate` (409) is done as well. */
  accepted: Schema.Number,
  duplicate: Schema.Number,
  expired: Schema.Number,
  refused: Schema.Number,
  abandoned: Schema.Number,
  /** Submissions that must be made again (429, 5xx, network). */
  failedSubmits: Schema.Number,
  /** Answers with status 429, fetch and submit. */
  rateLimited: Schema.Number,
  /** Restarts by the supervisor or the operator. */
  restarts: Schema.Number
})
export type NodeCounters = typeof NodeCounters.Type
export type Counter = keyof NodeCounters

export const noCounts: NodeCounters = {
  fetched: 0,
  failedFetches: 0,
  proofs: 0,
  failedProofs: 0,
  accepted: 0,
  duplicate: 0,
  expired: 0,
  refused: 0,
  abandoned: 0,
  failedSubmits: 0,
  rateLimited: 0,
  restarts: 0
}

const LastError = Schema.Struct({
  at: Schema.Number,
  /** The error's tag, for example "RateLimited"; "Defect" for a bug. */
  tag: Schema.String,
  /** One line for an operator. */
  message: Schema.String
})

export const NodeStatus = Schema.Struct({
  id: NodeId,
  label: Schema.NullOr(Schema.String),
  /** What it shares its rate budget with: a wallet or a group of the node list; null while each node is its own. */
  account: Schema.NullOr(Schema.String),
  /** True when it took the place of a quarantined node. */
  spare: Schema.Boolean,
  /** True when it is in no list any more and only finishes what it has. */
  retiring: Schema.Boolean,
  state: NodeState,
  /** Since when it is in this state. */
  since: Schema.Number,
  task: Schema.NullOr(TaskStatus),
  /** The hardest class that its next fetch asks for. */
  difficulty: Difficulty,
  lastError: Schema.NullOr(LastError),
  counters: NodeCounters
})
export type NodeStatus = typeof NodeStatus.Type

/** Per minute: over the whole uptime and over the last 5 minutes (or the uptime, while that is shorter). */
export const Rate = Schema.Struct({ overall: Schema.Number, lastFiveMinutes: Schema.Number })
export type Rate = typeof Rate.Type

export const Totals = Schema.Struct({
  ...NodeCounters.fields,
  /** How many nodes of the list are in each situation; `nodes` is all of them. */
  nodes: Schema.Number,
  active: Schema.Number,
  queued: Schema.Number,
  waiting: Schema.Number,
  paused: Schema.Number,
  quarantined: Schema.Number,
  /** Tasks in hand that still have to be proved or submitted. */
  tasksInHand: Schema.Number,
  proofsPerMinute: Rate,
  /** Accepted tasks, duplicates included. */
  tasksPerMinute: Rate
})
export type Totals = typeof Totals.Type

const MemoryStatus = Schema.Struct({
  limitBytes: Schema.Number,
  reservedBytes: Schema.Number,
  waiting: Schema.Array(Schema.Struct({ what: Schema.String, bytes: Schema.Number }))
})

/**
 * running: takes work. draining: takes no new task, sees every task in hand through. stopping: the same until a deadline,
 * then interrupts. stopped: works no more; what is left is in the spool.
 */
export const FleetMode = Schema.Literal("running", "draining", "stopping", "stopped")
export type FleetMode = typeof FleetMode.Type

export const FleetStatus = Schema.Struct({
  at: Schema.Number,
  startedAt: Schema.Number,
  mode: FleetMode,
  orchestrator: Schema.Struct({ url: Schema.String, local: Schema.Boolean }),
  /** `kind` is what its bytes are worth: show it wherever a proof is shown. */
  prover: Schema.Struct({ name: Schema.String, kind: Schema.Literal("stark", "receipt"), slots: Schema.Number }),
  /** `limit` is `--max-concurrent` as it is now; `busy` places are taken; `queued` nodes are in line. */
  turnstile: Schema.Struct({ limit: Schema.Number, busy: Schema.Number, queued: Schema.Number }),
  /** Spares that were not needed yet. */
  sparesLeft: Schema.Number,
  /** `--max-tasks`, null without it. */
  maxTasks: Schema.NullOr(Schema.Number),
  memory: MemoryStatus,
  totals: Totals,
  /** In the order of the list; replaced and removed nodes stay while they hold work, quarantined ones for good. */
  nodes: Schema.Array(NodeStatus)
})
export type FleetStatus = typeof FleetStatus.Type

const about = { at: Schema.Number, node: NodeId, label: Schema.NullOr(Schema.String) }

/** What happened, one value per line of a log. Waits for a budget, a turn or the interval are no events. */
export const FleetEvent = Schema.Union(
  Schema.TaggedStruct("NodeStarted", { ...about, spare: Schema.Boolean }),
  Schema.TaggedStruct("TaskFetched", {
    ...about,
    taskId: Schema.String,
    type: TaskType,
    difficulty: Schema.NullOr(Difficulty),
    inputs: Schema.Number
  }),
  /** A task was found in the spool and is carried on. */
  Schema.TaggedStruct("TaskResumed", {
    ...about,
    taskId: Schema.String,
    inputs: Schema.Number,
    proven: Schema.Number
  }),
  Schema.TaggedStruct("InputProved", {
    ...about,
    taskId: Schema.String,
    input: Schema.Number,
    millis: Schema.Number,
    peakBytes: Schema.NullOr(Schema.Number)
  }),
  /** A task left the spool for good. */
  Schema.TaggedStruct("TaskClosed", {
    ...about,
    taskId: Schema.String,
    outcome: Schema.Literal("accepted", "duplicate", "expired", "refused", "abandoned"),
    detail: Schema.String
  }),
  /** Something failed and is tried again at `until`. */
  Schema.TaggedStruct("Trouble", {
    ...about,
    reason: WaitReason,
    error: Schema.String,
    message: Schema.String,
    until: Schema.Number
  }),
  Schema.TaggedStruct("NodeRestarted", { ...about, reason: Schema.String }),
  Schema.TaggedStruct("NodePaused", about),
  Schema.TaggedStruct("NodeResumed", about),
  Schema.TaggedStruct("NodeQuarantined", { ...about, reason: Schema.String, replacedBy: Schema.NullOr(NodeId) }),
  /** The node left the list; it goes when its task is done. */
  Schema.TaggedStruct("NodeRetiring", about),
  Schema.TaggedStruct("NodeGone", about),
  Schema.TaggedStruct("ConcurrencySet", { at: Schema.Number, limit: Schema.Number }),
  Schema.TaggedStruct("Reloaded", {
    at: Schema.Number,
    added: Schema.Number,
    removed: Schema.Number,
    relabelled: Schema.Number
  }),
  Schema.TaggedStruct("ModeChanged", { at: Schema.Number, mode: FleetMode })
)
export type FleetEvent = typeof FleetEvent.Type

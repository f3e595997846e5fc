/**
 * Turns what happens in a fleet into log entries, one per event, and a summary now and then. Pure.
 *
 * These lines are what remains of the screen in logs, containers and CI. They are in English in every language, so that
 * searching them works everywhere; ordinary events are "info", trouble that the runtime handles by itself is "warn".
 */
import type { FleetEvent } from "../../actors/nexus/FleetStatus.ts"
import type { ProgramStatus } from "../control/Api.ts"
import type { Entry, Level, Value } from "../telemetry/Log.ts"
import * as Format from "./Format.ts"
import type { Happening } from "./Sheet.ts"
import { failures, successes } from "./View.ts"

type Told = readonly [level: Level, message: string, fields: Readonly<Record<string, Value>>]

const outcomes = {
  accepted: "proof accepted",
  duplicate: "proof accepted before (409)",
  expired: "task expired",
  refused: "proof refused",
  abandoned: "task abandoned"
} as const

const tell = (event: FleetEvent): Told => {
  switch (event._tag) {
    case "NodeStarted":
      return ["info", event.spare ? "node started in place of another" : "node started", {}]
    case "TaskFetched":
      return [
        "info",
        "task fetched",
        { task: event.taskId, type: event.type, difficulty: event.difficulty, inputs: event.inputs }
      ]
    case "TaskResumed":
      return ["info", "task resumed from the spool", { task: event.taskId, inputs: event.inputs, proven: event.proven }]
    case "InputProved":
      return [
        "info",
        "input proved",
        { task: event.taskId, input: event.input, millis: event.millis, peakBytes: event.peakBytes }
      ]
    case "TaskClosed": {
      const good = event.outcome === "accepted" || event.outcome === "duplicate"
      const detail: Record<string, Value> = event.detail === "" ? {} : { detail: event.detail }
      return [
        good ? "info" : "warn",
        outcomes[event.outcome],
        { task: event.taskId, outcome: event.outcome, ...detail }
      ]
    }
    case "Trouble": {
      const seconds = Math.max(0, Math.round((event.until - event.at) / 100) / 10)
      return ["warn", event.message, { reason: event.reason, error: event.error, againInSeconds: seconds }]
    }
    case "NodeRestarted":
      return ["warn", "node restarted", { reason: event.reason }]
    case "NodePaused":
      return ["info", "node paused", {}]
    case "NodeResumed":
      return ["info", "node resumed", {}]
    case "NodeQuarantined":
      return ["error", "node quarantined", { reason: event.reason, replacedBy: event.replacedBy }]
    case "NodeRetiring":
      return ["info", "node left the list and finishes its task", {}]
    case "NodeGone":
      return ["info", "node gone", {}]
    case "ConcurrencySet":
      return ["info", "concurrency changed", { limit: event.limit }]
    case "Reloaded":
      return [
        "info",
        "node list read again",
        { added: event.added, removed: event.removed, relabelled: event.relabelled }
      ]
    case "ModeChanged":
      return ["info", `fleet is ${event.mode}`, {}]
  }
}

/** `base` is the path of the fleet in the supervision tree. */
export const entryOf = (event: FleetEvent, base: string): Entry => {
  const [level, message, fields] = tell(event)
  const who: Record<string, Value> =
    "node" in event ? { node: event.node, ...(event.label === null ? {} : { label: event.label }) } : {}
  const path = "node" in event ? `${base}/${event.node}` : base
  return { at: event.at, level, path, event: event._tag, message, fields: { ...who, ...fields } }
}

/** What is worth a line on the screen: the ordinary steps of a task are seen in its row. */
export const isNotable = (event: FleetEvent): boolean => event._tag !== "TaskFetched" && event._tag !== "InputProved"

/** The same for the table: who, and what in a few words. */
export const happeningOf = (event: FleetEvent): Happening => {
  const [level, message] = tell(event)
  const who = "node" in event ? (event.label ?? event.node) : ""
  return { at: event.at, level, who, message }
}

/** The totals of the screen as one line. */
export const summary = (status: ProgramStatus): Entry => {
  const { fleet } = status
  const base = { at: status.at, level: "info", path: "", event: "Summary" } as const
  const memory = { memoryBytes: status.memory.treeBytes }
  if (fleet === null) return { ...base, message: `memory ${Format.size(status.memory.treeBytes)}`, fields: memory }
  const { totals } = fleet
  const accepted = successes(totals)
  return {
    ...base,
    message: `${Format.counted(totals.nodes, "node")}, ${totals.active} active, ${accepted} accepted`,
    fields: {
      nodes: totals.nodes,
      active: totals.active,
      quarantined: totals.quarantined,
      proofs: totals.proofs,
      accepted,
      failed: failures(totals),
      rateLimited: totals.rateLimited,
      proofsPerMinute: Number(totals.proofsPerMinute.overall.toFixed(2)),
      proofsPerMinute5m: Number(totals.proofsPerMinute.lastFiveMinutes.toFixed(2)),
      uptimeSeconds: Math.round((status.at - fleet.startedAt) / 1000),
      ...memory
    }
  }
}

/**
 * Turns what happens in a fleet into log entries, one per event, and a summary now and then. Pure.
 *
 * These lines are what remains of the screen in logs, containers and CI. They are in English in every language, so that
 * searching them works everywhere, and in the operator's on the screen; ordinary events are "info", trouble that the
 * runtime handles by itself is "warn".
 */
import type { FleetEvent } from "../../actors/nexus/FleetStatus.ts"
import { type Language, same, type Text } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import type { Entry, Level, Value } from "../telemetry/Log.ts"
import * as Format from "./Format.ts"
import type { Happening } from "./Sheet.ts"
import { failures, successes } from "./View.ts"
import * as Words from "./Words.ts"

type Told = readonly [level: Level, message: Text, fields: Readonly<Record<string, Value>>]

const outcomes = {
  accepted: { en: "proof accepted", zh: "证明已通过" },
  duplicate: { en: "proof accepted before (409)", zh: "证明此前已通过 (409)" },
  expired: { en: "task expired", zh: "任务已过期" },
  refused: { en: "proof refused", zh: "证明被拒绝" },
  abandoned: { en: "task abandoned", zh: "任务已放弃" }
} as const

const tell = (event: FleetEvent): Told => {
  switch (event._tag) {
    case "NodeStarted":
      return [
        "info",
        event.spare
          ? { en: "node started in place of another", zh: "备用节点已启动" }
          : { en: "node started", zh: "节点已启动" },
        {}
      ]
    case "TaskFetched":
      return [
        "info",
        { en: "task fetched", zh: "已获取任务" },
        { task: event.taskId, type: event.type, difficulty: event.difficulty, inputs: event.inputs }
      ]
    case "TaskResumed":
      return [
        "info",
        { en: "task resumed from the spool", zh: "已从暂存恢复任务" },
        { task: event.taskId, inputs: event.inputs, proven: event.proven }
      ]
    case "InputProved":
      return [
        "info",
        { en: "input proved", zh: "输入已证明" },
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
      return ["warn", same(event.message), { reason: event.reason, error: event.error, againInSeconds: seconds }]
    }
    case "NodeRestarted":
      return ["warn", { en: "node restarted", zh: "节点已重启" }, { reason: event.reason }]
    case "NodePaused":
      return ["info", { en: "node paused", zh: "节点已暂停" }, {}]
    case "NodeResumed":
      return ["info", { en: "node resumed", zh: "节点已继续" }, {}]
    case "NodeQuarantined":
      return [
        "error",
        { en: "node quarantined", zh: "节点已隔离" },
        { reason: event.reason, replacedBy: event.replacedBy }
      ]
    case "NodeRetiring":
      return ["info", { en: "node left the list and finishes its task", zh: "节点已移出列表，完成当前任务后停止" }, {}]
    case "NodeGone":
      return ["info", { en: "node gone", zh: "节点已移除" }, {}]
    case "ConcurrencySet":
      return ["info", { en: "concurrency changed", zh: "并发数已更改" }, { limit: event.limit }]
    case "Reloaded":
      return [
        "info",
        { en: "node list read again", zh: "已重新读取节点列表" },
        { added: event.added, removed: event.removed, relabelled: event.relabelled }
      ]
    case "ModeChanged":
      return ["info", { en: `fleet is ${event.mode}`, zh: `节点群：${Words.mode[event.mode].zh}` }, {}]
  }
}

/** `base` is the path of the fleet in the supervision tree. */
export const entryOf = (event: FleetEvent, base: string): Entry => {
  const [level, message, fields] = tell(event)
  const who: Record<string, Value> =
    "node" in event ? { node: event.node, ...(event.label === null ? {} : { label: event.label }) } : {}
  const path = "node" in event ? `${base}/${event.node}` : base
  return { at: event.at, level, path, event: event._tag, message: message.en, fields: { ...who, ...fields } }
}

/** What is worth a line on the screen: the ordinary steps of a task are seen in its row. */
export const isNotable = (event: FleetEvent): boolean => event._tag !== "TaskFetched" && event._tag !== "InputProved"

/** The same for the table: who, and what in a few words. */
export const happeningOf = (event: FleetEvent, language: Language): Happening => {
  const [level, message] = tell(event)
  const who = "node" in event ? (event.label ?? event.node) : ""
  return { at: event.at, level, who, message: message[language] }
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

/**
 * The pool's events as log lines: what an operator wants to read, and at which level.
 *
 * The same trouble is told once a minute: neither an outage of the books nor somebody without a token who comes again and
 * again fills the disk.
 */
import type { PoolEvent } from "../../../actors/pool/PoolStatus.ts"
import type { Entry, Level, Value } from "../../telemetry/Log.ts"

interface Told {
  readonly level: Level
  readonly message: string
  readonly fields?: Readonly<Record<string, Value>>
}

const named = (minerId: string, worker: string) => (worker === "" ? minerId : `${minerId}.${worker}`)

const told = (event: PoolEvent): Told => {
  switch (event._tag) {
    case "Connected": {
      const words = event.resumed ? "is back" : "is connected"
      return {
        level: "info",
        message: `miner ${named(event.minerId, event.worker)} ${words}`,
        fields: { peer: event.peer }
      }
    }
    case "Disconnected": {
      const who =
        event.minerId === "" ? "a peer that did not say who it is" : `miner ${named(event.minerId, event.worker)}`
      const usual = event.reason === "left" || event.reason === "stopping"
      return {
        level: usual ? "info" : "warn",
        message: `${who} is gone (${event.reason}): ${event.detail}`,
        fields: { peer: event.peer }
      }
    }
    case "Refused":
      return { level: "debug", message: `a connection was not let in: ${event.reason}`, fields: { peer: event.peer } }
    case "Banned":
      return {
        level: "warn",
        message: `${event.whom} is banned until ${new Date(event.until).toISOString()}: ${event.why}`
      }
    case "JobIssued":
      return {
        level: "debug",
        message: `job ${event.jobId} for height ${event.height}${event.clean ? ", older work is dropped" : ""}`
      }
    case "Idle":
      return { level: "warn", message: `miners have nothing to do: ${event.why}` }
    case "TipChanged":
      return {
        level: "info",
        message: `block ${event.tip.height}${event.ours ? " is ours" : ""}`,
        fields: { id: event.tip.blockId }
      }
    case "BlockChanged": {
      const bad = event.state === "orphaned" || event.state === "refused" || event.state === "lost"
      return {
        level: bad ? "warn" : "info",
        message: `our block at height ${event.height} is ${event.state}: ${event.detail}`,
        fields: { miner: event.minerId }
      }
    }
    case "PayoutChanged":
      return { level: "info", message: `payout ${event.id} is ${event.state}: ${event.detail}` }
    case "Trouble":
      return { level: "error", message: `${event.where}: ${event.message}` }
    case "Mended":
      return { level: "info", message: `${event.where}: ${event.message}` }
  }
}

export const entryOf = (event: PoolEvent): Entry => {
  const { fields = {}, level, message } = told(event)
  return { at: event.at, level, path: "", event: event._tag, message, fields }
}

/** Milliseconds in which the same trouble is told once. */
const quiet = 60_000
/** Troubles that are remembered; beyond, the oldest is told again. */
const most = 1_024

/** What an event has in common with others that tell the same; null: it is always told. */
const sameness = (event: PoolEvent): string | null => {
  if (event._tag === "Trouble") return `${event.where} ${event.message.replace(/\d+/g, "#")}`
  if (event._tag !== "Disconnected" || event.reason === "left" || event.reason === "stopping") return null
  const ip = event.peer.slice(0, Math.max(0, event.peer.lastIndexOf(":")))
  return `${event.reason} ${ip} ${event.minerId} ${event.worker} ${event.detail}`
}

/** Leaves what was told lately to the level debug, and says how often that was; one instance per log. */
export const thinned = (): ((event: PoolEvent) => Entry) => {
  const told = new Map<string, { readonly at: number; again: number }>()
  return (event) => {
    const entry = entryOf(event)
    if (event._tag === "Mended") {
      for (const key of told.keys()) if (key.startsWith(`${event.where} `)) told.delete(key)
    }
    const key = sameness(event)
    if (key === null) return entry
    const before = told.get(key)
    if (before !== undefined && Math.abs(event.at - before.at) < quiet) {
      before.again += 1
      return { ...entry, level: "debug" }
    }
    told.delete(key)
    for (const oldest of told.keys()) {
      if (told.size < most) break
      told.delete(oldest)
    }
    told.set(key, { at: event.at, again: 0 })
    const again = before?.again ?? 0
    return again === 0 ? entry : { ...entry, fields: { ...entry.fields, again } }
  }
}

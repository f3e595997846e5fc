/**
 * What happens in a miner as log entries, and its totals as a line. Pure.
 *
 * In English in every language, so that searching a farm's logs works everywhere. Single shares and tries are told with
 * care: a broken connection is a warning when it breaks and then once a minute, however often it is tried.
 */
import type { MinerEvent, MinerStatus } from "../../actors/miner/MinerStatus.ts"
import { notJudged } from "../../actors/pool/Share.ts"
import { counted, hashrate } from "../console/Format.ts"
import type { Entry, Level, Value } from "../telemetry/Log.ts"

type Told = readonly [level: Level, message: string, fields: Readonly<Record<string, Value>>]

const milliseconds = (millis: number) => Math.round(millis * 10) / 10

const tell = (event: MinerEvent): Told => {
  switch (event._tag) {
    case "Connected": {
      const again = event.resubmitting === 0 ? {} : { resubmitting: event.resubmitting }
      return ["info", `connected to ${event.address}`, again]
    }
    case "Disconnected": {
      const next = event.final ? "somebody has to change something; looking again in a minute" : "trying again"
      return ["warn", `pool ${event.address}: ${event.detail}; ${next}`, { tries: event.failures }]
    }
    case "Preferred":
      return ["info", `${event.address} is back; leaving the fallback`, {}]
    case "Idle":
      return ["warn", event.detail, { cause: event.cause }]
    case "JobTaken": {
      const { height, jobId } = event
      return ["info", "new job", { job: jobId, height, shareDifficulty: String(event.shareDifficulty) }]
    }
    case "ShareFound":
      return ["debug", "share found", { job: event.jobId, thread: event.thread }]
    case "ShareAnswered": {
      const fields = {
        code: event.code,
        job: event.jobId,
        difficulty: String(event.difficulty),
        millis: milliseconds(event.millis),
        ...(event.sent > 1 ? { sent: event.sent } : {}),
        ...(event.reason === "" ? {} : { reason: event.reason })
      }
      if (event.code === "accepted") return ["info", "share accepted", fields]
      if (event.code === "stale" || event.code === "unknown-job") return ["info", "share stale", fields]
      if (event.code === "duplicate" && event.sent > 1) return ["info", "share was counted before", fields]
      if (notJudged.has(event.code)) {
        return ["warn", "the pool could not take a share yet; handing it in again", fields]
      }
      return ["warn", "share rejected", fields]
    }
    case "ShareLost":
      return ["warn", `a share without an answer is given up: ${event.why}`, { job: event.jobId }]
    case "ThreadFailed":
      return ["warn", `thread ${event.thread} starts again: ${event.detail}`, {}]
  }
}

export const entryOf = (event: MinerEvent): Entry => {
  const [level, message, fields] = tell(event)
  return { at: event.at, level, path: "", event: event._tag, message, fields }
}

/** A minute, in which the same trouble is told once. Milliseconds. */
const quiet = 60_000

/** Leaves out what was told lately; one instance per log. */
export const thinned = (): ((event: MinerEvent) => Entry) => {
  const last = new Map<string, { readonly detail: string; readonly at: number }>()
  return (event) => {
    const entry = entryOf(event)
    if (event._tag === "Connected") last.clear()
    if (event._tag !== "Disconnected") return entry
    const { address, at, detail } = event
    const before = last.get(address)
    if (before?.detail === detail && at < before.at + quiet) return { ...entry, level: "debug" }
    last.set(address, { detail, at })
    return entry
  }
}

const linkText = ({ at, idle, job, link }: MinerStatus): string => {
  if (link._tag === "Connected") return job === null ? `connected to ${link.address}, idle: ${idle}` : link.address
  const alone = job === null ? "idle" : `still searching job ${job.jobId}`
  if (link._tag === "Connecting") return `connecting to ${link.address}, ${alone}`
  return `no pool (${link.detail}), next try in ${Math.ceil(Math.max(0, link.until - at) / 1000)} s, ${alone}`
}

/** The totals as one entry. */
export const summary = (status: MinerStatus, memoryBytes: number): Entry => {
  const { accepted, duplicate, lost, pending, rejected, stale } = status.shares
  const message = `${hashrate(status.rate)} on ${counted(status.threads.length, "thread")}; ${accepted} accepted, ${stale} stale, ${rejected} rejected; ${linkText(status)}`
  const fields: Record<string, Value> = {
    rate: Math.round(status.rate),
    threadRates: status.threads.map((thread) => Math.round(thread.rate)).join(","),
    accepted,
    stale,
    rejected,
    duplicate,
    lost,
    pending,
    latencyMillis: status.latencyMillis === null ? null : milliseconds(status.latencyMillis),
    job: status.job?.jobId ?? null,
    height: status.job?.height ?? null,
    memoryMb: Math.round(memoryBytes / 2 ** 20)
  }
  return { at: status.at, level: "info", path: "", event: "Summary", message, fields }
}

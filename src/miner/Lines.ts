/**
 * What happens in a miner as log entries and as lines of its screen, and its totals as a line. Pure.
 *
 * Log entries are in English in every language, so that searching a farm's logs works everywhere; the screen speaks the
 * operator's, but for what a pool or the system said. Single shares and tries are told with care: a broken connection is a
 * warning when it breaks and then once a minute, however often it is tried.
 */
import type { IdleCause, LossCause, MinerEvent, MinerStatus } from "../../actors/miner/MinerStatus.ts"
import { mostPending } from "../../actors/miner/Outbox.ts"
import { notJudged } from "../../actors/pool/Share.ts"
import type { Language, Text } from "../../config/Setting.ts"
import { counted, hashrate } from "../console/Format.ts"
import type { Happening } from "../console/Sheet.ts"
import type { Entry, Level, Value } from "../telemetry/Log.ts"

type Told = readonly [level: Level, message: Text, fields: Readonly<Record<string, Value>>]

/** Why nothing is searched, for the screen; in English the event itself has more of it. */
const idle: Readonly<Record<IdleCause, string>> = {
  "no-job": "已连接，但没有任务：矿池可能尚未与节点同步，或没有收款公钥",
  "legacy-version": "矿池下发的是旧证明版本的任务；本矿工只搜索版本 5",
  "bad-job": "矿池下发了无效任务",
  "not-connected": "太久没有矿池：现在找到的份额已无法计入",
  stopping: "正在停止"
}

const lost: Readonly<Record<LossCause, Text>> = {
  expired: { en: "the pool counts it no longer", zh: "矿池已不再计入" },
  "too-many": { en: `more than ${mostPending} shares wait for an answer`, zh: `超过 ${mostPending} 个份额在等待应答` }
}

const milliseconds = (millis: number) => Math.round(millis * 10) / 10

const tell = (event: MinerEvent): Told => {
  switch (event._tag) {
    case "Connected": {
      const again = event.resubmitting === 0 ? {} : { resubmitting: event.resubmitting }
      return ["info", { en: `connected to ${event.address}`, zh: `已连接 ${event.address}` }, again]
    }
    case "Disconnected": {
      const next = event.final
        ? { en: "somebody has to change something; looking again in a minute", zh: "需要人工处理；一分钟后再试" }
        : { en: "trying again", zh: "正在重试" }
      const { address, detail } = event
      const text = { en: `pool ${address}: ${detail}; ${next.en}`, zh: `矿池 ${address}：${detail}；${next.zh}` }
      return ["warn", text, { tries: event.failures }]
    }
    case "Preferred":
      return [
        "info",
        { en: `${event.address} is back; leaving the fallback`, zh: `${event.address} 已恢复；离开备用矿池` },
        {}
      ]
    case "Idle":
      return ["warn", { en: event.detail, zh: idle[event.cause] }, { cause: event.cause }]
    case "JobTaken": {
      const { height, jobId } = event
      return [
        "info",
        { en: `new job at height ${height}`, zh: `新任务，高度 ${height}` },
        { job: jobId, height, shareDifficulty: String(event.shareDifficulty) }
      ]
    }
    case "Retargeted": {
      const difficulty = String(event.shareDifficulty)
      const text = { en: `shares of difficulty ${difficulty} from now on`, zh: `份额难度改为 ${difficulty}` }
      return ["info", text, { job: event.jobId, shareDifficulty: difficulty }]
    }
    case "ShareFound":
      return ["debug", { en: "share found", zh: "找到份额" }, { job: event.jobId, thread: event.thread }]
    case "ShareAnswered": {
      const fields = {
        code: event.code,
        job: event.jobId,
        difficulty: String(event.difficulty),
        millis: milliseconds(event.millis),
        ...(event.sent > 1 ? { sent: event.sent } : {}),
        ...(event.reason === "" ? {} : { reason: event.reason })
      }
      const { code, sent } = event
      if (code === "accepted") return ["info", { en: "share accepted", zh: "份额已接受" }, fields]
      if (code === "stale" || code === "unknown-job") return ["info", { en: "share stale", zh: "份额已过期" }, fields]
      if (code === "duplicate" && sent > 1) {
        return ["info", { en: "share was counted before", zh: "份额此前已计入" }, fields]
      }
      if (notJudged.has(code)) {
        const text = {
          en: "the pool could not take a share yet; handing it in again",
          zh: "矿池暂时无法接收份额；将再次提交"
        }
        return ["warn", text, fields]
      }
      const why = event.reason === "" ? code : event.reason
      return ["warn", { en: `share rejected: ${why}`, zh: `份额被拒绝：${why}` }, fields]
    }
    case "ShareLost": {
      const { en, zh } = lost[event.why]
      const text = { en: `a share without an answer is given up: ${en}`, zh: `放弃未应答的份额：${zh}` }
      return ["warn", text, { job: event.jobId }]
    }
    case "ThreadFailed": {
      const { detail, thread } = event
      return ["warn", { en: `thread ${thread} starts again: ${detail}`, zh: `线程 ${thread} 重新启动：${detail}` }, {}]
    }
  }
}

export const entryOf = (event: MinerEvent): Entry => {
  const [level, message, fields] = tell(event)
  return { at: event.at, level, path: "", event: event._tag, message: message.en, fields }
}

/** The same for the screen, in a few words. */
export const happeningOf = (event: MinerEvent, language: Language): Happening => {
  const [level, message] = tell(event)
  return { at: event.at, level, who: "", message: message[language] }
}

/** A minute, in which the same trouble is told once. Milliseconds. */
const quiet = 60_000

/** Lowers what was told lately to "debug"; one instance per log. */
export const thinned = <A extends { readonly level: Level }>(
  made: (event: MinerEvent) => A
): ((event: MinerEvent) => A) => {
  const last = new Map<string, { readonly detail: string; readonly at: number }>()
  return (event) => {
    const entry = made(event)
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

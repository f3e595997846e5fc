/**
 * Draws the screen of a miner: a pure function of status, size and language.
 *
 * Top to bottom: title, rate and shares, connection and job, one row per thread, what happened last, help. Never wider or
 * taller than the terminal; on a small one the rows of the threads go first.
 */
import type { MinerStatus, ThreadStatus } from "../../actors/miner/MinerStatus.ts"
import type { Language, Text } from "../../config/Setting.ts"
import * as Format from "../console/Format.ts"
import type { Happening, Size } from "../console/Screen.ts"
import { clip, type Line, type Span, type Style, span, widthOfLine } from "../console/Style.ts"
import { padEnd, padStart } from "../console/Width.ts"
import { hashrate } from "./Lines.ts"

export interface Picture {
  readonly status: MinerStatus
  readonly version: string
  readonly account: string
  readonly worker: string
  /** Resident bytes of the program and its hosts. */
  readonly memoryBytes: number
  readonly stopping: boolean
}

const words = {
  rate: { en: "rate", zh: "算力" },
  accepted: { en: "accepted", zh: "接受" },
  stale: { en: "stale", zh: "过期" },
  rejected: { en: "rejected", zh: "拒绝" },
  duplicate: { en: "counted before", zh: "重复" },
  lost: { en: "lost", zh: "丢失" },
  pending: { en: "unanswered", zh: "未应答" },
  latency: { en: "latency", zh: "延迟" },
  memory: { en: "memory", zh: "内存" },
  pool: { en: "pool", zh: "矿池" },
  job: { en: "job", zh: "任务" },
  height: { en: "height", zh: "高度" },
  share: { en: "share", zh: "份额难度" },
  block: { en: "block", zh: "区块难度" },
  paid: { en: "paid to", zh: "收款" },
  up: { en: "up", zh: "运行" },
  none: { en: "none", zh: "无" },
  thread: { en: "THREAD", zh: "线程" },
  state: { en: "STATE", zh: "状态" },
  digests: { en: "DIGESTS", zh: "摘要数" },
  connecting: { en: "connecting", zh: "连接中" },
  next: { en: "next try in", zh: "重试倒计时" },
  quit: { en: "q quit", zh: "q 退出" },
  stopping: {
    en: "waiting for answers to shares; q again to hurry",
    zh: "正在等待份额应答；再按 q 立即停止"
  }
} as const satisfies Record<string, Text>

const states: Readonly<Record<ThreadStatus["state"], Text>> = {
  starting: { en: "starting", zh: "启动中" },
  idle: { en: "idle", zh: "空闲" },
  searching: { en: "searching", zh: "搜索中" }
}

const figure = (label: string, value: string | number, style: Style = "bold"): Line => [
  span(`${label} `, "dim"),
  span(String(value), style)
]

/** As many figures as fit. */
const figures = (list: ReadonlyArray<Line>, columns: number): Line => {
  let line: Line = [span(" ")]
  for (const one of list) {
    const longer = [...line, ...(line.length > 1 ? [span("  ")] : []), ...one]
    if (widthOfLine(longer) > columns && line.length > 1) break
    line = longer
  }
  return line
}

const alarm = (count: number, style: Style): Style => (count > 0 ? style : "bold")

const linkOf = ({ at, link }: MinerStatus, language: Language): Line => {
  const say = (text: Text) => text[language]
  switch (link._tag) {
    case "Connected":
      return figure(say(words.pool), `${link.address} (${Format.duration(at - link.since)})`, "good")
    case "Connecting":
      return figure(say(words.pool), `${link.address} ${say(words.connecting)}`, "warn")
    case "Waiting":
      return figure(say(words.pool), `${link.detail} · ${say(words.next)} ${Format.countdown(link.until - at)}`, "bad")
  }
}

const head = (picture: Picture, columns: number, language: Language): ReadonlyArray<Line> => {
  const { account, memoryBytes, status, version, worker } = picture
  const { job, shares } = status
  const say = (text: Text) => text[language]
  const up = `${say(words.up)} ${Format.duration(status.at - status.startedAt)}`
  const work =
    job === null
      ? [figure(say(words.job), status.idle ?? say(words.none), "warn")]
      : [
          figure(say(words.job), job.jobId),
          figure(say(words.height), job.height),
          figure(say(words.share), String(job.shareDifficulty)),
          figure(say(words.block), String(job.networkDifficulty))
        ]
  return [
    clip([span(padEnd(` Pitboss ${version} · miner · ${worker} · ${up}`, columns), "inverse")], columns),
    figures(
      [
        figure(say(words.rate), hashrate(status.rate), "good"),
        figure(say(words.accepted), shares.accepted, "good"),
        figure(say(words.stale), shares.stale, alarm(shares.stale, "warn")),
        figure(say(words.rejected), shares.rejected, alarm(shares.rejected, "bad")),
        figure(say(words.pending), shares.pending),
        figure(say(words.latency), status.latencyMillis === null ? "-" : `${Math.round(status.latencyMillis)} ms`),
        figure(say(words.lost), shares.lost, alarm(shares.lost, "warn")),
        figure(say(words.duplicate), shares.duplicate)
      ],
      columns
    ),
    figures([linkOf(status, language)], columns),
    figures(work, columns),
    figures([figure(say(words.paid), account, "normal"), figure(say(words.memory), Format.size(memoryBytes))], columns)
  ]
}

const rows = (threads: ReadonlyArray<ThreadStatus>, language: Language): ReadonlyArray<Line> => {
  const fastest = Math.max(1, ...threads.map((thread) => thread.rate))
  const cells = (one: string, two: string, three: string, four: string): ReadonlyArray<Span> => [
    span(` ${padStart(one, 6)}  `, "dim"),
    span(padEnd(two, 12), "normal"),
    span(padStart(three, 12), "bold"),
    span(`  ${padStart(four, 14)}  `, "dim")
  ]
  return [
    cells(words.thread[language], words.state[language], words.rate[language], words.digests[language]),
    ...threads.map((thread) => [
      ...cells(String(thread.thread), states[thread.state][language], hashrate(thread.rate), String(thread.tried)),
      span(Format.bar(thread.rate / fastest, 16), "busy")
    ])
  ]
}

const levels = { debug: "dim", info: "normal", warn: "warn", error: "bad" } as const

export const render = (
  picture: Picture,
  size: Size,
  language: Language,
  activity: ReadonlyArray<Happening>
): ReadonlyArray<Line> => {
  const columns = Math.max(0, Math.floor(size.columns))
  const height = Math.max(0, Math.floor(size.rows))
  const top = head(picture, columns, language)
  const foot: Line = picture.stopping
    ? [span(` ${words.stopping[language]}`, "warn")]
    : [span(` ${words.quit[language]}`, "bold")]
  const table = rows(picture.status.threads, language).slice(0, Math.max(0, height - top.length - 1))
  const room = Math.max(0, height - top.length - table.length - 2)
  const happened = (room === 0 ? [] : activity.slice(-room)).map(
    ({ at, level, message }): Line => [span(` ${Format.clock(at)} `, "dim"), span(message, levels[level])]
  )
  const used = top.length + table.length + happened.length + 1
  const blank = Array.from({ length: Math.max(0, height - used) }, (): Line => [])
  return [...top, ...table, ...blank, ...happened, foot].slice(0, height).map((line) => clip(line, columns))
}

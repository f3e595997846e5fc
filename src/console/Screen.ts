/**
 * Draws the whole screen of a running fleet: a pure function of status, view, size and language.
 *
 * Top to bottom: title, totals, one row per node, help. The result is never wider or taller than the terminal, whatever
 * its size; on a small one, columns of less use go first, then rows, and the totals stay. Every row has its fixed place,
 * so a change moves nothing else on the screen.
 */
import type { FleetStatus, NodeStatus } from "../../actors/nexus/FleetStatus.ts"
import type { Language, Text } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import type { Level } from "../telemetry/Log.ts"
import { columnsFor, header, rowOf } from "./Columns.ts"
import * as Format from "./Format.ts"
import type { Line, Span, Style } from "./Style.ts"
import { clip, span, widthOfLine } from "./Style.ts"
import type { View } from "./View.ts"
import { clampTop, failures, select, successes } from "./View.ts"
import { padEnd, widthOf } from "./Width.ts"
import * as Words from "./Words.ts"

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** One thing that happened: to whom, and what. */
export interface Happening {
  readonly at: number
  readonly level: Level
  /** Label or id of a node; empty for the fleet. */
  readonly who: string
  readonly message: string
}

export interface Screen {
  readonly lines: ReadonlyArray<Line>
  /** How many node rows fit, and how many there are to show. */
  readonly page: number
  readonly rows: number
}

const figure = (label: string, value: string | number, style: Style = "bold"): ReadonlyArray<Span> => [
  span(label, "dim"),
  span(" "),
  span(String(value), style)
]

/** As many figures as fit, set apart by two blanks; the first are the most important. */
const figures = (list: ReadonlyArray<ReadonlyArray<Span>>, columns: number): Line => {
  let line: Line = [span(" ")]
  for (const one of list) {
    const longer = [...line, ...(line.length > 1 ? [span("  ")] : []), ...one]
    if (widthOfLine(longer) > columns && line.length > 1) break
    line = longer
  }
  return line
}

const alarm = (count: number, style: Style): Style => (count > 0 ? style : "bold")

const title = (status: ProgramStatus, fleet: FleetStatus, now: number, columns: number, language: Language): Line => {
  const { about } = status
  const { name, kind, slots } = fleet.prover
  const place = `${fleet.orchestrator.local ? "local " : ""}${fleet.orchestrator.url}`
  const prover = `${name === kind ? name : `${name} (${kind})`} ×${slots}`
  const left = ` Pitboss ${about.version} · ${about.program} · ${place} · ${prover}`
  const right = `${Words.mode[fleet.mode][language]} · ${Words.total.uptime[language]} ${Format.duration(now - fleet.startedAt)} `
  const room = Math.max(0, columns - widthOf(right))
  const whole = clip([span(left, "inverse")], room)
  const gap = room - widthOfLine(whole)
  return [...whole, span(" ".repeat(Math.max(0, gap)), "inverse"), span(right, "inverse")]
}

const totals = (
  status: ProgramStatus,
  fleet: FleetStatus,
  columns: number,
  language: Language
): ReadonlyArray<Line> => {
  const say = (text: Text) => text[language]
  const { totals: sum, turnstile, memory } = fleet
  const word = Words.total
  const failed = failures(sum)
  const limit = memory.limitBytes
  return [
    figures(
      [
        figure(say(word.nodes), sum.nodes),
        figure(say(word.active), `${sum.active}/${turnstile.limit}`, "busy"),
        figure(say(word.queued), sum.queued),
        figure(say(word.waiting), sum.waiting),
        figure(say(word.paused), sum.paused, alarm(sum.paused, "warn")),
        figure(say(word.quarantined), sum.quarantined, alarm(sum.quarantined, "bad")),
        figure(say(word.spares), fleet.sparesLeft)
      ],
      columns
    ),
    figures(
      [
        figure(say(word.proofs), sum.proofs),
        figure(say(word.accepted), successes(sum), "good"),
        figure(say(word.failed), failed, alarm(failed, "bad")),
        figure(say(word.limited), sum.rateLimited, alarm(sum.rateLimited, "warn")),
        figure(say(word.inHand), sum.tasksInHand),
        figure(say(word.perMinute), Format.rate(sum.proofsPerMinute.overall)),
        figure(say(word.fiveMinutes), Format.rate(sum.proofsPerMinute.lastFiveMinutes))
      ],
      columns
    ),
    figures(
      [
        figure(say(word.memory), `${Format.size(status.memory.treeBytes)} ${say(word.of)} ${Format.size(limit)}`),
        [span(Format.bar(limit > 0 ? status.memory.treeBytes / limit : 0, 16), "busy")],
        figure(say(word.reserved), Format.size(memory.reservedBytes)),
        figure(say(word.waiting), memory.waiting.length, alarm(memory.waiting.length, "warn"))
      ],
      columns
    )
  ]
}

const footer = (
  view: View,
  shown: { readonly from: number; readonly to: number; readonly of: number },
  fleet: FleetStatus,
  columns: number,
  language: Language
): Line => {
  const word = Words.footer
  if (view.typing) return [span(` /${view.search}▏`, "bold")]
  const place = shown.of === 0 ? word.none[language] : `${shown.from}-${shown.to} / ${shown.of}`
  const order = `${word.sort[language]}: ${Words.sort[view.sort][language]}${view.reverse ? " ↑" : ""}`
  const kept = `${word.filter[language]}: ${Words.filter[view.filter][language]}`
  const search = view.search === "" ? word.search[language] : `/ ${view.search}`
  if (fleet.mode !== "running") return figures([[span(place, "dim")], [span(word.stopping[language], "warn")]], columns)
  return figures(
    [
      [span(word.quit[language], "bold")],
      [span(place, "dim")],
      [span(order, "dim")],
      [span(kept, view.filter === "all" ? "dim" : "warn")],
      [span(search, view.search === "" ? "dim" : "warn")],
      [span(word.page[language], "dim")]
    ],
    columns
  )
}

const body = (nodes: ReadonlyArray<NodeStatus>, all: FleetStatus, now: number, columns: number, language: Language) => {
  const chosen = columnsFor(columns, all.nodes, language)
  return { head: header(chosen, language), rows: nodes.map((node) => rowOf(chosen, node, now, language)) }
}

/** A program without nodes: what it is, for how long, and its memory. */
const bare = (
  { about, memory }: ProgramStatus,
  now: number,
  columns: number,
  language: Language
): ReadonlyArray<Line> => {
  const up = `${Words.total.uptime[language]} ${Format.duration(now - about.startedAt)}`
  const used = figure(Words.total.memory[language], Format.size(memory.treeBytes))
  return [
    clip([span(` Pitboss ${about.version} · ${about.program} · pid ${about.pid} · ${up} `, "inverse")], columns),
    clip([span(" "), ...used], columns)
  ]
}

const levels: Readonly<Record<Level, Style>> = { debug: "dim", info: "normal", warn: "warn", error: "bad" }

/** Below the last node: what happened last, the newest at the bottom, when there is room for a few lines. */
const happened = (activity: ReadonlyArray<Happening>, room: number, language: Language): ReadonlyArray<Line> => {
  const shown = room < 4 ? [] : activity.slice(-(room - 2))
  if (shown.length === 0) return Array.from({ length: room }, (): Line => [])
  const lines = shown.map(
    ({ at, level, message, who }): Line => [
      span(` ${Format.clock(at)} `, "dim"),
      span(padEnd(who, 20)),
      span(` ${message}`, levels[level])
    ]
  )
  const head: Line = [span(` ${Words.footer.activity[language]}`, "dim")]
  const blank = Array.from({ length: room - 1 - lines.length }, (): Line => [])
  return [...blank, head, ...lines]
}

/**
 * `now` is the present moment in milliseconds since 1970: countdowns run between two statuses. `activity` is what
 * happened, oldest first; it is shown where nodes leave room.
 */
export const render = (
  status: ProgramStatus,
  view: View,
  size: Size,
  language: Language,
  now: number,
  activity: ReadonlyArray<Happening> = []
): Screen => {
  const columns = Math.max(0, Math.floor(size.columns))
  const height = Math.max(0, Math.floor(size.rows))
  const { fleet } = status
  if (fleet === null) return { lines: bare(status, now, columns, language).slice(0, height), page: 0, rows: 0 }
  const top = [title(status, fleet, now, columns, language), ...totals(status, fleet, columns, language)].slice(
    0,
    height <= 6 ? Math.max(1, height - 3) : 4
  )
  const selected = select(fleet.nodes, view)
  const page = Math.max(0, height - top.length - 2)
  const from = clampTop(view.top, page, selected.length)
  const visible = selected.slice(from, from + page)
  const { head, rows } = body(visible, fleet, now, columns, language)
  const shown = { from: from + 1, to: from + visible.length, of: selected.length }
  const below = happened(activity, page - rows.length, language)
  const lines = [...top, head, ...rows, ...below, footer(view, shown, fleet, columns, language)]
  return { lines: lines.slice(0, height).map((line) => clip(line, columns)), page, rows: selected.length }
}

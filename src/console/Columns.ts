/**
 * The columns of the node table: what each shows, how wide it is, and which stay when the terminal is narrow. Pure.
 */
import type { NodeState, NodeStatus } from "../../actors/nexus/FleetStatus.ts"
import type { Language, Text } from "../../config/Setting.ts"
import * as Format from "./Format.ts"
import type { Line, Span, Style } from "./Style.ts"
import { span } from "./Style.ts"
import { failures, successes } from "./View.ts"
import { padEnd, padStart, widthOf } from "./Width.ts"
import * as Words from "./Words.ts"

interface Column {
  readonly title: Text
  /** Columns of the terminal; the last column of a line takes what is left. */
  readonly width: number
  readonly right: boolean
  /** The higher, the sooner it is left out on a narrow terminal; 0 always stays. */
  readonly rank: number
  readonly cell: (node: NodeStatus, now: number, language: Language, width: number) => Span
}

const styles: Readonly<Record<NodeState["_tag"], Style>> = {
  Starting: "dim",
  Queued: "dim",
  Fetching: "busy",
  AwaitingProver: "busy",
  Proving: "good",
  Submitting: "busy",
  Waiting: "normal",
  Paused: "warn",
  Restarting: "bad",
  Quarantined: "bad",
  Stopped: "dim"
}

const quiet: ReadonlyArray<string> = ["interval", "budget", "no-task"]

const stateCell = (node: NodeStatus, language: Language): Span => {
  const { state } = node
  const retiring = node.retiring ? "↓ " : ""
  const word = Words.state[state._tag][language]
  switch (state._tag) {
    case "Waiting": {
      const style = quiet.includes(state.reason) ? "dim" : "warn"
      return span(`${retiring}${Words.reason[state.reason][language]}`, style)
    }
    case "AwaitingProver":
      return span(`${retiring}${Words.awaiting[state.for][language]}`, styles[state._tag])
    case "Submitting":
      return span(`${retiring}${word}${state.attempt > 1 ? ` ×${state.attempt}` : ""}`, styles[state._tag])
    default:
      return span(`${retiring}${word}`, styles[state._tag])
  }
}

/** Countdown of a wait; how long a working state has lasted. */
const timeCell = (node: NodeStatus, now: number): Span => {
  const { state } = node
  if (state._tag === "Waiting" || state._tag === "Starting") return span(Format.countdown(state.until - now), "dim")
  if (state._tag === "Queued" || state._tag === "Paused" || state._tag === "Stopped") return span("")
  return span(`+${Format.duration(now - node.since)}`, "dim")
}

const taskCell = (node: NodeStatus): Span => {
  const { task } = node
  if (task === null) return span("")
  const inputs = task.inputs > 1 ? ` ${task.proven}/${task.inputs}` : ""
  return span(`${task.taskId}${inputs}`)
}

const progressCell = (node: NodeStatus, width: number): Span => {
  const { state, task } = node
  const fraction = state._tag === "Proving" ? state.fraction : state._tag === "Submitting" ? 1 : null
  if (fraction === null || task === null) return span("")
  const percent = `${Math.round(Math.min(1, Math.max(0, fraction)) * 100)}%`
  return span(`${Format.bar(fraction, Math.max(0, width - 5))} ${percent.padStart(4)}`, styles[state._tag])
}

const errorCell = (node: NodeStatus, now: number): Span => {
  if (node.state._tag === "Quarantined") return span(node.state.reason, "bad")
  const { lastError } = node
  if (lastError === null) return span("")
  const age = now - lastError.at
  return span(`${Format.duration(age)} ${lastError.message}`, age < 60_000 ? "warn" : "dim")
}

const count = (value: number, style: Style): Span => span(String(value), value > 0 ? style : "dim")

const columns = (ids: number, labels: number): ReadonlyArray<Column> => [
  {
    title: Words.column.node,
    width: ids,
    right: false,
    rank: 0,
    cell: (node) => span(node.id, node.spare ? "warn" : "normal")
  },
  { title: Words.column.label, width: labels, right: false, rank: 5, cell: (node) => span(node.label ?? "", "dim") },
  {
    title: Words.column.state,
    width: 12,
    right: false,
    rank: 0,
    cell: (node, _now, language) => stateCell(node, language)
  },
  { title: Words.column.countdown, width: 7, right: true, rank: 1, cell: (node, now) => timeCell(node, now) },
  { title: Words.column.task, width: 14, right: false, rank: 6, cell: (node) => taskCell(node) },
  {
    title: Words.column.progress,
    width: 15,
    right: false,
    rank: 2,
    cell: (node, _now, _language, width) => progressCell(node, width)
  },
  {
    title: Words.column.accepted,
    width: 6,
    right: true,
    rank: 3,
    cell: (node) => count(successes(node.counters), "good")
  },
  { title: Words.column.failed, width: 5, right: true, rank: 4, cell: (node) => count(failures(node.counters), "bad") },
  {
    title: Words.column.limited,
    width: 5,
    right: true,
    rank: 7,
    cell: (node) => count(node.counters.rateLimited, "warn")
  },
  { title: Words.column.error, width: 24, right: false, rank: 8, cell: (node, now) => errorCell(node, now) }
]

const widest = (texts: ReadonlyArray<string>, least: number, most: number) =>
  Math.min(
    most,
    texts.reduce((width, text) => Math.max(width, widthOf(text)), least)
  )

/** The columns that fit; the last one, if it is the error, takes the rest of the line. */
export const columnsFor = (
  width: number,
  nodes: ReadonlyArray<NodeStatus>,
  language: Language
): ReadonlyArray<Column> => {
  const labels = nodes.some((node) => node.label !== null)
  const all = columns(
    widest(
      nodes.map((node) => node.id),
      widthOf(Words.column.node[language]),
      20
    ),
    widest(
      nodes.map((node) => node.label ?? ""),
      widthOf(Words.column.label[language]),
      16
    )
  ).filter((column) => labels || column.title !== Words.column.label)
  let kept = all
  const total = () => kept.reduce((sum, column) => sum + column.width + 1, 0)
  while (total() > width) {
    const last = Math.max(...kept.map((column) => column.rank))
    if (last === 0) break
    kept = kept.filter((column) => column.rank !== last)
  }
  const left = width - total()
  return kept.map((column, index) =>
    index === kept.length - 1 && !column.right ? { ...column, width: column.width + left } : column
  )
}

const pad = (text: string, column: Column) => (column.right ? padStart : padEnd)(text, column.width)

export const header = (chosen: ReadonlyArray<Column>, language: Language): Line =>
  chosen.flatMap((column) => [span(" "), span(pad(column.title[language], column), "dim")])

export const rowOf = (chosen: ReadonlyArray<Column>, node: NodeStatus, now: number, language: Language): Line =>
  chosen.flatMap((column) => {
    const cell = column.cell(node, now, language, column.width)
    return [span(" "), span(pad(cell.text, column), cell.style)]
  })

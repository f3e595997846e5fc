/**
 * What every screen is made of: its size, a banner, figures with their labels set out on lines, and what happened last.
 * Pure.
 */
import type { Language } from "../../config/Setting.ts"
import type { Level } from "../telemetry/Log.ts"
import * as Format from "./Format.ts"
import { clip, type Line, type Span, type Style, span, widthOfLine } from "./Style.ts"
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
  /** Label or id of a node; empty for the whole program. */
  readonly who: string
  readonly message: string
}

/** A drawn screen. */
export interface Drawn {
  readonly lines: ReadonlyArray<Line>
  /** How many rows of a table fit, and how many there are to show; 0 without a table. */
  readonly page: number
  readonly rows: number
}

/** Figures that belong together; the first are the most important. */
export interface Group {
  /** A word in a column of its own before them; none in a sheet without such a column. */
  readonly lead?: string
  readonly figures: ReadonlyArray<Line>
}

/** A title and what is said under it. */
export interface Text {
  readonly title: Line
  readonly groups: ReadonlyArray<Group>
}

export const figure = (label: string, value: string | number, style: Style = "bold"): Line => [
  span(label, "dim"),
  span(" "),
  span(String(value), style)
]

/** The style of a count that should be 0. */
export const alarm = (count: number, style: Style): Style => (count > 0 ? style : "bold")

/** All figures, set apart by two blanks, on as many lines as it takes; further lines begin under the first figure. */
const flow = (list: ReadonlyArray<Line>, columns: number, lead: Span): ReadonlyArray<Line> => {
  const under = span(" ".repeat(widthOf(lead.text)))
  const lines: Array<Line> = []
  let line: Line = [lead]
  for (const one of list) {
    const longer = line.length === 1 ? [...line, ...one] : [...line, span("  "), ...one]
    if (line.length === 1 || widthOfLine(longer) <= columns) {
      line = longer
      continue
    }
    lines.push(line)
    line = [under, ...one]
  }
  return [...lines, line]
}

const leadWidth = (groups: ReadonlyArray<Group>) =>
  Math.max(0, ...groups.map(({ lead = "" }) => (lead === "" ? 0 : widthOf(lead) + 2)))

const flowing = (groups: ReadonlyArray<Group>, columns: number) => {
  const width = leadWidth(groups)
  return groups.map(({ figures, lead = "" }) => flow(figures, columns, span(` ${padEnd(lead, width)}`, "dim")))
}

/** Every figure of every group. */
export const all = (groups: ReadonlyArray<Group>, columns: number): ReadonlyArray<Line> =>
  flowing(groups, columns).flat()

/** One line for each group: as many figures as fit. */
export const fitting = (groups: ReadonlyArray<Group>, columns: number): ReadonlyArray<Line> =>
  flowing(groups, columns).map(([first = []]) => first)

/** The first line: who on the left, how it is on the right, over the whole width. */
export const banner = (left: string, right: string, columns: number): Line => {
  const room = Math.max(0, columns - widthOf(right))
  const whole = clip([span(left, "inverse")], room)
  const gap = room - widthOfLine(whole)
  return [...whole, span(" ".repeat(Math.max(0, gap)), "inverse"), span(right, "inverse")]
}

const levels: Readonly<Record<Level, Style>> = { debug: "dim", info: "normal", warn: "warn", error: "bad" }

/** `room` lines of what happened last, the newest at the bottom; blank without room for two of them. */
export const happened = (
  activity: ReadonlyArray<Happening>,
  room: number,
  language: Language,
  whoWidth = 20
): ReadonlyArray<Line> => {
  const shown = room < 4 ? [] : activity.slice(-(room - 2))
  if (shown.length === 0) return Array.from({ length: Math.max(0, room) }, (): Line => [])
  const lines = shown.map(
    ({ at, level, message, who }): Line => [
      span(` ${Format.clock(at)} `, "dim"),
      ...(whoWidth === 0 ? [] : [span(padEnd(who, whoWidth)), span(" ")]),
      span(message, levels[level])
    ]
  )
  const head: Line = [span(` ${Words.footer.activity[language]}`, "dim")]
  const blank = Array.from({ length: room - 1 - lines.length }, (): Line => [])
  return [...blank, head, ...lines]
}

/**
 * Draws what a running program does, whichever it is: a pure function of status, view, size and language.
 *
 * The screen is never wider or taller than the terminal, whatever its size. The program's own live display and
 * `pitboss status --watch` from outside are this one drawing; `pitboss status` is the same figures as plain lines.
 */
import type { Language } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import * as FleetScreen from "./FleetScreen.ts"
import * as Format from "./Format.ts"
import * as MinerScreen from "./MinerScreen.ts"
import * as PoolScreen from "./PoolScreen.ts"
import * as Sheet from "./Sheet.ts"
import { clip, type Line, span, textOf } from "./Style.ts"
import type { View } from "./View.ts"
import * as Words from "./Words.ts"

/** A program that tells nothing more of itself: what it is, for how long, and its memory. */
const bare = ({ about, memory }: ProgramStatus, now: number, columns: number, language: Language): Sheet.Text => {
  const up = `${Words.total.uptime[language]} ${Format.duration(now - about.startedAt)} `
  return {
    title: Sheet.banner(` Pitboss ${about.version} · ${about.program} · pid ${about.pid}`, up, columns),
    groups: [{ figures: [Sheet.figure(Words.total.memory[language], Format.size(memory.treeBytes))] }]
  }
}

const sheet = (status: ProgramStatus, now: number, columns: number, language: Language): Sheet.Text => {
  const { fleet, miner, pool } = status
  if (pool !== null) return PoolScreen.sheet(status, pool, now, columns, language)
  if (miner !== null) return MinerScreen.sheet(status, miner, columns, language)
  if (fleet === null) return bare(status, now, columns, language)
  return {
    title: FleetScreen.title(status, fleet, now, columns, language),
    groups: FleetScreen.totals(status, fleet, language)
  }
}

/** Wide enough for every banner; the blanks in it go. */
const bannerColumns = 400

/** Every figure as plain lines of at most `columns` where words allow it; one that is longer has a line to itself. */
export const lines = (status: ProgramStatus, columns: number, language: Language): ReadonlyArray<Line> => {
  const { groups, title } = sheet(status, status.at, bannerColumns, language)
  const head = span(textOf(title).trim().replace(/ {3,}/g, " · "), "bold")
  return [[head], ...Sheet.all(groups, columns)].map((line) => clip(line, Number.POSITIVE_INFINITY))
}

/** Title and figures, what happened last, and how to leave. */
const simple = (
  { groups, title }: Sheet.Text,
  stopping: boolean,
  { columns, rows }: Sheet.Size,
  language: Language
): Sheet.Drawn => {
  const foot = [span(` ${stopping ? Words.footer.ending[language] : Words.footer.quit[language]}`, "bold")]
  const top = [title, ...Sheet.all(groups, columns)].slice(0, Math.max(1, rows - 1))
  const blank = Array.from({ length: Math.max(0, rows - top.length - 1) }, (): Line => [])
  return { lines: [...top, ...blank, foot], page: 0, rows: 0 }
}

/**
 * `now` is the present moment in milliseconds since 1970: countdowns run between two statuses. `activity` is what
 * happened, oldest first; it is shown where there is room.
 */
export const render = (
  status: ProgramStatus,
  view: View,
  size: Sheet.Size,
  language: Language,
  now: number,
  activity: ReadonlyArray<Sheet.Happening> = []
): Sheet.Drawn => {
  const columns = Math.max(0, Math.floor(size.columns))
  const rows = Math.max(0, Math.floor(size.rows))
  const { fleet, miner, pool } = status
  const room = { columns, rows }
  const drawn =
    fleet !== null
      ? FleetScreen.render(status, fleet, view, room, language, now, activity)
      : miner !== null
        ? MinerScreen.render(status, miner, room, language, activity)
        : simple(sheet(status, now, columns, language), pool?.stopping ?? false, room, language)
  return { ...drawn, lines: drawn.lines.slice(0, rows).map((line) => clip(line, columns)) }
}

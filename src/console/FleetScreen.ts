/**
 * The screen of a running fleet of nodes. Pure.
 *
 * Top to bottom: title, totals, one row per node, help. On a small terminal, columns of less use go first, then rows, and
 * the totals stay. Every row has its fixed place, so a change moves nothing else on the screen.
 */
import type { FleetStatus, NodeStatus } from "../../actors/nexus/FleetStatus.ts"
import type { Language, Text } from "../../config/Setting.ts"
import type { ProgramStatus } from "../control/Api.ts"
import { columnsFor, header, rowOf } from "./Columns.ts"
import * as Format from "./Format.ts"
import * as Sheet from "./Sheet.ts"
import { type Line, span } from "./Style.ts"
import type { View } from "./View.ts"
import { clampTop, failures, select, successes } from "./View.ts"
import * as Words from "./Words.ts"

const { alarm, figure } = Sheet

export const title = (
  status: ProgramStatus,
  fleet: FleetStatus,
  now: number,
  columns: number,
  language: Language
): Line => {
  const { about } = status
  const { name, kind, slots } = fleet.prover
  const place = `${fleet.orchestrator.local ? "local " : ""}${fleet.orchestrator.url}`
  const prover = `${name === kind ? name : `${name} (${kind})`} ×${slots}`
  const left = ` Pitboss ${about.version} · ${about.program} · ${place} · ${prover}`
  const right = `${Words.mode[fleet.mode][language]} · ${Words.total.uptime[language]} ${Format.duration(now - fleet.startedAt)} `
  return Sheet.banner(left, right, columns)
}

export const totals = (status: ProgramStatus, fleet: FleetStatus, language: Language): ReadonlyArray<Sheet.Group> => {
  const say = (text: Text) => text[language]
  const { totals: sum, turnstile, memory } = fleet
  const word = Words.total
  const failed = failures(sum)
  const limit = memory.limitBytes
  return [
    {
      figures: [
        figure(say(word.nodes), sum.nodes),
        figure(say(word.active), `${sum.active}/${turnstile.limit}`, "busy"),
        figure(say(word.queued), sum.queued),
        figure(say(word.waiting), sum.waiting),
        figure(say(word.paused), sum.paused, alarm(sum.paused, "warn")),
        figure(say(word.quarantined), sum.quarantined, alarm(sum.quarantined, "bad")),
        figure(say(word.spares), fleet.sparesLeft)
      ]
    },
    {
      figures: [
        figure(say(word.proofs), sum.proofs),
        figure(say(word.accepted), successes(sum), "good"),
        figure(say(word.failed), failed, alarm(failed, "bad")),
        figure(say(word.limited), sum.rateLimited, alarm(sum.rateLimited, "warn")),
        figure(say(word.inHand), sum.tasksInHand),
        figure(say(word.perMinute), Format.rate(sum.proofsPerMinute.overall)),
        figure(say(word.fiveMinutes), Format.rate(sum.proofsPerMinute.lastFiveMinutes))
      ]
    },
    {
      figures: [
        figure(say(word.memory), `${Format.size(status.memory.treeBytes)} ${say(word.of)} ${Format.size(limit)}`),
        [span(Format.bar(limit > 0 ? status.memory.treeBytes / limit : 0, 16), "busy")],
        figure(say(word.reserved), Format.size(memory.reservedBytes)),
        figure(say(word.waiting), memory.waiting.length, alarm(memory.waiting.length, "warn"))
      ]
    }
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
  const line = (figures: ReadonlyArray<Line>): Line => Sheet.fitting([{ figures }], columns)[0] ?? []
  if (fleet.mode !== "running") return line([[span(place, "dim")], [span(word.stopping[language], "warn")]])
  return line([
    [span(word.quit[language], "bold")],
    [span(place, "dim")],
    [span(order, "dim")],
    [span(kept, view.filter === "all" ? "dim" : "warn")],
    [span(search, view.search === "" ? "dim" : "warn")],
    [span(word.page[language], "dim")]
  ])
}

const body = (nodes: ReadonlyArray<NodeStatus>, all: FleetStatus, now: number, columns: number, language: Language) => {
  const chosen = columnsFor(columns, all.nodes, language)
  return { head: header(chosen, language), rows: nodes.map((node) => rowOf(chosen, node, now, language)) }
}

/**
 * `now` is the present moment in milliseconds since 1970: countdowns run between two statuses. `activity` is what
 * happened, oldest first; it is shown where nodes leave room.
 */
export const render = (
  status: ProgramStatus,
  fleet: FleetStatus,
  view: View,
  { columns, rows: height }: Sheet.Size,
  language: Language,
  now: number,
  activity: ReadonlyArray<Sheet.Happening>
): Sheet.Drawn => {
  const sums = Sheet.fitting(totals(status, fleet, language), columns)
  const top = [title(status, fleet, now, columns, language), ...sums].slice(
    0,
    height <= 6 ? Math.max(1, height - 3) : 4
  )
  const selected = select(fleet.nodes, view)
  const page = Math.max(0, height - top.length - 2)
  const from = clampTop(view.top, page, selected.length)
  const visible = selected.slice(from, from + page)
  const { head, rows } = body(visible, fleet, now, columns, language)
  const shown = { from: from + 1, to: from + visible.length, of: selected.length }
  const below = Sheet.happened(activity, page - rows.length, language)
  const lines = [...top, head, ...rows, ...below, footer(view, shown, fleet, columns, language)]
  return { lines, page, rows: selected.length }
}

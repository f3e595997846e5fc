/**
 * What the operator has asked to see: scroll place, order, filter, search; and how keys change it. Pure.
 *
 * Which nodes are shown, and in which order, is decided here and drawn elsewhere.
 */
import type { NodeCounters, NodeStatus } from "../../actors/nexus/FleetStatus.ts"
import { isActive } from "../../actors/nexus/FleetStatus.ts"

export type Sort = "list" | "state" | "accepted" | "failed" | "error"
export type Filter = "all" | "active" | "waiting" | "trouble"

export interface View {
  /** First row shown, from 0. */
  readonly top: number
  readonly sort: Sort
  readonly reverse: boolean
  readonly filter: Filter
  /** Shown are nodes whose id or label holds this; case does not matter. */
  readonly search: string
  /** True while the search is being typed. */
  readonly typing: boolean
}

export const initial: View = { top: 0, sort: "list", reverse: false, filter: "all", search: "", typing: false }

const sorts: ReadonlyArray<Sort> = ["list", "state", "accepted", "failed", "error"]
const filters: ReadonlyArray<Filter> = ["all", "active", "waiting", "trouble"]

export type Key =
  | { readonly _tag: "Char"; readonly char: string }
  | { readonly _tag: "Up" | "Down" | "PageUp" | "PageDown" | "Home" | "End" | "Enter" | "Escape" | "Backspace" }
  | { readonly _tag: "Interrupt" | "Suspend" | "Redraw" }

const next = <A>(list: ReadonlyArray<A>, now: A): A => list[(list.indexOf(now) + 1) % list.length] ?? now

const typed = (view: View, key: Key): View => {
  switch (key._tag) {
    case "Char":
      return { ...view, search: (view.search + key.char).slice(0, 60), top: 0 }
    case "Backspace":
      return { ...view, search: [...view.search].slice(0, -1).join(""), top: 0 }
    case "Enter":
      return { ...view, typing: false }
    case "Escape":
      return { ...view, typing: false, search: "", top: 0 }
    default:
      return view
  }
}

const letters: Readonly<Record<string, (view: View, page: number, rows: number) => View>> = {
  s: (view) => ({ ...view, sort: next(sorts, view.sort), top: 0 }),
  r: (view) => ({ ...view, reverse: !view.reverse, top: 0 }),
  f: (view) => ({ ...view, filter: next(filters, view.filter), top: 0 }),
  "/": (view) => ({ ...view, typing: true, search: "", top: 0 }),
  k: (view) => ({ ...view, top: view.top - 1 }),
  j: (view) => ({ ...view, top: view.top + 1 }),
  b: (view, page) => ({ ...view, top: view.top - page }),
  " ": (view, page) => ({ ...view, top: view.top + page }),
  g: (view) => ({ ...view, top: 0 }),
  G: (view, _page, rows) => ({ ...view, top: rows })
}

const named: Readonly<Partial<Record<Key["_tag"], string>>> = {
  Up: "k",
  Down: "j",
  PageUp: "b",
  PageDown: " ",
  Home: "g",
  End: "G"
}

/** `page` rows fit on the screen, `rows` are to be shown; the place stays within them. */
export const press = (view: View, key: Key, page: number, rows: number): View => {
  const moved = view.typing
    ? typed(view, key)
    : key._tag === "Escape"
      ? { ...view, search: "", filter: "all" as const, top: 0 }
      : (letters[key._tag === "Char" ? key.char : (named[key._tag] ?? "")]?.(view, page, rows) ?? view)
  return { ...moved, top: clampTop(moved.top, page, rows) }
}

/** The nearest first row that leaves no empty page. */
export const clampTop = (top: number, page: number, rows: number): number =>
  Math.max(0, Math.min(top, rows - Math.max(1, page)))

const inTrouble = (node: NodeStatus) =>
  node.state._tag === "Quarantined" ||
  node.state._tag === "Restarting" ||
  (node.state._tag === "Waiting" && node.state.reason !== "interval" && node.state.reason !== "budget")

const keeps: Readonly<Record<Filter, (node: NodeStatus) => boolean>> = {
  all: () => true,
  active: (node) => isActive(node.state),
  waiting: (node) => node.state._tag === "Waiting" || node.state._tag === "Queued" || node.state._tag === "Starting",
  trouble: inTrouble
}

const stateOrder: ReadonlyArray<NodeStatus["state"]["_tag"]> = [
  "Proving",
  "Submitting",
  "AwaitingProver",
  "Fetching",
  "Queued",
  "Waiting",
  "Starting",
  "Restarting",
  "Paused",
  "Quarantined",
  "Stopped"
]

/** Tasks and proofs that came to nothing; rate limits and failed fetches are no failures of work. */
export const failures = (counters: NodeCounters): number =>
  counters.failedProofs + counters.refused + counters.expired + counters.abandoned

/** Accepted and duplicate: both are done. */
export const successes = (counters: NodeCounters): number => counters.accepted + counters.duplicate

const keyOf: Readonly<Record<Sort, (node: NodeStatus) => number>> = {
  list: () => 0,
  state: (node) => stateOrder.indexOf(node.state._tag),
  accepted: (node) => -successes(node.counters),
  failed: (node) => -failures(node.counters),
  error: (node) => -(node.lastError?.at ?? 0)
}

/** The nodes to show, in order. Sorting is stable, so equal nodes keep the order of the list. */
export const select = (nodes: ReadonlyArray<NodeStatus>, view: View): ReadonlyArray<NodeStatus> => {
  const needle = view.search.toLowerCase()
  const kept = nodes.filter(
    (node) =>
      keeps[view.filter](node) &&
      (needle === "" || node.id.includes(needle) || (node.label?.toLowerCase().includes(needle) ?? false))
  )
  const key = keyOf[view.sort]
  const sorted = view.sort === "list" ? kept : kept.slice().sort((a, b) => key(a) - key(b))
  return view.reverse ? sorted.slice().reverse() : sorted
}

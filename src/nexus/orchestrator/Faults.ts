/**
 * Trouble on purpose: which requests the orchestrator spoils, and how.
 *
 * A fault is decided before the request is looked at, from the seed and the request's serial number, so that a run can
 * be repeated. Faults that lose the answer after the books were written are the ones that matter most: they are why a
 * client must treat 409 as success and why a fetched task may come again.
 */
import * as Either from "effect/Either"
import type { Draw } from "./Draw.ts"
import { InvalidSetting } from "./Errors.ts"

/**
 * latency: answered after a pause. error: 500, 502 or 503, half of them with Retry-After. drop: the connection is cut
 * before anything happens. vanish: 404, and a submitted task is gone for good. truncate: the books are written, the
 * body is cut in the middle. lost: the books are written, the connection is cut instead of an answer. late: the books
 * are written, the answer comes after `lateMillis`. again: a fetch gets a task that the node was given before.
 */
export const kinds = ["latency", "error", "drop", "vanish", "truncate", "lost", "late", "again"] as const
export type Kind = (typeof kinds)[number]

export interface Faults {
  /** Probability of each kind per request, 0 to 1; their sum is at most 1. */
  readonly probability: Readonly<Record<Kind, number>>
  /** The longest pause of "latency", milliseconds. */
  readonly latencyMillis: number
  /** The pause of "late", milliseconds. */
  readonly lateMillis: number
}

const each = (value: number): Record<Kind, number> => ({
  latency: value,
  error: value,
  drop: value,
  vanish: value,
  truncate: value,
  lost: value,
  late: value,
  again: value
})

export const none: Faults = { probability: each(0), latencyMillis: 2_000, lateMillis: 12_000 }

export const isNone = (faults: Faults): boolean => kinds.every((kind) => faults.probability[kind] === 0)

const expected = `"none", or a list such as "rate=0.1" (all kinds together) or "drop=0.05,lost=0.02": ${kinds.join(", ")} with a probability from 0 to 1 (sum at most 1), latency-ms and late-ms with 0 to 600000`

/** Read `--faults`. Later entries win, so "rate=0.1,vanish=0" is every kind but one. */
export const parse = (text: string): Either.Either<Faults, InvalidSetting> => {
  const invalid = Either.left(new InvalidSetting({ setting: "--faults", value: text, expected }))
  if (text === "none") return Either.right(none)
  const probability = each(0)
  const millis = { "latency-ms": none.latencyMillis, "late-ms": none.lateMillis }
  for (const entry of text.split(",")) {
    const [, name = "", number = ""] = /^ *([a-z-]+) *= *([0-9]+(?:\.[0-9]+)?|\.[0-9]+) *$/.exec(entry) ?? []
    const value = Number(number)
    if (name === "latency-ms" || name === "late-ms") {
      if (!Number.isInteger(value) || value > 600_000) return invalid
      millis[name] = value
    } else if (value > 1) {
      return invalid
    } else if (name === "rate") {
      Object.assign(probability, each(value / kinds.length))
    } else {
      const kind = kinds.find((candidate) => candidate === name)
      if (kind === undefined) return invalid
      probability[kind] = value
    }
  }
  const sum = kinds.reduce((total, kind) => total + probability[kind], 0)
  if (sum > 1 + 1e-9) return invalid
  return Either.right({ probability, latencyMillis: millis["latency-ms"], lateMillis: millis["late-ms"] })
}

/** How to spoil one request: the kind, and the numbers that it needs. */
export interface Fault {
  readonly kind: Kind
  /** For "latency" and "late", milliseconds. */
  readonly pauseMillis: number
  /** For "error". */
  readonly status: 500 | 502 | 503
  /** For "error": seconds, or null for no header. */
  readonly retryAfter: number | null
  /** For "truncate": how much of the body is sent, 0 to 1 (1 excluded). */
  readonly share: number
}

/** Decide about one request; null leaves it alone. */
export const pick = (faults: Faults, draw: Draw): Fault | null => {
  let point = draw.next()
  for (const kind of kinds) {
    point -= faults.probability[kind]
    if (point < 0) {
      const status = ([500, 502, 503] as const)[draw.between(0, 2)] ?? 500
      const retryAfter = draw.between(0, 1) === 0 ? draw.between(1, 3) : null
      const share = draw.next()
      const pauseMillis = kind === "late" ? faults.lateMillis : Math.floor(draw.next() * faults.latencyMillis)
      return { kind, status, retryAfter, share, pauseMillis }
    }
  }
  return null
}

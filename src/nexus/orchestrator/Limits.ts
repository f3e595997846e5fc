/**
 * Rate limits per account: exact sliding windows and a minimum interval, as the real service documents them.
 *
 * The core is pure: a log of admitted times and a rule give either the next log or how long to wait. Time comes from
 * the monotonic side of Clock, so a corrected wall clock neither frees nor locks an account. Facts:
 * protocols/nexus-orchestrator.md sections 5 and 6 (limits are per user, not per node or address).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { InvalidSetting, type Refusal, rateLimited } from "./Errors.ts"

export interface Rule {
  /** At most so many admissions in any window of `perMillis`. */
  readonly max: number
  readonly perMillis: number
  /** At least so long between two admissions. */
  readonly minimumMillis: number
}

export interface Policy {
  readonly name: string
  readonly fetch: Rule
  readonly submit: Rule
  /** Most nodes of one registered user; null for no limit. */
  readonly nodesPerUser: number | null
}

const perMinute = (max: number, minimumMillis = 0): Rule => ({ max, perMillis: 60_000, minimumMillis })

/** 60 fetches and 100 submits per account and minute: enough for a fleet to be watched. */
export const standard: Policy = {
  name: "standard",
  fetch: perMinute(60),
  submit: perMinute(100),
  nodesPerUser: null
}

/** The documented behaviour: a task every two minutes per user, a submit every 100 ms, 100 nodes per user. */
export const official: Policy = {
  name: "official",
  fetch: perMinute(60, 120_000),
  submit: perMinute(100, 100),
  nodesPerUser: 100
}

/** Read "standard", "official", or own numbers per account and minute: "fetch=600,submit=1000". */
export const parse = (text: string): Either.Either<Policy, InvalidSetting> => {
  if (text === "standard") return Either.right(standard)
  if (text === "official") return Either.right(official)
  const own = /^fetch=([1-9][0-9]{0,5}),submit=([1-9][0-9]{0,5})$/.exec(text)
  return own === null
    ? Either.left(
        new InvalidSetting({
          setting: "--limits",
          value: text,
          expected: "standard, official, or fetch=N,submit=N (per account and minute, 1 to 999999)"
        })
      )
    : Either.right({
        name: text,
        fetch: perMinute(Number(own[1])),
        submit: perMinute(Number(own[2])),
        nodesPerUser: null
      })
}

/** The times of admissions that still matter, oldest first, milliseconds. */
export type Log = ReadonlyArray<number>

/** Admit at `now` and give the next log, or say how many milliseconds to wait until admission is certain. */
export const admit = (log: Log, rule: Rule, now: number): Either.Either<Log, number> => {
  const recent = log.filter((at) => now - at < Math.max(rule.perMillis, rule.minimumMillis))
  const last = recent.at(-1)
  const full = recent.at(-rule.max)
  const wait = Math.max(
    last === undefined ? 0 : last + rule.minimumMillis - now,
    full === undefined ? 0 : full + rule.perMillis - now
  )
  return wait > 0 ? Either.left(wait) : Either.right([...recent.slice(-rule.max), now])
}

export interface Limiter {
  /** Count one request of an account, or refuse it with 429 and a Retry-After. */
  readonly take: (kind: "fetch" | "submit", account: string) => Effect.Effect<void, Refusal>
}

const texts = {
  fetch: "Rate limit exceeded for user. Please try again later.",
  submit: "User's proof submission limit exceeded for user. Please try again later."
} as const

/** Accounts that are kept at least before idle ones are forgotten. */
const sweepAbove = 1_024

export const make = (policy: Policy): Limiter => {
  const logs = { fetch: new Map<string, Log>(), submit: new Map<string, Log>() }
  const sweepAt = { fetch: sweepAbove, submit: sweepAbove }

  /** Forget accounts whose last admission matters no more; runs each time the table has doubled. */
  const sweep = (kind: "fetch" | "submit", rule: Rule, now: number) => {
    const table = logs[kind]
    if (table.size < sweepAt[kind]) return
    const keep = Math.max(rule.perMillis, rule.minimumMillis)
    for (const [account, log] of table) if (now - (log.at(-1) ?? 0) >= keep) table.delete(account)
    sweepAt[kind] = Math.max(sweepAbove, table.size * 2)
  }

  return {
    take: (kind, account) =>
      Effect.flatMap(Clock.currentTimeNanos, (nanos) => {
        const now = Number(nanos / 1_000n) / 1_000
        const rule = policy[kind]
        sweep(kind, rule, now)
        const outcome = admit(logs[kind].get(account) ?? [], rule, now)
        if (Either.isLeft(outcome)) return rateLimited(texts[kind], Math.max(1, Math.ceil(outcome.left / 1_000)))
        logs[kind].set(account, outcome.right)
        return Effect.void
      })
  }
}

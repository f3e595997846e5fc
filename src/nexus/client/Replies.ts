/**
 * What an answer of the orchestrator means: its status, headers and error body as one of the port's typed errors.
 *
 * Facts: protocols/nexus-orchestrator.md section 5. Error bodies are JSON `{name, message, httpCode}`, but a cloud front
 * end answers with HTML pages; either becomes one short line without control characters, fit for a terminal. Pure, so
 * that every status can be tested without a server.
 */
import {
  Forbidden,
  NotFound,
  type Operation,
  RateLimited,
  RequestRefused,
  ServerTrouble,
  SubmissionRefused,
  TaskExpired,
  Unreachable
} from "../../../actors/nexus/Errors.ts"
import { oneLine } from "../wire/Printable.ts"

/** Longest Retry-After believed, in milliseconds: a day. What to do with long ones is the actors' decision. */
const longestWait = 86_400_000

/** An answer that is not 2xx. `body` is the first part of the body as text. */
export interface Refusal {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

const fromJson = (body: string): string | null => {
  try {
    const { message, name } = JSON.parse(body) as { readonly message?: unknown; readonly name?: unknown }
    if (typeof message === "string" && message !== "") return message
    return typeof name === "string" && name !== "" ? name : null
  } catch {
    return null
  }
}

const fromHtml = (body: string): string => {
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1] ?? /<h1[^>]*>([^<]*)/i.exec(body)?.[1]
  return title === undefined ? "an HTML page" : `an HTML page, "${oneLine(title)}"`
}

/** What the body of a refusal says, for an operator: one short line. */
export const detailOf = (body: string): string => {
  const trimmed = body.trimStart()
  const detail = oneLine(trimmed.startsWith("<") ? fromHtml(trimmed) : (fromJson(trimmed) ?? trimmed))
  return detail === "" ? "no explanation given" : detail
}

/** Retry-After in milliseconds from `now`: whole seconds, or an HTTP date; null when absent or unreadable. */
export const retryAfterMillis = (header: string | undefined, now: number): number | null => {
  const value = header?.trim() ?? ""
  if (/^\d+$/.test(value)) return Math.min(Number(value) * 1000, longestWait)
  // Date.parse also accepts bare numbers and many other texts; an HTTP date always starts with the day's name.
  const date = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Math.min(Math.max(date - now, 0), longestWait)
}

/** Answers that say nothing about the request itself: time-outs, too early, misdirected, a proxy's log-in. */
const noVerdict: ReadonlySet<number> = new Set([407, 408, 421, 425])

type Common = RateLimited | Forbidden | ServerTrouble | Unreachable

const common = (operation: Operation, refusal: Refusal, detail: string, now: number): Common | null => {
  const { headers, status } = refusal
  if (status === 429) {
    return new RateLimited({ operation, detail, retryAfterMillis: retryAfterMillis(headers["retry-after"], now) })
  }
  if (status === 401 || status === 403) return new Forbidden({ operation, status, detail })
  if (status >= 500) {
    const wait = retryAfterMillis(headers["retry-after"], now)
    return new ServerTrouble({ operation, status, detail, retryAfterMillis: wait })
  }
  if (status < 400) {
    const target = headers["location"] === undefined ? "" : ` to ${oneLine(headers["location"])}`
    return new Unreachable({ operation, detail: `the answer is a redirect${target} (${status}); is the URL right?` })
  }
  return noVerdict.has(status) ? new Unreachable({ operation, detail: `${detail} (${status})` }) : null
}

/** What the refusal of a submission means; "duplicate" (409) is success. */
export const submitOutcome = (
  taskId: string,
  refusal: Refusal,
  now: number
): "duplicate" | Common | TaskExpired | SubmissionRefused => {
  const { status } = refusal
  const detail = detailOf(refusal.body)
  if (status === 409) return "duplicate"
  if (status === 404 || status === 410) return new TaskExpired({ taskId, status, detail })
  return common("submit proof", refusal, detail, now) ?? new SubmissionRefused({ taskId, status, detail })
}

const missing = (operation: Operation, detail: string): "task" | "node" | "user" | null => {
  switch (operation) {
    case "fetch task":
      return /\bnode\b/i.test(detail) && !/\btasks?\b/i.test(detail) ? "node" : "task"
    case "read node":
      return "node"
    case "look up user":
    case "register node":
      return "user"
    default:
      return null
  }
}

/** What the refusal of anything else means. */
export const refusalOf = (
  operation: Exclude<Operation, "submit proof">,
  refusal: Refusal,
  now: number
): Common | NotFound | RequestRefused => {
  const { status } = refusal
  const detail = detailOf(refusal.body)
  const what = status === 404 ? missing(operation, detail) : null
  if (what !== null) return new NotFound({ operation, what, detail })
  return common(operation, refusal, detail, now) ?? new RequestRefused({ operation, status, detail })
}

/**
 * Where messages go that nobody read.
 *
 * OTP drops them silently; here they are counted by path, tag and reason, and the newest ones are kept as samples, so an
 * operator sees that something talks to the dead. Everything is bounded: counters by `MAX_COUNTERS` (the rest is summed
 * under "(other)"), samples by `MAX_SAMPLES`; a sample is a short text, so no message is kept alive.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * - `stopped`: the actor had ended; `full`: refused by a full mailbox (policy drop-new, or an unsafe tell);
 * - `dropped`: pushed out of a full mailbox (policy drop-oldest); `crashed`: the message during which the actor crashed;
 * - `late`: a reply after its ask had given up; `undecodable`: did not decode at the edge; `unregistered`: no such path.
 */
export type Reason = "stopped" | "full" | "dropped" | "crashed" | "late" | "undecodable" | "unregistered"

export interface Counter {
  readonly path: string
  readonly tag: string
  readonly reason: Reason
  readonly count: number
}

export interface Sample {
  readonly atMillis: number
  readonly path: string
  readonly tag: string
  readonly reason: Reason
  /** At most 200 characters. */
  readonly preview: string
}

export interface Snapshot {
  readonly total: number
  readonly counters: ReadonlyArray<Counter>
  /** Newest last. */
  readonly samples: ReadonlyArray<Sample>
}

export interface DeadLettersService {
  readonly snapshot: Effect.Effect<Snapshot>
  readonly publish: (path: string, message: unknown, reason: Reason) => Effect.Effect<void>
  readonly unsafePublish: (path: string, message: unknown, reason: Reason) => void
}

export const MAX_COUNTERS = 1_024
export const MAX_SAMPLES = 64
const OTHER = "(other)"
const MAX_PREVIEW = 200

export class DeadLetters extends Context.Tag("pitboss/runtime/DeadLetters")<DeadLetters, DeadLettersService>() {
  static readonly layer: Layer.Layer<DeadLetters> = Layer.effect(
    DeadLetters,
    Effect.map(Effect.clock, (clock) => {
      const counters = new Map<string, { path: string; tag: string; reason: Reason; count: number }>()
      const samples: Array<Sample> = []
      let total = 0
      const count = (path: string, tag: string, reason: Reason): void => {
        const key = `${path}\n${tag}\n${reason}`
        const known = counters.get(key)
        if (known !== undefined) known.count++
        else if (counters.size < MAX_COUNTERS || path === OTHER) counters.set(key, { path, tag, reason, count: 1 })
        else count(OTHER, OTHER, reason)
      }
      const unsafePublish = (path: string, message: unknown, reason: Reason): void => {
        total++
        const tag = tagOf(message)
        count(path, tag, reason)
        const sample = { atMillis: clock.unsafeCurrentTimeMillis(), path, tag, reason, preview: preview(message) }
        if (samples.length === MAX_SAMPLES) samples.shift()
        samples.push(sample)
      }
      return {
        unsafePublish,
        publish: (path, message, reason) => Effect.sync(() => unsafePublish(path, message, reason)),
        snapshot: Effect.sync(() => ({
          total,
          counters: Array.from(counters.values(), (counter) => ({ ...counter })),
          samples: samples.slice()
        }))
      }
    })
  )
}

/** `_tag` of a tagged message, else its type: what dead letters are grouped by. */
export const tagOf = (message: unknown): string => {
  if (typeof message === "object" && message !== null) {
    if ("_tag" in message && typeof message._tag === "string") return message._tag
    return message.constructor?.name ?? "object"
  }
  return typeof message
}

// Names of fields and plain values only: a message may hold a Redacted secret or a large buffer.
const preview = (message: unknown): string => {
  const text = typeof message === "object" && message !== null ? fields(message) : String(message)
  return text.length > MAX_PREVIEW ? `${text.slice(0, MAX_PREVIEW - 1)}…` : text
}

const fields = (message: object): string => {
  const parts: Array<string> = []
  for (const [name, value] of Object.entries(message)) {
    if (parts.length === 8) break
    const plain = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint"
    const short = typeof value === "string" && value.length <= 40
    parts.push(plain || short ? `${name}: ${String(value)}` : name)
  }
  return `{ ${parts.join(", ")} }`
}

/**
 * What an address owns, asked of a pool server's devnet: GET /api/v1/notes?pkh=...
 *
 * Amounts are nicks (65,536 are one NOCK) as whole numbers of any size. The answer is read within limits.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { NotesUnavailable } from "./Errors.ts"

const Nicks = Schema.String.pipe(Schema.pattern(/^\d{1,40}$/))

const Found = Schema.Struct({
  chain: Schema.String,
  pkh: Schema.String,
  /** Of the tip that this is the state of. */
  height: Schema.Number,
  totalNicks: Nicks,
  notes: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      nicks: Nicks,
      height: Schema.Number,
      coinbase: Schema.Boolean,
      /** Height from which it can be spent. */
      spendableFrom: Schema.Number
    })
  )
})
export type Found = typeof Found.Type

const Reply = Schema.Struct({
  success: Schema.Boolean,
  data: Schema.NullishOr(Found),
  error: Schema.NullishOr(Schema.String)
})
const decode = Schema.decodeUnknown(Schema.parseJson(Reply))

const patience = 10_000
const largest = 64 * 2 ** 20

const read = async (url: string, signal: AbortSignal): Promise<string> => {
  const reply = await fetch(url, { signal, redirect: "error" })
  const parts: Array<Uint8Array> = []
  let size = 0
  for await (const part of reply.body ?? []) {
    size += part.length
    if (size > largest) throw new Error("the answer is larger than 64 MB")
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}

const why = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && cause.cause.message !== "" ? cause.cause.message : cause.message
}

/** `pool` is the URL of its HTTP API. */
export const ofAddress = (pool: string, pkh: string): Effect.Effect<Found, NotesUnavailable> =>
  Effect.gen(function* () {
    const url = `${pool.replace(/\/+$/, "")}/api/v1/notes?pkh=${pkh}`
    const failed = (detail: string) => new NotesUnavailable({ url: pool, detail })
    const body = yield* Effect.tryPromise({
      try: (signal) => read(url, signal),
      catch: (cause) => failed(why(cause))
    }).pipe(Effect.timeoutFail({ duration: patience, onTimeout: () => failed("no answer within 10 s") }))
    const reply = yield* Effect.mapError(decode(body), () => failed("what answers there is no pool-server"))
    if (!reply.success || reply.data == null) return yield* failed(reply.error ?? "the pool gave no answer")
    return reply.data
  })

/**
 * What an address owns, asked of a pool server's devnet: GET /api/v1/notes?pkh=..., page by page; and what the pool owes it.
 *
 * All pages must be of one tip, or a note that moved between two questions would be missing or count twice; and they
 * must be as many notes as the pool counts. Amounts are whole nicks of any size. Answers are read within limits.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Shapes from "../pool/http/Shapes.ts"
import { NotesUnavailable } from "./Errors.ts"
import type { Note, Owned } from "./Owned.ts"

const replyOf = <A, I>(data: Schema.Schema<A, I>) =>
  Schema.parseJson(
    Schema.Struct({
      success: Schema.Boolean,
      data: Schema.NullishOr(data),
      error: Schema.NullishOr(Schema.String)
    })
  )

const patience = 10_000
const notesPerPage = 1_000
/** Bytes of one page. */
const largest = 2 ** 20
const mostNotes = 1_000_000
/** Blocks come every few seconds at the fastest, pages every few milliseconds. */
const tries = 5

const read = async (url: string, signal: AbortSignal): Promise<string> => {
  const reply = await fetch(url, { signal, redirect: "error" })
  const parts: Array<Uint8Array> = []
  let size = 0
  for await (const part of reply.body ?? []) {
    size += part.length
    if (size > largest) throw new Error("the answer is larger than 1 MiB")
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}

const why = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error && cause.cause.message !== "" ? cause.cause.message : cause.message
}

const shown = ({ nicks, ...note }: Shapes.Note): Note => ({ ...note, nicks: BigInt(nicks), facts: null })

/** The data of one answer of the pool; `query` is path and query below /api/v1. */
const ask = <A, I>(pool: string, query: string, data: Schema.Schema<A, I>): Effect.Effect<A, NotesUnavailable> => {
  const failed = (detail: string) => new NotesUnavailable({ url: pool, detail })
  return Effect.gen(function* () {
    const body = yield* Effect.tryPromise({
      try: (signal) => read(`${pool.replace(/\/+$/, "")}/api/v1/${query}`, signal),
      catch: (cause) => failed(why(cause))
    }).pipe(Effect.timeoutFail({ duration: patience, onTimeout: () => failed("no answer within 10 s") }))
    const decoded = Schema.decode(replyOf(data))(body)
    const reply = yield* Effect.mapError(decoded, () => failed("what answers there is no pool-server"))
    if (!reply.success || reply.data == null) return yield* failed(reply.error ?? "the pool gave no answer")
    return reply.data
  })
}

/** What the pool has credited to an address and not paid yet, nicks; null when its books do not know the address. */
export const creditedTo = (pool: string, pkh: string) =>
  Effect.map(ask(pool, `miners?miner=${pkh}&limit=1`, Shapes.page(Shapes.Miner)), ({ items }) => {
    const account = items.find(({ minerId }) => minerId === pkh)
    if (account === undefined) return null
    return { immature: BigInt(account.immatureNicks), payable: BigInt(account.payableNicks) }
  })

/** `pool` is the URL of its HTTP API. */
export const ofAddress = (pool: string, pkh: string): Effect.Effect<Owned, NotesUnavailable> => {
  const failed = (detail: string) => new NotesUnavailable({ url: pool, detail })
  const query = `notes?pkh=${pkh}&limit=${notesPerPage}`
  const pageFrom = (before: Shapes.Notes["next"]) =>
    ask(pool, before === null ? query : `${query}&before=${before}`, Shapes.Notes)

  /** Null: the tip changed meanwhile. */
  const allPages = Effect.gen(function* () {
    const first = yield* pageFrom(null)
    const { blockId, chain, count, height } = first
    if (count > mostNotes) return yield* failed(`${count} notes are more than this program reads, ${mostNotes}`)
    const notes: Array<Note> = []
    for (let page = first; ; page = yield* pageFrom(page.next)) {
      if (page.blockId !== blockId) return null
      for (const note of page.items) notes.push(shown(note))
      if (page.next === null || page.items.length === 0 || notes.length > count) break
    }
    if (notes.length !== count) return yield* failed(`it counts ${count} notes and shows ${notes.length}`)
    return { chain, owner: pkh, height, blockId, notes }
  })

  return Effect.gen(function* () {
    for (let count = 0; count < tries; count++) {
      const owned = yield* allPages
      if (owned !== null) return owned
    }
    return yield* failed(`a new block came between two pages, ${tries} times in a row; ask again`)
  })
}

/**
 * What all parts of the ledger share: the connection, the group commit, how whole numbers travel, and typed failure.
 *
 * Amounts and difficulties go in as bigint and come out as text, in both dialects, so no value ever passes through a
 * JavaScript number.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { LedgerFailed } from "../../../actors/pool/Errors.ts"
import type { Page } from "../../../actors/pool/Ledger.ts"
import type { GroupCommit } from "../GroupCommit.ts"

export interface Books {
  readonly sql: SqlClient.SqlClient
  readonly commits: GroupCommit
}

/** A whole number that was cast to text; NULL (a sum of nothing) is 0. */
export const Whole = Schema.transform(Schema.NullOr(Schema.String), Schema.BigInt, {
  strict: true,
  decode: (text) => text ?? "0",
  encode: (text) => text
})

/** Every failure of storage is one typed error that names the operation. */
export const failingTo =
  (operation: string) =>
  <A, R>(effect: Effect.Effect<A, SqlError | ParseError, R>): Effect.Effect<A, LedgerFailed, R> =>
    Effect.mapError(effect, (cause) => new LedgerFailed({ operation, cause: rootOf(cause) }))

const rootOf = (error: unknown): unknown => {
  let current = error
  while (current instanceof Error && current.cause instanceof Error) current = current.cause
  return current
}

/** Read rows with a schema; rows that do not fit it are a failure of storage, not a defect. */
export const reader = <A, I>(row: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknown(Schema.Array(row))
  return <R>(query: Effect.Effect<ReadonlyArray<unknown>, SqlError, R>) => Effect.flatMap(query, decode)
}

/** The newest rows first; positions are the rows' own numbers. */
export const bounds = (page: Page) => ({
  limit: Math.min(Math.max(Math.trunc(page.limit), 1), 1_000),
  before: page.before ?? Number.MAX_SAFE_INTEGER
})

/** The same, of one account when it is named. */
export const rowsOf = (sql: SqlClient.SqlClient, page: Page, minerId: string | null) => {
  const { before, limit } = bounds(page)
  const below = sql`id < ${before}`
  return { limit, where: minerId === null ? below : sql.and([below, sql`miner_id = ${minerId}`]) }
}

/** Most rows of one statement, a power of two: SQLite takes 32,766 parameters. */
const rowsPerInsert = 1_024

export interface Inserter {
  readonly table: string
  readonly columns: ReadonlyArray<string>
  /** What follows the values. */
  readonly ending: string
}

/**
 * Insert any number of rows by statements of 1024, 512, ... 1 rows: the database meets so few different texts that it
 * keeps them compiled, which for long ones takes as long as to run them. Gives what they return, and of which rows.
 */
export const inserter = (sql: SqlClient.SqlClient, { columns, ending, table }: Inserter) => {
  const mark = sql.onDialectOrElse({ pg: () => (at: number) => `$${at}`, orElse: () => () => "?" })
  const texts = new Map<number, string>()
  const textOf = (rows: number): string => {
    const held = texts.get(rows)
    if (held !== undefined) return held
    const values = Array.from({ length: rows }, (_, row) => {
      const marks = columns.map((_, column) => mark(row * columns.length + column + 1))
      return `(${marks.join(", ")})`
    })
    const text = `INSERT INTO ${table} (${columns.join(", ")}) VALUES ${values.join(", ")} ${ending}`
    texts.set(rows, text)
    return text
  }
  return <A extends object>(rows: ReadonlyArray<ReadonlyArray<unknown>>) =>
    Effect.gen(function* () {
      const done: Array<{ readonly from: number; readonly to: number; readonly returned: ReadonlyArray<A> }> = []
      for (let from = 0, size = rowsPerInsert; from < rows.length; ) {
        while (size > rows.length - from) size /= 2
        const to = from + size
        done.push({ from, to, returned: yield* sql.unsafe<A>(textOf(size), rows.slice(from, to).flat()) })
        from = to
      }
      return done
    })
}

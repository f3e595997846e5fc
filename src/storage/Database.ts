/**
 * Opens an embedded SQLite database that is safe to acknowledge from.
 *
 * WAL with synchronous=FULL means that a committed transaction has reached the disk; the file is 0600; it is checked
 * before use, and its schema is brought up to date or refused. What is written on top uses portable SQL through
 * `SqlClient`, so that the same repositories run on Postgres; only this file and `bytesType` know a dialect.
 */
import * as FileSystem from "node:fs"
import * as Path from "node:path"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Folder from "../cli/Folder.ts"
import { SchemaMismatch, StorageCorrupt, type StorageError, StorageUnavailable } from "./Errors.ts"

/** Numbered steps of a schema, "1_name", "2_name"...; a step that has shipped is never edited. */
export type Migrations = Readonly<Record<string, Effect.Effect<void, unknown, SqlClient.SqlClient>>>

export interface Options {
  /** Path of the file; its folder is made when missing. ":memory:" for a database that nothing outlives. */
  readonly file: string
  /** What it holds, one or two words for messages. */
  readonly what: string
  readonly migrations: Migrations
  /** Tables with so many rows that reading them all would delay every start; damage there is found when they are read. */
  readonly unchecked?: ReadonlyArray<string>
}

/** The column type of raw bytes in the current dialect. */
export const bytesType = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({ pg: () => sql.literal("BYTEA"), orElse: () => sql.literal("BLOB") })

/** How a BIGINT is read: a number from SQLite, text from Postgres. */
export const Integer = Schema.Union(Schema.Int, Schema.NumberFromString.pipe(Schema.int()))

const inMemory = ":memory:"
const migrationTable = "effect_sql_migrations"

/**
 * Open, check and migrate. The database is closed with the scope, after a last checkpoint, so that a clean stop leaves
 * one file.
 */
export const open = (options: Options): Effect.Effect<SqlClient.SqlClient, StorageError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* makePrivate(options)
    const sql = yield* SqliteClient.make({ filename: options.file }).pipe(
      Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make)
    )
    yield* sql`PRAGMA synchronous = FULL`
    yield* sql`PRAGMA foreign_keys = ON`
    yield* sql`PRAGMA temp_store = MEMORY`
    yield* sql`PRAGMA busy_timeout = 5000`
    yield* sql`PRAGMA journal_size_limit = 16777216`
    yield* check(options, sql)
    yield* guardSchema(options, sql)
    yield* Migrator.make({})({ loader: Migrator.fromRecord(options.migrations) }).pipe(
      Effect.provideService(SqlClient.SqlClient, sql)
    )
    return sql
  }).pipe(
    Effect.sandbox,
    Effect.mapError((cause) => classify(options, cause))
  )

/** The same as a layer that serves `SqlClient`. */
export const layer = (options: Options): Layer.Layer<SqlClient.SqlClient, StorageError> =>
  Layer.scoped(SqlClient.SqlClient, open(options))

/** Create the file as 0600 before SQLite does, so that its journal and shared memory inherit that mode. */
const makePrivate = (options: Options) =>
  options.file === inMemory
    ? Effect.void
    : Effect.try({
        try: () => {
          Folder.make(Path.dirname(options.file))
          FileSystem.closeSync(FileSystem.openSync(options.file, "a", 0o600))
          FileSystem.chmodSync(options.file, 0o600)
        },
        catch: (cause) =>
          new StorageUnavailable({
            file: options.file,
            what: options.what,
            detail: cause instanceof Error ? cause.message : String(cause)
          })
      })

/** Refuse a file whose pages contradict each other. */
const check = ({ file, unchecked = [], what }: Options, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const tables = yield* sql<{ readonly name: string }>`
      SELECT name FROM sqlite_master WHERE type = 'table' AND NOT ${sql.in("name", unchecked)}`
    for (const { name } of tables) {
      const found = yield* sql<{ readonly quick_check: string }>`PRAGMA quick_check(${sql(name)})`
      const problems = found.map((row) => row.quick_check).filter((line) => line !== "ok")
      if (problems.length > 0) {
        return yield* new StorageCorrupt({ file, what, detail: problems.slice(0, 3).join("; ") })
      }
    }
  })

/** Refuse a schema that this program does not know before anything is written. */
const guardSchema = (options: Options, sql: SqlClient.SqlClient) =>
  Effect.gen(function* () {
    const tables = yield* sql<{ readonly name: string }>`SELECT name FROM sqlite_master WHERE type = 'table'`
    if (tables.length === 0) return
    const known = Object.keys(options.migrations).sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    const mismatch = (found: string) =>
      new SchemaMismatch({ file: options.file, what: options.what, found, known: known.at(-1) ?? "none" })
    if (!tables.some((table) => table.name === migrationTable)) {
      return yield* mismatch(`of another program (tables ${tables.map((table) => table.name).join(", ")})`)
    }
    const applied = yield* sql<{ readonly migration_id: number; readonly name: string }>`
      SELECT migration_id, name FROM ${sql(migrationTable)} ORDER BY migration_id`
    for (const step of applied) {
      const label = `${step.migration_id}_${step.name}`
      if (!known.includes(label)) return yield* mismatch(label)
    }
  })

/** better-sqlite3 throws while opening, which Effect sees as a defect; its code says what really happened. */
const classify = (options: Options, cause: Cause.Cause<unknown>): StorageError => {
  const error = Cause.squash(cause)
  if (error instanceof StorageCorrupt || error instanceof SchemaMismatch || error instanceof StorageUnavailable) {
    return error
  }
  const root = rootOf(error)
  const place = { file: options.file, what: options.what }
  return /SQLITE_(NOTADB|CORRUPT)/.test(root.code)
    ? new StorageCorrupt({ ...place, detail: root.message })
    : new StorageUnavailable({ ...place, detail: root.message })
}

const rootOf = (error: unknown): { readonly code: string; readonly message: string } => {
  let current = error
  while (current instanceof Error && current.cause !== undefined) current = current.cause
  if (!(current instanceof Error)) return { code: "", message: String(current) }
  return { code: "code" in current ? String(current.code) : "", message: current.message }
}

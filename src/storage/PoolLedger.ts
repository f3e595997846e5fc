/**
 * The pool's ledger on SQL: SQLite in the data folder, or Postgres by URL, with the same queries.
 *
 * Its parts are in `ledger/`: shares and how long they are kept, blocks and their credits, payouts, and the audit that holds them together. All
 * writes go through one group commit; an effect that returned has reached the disk.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { Ledger, type LedgerService } from "../../actors/pool/Ledger.ts"
import * as Database from "./Database.ts"
import { DatabaseUnreachable, type StorageError } from "./Errors.ts"
import * as GroupCommit from "./GroupCommit.ts"
import * as Audit from "./ledger/Audit.ts"
import * as Blocks from "./ledger/Blocks.ts"
import { migrations } from "./ledger/LedgerSchema.ts"
import * as Payouts from "./ledger/Payouts.ts"
import * as PostgresLock from "./ledger/PostgresLock.ts"
import * as Retention from "./ledger/Retention.ts"
import * as Shares from "./ledger/Shares.ts"
import * as Snapshot from "./Snapshot.ts"

export interface Options {
  readonly retention?: Retention.Retention
  /** How a long look at the books is taken; without it, by the connection that everybody uses. */
  readonly snapshot?: Snapshot.Snapshot
}

/** The ledger in the database of the context; counts that are still in memory are written when the scope closes. */
export const make = ({
  retention = Retention.standard,
  snapshot
}: Options = {}): Effect.Effect<LedgerService, never, SqlClient.SqlClient | Scope.Scope> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const books = { sql, commits: GroupCommit.make(sql) }
    const { found, ...blocks } = Blocks.make(books)
    const { flush, ...shares } = Shares.make(books, found)
    yield* Effect.addFinalizer(() => Effect.ignoreLogged(flush))
    return {
      ...shares,
      ...Retention.make(books, retention),
      ...blocks,
      ...Payouts.make(books),
      ...Audit.make(snapshot ?? Snapshot.of(sql))
    }
  })

/** In a SQLite file of its own. */
export const sqlite = (file: string): Layer.Layer<Ledger, StorageError> =>
  Layer.scoped(Ledger, make({ snapshot: Snapshot.ofFile(file) })).pipe(
    Layer.provide(Database.layer({ file, what: "pool ledger", migrations, unchecked: ["ledger_shares"] }))
  )

/** In a Postgres database; the URL holds a password and is never shown. */
export const postgres = (url: Redacted.Redacted): Layer.Layer<Ledger, StorageError> =>
  Layer.scoped(Ledger, make()).pipe(Layer.provide(postgresClient(url)))

const unreachable = (cause: unknown) =>
  new DatabaseUnreachable({
    what: "pool ledger",
    detail:
      cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : String(cause)
  })

/** Of a server that does not answer at all. */
const connectTimeout = "10 seconds"

/** Connects, takes the books for this process alone, and migrates. The driver is loaded only here: a pool on SQLite does not pay for it. */
const postgresClient = (url: Redacted.Redacted): Layer.Layer<SqlClient.SqlClient, StorageError> =>
  Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("@effect/sql-pg/PgClient")),
      (PgClient) => {
        const connected = Layer.scoped(
          SqlClient.SqlClient,
          Effect.provideServiceEffect(PgClient.make({ url, connectTimeout }), Reactivity.Reactivity, Reactivity.make)
        )
        const migrated = Layer.effectDiscard(Migrator.make({})({ loader: Migrator.fromRecord(migrations) }))
        const owned = Layer.scopedDiscard(PostgresLock.own)
        return migrated.pipe(
          Layer.provideMerge(owned),
          Layer.provideMerge(connected),
          Layer.catchAll((error) => Layer.fail(error._tag === "BooksTaken" ? error : unreachable(error)))
        )
      }
    )
  )

/**
 * Looks at a database as it is at one moment, however long that takes, while others write.
 *
 * On Postgres that is a transaction on a connection of its own. A SQLite client has one connection, so a second one is
 * opened for the look: in WAL mode neither holds up the other. What a look reads stays on the disk until it ends, so it
 * should take seconds, not hours.
 */
import * as Reactivity from "@effect/experimental/Reactivity"
import type * as SqlClient from "@effect/sql/SqlClient"
import { SqlError } from "@effect/sql/SqlError"
import * as SqliteClient from "@effect/sql-sqlite-node/SqliteClient"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"

export type Snapshot = <A, E>(look: (sql: SqlClient.SqlClient) => Effect.Effect<A, E>) => Effect.Effect<A, E | SqlError>

/** In a transaction of this client. One of SQLite can do nothing else meanwhile: this is for a database in memory. */
export const of =
  (sql: SqlClient.SqlClient): Snapshot =>
  (look) => {
    const oneMoment = sql.onDialectOrElse({
      pg: () => sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`,
      orElse: () => Effect.void
    })
    return sql.withTransaction(Effect.zipRight(oneMoment, look(sql)))
  }

/** On a connection of its own to a SQLite file that is open elsewhere. */
export const ofFile =
  (file: string): Snapshot =>
  (look) =>
    SqliteClient.make({ filename: file, readonly: true, disableWAL: true }).pipe(
      Effect.provideServiceEffect(Reactivity.Reactivity, Reactivity.make),
      // The driver throws when it cannot open the file.
      Effect.catchAllCause((cause) =>
        Effect.fail(new SqlError({ cause: Cause.squash(cause), message: "the file could not be opened again" }))
      ),
      Effect.flatMap((sql) => of(sql)(look)),
      Effect.scoped
    )

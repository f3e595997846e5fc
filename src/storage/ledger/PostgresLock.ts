/**
 * One pool server at a time keeps its books in a Postgres database.
 *
 * A second one would look for the first one's blocks on its own chain, not find them, and take their rewards back. So the
 * owner holds an advisory lock on a connection of its own: Postgres frees it when that connection ends, however the
 * process ended. When the database was away the lock is taken again; should somebody else have been faster, the log says
 * so until one of the two is stopped.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { BooksTaken } from "../Errors.ts"

/** "pitb": our half of the lock's name; the other half is the schema, so each schema can hold books of its own. */
const ours = 0x70697462
/** Between two looks whether the lock's connection is still there, and between two tries to have it back. */
const lookEvery = "5 seconds"

/** Own the books until the scope closes. */
export const own: Effect.Effect<void, BooksTaken | SqlError, SqlClient.SqlClient | Scope.Scope> = Effect.gen(
  function* () {
    const sql = yield* SqlClient.SqlClient
    const owned = yield* Deferred.make<void, BooksTaken | SqlError>()
    const hold = Effect.gen(function* () {
      const connection = yield* sql.reserve
      const [row] = yield* connection.executeValues(
        "SELECT pg_try_advisory_lock($1, hashtext(COALESCE(current_schema(), '')))",
        [ours]
      )
      if (row?.[0] !== true) return yield* new BooksTaken()
      yield* Deferred.succeed(owned, undefined)
      return yield* Effect.forever(Effect.delay(connection.executeValues("SELECT 1", []), lookEvery))
    }).pipe(Effect.scoped)
    const told = (error: BooksTaken | SqlError) =>
      Effect.flatMap(Deferred.fail(owned, error), (first) =>
        first || error._tag === "SqlError" ? Effect.void : Effect.logError(error.message)
      )
    yield* Effect.forkScoped(
      Effect.forever(Effect.catchAll(hold, (error) => Effect.zipRight(told(error), Effect.sleep(lookEvery))))
    )
    yield* Deferred.await(owned)
  }
)

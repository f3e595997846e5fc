/**
 * A real Postgres server for the tests that run the same SQL there as on SQLite.
 *
 * PITBOSS_TEST_POSTGRES is the URL of a server on which databases may be made and dropped; without it those tests are
 * skipped, and say so.
 */
import * as Crypto from "node:crypto"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Migrator from "@effect/sql/Migrator"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Layer, Redacted } from "effect"
import type * as Database from "../../src/storage/Database.ts"

const server = process.env["PITBOSS_TEST_POSTGRES"]
export const isThere = server !== undefined
if (!isThere) console.log("Postgres tests are skipped: PITBOSS_TEST_POSTGRES is not set")

/** Run one statement in the database of a URL. */
export const ask = <Row extends object>(url: Redacted.Redacted, statement: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<Row>(statement)).pipe(
    Effect.provide(PgClient.layer({ url })),
    Effect.orDie
  )

/** The URL of a fresh database, which is dropped with the scope. */
export const freshDatabase = Effect.gen(function* () {
  const admin = Redacted.make(new URL(server ?? "").href)
  const name = `pitboss_${Crypto.randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(ask(admin, `CREATE DATABASE ${name}`), () =>
    ask(admin, `DROP DATABASE ${name} WITH (FORCE)`)
  )
  const own = new URL(server ?? "")
  own.pathname = `/${name}`
  return Redacted.make(own.href)
})

/** A client of a fresh database that is dropped with the test. */
export const database = (migrations: Database.Migrations) =>
  Layer.unwrapScoped(
    Effect.map(freshDatabase, (url) =>
      Layer.effectDiscard(Migrator.make({})({ loader: Migrator.fromRecord(migrations) })).pipe(
        Layer.provideMerge(PgClient.layer({ url, maxConnections: 4 }))
      )
    )
  )

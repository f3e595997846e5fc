/**
 * The tables of the orchestrator's books, as numbered migrations.
 *
 * A task row says who holds it, under which key and what became of it; tallies count per node and stay exact when old
 * task rows are pruned.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { bytesType, type Migrations } from "../../storage/Database.ts"

export const migrations: Migrations = {
  "1_books": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE books_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`
    yield* sql`
      CREATE TABLE books_users (
        user_id TEXT PRIMARY KEY,
        wallet TEXT NOT NULL UNIQUE,
        registered_at BIGINT NOT NULL
      )`
    yield* sql`
      CREATE TABLE books_nodes (
        node_id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        registered_at BIGINT NOT NULL
      )`
    yield* sql`CREATE INDEX books_nodes_account ON books_nodes (account)`
    yield* sql`
      CREATE TABLE books_tasks (
        task_id TEXT PRIMARY KEY,
        serial BIGINT NOT NULL UNIQUE,
        node_id TEXT NOT NULL,
        account TEXT NOT NULL,
        public_key ${bytesType(sql)} NOT NULL,
        program_id TEXT NOT NULL,
        task_type TEXT NOT NULL,
        difficulty TEXT NOT NULL,
        generation TEXT NOT NULL,
        inputs ${bytesType(sql)} NOT NULL,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        state TEXT NOT NULL,
        proof_hash TEXT,
        settled_at BIGINT
      )`
    yield* sql`CREATE INDEX books_tasks_open ON books_tasks (node_id, serial) WHERE state = 'open'`
    yield* sql`CREATE INDEX books_tasks_expiry ON books_tasks (expires_at) WHERE state = 'open'`
    yield* sql`CREATE INDEX books_tasks_node ON books_tasks (node_id, serial)`
    yield* sql`
      CREATE TABLE books_tallies (
        node_id TEXT PRIMARY KEY,
        account TEXT NOT NULL,
        issued BIGINT NOT NULL,
        reissued BIGINT NOT NULL,
        accepted BIGINT NOT NULL,
        duplicates BIGINT NOT NULL,
        refused BIGINT NOT NULL,
        expired BIGINT NOT NULL,
        vanished BIGINT NOT NULL
      )`
  })
}

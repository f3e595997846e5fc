/**
 * The tables of the devnet, as numbered migrations.
 *
 * Blocks of every branch stay; `canonical` marks the heaviest chain. Notes and their spending are rows that a reorg
 * takes back. Numbers beyond 2^63 (times, targets, work) are decimal text.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { bytesType, type Migrations } from "../../storage/Database.ts"

export const migrations: Migrations = {
  "1_devnet": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const bytes = bytesType(sql)
    yield* sql`CREATE TABLE devnet_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)`
    yield* sql`
      CREATE TABLE devnet_blocks (
        id TEXT PRIMARY KEY,
        parent TEXT NOT NULL,
        height INTEGER NOT NULL,
        block_time TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        target TEXT NOT NULL,
        work TEXT NOT NULL,
        median TEXT NOT NULL,
        active TEXT NOT NULL,
        origin TEXT NOT NULL,
        canonical INTEGER NOT NULL,
        commitment ${bytes} NOT NULL,
        nonce ${bytes},
        page ${bytes} NOT NULL,
        proof ${bytes},
        received_at BIGINT NOT NULL
      )`
    yield* sql`CREATE UNIQUE INDEX devnet_canonical ON devnet_blocks (height) WHERE canonical = 1`
    yield* sql`CREATE INDEX devnet_commitments ON devnet_blocks (commitment)`
    yield* sql`CREATE INDEX devnet_proofs ON devnet_blocks (height) WHERE proof IS NOT NULL`
    yield* sql`
      CREATE TABLE devnet_transactions (
        block TEXT NOT NULL REFERENCES devnet_blocks (id),
        position INTEGER NOT NULL,
        tx_id TEXT NOT NULL,
        payment TEXT NOT NULL,
        body ${bytes} NOT NULL,
        PRIMARY KEY (block, position)
      )`
    yield* sql`CREATE INDEX devnet_transactions_payment ON devnet_transactions (payment)`
    yield* sql`
      CREATE TABLE devnet_notes (
        name TEXT PRIMARY KEY,
        pkh TEXT NOT NULL,
        nicks BIGINT NOT NULL,
        height INTEGER NOT NULL,
        coinbase INTEGER NOT NULL,
        created_in TEXT NOT NULL,
        spent_in TEXT
      )`
    yield* sql`CREATE INDEX devnet_notes_owner ON devnet_notes (pkh, height) WHERE spent_in IS NULL`
    yield* sql`CREATE INDEX devnet_notes_created ON devnet_notes (created_in)`
    yield* sql`CREATE INDEX devnet_notes_spent ON devnet_notes (spent_in) WHERE spent_in IS NOT NULL`
    yield* sql`
      CREATE TABLE devnet_payments (
        id TEXT PRIMARY KEY,
        outputs TEXT NOT NULL,
        asked_at BIGINT NOT NULL
      )`
    yield* sql`
      CREATE TABLE devnet_candidates (
        commitment ${bytes} PRIMARY KEY,
        parent TEXT NOT NULL,
        height INTEGER NOT NULL,
        page ${bytes} NOT NULL,
        transactions ${bytes} NOT NULL,
        made_at BIGINT NOT NULL
      )`
  }),
  // The sum of an owner's notes is read with every page of them.
  "2_sum_of_an_owner": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`DROP INDEX devnet_notes_owner`
    yield* sql`CREATE INDEX devnet_notes_owner ON devnet_notes (pkh, height, nicks) WHERE spent_in IS NULL`
  })
}

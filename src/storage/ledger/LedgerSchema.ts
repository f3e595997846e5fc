/**
 * The tables of the pool's ledger, as numbered migrations that run on SQLite and on Postgres.
 *
 * Shares are append-only rows; what they add up to per worker is counted in the same transaction. Money stands in three
 * places that the audit compares: the credits of each block, the outputs of each payout, and one balance per account.
 * Difficulties and nicks are whole numbers below 2^63; they are read as text, because JavaScript's numbers end at 2^53.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { bytesType, type Migrations } from "../Database.ts"

/** A key that counts up by itself and never reuses a number. */
const serial = (sql: SqlClient.SqlClient) =>
  sql.onDialectOrElse({
    pg: () => sql.literal("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("INTEGER PRIMARY KEY AUTOINCREMENT")
  })

/** Shares with neighbouring ids, whose index entries lie together. Part of the schema. */
export const sharesPerGroup = 4_096

export const migrations: Migrations = {
  "1_ledger": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      CREATE TABLE ledger_shares (
        id ${serial(sql)},
        job_id TEXT NOT NULL,
        nonce ${bytesType(sql)} NOT NULL,
        digest ${bytesType(sql)} NOT NULL,
        height BIGINT NOT NULL,
        miner_id TEXT NOT NULL,
        worker TEXT NOT NULL,
        difficulty BIGINT NOT NULL,
        winner INTEGER NOT NULL,
        received_at BIGINT NOT NULL,
        UNIQUE (job_id, nonce)
      )`
    yield* sql`CREATE INDEX ledger_shares_time ON ledger_shares (received_at, difficulty)`
    yield* sql`CREATE INDEX ledger_shares_miner ON ledger_shares (miner_id, id)`
    yield* sql`
      CREATE TABLE ledger_workers (
        id ${serial(sql)},
        miner_id TEXT NOT NULL,
        worker TEXT NOT NULL,
        accepted BIGINT NOT NULL,
        stale BIGINT NOT NULL,
        rejected BIGINT NOT NULL,
        difficulty BIGINT NOT NULL,
        last_share_at BIGINT,
        UNIQUE (miner_id, worker)
      )`
    yield* sql`
      CREATE TABLE ledger_blocks (
        id ${serial(sql)},
        state TEXT NOT NULL,
        height BIGINT NOT NULL,
        job_id TEXT NOT NULL,
        commitment ${bytesType(sql)} NOT NULL,
        nonce ${bytesType(sql)} NOT NULL,
        miner_id TEXT NOT NULL,
        worker TEXT NOT NULL,
        block_id TEXT,
        reward BIGINT NOT NULL,
        fee BIGINT NOT NULL,
        network_difficulty BIGINT NOT NULL,
        found_at BIGINT NOT NULL,
        detail TEXT NOT NULL,
        credited INTEGER NOT NULL,
        held TEXT NOT NULL,
        UNIQUE (commitment, nonce)
      )`
    yield* sql`
      CREATE TABLE ledger_credits (
        block BIGINT NOT NULL REFERENCES ledger_blocks (id),
        miner_id TEXT NOT NULL,
        nicks BIGINT NOT NULL,
        PRIMARY KEY (block, miner_id)
      )`
    yield* sql`
      CREATE TABLE ledger_accounts (
        id ${serial(sql)},
        miner_id TEXT NOT NULL UNIQUE,
        immature BIGINT NOT NULL,
        payable BIGINT NOT NULL,
        planned BIGINT NOT NULL,
        paid BIGINT NOT NULL
      )`
    yield* sql`
      CREATE TABLE ledger_payouts (
        serial ${serial(sql)},
        id TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        tx_id TEXT
      )`
    yield* sql`
      CREATE TABLE ledger_outputs (
        payout TEXT NOT NULL REFERENCES ledger_payouts (id),
        miner_id TEXT NOT NULL,
        nicks BIGINT NOT NULL,
        PRIMARY KEY (payout, miner_id)
      )`
  }),
  // Nobody asks for shares by time any more, and every share paid for it.
  "2_no_index_by_time": Effect.flatMap(SqlClient.SqlClient, (sql) => sql`DROP INDEX ledger_shares_time`).pipe(
    Effect.asVoid
  ),
  // By miner alone, each share of a commit lay on a page of its own: of many miners, that was more than half of its cost.
  "3_shares_of_a_miner_by_group": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`DROP INDEX ledger_shares_miner`
    yield* sql`CREATE INDEX ledger_shares_group ON ledger_shares ((id / ${sql.literal(String(sharesPerGroup))}), miner_id)`
  }),
  // What is kept of the shares depends on the hardest block and on those that are not shared out.
  "4_blocks_by_difficulty_and_by_state": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE INDEX ledger_blocks_difficulty ON ledger_blocks (network_difficulty)`
    yield* sql`CREATE INDEX ledger_blocks_state ON ledger_blocks (state)`
  })
}

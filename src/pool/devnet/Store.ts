/**
 * The devnet's database: blocks, notes, payments and candidates, as functions that run in the caller's transaction.
 *
 * The database is always SQLite: this chain is embedded. Nothing here decides anything about the chain. Rows are our own, so one that does not decode is damage and a defect.
 * Memory does not grow with the chain: everything is looked up.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Limbs } from "../../../actors/pool/Job.ts"
import type { Page } from "../../../actors/pool/Ledger.ts"
import { Integer } from "../../storage/Database.ts"
import type { Header } from "./Rules.ts"

export interface Note {
  readonly name: string
  readonly pkh: string
  readonly nicks: bigint
  /** Of the block that made it. */
  readonly height: number
  readonly coinbase: boolean
}

/** A block as it is kept. `page` is the jam of the page without its proof, `proof` the jam of that. */
export interface Block {
  readonly header: Header
  readonly commitment: Limbs
  readonly nonce: Limbs | null
  readonly page: Uint8Array
  readonly proof: Uint8Array | null
  readonly transactions: ReadonlyArray<KeptTransaction>
}

export interface KeptTransaction {
  readonly txId: string
  readonly payment: string
  /** Jam. */
  readonly body: Uint8Array
}

export interface KeptCandidate {
  readonly parent: string
  readonly height: number
  /** Jam of the page without digest and proof. */
  readonly page: Uint8Array
  /** Jam of the list of transactions. */
  readonly transactions: Uint8Array
}

export interface Payment {
  readonly id: string
  readonly outputs: ReadonlyArray<{ readonly pkh: string; readonly nicks: bigint }>
}

const HeaderRow = Schema.Struct({
  id: Schema.String,
  parent: Schema.String,
  height: Integer,
  timestamp: Schema.BigInt,
  epochCounter: Integer,
  target: Schema.BigInt,
  work: Schema.BigInt,
  median: Schema.BigInt,
  active: Schema.BigInt,
  origin: Schema.Literal("genesis", "submitted", "simulated")
})
/** No sum of them passes 2^53: there will be 2^48. */
const Nicks = Schema.transform(Integer, Schema.BigIntFromSelf, { decode: BigInt, encode: Number })
const NoteRow = Schema.Struct({
  name: Schema.String,
  pkh: Schema.String,
  nicks: Nicks,
  height: Integer,
  coinbase: Schema.transform(Integer, Schema.Boolean, { decode: (value) => value === 1, encode: Number })
})
const PlacedRow = Schema.Struct({ ...NoteRow.omit("pkh").fields, position: Integer })
const SumRow = Schema.Struct({ count: Integer, totalNicks: Nicks })
/** The driver gives Buffers; everybody else here speaks of plain bytes. */
const bytes = Schema.transform(Schema.Uint8ArrayFromSelf, Schema.Uint8ArrayFromSelf, {
  strict: true,
  decode: (buffer) => new Uint8Array(buffer),
  encode: (plain) => plain
})
const TransactionRow = Schema.Struct({ txId: Schema.String, payment: Schema.String, body: bytes })
const CandidateRow = Schema.Struct({ parent: Schema.String, height: Integer, page: bytes, transactions: bytes })
const OfferedRow = Schema.Struct({ commitment: bytes, page: bytes, madeAt: Integer })
const BytesRow = Schema.Struct({
  page: bytes,
  proof: Schema.NullOr(bytes),
  commitment: bytes,
  nonce: Schema.NullOr(bytes)
})
const PaymentRow = Schema.Struct({
  id: Schema.String,
  outputs: Schema.parseJson(Schema.Array(Schema.Struct({ pkh: Schema.String, nicks: Schema.BigInt })))
})
const ReceiptRow = Schema.Struct({ txId: Schema.String, height: Integer })
const ValueRow = Schema.Struct({ value: Schema.String })

const encodeOutputs = Schema.encodeSync(PaymentRow.fields.outputs)

export type Store = ReturnType<typeof make>

export const make = (sql: SqlClient.SqlClient) => {
  const rows = <A, I>(
    schema: Schema.Schema<A, I>,
    query: Effect.Effect<ReadonlyArray<unknown>, SqlError>
  ): Effect.Effect<ReadonlyArray<A>, SqlError> =>
    Effect.flatMap(query, (found) => Effect.orDie(Schema.decodeUnknown(Schema.Array(schema))(found)))
  const first = <A, I>(schema: Schema.Schema<A, I>, query: Effect.Effect<ReadonlyArray<unknown>, SqlError>) =>
    Effect.map(rows(schema, query), (found) => found[0] ?? null)
  const header = sql.literal(
    "id, parent, height, block_time AS timestamp, epoch AS epochCounter, target, work, median, active, origin"
  )
  return {
    meta: (name: string) =>
      Effect.map(first(ValueRow, sql`SELECT value FROM devnet_meta WHERE name = ${name}`), (row) => row?.value ?? null),
    setMeta: (name: string, value: string) =>
      sql`INSERT INTO devnet_meta (name, value) VALUES (${name}, ${value})
          ON CONFLICT (name) DO UPDATE SET value = excluded.value`,

    tip: first(HeaderRow, sql`SELECT ${header} FROM devnet_blocks WHERE canonical = 1 ORDER BY height DESC LIMIT 1`),
    headerOf: (id: string) => first(HeaderRow, sql`SELECT ${header} FROM devnet_blocks WHERE id = ${id}`),
    canonicalAt: (height: number) =>
      first(HeaderRow, sql`SELECT ${header} FROM devnet_blocks WHERE canonical = 1 AND height = ${height}`),
    isCanonical: (id: string) =>
      Effect.map(sql`SELECT id FROM devnet_blocks WHERE id = ${id} AND canonical = 1`, (found) => found.length > 0),
    blockOf: (commitment: Limbs, nonce: Limbs) =>
      first(HeaderRow, sql`SELECT ${header} FROM devnet_blocks WHERE commitment = ${commitment} AND nonce = ${nonce}`),
    bytesOf: (id: string) =>
      first(BytesRow, sql`SELECT page, proof, commitment, nonce FROM devnet_blocks WHERE id = ${id}`),
    transactionsOf: (id: string) =>
      rows(
        TransactionRow,
        sql`SELECT tx_id AS txId, payment, body FROM devnet_transactions WHERE block = ${id} ORDER BY position`
      ),

    /** Keep a block beside the heaviest chain. */
    addBlock: ({ commitment, header: h, nonce, page, proof, transactions }: Block, receivedAt: number) =>
      Effect.gen(function* () {
        yield* sql`
          INSERT INTO devnet_blocks (id, parent, height, block_time, epoch, target, work, median, active, origin,
            canonical, commitment, nonce, page, proof, received_at)
          VALUES (${h.id}, ${h.parent}, ${h.height}, ${String(h.timestamp)}, ${h.epochCounter}, ${String(h.target)},
            ${String(h.work)}, ${String(h.median)}, ${String(h.active)}, ${h.origin},
            0, ${commitment}, ${nonce}, ${page}, ${proof}, ${receivedAt})`
        for (const [position, { body, payment, txId }] of transactions.entries()) {
          yield* sql`INSERT INTO devnet_transactions (block, position, tx_id, payment, body)
                     VALUES (${h.id}, ${position}, ${txId}, ${payment}, ${body})`
        }
      }),
    setCanonical: (id: string, canonical: boolean) =>
      sql`UPDATE devnet_blocks SET canonical = ${canonical ? 1 : 0} WHERE id = ${id}`,
    dropProofs: (below: number) =>
      sql`UPDATE devnet_blocks SET proof = NULL WHERE proof IS NOT NULL AND height < ${below}`,

    addNote: ({ coinbase, height, name, nicks, pkh }: Note, block: string) =>
      sql`INSERT INTO devnet_notes (name, pkh, nicks, height, coinbase, created_in)
          VALUES (${name}, ${pkh}, ${Number(nicks)}, ${height}, ${coinbase ? 1 : 0}, ${block})`,
    unspentNote: (name: string) =>
      first(
        NoteRow,
        sql`SELECT name, pkh, nicks, height, coinbase FROM devnet_notes WHERE name = ${name} AND spent_in IS NULL`
      ),
    spendNote: (name: string, block: string) => sql`UPDATE devnet_notes SET spent_in = ${block} WHERE name = ${name}`,
    /** Take back what a block did to the notes. */
    undoNotes: (block: string) =>
      Effect.zipRight(
        sql`UPDATE devnet_notes SET spent_in = NULL WHERE spent_in = ${block}`,
        sql`DELETE FROM devnet_notes WHERE created_in = ${block}`
      ),
    /** Unspent notes of an owner, newest first: those of a later block always have larger row numbers. */
    notes: (pkh: string, { before, limit }: Page) =>
      rows(
        PlacedRow,
        sql`SELECT rowid AS position, name, nicks, height, coinbase FROM devnet_notes
            WHERE pkh = ${pkh} AND spent_in IS NULL AND rowid < ${before ?? Number.MAX_SAFE_INTEGER}
            ORDER BY height DESC, rowid DESC LIMIT ${limit}`
      ),
    /** What all of them add up to; the index alone answers. */
    noteSum: (pkh: string) =>
      Effect.map(
        rows(
          SumRow,
          sql`SELECT COUNT(*) AS count, COALESCE(SUM(nicks), 0) AS totalNicks FROM devnet_notes
              WHERE pkh = ${pkh} AND spent_in IS NULL`
        ),
        ([sum]) => sum ?? { count: 0, totalNicks: 0n }
      ),
    /** The unspent ones that a block at `height` can spend, at most `limit`, oldest first. */
    spendable: (pkh: string, height: number, maturity: number, limit: number) =>
      rows(
        NoteRow,
        sql`SELECT name, pkh, nicks, height, coinbase FROM devnet_notes
            WHERE pkh = ${pkh} AND spent_in IS NULL AND (coinbase = 0 OR height <= ${height - maturity})
            ORDER BY height, name LIMIT ${limit}`
      ),

    addPayment: ({ id, outputs }: Payment, askedAt: number) =>
      sql`INSERT INTO devnet_payments (id, outputs, asked_at) VALUES (${id}, ${encodeOutputs(outputs)}, ${askedAt})`,
    payment: (id: string) => first(PaymentRow, sql`SELECT id, outputs FROM devnet_payments WHERE id = ${id}`),
    /** Asked for and in no block of the heaviest chain, oldest first. */
    openPayments: rows(
      PaymentRow,
      sql`SELECT id, outputs FROM devnet_payments p WHERE NOT EXISTS (
            SELECT 1 FROM devnet_transactions t JOIN devnet_blocks b ON b.id = t.block
            WHERE t.payment = p.id AND b.canonical = 1)
          ORDER BY asked_at, id`
    ),
    /** Where the heaviest chain holds a payment. */
    receipt: (payment: string) =>
      first(
        ReceiptRow,
        sql`SELECT t.tx_id AS txId, b.height FROM devnet_transactions t JOIN devnet_blocks b ON b.id = t.block
            WHERE t.payment = ${payment} AND b.canonical = 1`
      ),

    addCandidate: (commitment: Limbs, { height, page, parent, transactions }: KeptCandidate, madeAt: number) =>
      sql`INSERT INTO devnet_candidates (commitment, parent, height, page, transactions, made_at)
          VALUES (${commitment}, ${parent}, ${height}, ${page}, ${transactions}, ${madeAt})
          ON CONFLICT (commitment) DO NOTHING`,
    candidate: (commitment: Limbs) =>
      first(
        CandidateRow,
        sql`SELECT parent, height, page, transactions FROM devnet_candidates WHERE commitment = ${commitment}`
      ),
    /** The newest ones on a parent, at most `limit`, oldest first. */
    candidatesOn: (parent: string, limit: number) =>
      Effect.map(
        rows(
          OfferedRow,
          sql`SELECT commitment, page, made_at AS madeAt FROM devnet_candidates
              WHERE parent = ${parent} ORDER BY made_at DESC, rowid DESC LIMIT ${limit}`
        ),
        (newest) => newest.toReversed()
      ),
    dropCandidates: (below: number) => sql`DELETE FROM devnet_candidates WHERE height < ${below}`
  } as const
}

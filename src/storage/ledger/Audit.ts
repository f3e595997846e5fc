/**
 * The audit of the ledger: every nick that a block brought in is somewhere, once.
 *
 * It adds up the same money from both ends, blocks and balances, and reports each sum that differs. The books of months
 * are read whole, in slices of one snapshot, with a turn of the event loop after each: nobody waits for it.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { BooksUnbalanced } from "../../../actors/pool/Errors.ts"
import type { LedgerService } from "../../../actors/pool/Ledger.ts"
import { Integer } from "../Database.ts"
import * as EventLoop from "../EventLoop.ts"
import type { Snapshot } from "../Snapshot.ts"
import { failingTo, reader, Whole } from "./Common.ts"
import { Reckoning } from "./Reckoning.ts"

/** Rows of a slice: a few milliseconds. */
const sliceRows = 1_000

// States are any text: a wrong one is for the reckoning to find.
const Block = Schema.Struct({
  id: Integer,
  state: Schema.String,
  reward: Whole,
  fee: Whole,
  credited: Integer,
  held: Schema.String
})
const Credit = Schema.Struct({ block: Integer, miner_id: Schema.String, nicks: Whole })
const Output = Schema.Struct({ payout: Schema.String, miner_id: Schema.String, nicks: Whole, state: Schema.String })
const Account = Schema.Struct({
  id: Integer,
  miner_id: Schema.String,
  immature: Whole,
  payable: Whole,
  planned: Whole,
  paid: Whole
})
const readBlocks = reader(Block)
const readCredits = reader(Credit)
const readOutputs = reader(Output)
const readAccounts = reader(Account)

type Reading<A> = Effect.Effect<A, SqlError | ParseError>

/** All rows, slice by slice; `read` gives those after the last one of the slice before, which is null at first. */
const inSlices = <Row>(
  read: (last: Row | null) => Reading<ReadonlyArray<Row>>,
  use: (rows: ReadonlyArray<Row>) => Reading<void>
): Reading<void> =>
  Effect.gen(function* () {
    for (let last: Row | null | undefined = null; last !== undefined; yield* EventLoop.turn) {
      const rows: ReadonlyArray<Row> = yield* read(last)
      yield* use(rows)
      last = rows.length < sliceRows ? undefined : rows.at(-1)
    }
  })

const reckon = (snapshot: Snapshot): Effect.Effect<ReadonlyArray<string>, SqlError | ParseError> =>
  snapshot((sql) => {
    const sums = new Reckoning()

    const creditsOf = (first: number, final: number) =>
      inSlices<typeof Credit.Type>(
        (last) => {
          const from =
            last === null ? sql`block >= ${first}` : sql`(block, miner_id) > (${last.block}, ${last.miner_id})`
          return readCredits(sql`
            SELECT block, miner_id, CAST(nicks AS TEXT) AS nicks FROM ledger_credits
            WHERE ${from} AND block <= ${final} ORDER BY block, miner_id LIMIT ${sliceRows}`)
        },
        (rows) =>
          Effect.sync(() => {
            for (const { block, miner_id, nicks } of rows) sums.credit(block, miner_id, nicks)
          })
      )

    const blocks = inSlices<typeof Block.Type>(
      (last) =>
        readBlocks(sql`
          SELECT id, state, CAST(reward AS TEXT) AS reward, CAST(fee AS TEXT) AS fee, credited, held
          FROM ledger_blocks WHERE id > ${last?.id ?? Number.MIN_SAFE_INTEGER} ORDER BY id LIMIT ${sliceRows}`),
      (rows) => {
        const [first, final] = [rows[0], rows.at(-1)]
        if (first === undefined || final === undefined) return Effect.void
        sums.begin(rows)
        return Effect.map(creditsOf(first.id, final.id), () => sums.close())
      }
    )

    const outputs = inSlices<typeof Output.Type>(
      (last) => {
        const from =
          last === null ? sql`o.payout >= ''` : sql`(o.payout, o.miner_id) > (${last.payout}, ${last.miner_id})`
        return readOutputs(sql`
          SELECT o.payout, o.miner_id, CAST(o.nicks AS TEXT) AS nicks, p.state
          FROM ledger_outputs o JOIN ledger_payouts p ON p.id = o.payout
          WHERE ${from} ORDER BY o.payout, o.miner_id LIMIT ${sliceRows}`)
      },
      (rows) =>
        Effect.sync(() => {
          for (const { miner_id, nicks, state } of rows) sums.output(state, miner_id, nicks)
        })
    )

    const accounts = inSlices<typeof Account.Type>(
      (last) =>
        readAccounts(sql`
          SELECT id, miner_id, CAST(immature AS TEXT) AS immature, CAST(payable AS TEXT) AS payable,
            CAST(planned AS TEXT) AS planned, CAST(paid AS TEXT) AS paid
          FROM ledger_accounts WHERE id > ${last?.id ?? Number.MIN_SAFE_INTEGER} ORDER BY id LIMIT ${sliceRows}`),
      (rows) =>
        Effect.sync(() => {
          for (const row of rows) sums.account(row.miner_id, row)
        })
    )

    return Effect.map(Effect.all([blocks, outputs, accounts]), () => sums.end())
  })

export const make = (snapshot: Snapshot): { readonly audit: LedgerService["audit"] } => ({
  audit: reckon(snapshot).pipe(
    failingTo("audit the books"),
    Effect.filterOrFail(
      (findings) => findings.length === 0,
      (findings) => new BooksUnbalanced({ detail: findings.join("; ") })
    ),
    Effect.asVoid
  )
})

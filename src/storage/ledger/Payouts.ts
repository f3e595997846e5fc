/**
 * The payout side of the ledger: plans of payments and what became of them.
 *
 * An amount is in one place at a time: payable, planned (in a payout that is planned or sent), or paid. A payout that
 * ends never changes again, so a repeated report of its end changes nothing.
 */
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LedgerService, Payout } from "../../../actors/pool/Ledger.ts"
import { Integer } from "../Database.ts"
import { type Books, bounds, failingTo, inserter, reader, Whole } from "./Common.ts"

const State = Schema.Literal("planned", "sent", "confirmed", "failed")
const readPayouts = reader(
  Schema.Struct({
    serial: Integer,
    id: Schema.String,
    state: State,
    created_at: Integer,
    tx_id: Schema.NullOr(Schema.String)
  })
)
const readDue = reader(Schema.Struct({ miner_id: Schema.String, nicks: Whole }))
const readOutputs = reader(Schema.Struct({ payout: Schema.String, miner_id: Schema.String, nicks: Whole }))

/** Outputs of one payout at most, so that its transaction stays of a size that a block takes. */
const mostOutputs = 1_000

export const make = ({ commits, sql }: Books) => {
  type Row = Effect.Effect.Success<ReturnType<typeof readPayouts>>[number]

  const addOutputs = inserter(sql, { table: "ledger_outputs", columns: ["payout", "miner_id", "nicks"], ending: "" })

  /** Payouts with what they pay, in the order of the rows. */
  const shown = (rows: ReadonlyArray<Row>) =>
    Effect.gen(function* () {
      if (rows.length === 0) return []
      const ids = rows.map(({ id }) => id)
      const found = yield* readOutputs(sql`
        SELECT payout, miner_id, CAST(nicks AS TEXT) AS nicks FROM ledger_outputs
        WHERE ${sql.in("payout", ids)} ORDER BY payout, miner_id`)
      const outputs = Arr.groupBy(found, ({ payout }) => payout)
      return rows.map(
        (row): Payout => ({
          position: row.serial,
          id: row.id,
          state: row.state,
          outputs: (outputs[row.id] ?? []).map(({ miner_id, nicks }) => ({ minerId: miner_id, nicks })),
          createdAt: row.created_at,
          txId: row.tx_id
        })
      )
    })

  const payoutOf = (id: string) => readPayouts(sql`SELECT * FROM ledger_payouts WHERE id = ${id}`)

  const planPayout: LedgerService["planPayout"] = (id, rule) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      commits.write(
        Effect.gen(function* () {
          const [there] = yield* shown(yield* payoutOf(id))
          if (there !== undefined) return there
          const least = rule.minimumPayoutNicks > 1n ? rule.minimumPayoutNicks : 1n
          const due = yield* readDue(sql`
            SELECT miner_id, CAST(payable AS TEXT) AS nicks FROM ledger_accounts
            WHERE payable >= ${least} ORDER BY payable DESC, miner_id`)
          const outputs = due.filter((row) => rule.payable(row.miner_id)).slice(0, mostOutputs)
          if (outputs.length === 0) return null
          yield* sql`INSERT INTO ledger_payouts ${sql.insert({ id, state: "planned", created_at: now, tx_id: null })}`
          yield* addOutputs(outputs.map(({ miner_id, nicks }) => [id, miner_id, nicks]))
          yield* sql`
            UPDATE ledger_accounts SET payable = payable - o.nicks, planned = planned + o.nicks
            FROM ledger_outputs o WHERE o.payout = ${id} AND o.miner_id = ledger_accounts.miner_id`
          const [made] = yield* shown(yield* payoutOf(id))
          return made ?? null
        })
      )
    ).pipe(failingTo(`plan the payout ${id}`))

  const payoutState: LedgerService["payoutState"] = (id, state, txId) =>
    commits
      .write(
        Effect.gen(function* () {
          const [payout] = yield* payoutOf(id)
          if (payout === undefined || payout.state === "confirmed" || payout.state === "failed") return
          yield* sql`UPDATE ledger_payouts SET ${sql.update({ state, tx_id: txId ?? payout.tx_id })} WHERE id = ${id}`
          if (state !== "confirmed" && state !== "failed") return
          const moved = sql.literal(state === "confirmed" ? "paid = paid + o.nicks" : "payable = payable + o.nicks")
          yield* sql`
            UPDATE ledger_accounts SET planned = planned - o.nicks, ${moved}
            FROM ledger_outputs o WHERE o.payout = ${id} AND o.miner_id = ledger_accounts.miner_id`
        })
      )
      .pipe(failingTo(`mark the payout ${id} as ${state}`))

  const openPayouts: LedgerService["openPayouts"] = readPayouts(
    sql`SELECT * FROM ledger_payouts WHERE ${sql.in("state", ["planned", "sent"])} ORDER BY serial`
  ).pipe(Effect.flatMap(shown), failingTo("list the open payouts"))

  const payouts: LedgerService["payouts"] = (page) => {
    const { before, limit } = bounds(page)
    return readPayouts(
      sql`SELECT * FROM ledger_payouts WHERE serial < ${before} ORDER BY serial DESC LIMIT ${limit}`
    ).pipe(Effect.flatMap(shown), failingTo("list the payouts"))
  }

  return { planPayout, payoutState, openPayouts, payouts }
}

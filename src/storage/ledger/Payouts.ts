/**
 * The payout side of the ledger: plans of payments and what became of them.
 *
 * An amount is in one place at a time: payable, planned (in a payout that is planned or sent), or paid. A payout that
 * ends never changes again, so a repeated report of its end changes nothing.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LedgerService, Payout } from "../../../actors/pool/Ledger.ts"
import { Integer } from "../Database.ts"
import { type Books, bounds, failingTo, reader, Whole } from "./Common.ts"

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
const readOutputs = reader(Schema.Struct({ miner_id: Schema.String, nicks: Whole }))

/** Outputs of one payout at most, so that its transaction stays of a size that a block takes. */
const mostOutputs = 1_000

export const make = ({ commits, sql }: Books) => {
  type Row = Effect.Effect.Success<ReturnType<typeof readPayouts>>[number]

  const outputsOf = (id: string) =>
    readOutputs(
      sql`SELECT miner_id, CAST(nicks AS TEXT) AS nicks FROM ledger_outputs WHERE payout = ${id} ORDER BY miner_id`
    )

  const shown = (row: Row) =>
    Effect.map(
      outputsOf(row.id),
      (outputs): Payout => ({
        position: row.serial,
        id: row.id,
        state: row.state,
        outputs: outputs.map(({ miner_id, nicks }) => ({ minerId: miner_id, nicks })),
        createdAt: row.created_at,
        txId: row.tx_id
      })
    )

  const payoutOf = (id: string) => readPayouts(sql`SELECT * FROM ledger_payouts WHERE id = ${id}`)

  const planPayout: LedgerService["planPayout"] = (id, rule) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      commits.write(
        Effect.gen(function* () {
          const [there] = yield* payoutOf(id)
          if (there !== undefined) return yield* shown(there)
          const least = rule.minimumPayoutNicks > 1n ? rule.minimumPayoutNicks : 1n
          const due = yield* readOutputs(sql`
            SELECT miner_id, CAST(payable AS TEXT) AS nicks FROM ledger_accounts
            WHERE payable >= ${least} ORDER BY payable DESC, miner_id`)
          const outputs = due.filter((row) => rule.payable(row.miner_id)).slice(0, mostOutputs)
          if (outputs.length === 0) return null
          yield* sql`INSERT INTO ledger_payouts ${sql.insert({ id, state: "planned", created_at: now, tx_id: null })}`
          for (const { miner_id, nicks } of outputs) {
            yield* sql`INSERT INTO ledger_outputs ${sql.insert({ payout: id, miner_id, nicks })}`
            yield* sql`
              UPDATE ledger_accounts SET payable = payable - ${nicks}, planned = planned + ${nicks}
              WHERE miner_id = ${miner_id}`
          }
          const [made] = yield* payoutOf(id)
          return made === undefined ? null : yield* shown(made)
        })
      )
    ).pipe(failingTo(`plan the payout ${id}`))

  const payoutState: LedgerService["payoutState"] = (id, state, txId) =>
    commits
      .write(
        Effect.gen(function* () {
          const [row] = yield* payoutOf(id)
          if (row === undefined || row.state === "confirmed" || row.state === "failed") return
          yield* sql`UPDATE ledger_payouts SET ${sql.update({ state, tx_id: txId ?? row.tx_id })} WHERE id = ${id}`
          if (state !== "confirmed" && state !== "failed") return
          for (const { miner_id, nicks } of yield* outputsOf(id)) {
            const [paid, back] = state === "confirmed" ? [nicks, 0n] : [0n, nicks]
            yield* sql`
              UPDATE ledger_accounts
              SET planned = planned - ${nicks}, paid = paid + ${paid}, payable = payable + ${back}
              WHERE miner_id = ${miner_id}`
          }
        })
      )
      .pipe(failingTo(`mark the payout ${id} as ${state}`))

  const openPayouts: LedgerService["openPayouts"] = readPayouts(
    sql`SELECT * FROM ledger_payouts WHERE ${sql.in("state", ["planned", "sent"])} ORDER BY serial`
  ).pipe(Effect.flatMap(Effect.forEach(shown)), failingTo("list the open payouts"))

  const payouts: LedgerService["payouts"] = (page) => {
    const { before, limit } = bounds(page)
    return readPayouts(
      sql`SELECT * FROM ledger_payouts WHERE serial < ${before} ORDER BY serial DESC LIMIT ${limit}`
    ).pipe(Effect.flatMap(Effect.forEach(shown)), failingTo("list the payouts"))
  }

  return { planPayout, payoutState, openPayouts, payouts }
}

/**
 * Payments: checked books, a plan, and on a devnet the payment itself.
 *
 * A plan takes its amounts out of the balances before anything is sent, and a payment is made once per plan id, so a crash
 * at any instant neither pays twice nor forgets. Open plans are finished before a new one is made. Where the source
 * cannot pay, the plan stays planned and is exported. Books that do not balance stop all payments.
 */
import * as Effect from "effect/Effect"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { ChainSourceService } from "./ChainSource.ts"
import type { BooksUnbalanced, ChainUnavailable, LedgerFailed } from "./Errors.ts"
import type { Payout } from "./Ledger.ts"
import type { PoolCore } from "./PoolCore.ts"

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({ id: "payout", start: Effect.succeed(Effect.forever(turn(core))) })

const turn = (core: PoolCore): Effect.Effect<void> => {
  const asked = core.toPay.take(Number.POSITIVE_INFINITY)
  const due = Effect.as(core.ground.alarm.sleep(core.settings.payout.intervalMillis), [])
  return Effect.flatMap(Effect.raceFirst(asked, due), (askers: ReadonlyArray<() => void>) =>
    Effect.ensuring(
      Effect.catchAll(round(core), (error) =>
        Effect.sync(() => {
          core.payout.problem = error.message
          core.trouble("payout", error.message)
        })
      ),
      Effect.sync(() => {
        for (const answer of askers) answer()
      })
    )
  )
}

type Failure = BooksUnbalanced | LedgerFailed | ChainUnavailable

/** One round: finish what is open, then plan and pay what is due. */
const round = (core: PoolCore): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { ledger, source } = core.ground
    yield* ledger.audit
    core.payout.problem = null
    const open = yield* ledger.openPayouts
    for (const payout of open) yield* carryOut(core, source.pay, payout)
    const id = `payout-${core.now().toString(36)}`
    // One plan holds as many accounts as a transaction takes; what a refused one gave back waits for the next round.
    for (let part = 0, went = true; went; part++) {
      const plan = yield* ledger.planPayout(`${id}-${part}`, core.payRule)
      if (plan === null) return
      told(core, plan.id, "planned", plan.outputs.length === 1 ? "1 account" : `${plan.outputs.length} accounts`)
      went = yield* carryOut(core, source.pay, plan)
    }
  })

/** False when the payment was refused. */
const carryOut = (core: PoolCore, pay: ChainSourceService["pay"], payout: Payout): Effect.Effect<boolean, Failure> => {
  if (pay === null) return Effect.succeed(true)
  const { ledger } = core.ground
  return Effect.gen(function* () {
    if (payout.state === "planned") {
      yield* ledger.payoutState(payout.id, "sent", null)
      told(core, payout.id, "sent", "given to the chain")
    }
    const receipt = yield* pay(
      payout.id,
      payout.outputs.map(({ minerId, nicks }) => ({ pkh: minerId, nicks }))
    )
    yield* ledger.payoutState(payout.id, "confirmed", receipt.txId)
    told(core, payout.id, "confirmed", `transaction ${receipt.txId} at height ${receipt.height}`)
    return true
  }).pipe(
    Effect.catchTag("PaymentRefused", (error) =>
      Effect.gen(function* () {
        yield* ledger.payoutState(payout.id, "failed", null)
        core.payout.problem = error.message
        told(core, payout.id, "failed", error.message)
        return false
      })
    )
  )
}

const told = (core: PoolCore, id: string, state: Payout["state"], detail: string): void => {
  core.payout.last = `${id} ${state}`
  core.tell({ _tag: "PayoutChanged", id, state, detail })
}

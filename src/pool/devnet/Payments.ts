/**
 * Asking the devnet to pay: written down once per id, made by the next block that can, confirmed by the chain.
 *
 * A payment that was taken is never forgotten: it stays open until the heaviest chain holds it, through restarts and
 * reorgs, and the id keeps it from happening twice.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { CoinbaseShare } from "../../../actors/pool/ChainSource.ts"
import { PaymentRefused } from "../../../actors/pool/Errors.ts"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Address from "../../nockchain/Address.ts"
import type { Header, Rules } from "./Rules.ts"
import type * as Store from "./Store.ts"
import { maxInputs, maxOutputs, maxPaymentBytes } from "./Transaction.ts"

const total = (outputs: ReadonlyArray<{ readonly nicks: bigint }>) =>
  outputs.reduce((sum, { nicks }) => sum + nicks, 0n)

/** What is wrong with a payment whatever the chain holds; null when nothing is. One output is kept for the change. */
const problemOf = (native: NockPowNative, id: string, outputs: ReadonlyArray<CoinbaseShare>): string | null => {
  const bytes = new TextEncoder().encode(id).length
  if (bytes === 0 || bytes > maxPaymentBytes || id.includes("\0"))
    return `its id must have 1 to ${maxPaymentBytes} bytes`
  if (outputs.length === 0 || outputs.length >= maxOutputs) return `it needs 1 to ${maxOutputs - 1} outputs`
  for (const { nicks, pkh } of outputs) {
    if (nicks <= 0n) return `the amount of ${pkh} is ${nicks} nicks`
    const address = Address.parse(native, pkh)
    if (address._tag === "PublicKey") return `${pkh} is an old public key; only public-key hashes can be paid`
    if (address._tag === "Invalid") return `"${pkh}" is no address: ${address.reason}`
  }
  return null
}

const same = (left: ReadonlyArray<CoinbaseShare>, right: ReadonlyArray<CoinbaseShare>): boolean =>
  left.length === right.length &&
  left.every(({ nicks, pkh }, index) => right[index]?.nicks === nicks && right[index].pkh === pkh)

/** Take a payment; returns false when the same one was taken before. */
export const take = (
  native: NockPowNative,
  rules: Rules,
  store: Store.Store,
  tip: Header,
  owner: string,
  id: string,
  outputs: ReadonlyArray<CoinbaseShare>
): Effect.Effect<boolean, PaymentRefused | SqlError> =>
  Effect.gen(function* () {
    const problem = problemOf(native, id, outputs)
    if (problem !== null) return yield* new PaymentRefused({ id, reason: problem })
    const known = yield* store.payment(id)
    if (known !== null) {
      if (same(known.outputs, outputs)) return false
      return yield* new PaymentRefused({ id, reason: "the same id was used for other outputs" })
    }
    const open = yield* store.openPayments
    const promised = open.reduce((sum, payment) => sum + total(payment.outputs), 0n)
    const height = tip.height + 1
    const notes = yield* store.spendable(owner, height, rules.maturity, (open.length + 1) * maxInputs)
    const free = total(notes) - promised
    const due = total(outputs)
    if (free < due) {
      const reason = `${due} nicks were asked for and ${free < 0n ? 0n : free} of the pool's are spendable at height ${height}`
      return yield* new PaymentRefused({ id, reason })
    }
    if (total(notes.slice(0, maxInputs)) < due && notes.length > maxInputs) {
      const reason = `it would spend more than ${maxInputs} notes; pay it in parts`
      return yield* new PaymentRefused({ id, reason })
    }
    yield* store.addPayment({ id, outputs }, yield* Clock.currentTimeMillis)
    return true
  })

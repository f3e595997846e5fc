/**
 * What the devnet asks miners for: the next block without its nonce.
 *
 * The pool's key gets the coinbase; payments that were asked for go in as far as the pool's matured notes reach, oldest
 * first, and the others wait for the next block. Which notes a payment spends is decided here and fixed by the
 * commitment.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Bignum from "../../nockchain/Bignum.ts"
import * as Difficulty from "../../nockchain/Difficulty.ts"
import * as Digest from "../../nockchain/Digest.ts"
import * as Emission from "../../nockchain/Emission.ts"
import { digestNoun } from "../../nockchain/Noun.ts"
import type * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import * as ZTree from "../../nockchain/ZTree.ts"
import { type Header, message, type Rules, targetAfter } from "./Rules.ts"
import type * as Store from "./Store.ts"
import * as Transaction from "./Transaction.ts"

export interface Template {
  readonly page: Page.PageBody
  readonly commitment: Digest.Digest
  readonly transactions: ReadonlyArray<Transaction.Transaction>
}

/** The body of a child of `parent` at a time, not before its parent allows. */
export const bodyAfter = (
  native: NockPowNative,
  rules: Rules,
  parent: Header,
  now: bigint,
  pkh: Digest.Digest,
  transactions: ReadonlyArray<Transaction.Transaction>
): Page.PageBody => {
  const height = parent.height + 1
  const target = targetAfter(rules, parent)
  const parentId = Digest.fromBase58(native, parent.id)
  if (parentId === null) throw new Error(`the block id ${parent.id} is no digest`)
  return {
    version: 1,
    parent: parentId,
    txIds: ZTree.set(
      native,
      transactions.map((transaction) => digestNoun(Transaction.idOf(native, transaction)))
    ),
    coinbase: Roots.coinbaseOf(native, Emission.coinbase(native, height, 0n, [{ pkh, share: 1n }])),
    timestamp: now > parent.median ? now : parent.median + 1n,
    epochCounter: Difficulty.nextEpoch(parent.epochCounter),
    target: Bignum.fromValue(target),
    accumulatedWork: Bignum.fromValue(parent.work + Difficulty.work(target)),
    height,
    msg: message(rules.blockMessage)
  }
}

/** Take notes from the front of `free` for a payment; null when they do not reach. */
const pay = (
  native: NockPowNative,
  payment: Store.Payment,
  free: Array<Store.Note>,
  change: Digest.Digest
): Transaction.Transaction | null => {
  const due = payment.outputs.reduce((sum, { nicks }) => sum + nicks, 0n)
  let count = 0
  let gathered = 0n
  while (gathered < due) {
    const note = free[count]
    if (note === undefined || count === Transaction.maxInputs) return null
    gathered += note.nicks
    count++
  }
  const digest = (text: string) => {
    const found = Digest.fromBase58(native, text)
    if (found === null) throw new Error(`${text} in the devnet's books is no digest`)
    return found
  }
  const rest = gathered - due
  const outputs = payment.outputs.map(({ nicks, pkh }) => ({ pkh: digest(pkh), nicks }))
  return {
    payment: payment.id,
    inputs: free.splice(0, count).map(({ name }) => digest(name)),
    outputs: rest === 0n ? outputs : [...outputs, { pkh: change, nicks: rest }]
  }
}

/** The next block on `parent`. */
export const build = (
  native: NockPowNative,
  rules: Rules,
  store: Store.Store,
  parent: Header,
  now: bigint,
  pkh: Digest.Digest
): Effect.Effect<Template, SqlError> =>
  Effect.gen(function* () {
    const open = yield* store.openPayments
    const limit = open.length * Transaction.maxInputs
    const owned = yield* store.spendable(native.base58(pkh), parent.height + 1, rules.maturity, limit)
    const free = [...owned]
    const transactions = open.flatMap((payment) => pay(native, payment, free, pkh) ?? [])
    const page = bodyAfter(native, rules, parent, now, pkh, transactions)
    return { page, commitment: Roots.commitment(native, page), transactions }
  })

/**
 * The chain itself: keeps blocks, lets the heaviest branch win, and moves the notes along.
 *
 * One block is one transaction: it and everything that it changes (a reorg included) is on the disk, or nothing is. A
 * branch that turns out to be invalid when it would become the heaviest is refused as a whole. Of branches with equal
 * work the first one seen stays. Source: protocols/nockchain.md section 4.6.
 */
import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BlockRefused } from "../../../actors/pool/Errors.ts"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Difficulty from "../../nockchain/Difficulty.ts"
import * as Digest from "../../nockchain/Digest.ts"
import { digestNoun, equal, type Noun } from "../../nockchain/Noun.ts"
import * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import * as Time from "../../nockchain/Time.ts"
import * as ZTree from "../../nockchain/ZTree.ts"
import { type Header, headerOf, type Origin, type Rules } from "./Rules.ts"
import type * as Store from "./Store.ts"
import * as Transaction from "./Transaction.ts"
import { afterProof, type Refusal } from "./Validate.ts"

export const refuse = (height: number, reason: Refusal, detail = "") =>
  new BlockRefused({ height, reason: detail === "" ? reason : `${reason} (${detail})` })

/** What a block changed. Both lists are in the order in which it happened: newest orphan first, lowest block first. */
export interface Change {
  readonly orphaned: ReadonlyArray<Header>
  readonly connected: ReadonlyArray<Header>
}

/** A block whose proof has been judged, or that needs none. */
export interface Arrival {
  readonly page: Page.Page
  readonly nonce: Digest.Digest | null
  readonly transactions: ReadonlyArray<Transaction.Transaction>
  readonly origin: Origin
}

/** More than a rollback of a day at 30 s; deeper forks are nobody's accident. */
const deepestReorg = 4096

export type Chain = ReturnType<typeof make>

export const make = (native: NockPowNative, rules: Rules, sql: SqlClient.SqlClient, store: Store.Store) => {
  const jamOf = (noun: Noun): Uint8Array => {
    const bytes = native.jam(noun)
    if (bytes === null) throw new Error("a noun with more than four million nouns cannot be encoded")
    return bytes
  }

  /** Times of a block and up to ten ancestors. */
  const times = (from: Header) =>
    Effect.gen(function* () {
      const found: Array<bigint> = []
      for (let at: Header | null = from; at !== null && found.length < Time.medianSpan; ) {
        found.push(at.timestamp)
        at = at.height === 0 ? null : yield* store.headerOf(at.parent)
      }
      return found
    })

  /** Judge and apply the transactions of a block that continues the heaviest chain, and make its coins. */
  const connect = (header: Header): Effect.Effect<void, BlockRefused | SqlError> =>
    Effect.gen(function* () {
      const kept = yield* store.bytesOf(header.id)
      const page = kept === null ? null : Either.getOrNull(Page.fromJam(native, kept.page))
      if (page === null) return yield* Effect.dieMessage(`block ${header.id} of the devnet cannot be read`)
      const { height, id } = header
      const transactions = yield* transactionsOf(id)
      const ids = transactions.map((transaction) => digestNoun(Transaction.idOf(native, transaction)))
      if (!equal(ZTree.set(native, ids), page.txIds)) return yield* refuse(height, "transactions-mismatch")
      for (const [index, transaction] of transactions.entries()) {
        const { payment } = transaction
        const again = transactions.findIndex((each) => each.payment === payment) < index
        if (again || (yield* store.receipt(payment)) !== null) {
          return yield* refuse(height, "transaction-repeated", payment)
        }
        yield* spend(header, transaction)
      }
      const refusal = afterProof(native, page, 0n)
      if (refusal !== null) return yield* refuse(height, refusal)
      for (const [index, { nicks, pkh }] of Roots.payees(page.coinbase).entries()) {
        yield* note(page.digest, index, pkh, nicks, header, true)
      }
      yield* store.setCanonical(id, true)
    })

  const spend = (header: Header, transaction: Transaction.Transaction) =>
    Effect.gen(function* () {
      let balance = 0n
      for (const input of transaction.inputs) {
        const found = yield* store.unspentNote(native.base58(input))
        if (found === null) return yield* refuse(header.height, "transaction-spends-missing-note")
        if (found.coinbase && found.height + rules.maturity > header.height) {
          return yield* refuse(header.height, "transaction-spends-immature-note")
        }
        balance += found.nicks
        yield* store.spendNote(found.name, header.id)
      }
      const id = Transaction.idOf(native, transaction)
      for (const [index, { nicks, pkh }] of transaction.outputs.entries()) {
        balance -= nicks
        yield* note(id, index, pkh, nicks, header, false)
      }
      const empty = transaction.outputs.some(({ nicks }) => nicks === 0n)
      if (balance !== 0n || empty) return yield* refuse(header.height, "transaction-unbalanced", transaction.payment)
    })

  const note = (
    source: Digest.Digest,
    index: number,
    pkh: Digest.Digest,
    nicks: bigint,
    header: Header,
    coinbase: boolean
  ) =>
    store.addNote(
      {
        name: Transaction.noteName(native, source, index, pkh),
        pkh: native.base58(pkh),
        nicks,
        height: header.height,
        coinbase
      },
      header.id
    )

  const transactionsOf = (id: string) =>
    Effect.map(store.transactionsOf(id), (kept) =>
      kept.map(({ body }) => {
        const cued = native.cue(body)
        if ("problem" in cued) throw new Error(`a transaction of block ${id} cannot be read: ${cued.problem}`)
        return Transaction.fromNoun(cued.noun)
      })
    )

  /** Make `next` the tip: take back what is not below it, then connect what is. */
  const reorganise = (tip: Header, next: Header): Effect.Effect<Change, BlockRefused | SqlError> =>
    Effect.gen(function* () {
      const branch: Array<Header> = []
      let fork: Header | null = next
      while (fork !== null && !(yield* store.isCanonical(fork.id))) {
        if (branch.length === deepestReorg) return yield* refuse(next.height, "unknown-parent", "the fork is too deep")
        branch.unshift(fork)
        fork = yield* store.headerOf(fork.parent)
      }
      if (fork === null) return yield* refuse(next.height, "unknown-parent")
      const orphaned: Array<Header> = []
      for (let at: Header | null = tip; at !== null && at.id !== fork.id; at = yield* store.headerOf(at.parent)) {
        yield* store.undoNotes(at.id)
        yield* store.setCanonical(at.id, false)
        orphaned.push(at)
      }
      for (const header of branch) yield* connect(header)
      return { orphaned, connected: branch }
    })

  const none: Change = { orphaned: [], connected: [] }

  return {
    times,

    /** Keep a block and follow it when it is the heaviest. The page has passed the checks that need its parent only. */
    add: (arrival: Arrival): Effect.Effect<Change, BlockRefused | SqlError> =>
      Effect.gen(function* () {
        const { nonce, origin, page, transactions } = arrival
        const parent = page.height === 0 ? null : yield* store.headerOf(native.base58(page.parent))
        if (parent === null && origin !== "genesis") return yield* refuse(page.height, "unknown-parent")
        const before = parent === null ? [] : yield* times(parent)
        const header = headerOf(native, rules, page, parent, before, origin)
        if ((yield* store.headerOf(header.id)) !== null) return none
        const block: Store.Block = {
          header,
          commitment: Digest.toLimbs(Roots.commitment(native, page)),
          nonce: nonce === null ? null : Digest.toLimbs(nonce),
          page: Page.toJam(native, { ...page, pow: null }),
          proof: page.pow === null ? null : jamOf(page.pow),
          transactions: transactions.map((transaction) => ({
            txId: native.base58(Transaction.idOf(native, transaction)),
            payment: transaction.payment,
            body: jamOf(Transaction.toNoun(transaction))
          }))
        }
        yield* store.addBlock(block, yield* Clock.currentTimeMillis)
        const tip = yield* store.tip
        if (tip === null) {
          yield* connect(header)
          return { orphaned: [], connected: [header] }
        }
        if (!Difficulty.heavier(header.work, tip.work)) return none
        const change = yield* reorganise(tip, header)
        yield* store.dropProofs(header.height - rules.proofsKept)
        yield* store.dropCandidates(header.height - 6)
        return change
      }).pipe(sql.withTransaction)
  } as const
}

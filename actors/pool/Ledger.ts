/**
 * The port to the pool's books: shares, blocks, balances and payouts, exact to the nick and durable.
 *
 * A share is acknowledged only after `record` has returned. Money is counted in whole nicks (1 NOCK = 65,536 nicks) and
 * the books always balance: what blocks brought in equals what is credited, paid, kept as fee and carried as remainder.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { BooksUnbalanced, LedgerFailed } from "./Errors.ts"
import type { Limbs } from "./Job.ts"
import type { AcceptedShare } from "./Share.ts"

/**
 * found: a share met the network's target. proving, submitted: on its way. accepted: the chain shows it. mature: its
 * reward can be spent and is credited for good. orphaned, stale, refused, lost: it earns nothing; credits are reversed.
 */
export type BlockState =
  | "found"
  | "proving"
  | "submitted"
  | "accepted"
  | "mature"
  | "orphaned"
  | "stale"
  | "refused"
  | "lost"

export interface PoolBlock {
  readonly id: number
  readonly state: BlockState
  readonly height: number
  readonly jobId: string
  readonly commitment: Limbs
  readonly nonce: Limbs
  readonly minerId: string
  readonly worker: string
  /** Known once the chain shows it. */
  readonly blockId: string | null
  readonly rewardNicks: bigint
  /** Expected digests for a block at its candidate's target; the unit of the PPLNS window. */
  readonly networkDifficulty: bigint
  readonly foundAt: number
  /** One line: why it is in this state. */
  readonly detail: string
}

export interface MinerBalance {
  /** For `Page.before` of the next page. */
  readonly position: number
  readonly minerId: string
  /** Of blocks that are not mature yet. */
  readonly immatureNicks: bigint
  /** Can be paid. */
  readonly payableNicks: bigint
  readonly paidNicks: bigint
}

/** Sums over all accounts. */
export interface BalanceSums {
  readonly accounts: number
  readonly immatureNicks: bigint
  readonly payableNicks: bigint
  readonly paidNicks: bigint
}

export interface MinerTotals {
  /** For `Page.before` of the next page. */
  readonly position: number
  readonly minerId: string
  readonly worker: string
  readonly accepted: bigint
  readonly stale: bigint
  readonly rejected: bigint
  /** Sum of the difficulties of accepted shares. */
  readonly difficulty: bigint
  readonly lastShareAt: number | null
}

export interface ShareRow {
  readonly id: number
  readonly jobId: string
  readonly height: number
  readonly minerId: string
  readonly worker: string
  readonly nonce: Limbs
  readonly difficulty: bigint
  readonly winner: boolean
  readonly receivedAt: number
}

export interface Payout {
  /** For `Page.before` of the next page. */
  readonly position: number
  readonly id: string
  readonly state: "planned" | "sent" | "confirmed" | "failed"
  readonly outputs: ReadonlyArray<{ readonly minerId: string; readonly nicks: bigint }>
  readonly createdAt: number
  readonly txId: string | null
}

export interface Page {
  /** Rows per page, 1 to 1000. */
  readonly limit: number
  /** Opaque position of the last row seen; null starts at the newest. */
  readonly before: number | null
}

/** How a block's reward is shared out. */
export interface PayRule {
  /** The last shares whose difficulties add up to this many times the network's difficulty take part (PPLNS). */
  readonly windowFactor: number
  /** The pool's fee in parts per 10,000, 0 to 10,000. */
  readonly feeBasisPoints: number
  /** Smallest balance that is paid, nicks. */
  readonly minimumPayoutNicks: bigint
  /** Whether an account's name is an address that can be paid; what others earn stays payable until it is. */
  readonly payable: (minerId: string) => boolean
}

export interface Recorded {
  /** Which of the shares were new and which were already there, in their order. */
  readonly outcomes: ReadonlyArray<"recorded" | "duplicate">
  /** Of the winning shares, new or not, in their order. The same commitment and nonce again is the same block. */
  readonly blocks: ReadonlyArray<PoolBlock>
}

export interface LedgerService {
  /** Keep shares, and with them the blocks that they make. Durable, all or none. */
  readonly record: (shares: ReadonlyArray<AcceptedShare>) => Effect.Effect<Recorded, LedgerFailed>
  /**
   * Count shares that were not accepted, by miner and code; in memory first, flushed with the next commit. Only a worker
   * with an accepted share has a row to be counted in: names are free, rows are not.
   */
  readonly countRejected: (minerId: string, worker: string, code: string) => Effect.Effect<void>
  /**
   * Drop some of the shares that are older than the books keep; true when more are left. What they counted stays, and so
   * does every share that may take part in a block: of a network at present as hard as this, and of harder ones before.
   */
  readonly prune: (windowFactor: number, networkDifficulty: bigint) => Effect.Effect<boolean, LedgerFailed>
  readonly blockState: (
    id: number,
    state: BlockState,
    detail: string,
    known?: { readonly blockId: string; readonly rewardNicks: bigint }
  ) => Effect.Effect<void, LedgerFailed>
  /** Share out the reward of an accepted block over the window that ended with its winning share; once per block. */
  readonly credit: (blockId: number, rule: PayRule) => Effect.Effect<void, LedgerFailed>
  readonly openBlocks: Effect.Effect<ReadonlyArray<PoolBlock>, LedgerFailed>
  /**
   * Plan payments of everything payable from the minimum up to accounts that can be paid; the amounts leave the balances
   * with the plan and come back when it ends as failed. Null when there is nothing to pay.
   */
  readonly planPayout: (id: string, rule: PayRule) => Effect.Effect<Payout | null, LedgerFailed>
  readonly payoutState: (id: string, state: Payout["state"], txId: string | null) => Effect.Effect<void, LedgerFailed>
  readonly openPayouts: Effect.Effect<ReadonlyArray<Payout>, LedgerFailed>
  /** Check that the books balance, to the nick. */
  readonly audit: Effect.Effect<void, BooksUnbalanced | LedgerFailed>
  /** Of all accounts, or of one: so too the workers and the shares. */
  readonly balances: (page: Page, minerId: string | null) => Effect.Effect<ReadonlyArray<MinerBalance>, LedgerFailed>
  readonly balanceSums: Effect.Effect<BalanceSums, LedgerFailed>
  readonly miners: (page: Page, minerId: string | null) => Effect.Effect<ReadonlyArray<MinerTotals>, LedgerFailed>
  readonly shares: (page: Page, minerId: string | null) => Effect.Effect<ReadonlyArray<ShareRow>, LedgerFailed>
  readonly blocks: (page: Page) => Effect.Effect<ReadonlyArray<PoolBlock>, LedgerFailed>
  readonly payouts: (page: Page) => Effect.Effect<ReadonlyArray<Payout>, LedgerFailed>
  /** Numbers that only ever grow. */
  readonly totals: Effect.Effect<
    { readonly shares: bigint; readonly found: number; readonly accepted: number; readonly orphaned: number },
    LedgerFailed
  >
}

export class Ledger extends Context.Tag("pitboss/pool/Ledger")<Ledger, LedgerService>() {}

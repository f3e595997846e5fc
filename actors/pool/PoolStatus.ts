/**
 * The state of the pool as plain data: the one picture that HTTP, the log summary, the control API, the console and the
 * metrics read.
 *
 * Nothing in it is made up: rates come from the difficulty of accepted shares, counters from the place where the thing
 * happens, blocks from what the chain shows. What is not known is null. Times are milliseconds since 1970.
 */
import type { ChainTip, SyncStatus } from "./ChainSource.ts"
import type { BlockState } from "./Ledger.ts"
import type { ShareCode } from "./Share.ts"

export interface JobStatus {
  readonly jobId: string
  readonly height: number
  readonly parent: string
  readonly networkTarget: bigint
  /** Expected digests for a block. */
  readonly networkDifficulty: bigint
  readonly issuedAt: number
}

/** Counted since the process began. */
export type ShareCounts = { readonly [C in ShareCode]: number }

export interface LedgerTotals {
  readonly shares: bigint
  readonly found: number
  readonly accepted: number
  readonly orphaned: number
}

/** A block of ours that is not settled yet. */
export interface WinnerStatus {
  readonly blockId: string | null
  readonly height: number
  readonly state: BlockState
  readonly minerId: string
  readonly foundAt: number
  readonly detail: string
}

export interface PoolStatus {
  readonly startedAt: number
  readonly uptimeMillis: number
  readonly source: { readonly kind: "devnet" | "node"; readonly name: string; readonly maturity: number }
  readonly sync: SyncStatus
  /** Null until the source answered for the first time. */
  readonly tip: ChainTip | null
  readonly job: JobStatus | null
  /** Changes of the present job so far ("work updates"). */
  readonly jobs: number
  readonly lastJobAt: number | null
  /** One sentence when miners have nothing to do, else null: for the log of "connected but idle". */
  readonly idle: string | null
  readonly connections: {
    /** Said who they are and are served. */
    readonly active: number
    /** Connected, not identified yet. */
    readonly pending: number
    /** Since the process began. */
    readonly total: number
    /** Refused at the door since the process began, by reason. */
    readonly refused: { readonly [R in RefusalReason]: number }
    readonly threads: number
    readonly bans: number
  }
  /** Digests per second of those who are connected, from their accepted shares of about the last five minutes. */
  readonly hashrate: number
  readonly shares: ShareCounts
  /** Shares that wait for their check. */
  readonly waiting: number
  /** Batches of the share check and the shares in them, since the process began. */
  readonly batches: { readonly count: number; readonly shares: number }
  /** From the ledger as it was read last, over the life of the data folder; null until the first time. */
  readonly ledger: LedgerTotals | null
  /** Why shares cannot be kept (one sentence), else null. */
  readonly unkept: string | null
  readonly winners: ReadonlyArray<WinnerStatus>
  /** When the chain last showed a block of ours; null: not in this process. */
  readonly lastOwnBlockAt: number | null
  readonly payout: { readonly enabled: boolean; readonly last: string | null; readonly problem: string | null }
}

export interface ConnectionStatus {
  readonly id: string
  /** Address and port of the peer. */
  readonly peer: string
  readonly minerId: string
  readonly worker: string
  readonly version: string
  /** What the miner says; not used for anything that is paid. */
  readonly threads: number
  readonly claimedRate: number | null
  readonly difficulty: bigint
  /** Digests per second, from accepted shares. */
  readonly hashrate: number
  readonly accepted: number
  readonly stale: number
  readonly rejected: number
  readonly connectedAt: number
  readonly lastSeenAt: number
  readonly lastShareAt: number | null
  /** Times this session came back. */
  readonly resumes: number
}

/** Why somebody was not let in. */
export type RefusalReason = "banned" | "too-many" | "too-many-from-address" | "too-fast" | "stopping"

/** Why a connection ended. */
export type DisconnectReason =
  | "left"
  | "idle"
  | "pre-auth-timeout"
  | "unauthorised"
  | "malformed"
  | "banned"
  | "slow-reader"
  | "superseded"
  | "operator"
  | "internal"
  | "stopping"

/** What happens, for logs and displays. `at` is in milliseconds since 1970. */
export type PoolEvent = { readonly at: number } & (
  | {
      readonly _tag: "Connected"
      readonly peer: string
      readonly minerId: string
      readonly worker: string
      readonly resumed: boolean
    }
  | {
      readonly _tag: "Disconnected"
      readonly peer: string
      readonly minerId: string
      readonly worker: string
      readonly reason: DisconnectReason
      readonly detail: string
    }
  | { readonly _tag: "Refused"; readonly peer: string; readonly reason: RefusalReason }
  | { readonly _tag: "Banned"; readonly whom: string; readonly until: number; readonly why: string }
  | { readonly _tag: "JobIssued"; readonly jobId: string; readonly height: number; readonly clean: boolean }
  | { readonly _tag: "Idle"; readonly why: string }
  | { readonly _tag: "TipChanged"; readonly tip: ChainTip; readonly ours: boolean }
  | {
      readonly _tag: "BlockChanged"
      readonly height: number
      readonly state: BlockState
      readonly minerId: string
      readonly detail: string
    }
  | { readonly _tag: "PayoutChanged"; readonly id: string; readonly state: string; readonly detail: string }
  | { readonly _tag: "Trouble"; readonly where: string; readonly message: string }
  /** The end of what was told as trouble. */
  | { readonly _tag: "Mended"; readonly where: string; readonly message: string }
)

export const noShares: ShareCounts = {
  accepted: 0,
  stale: 0,
  duplicate: 0,
  "low-difficulty": 0,
  "wrong-prefix": 0,
  "unknown-job": 0,
  "rate-limited": 0,
  unauthorised: 0,
  malformed: 0,
  unsupported: 0,
  internal: 0
}

/**
 * What a miner tells about itself: a picture of the present, and events as they happen. Only measured values.
 */
import type { ShareCode } from "../pool/Share.ts"

/** Where the connection stands. `since` in milliseconds since 1970. */
export type LinkState =
  | { readonly _tag: "Connecting"; readonly address: string; readonly since: number }
  | { readonly _tag: "Connected"; readonly address: string; readonly since: number }
  | { readonly _tag: "Waiting"; readonly until: number; readonly since: number; readonly detail: string }

/** Why a connected miner searches nothing. */
export type IdleCause = "no-job" | "legacy-version" | "bad-job" | "not-connected" | "stopping"

/** Why a share is given up without an answer: its job counts no longer, or too many wait. */
export type LossCause = "expired" | "too-many"

export interface ThreadStatus {
  readonly thread: number
  readonly state: "starting" | "idle" | "searching"
  /** Digests per second, lately. */
  readonly rate: number
  /** Digests since the program began. */
  readonly tried: number
}

/** Every found share is in exactly one of these. */
export interface ShareCounts {
  readonly found: number
  /** The pool has said so. */
  readonly accepted: number
  readonly stale: number
  readonly rejected: number
  /** Handed in again after a broken connection, and the pool had it already. */
  readonly duplicate: number
  /** Worth nothing before the pool could answer. */
  readonly lost: number
  /** Without an answer so far. */
  readonly pending: number
}

export interface JobStatus {
  readonly jobId: string
  readonly height: number
  readonly version: number
  readonly address: string
  /** Expected digests of a share, and of a block. */
  readonly shareDifficulty: bigint
  readonly networkDifficulty: bigint
  readonly since: number
}

export interface MinerStatus {
  readonly at: number
  readonly startedAt: number
  readonly link: LinkState
  /** Connections that led to work. */
  readonly sessions: number
  readonly job: JobStatus | null
  /** One sentence; null while there is work. */
  readonly idle: string | null
  readonly threads: ReadonlyArray<ThreadStatus>
  readonly rate: number
  readonly tried: number
  readonly shares: ShareCounts
  /** By code of the pool's answers. */
  readonly answers: Readonly<Partial<Record<ShareCode, number>>>
  /** Sum of the difficulties of accepted shares: the work that the pool has counted. */
  readonly acceptedDifficulty: bigint
  readonly lastAcceptedAt: number | null
  /** From handing in to the answer, lately, milliseconds; null before the first. */
  readonly latencyMillis: number | null
}

type Happened = { readonly at: number }

export type MinerEvent = Happened &
  (
    | { readonly _tag: "Connected"; readonly address: string; readonly resubmitting: number }
    | {
        readonly _tag: "Disconnected"
        readonly address: string
        readonly detail: string
        /** Tries since the last connection that gave work. */
        readonly failures: number
        readonly final: boolean
      }
    | { readonly _tag: "Preferred"; readonly address: string }
    | { readonly _tag: "Idle"; readonly cause: IdleCause; readonly detail: string }
    | {
        readonly _tag: "JobTaken"
        readonly jobId: string
        readonly height: number
        readonly shareDifficulty: bigint
      }
    /** The same job, and other shares of it. */
    | { readonly _tag: "Retargeted"; readonly jobId: string; readonly shareDifficulty: bigint }
    | { readonly _tag: "ShareFound"; readonly jobId: string; readonly thread: number }
    | {
        readonly _tag: "ShareAnswered"
        readonly code: ShareCode
        readonly reason: string
        readonly jobId: string
        readonly difficulty: bigint
        readonly millis: number
        /** How often it was sent. */
        readonly sent: number
      }
    | { readonly _tag: "ShareLost"; readonly jobId: string; readonly why: LossCause }
    | { readonly _tag: "ThreadFailed"; readonly thread: number; readonly detail: string }
  )

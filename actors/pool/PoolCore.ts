/**
 * What the actors of one pool share: the jobs, who is connected, the queues between them, the counters.
 *
 * Plain synchronous state that outlives any single actor of the tree: a restarted actor finds everything where it was.
 * Nothing in here waits.
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { NockPowService } from "../../kernels/NockPow.ts"
import type { AlarmService } from "../runtime/Alarm.ts"
import { Aims } from "./Aim.ts"
import type { ChainSourceService, ChainTip, SyncStatus } from "./ChainSource.ts"
import { Door } from "./Door.ts"
import { Intake } from "./Intake.ts"
import { type Job, maxTarget } from "./Job.ts"
import { JobTable } from "./JobTable.ts"
import type { LedgerService, PayRule } from "./Ledger.ts"
import { Members } from "./Members.ts"
import type { Pending } from "./Member.ts"
import type { NoncePrefixes } from "./NoncePrefixes.ts"
import type { PoolSettings } from "./PoolSettings.ts"
import { noShares, type PoolEvent } from "./PoolStatus.ts"
import { Sessions } from "./Session.ts"
import type { AcceptedShare, ShareCode } from "./Share.ts"
import type { ShareKernelService } from "./ShareKernel.ts"
import * as Ticket from "./Ticket.ts"
import { Winners } from "./Winners.ts"

/** What the pool stands on. */
export interface Ground {
  readonly source: ChainSourceService
  readonly ledger: LedgerService
  readonly kernel: ShareKernelService
  readonly pow: NockPowService
  readonly alarm: AlarmService
  readonly prefixes: NoncePrefixes
}

/** A share that its digest proves; not yet durable. */
export interface Proven {
  readonly pending: Pending
  readonly share: AcceptedShare
}

export interface Rejected {
  readonly minerId: string
  readonly worker: string
  readonly code: ShareCode
}

/** Events a reader may be behind. */
const eventBuffer = 4_096
/** Counts of rejected shares that wait for the ledger; beyond they are only counted in this process. */
const maxRejections = 65_536

type Happened = PoolEvent extends infer E ? (E extends PoolEvent ? Omit<E, "at"> : never) : never

export class PoolCore {
  readonly settings: PoolSettings
  readonly ground: Ground
  readonly startedAt: number
  readonly jobs: JobTable
  readonly aims = new Aims()
  readonly door: Door
  readonly members = new Members()
  readonly sessions: Sessions
  readonly winners = new Winners()
  /** Shares that wait for their digests. */
  readonly toCheck = new Intake<Pending>()
  /** Shares that wait for the ledger. */
  readonly toKeep = new Intake<Proven>()
  /** Questions for a payment round. */
  readonly toPay = new Intake<() => void>()
  readonly rejections: Array<Rejected> = []
  readonly counts: { [C in ShareCode]: number } = { ...noShares }
  readonly batches = { count: 0, shares: 0 }
  /** Shares that were taken in and not answered yet. */
  waiting = 0
  connected = 0
  tip: ChainTip | null = null
  sync: SyncStatus = { state: "starting", networkHeight: null, detail: "the chain source has not answered yet" }
  lastJobAt: number | null = null
  lastSentAt = 0
  lastOwnBlockAt: number | null = null
  /** Why the last candidate made no job. */
  unsuitable: string | null = null
  /** The last write of the books when it failed. */
  unkept: { readonly at: number; readonly why: string } | null = null
  payout: { last: string | null; problem: string | null } = { last: null, problem: null }
  readonly #events: PubSub.PubSub<PoolEvent>
  readonly #touched: PubSub.PubSub<void>

  constructor(settings: PoolSettings, ground: Ground, events: PubSub.PubSub<PoolEvent>, touched: PubSub.PubSub<void>) {
    this.settings = settings
    this.ground = ground
    this.startedAt = ground.alarm.unsafeNow()
    this.jobs = new JobTable(settings.board)
    this.door = new Door(settings.limits)
    const { maxSessions, resumeMillis } = settings.limits
    const key = settings.sessionKey === null ? randomBytes(Ticket.keyBytes) : Redacted.value(settings.sessionKey)
    this.sessions = new Sessions(maxSessions, resumeMillis, ground.prefixes, key)
    this.#events = events
    this.#touched = touched
  }

  static make(settings: PoolSettings, ground: Ground): Effect.Effect<PoolCore> {
    return Effect.gen(function* () {
      const events = yield* PubSub.sliding<PoolEvent>(eventBuffer)
      const touched = yield* PubSub.sliding<void>(1)
      return new PoolCore(settings, ground, events, touched)
    })
  }

  now(): number {
    return this.ground.alarm.unsafeNow()
  }

  get payRule(): PayRule {
    const { feeBasisPoints, minimumPayoutNicks, payable, windowFactor } = this.settings.payout
    return { feeBasisPoints, minimumPayoutNicks, payable, windowFactor }
  }

  /** No share is asked to be harder than a block. */
  get hardest(): bigint {
    return this.jobs.current?.networkDifficulty ?? maxTarget
  }

  /** Why miners have nothing to do; null when they have. */
  get idle(): string | null {
    if (this.jobs.current !== null) return null
    if (this.unsuitable !== null) return this.unsuitable
    const { detail, state } = this.sync
    return state === "synced" ? "the chain has given no candidate yet" : `no jobs: the chain is ${state}: ${detail}`
  }

  /** A job goes to everybody who is served. */
  send(job: Job): void {
    this.lastSentAt = this.now()
    this.members.send({ _tag: "Send", job })
  }

  count(code: ShareCode): void {
    this.counts[code] += 1
    this.touch()
  }

  reject(minerId: string, worker: string, code: ShareCode): void {
    if (this.rejections.length < maxRejections) this.rejections.push({ minerId, worker, code })
  }

  tell(event: Happened): void {
    this.#events.unsafeOffer({ ...event, at: this.now() })
    this.touch()
  }

  trouble(where: string, message: string): void {
    this.tell({ _tag: "Trouble", where, message })
  }

  touch(): void {
    this.#touched.unsafeOffer(undefined)
  }

  readonly touches: Stream.Stream<void> = Stream.unwrapScoped(
    Effect.suspend(() =>
      Effect.map(PubSub.subscribe(this.#touched), (queue) => Stream.fromQueue(queue, { maxChunkSize: 1 }))
    )
  )

  readonly events: Stream.Stream<PoolEvent> = Stream.unwrapScoped(
    Effect.suspend(() => Effect.map(PubSub.subscribe(this.#events), (queue) => Stream.fromQueue(queue)))
  )
}

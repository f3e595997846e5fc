/**
 * What outlives every single actor of a miner: the present work, the threads' places, shares without an answer, counts.
 *
 * Everything is synchronous and runs on the caller's stack, so there is nothing to lock and nothing in between. A share
 * is counted as accepted in one place only: where the pool's answer arrives.
 */
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Random from "effect/Random"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import { difficultyOf } from "../pool/Job.ts"
import * as Limbs from "../pool/Limbs.ts"
import { notJudged, type ShareAnswer } from "../pool/Share.ts"
import { type Assignment, Board } from "./Board.ts"
import { Lanes } from "./Lanes.ts"
import type { IdleCause, LinkState, LossCause, MinerEvent, MinerStatus, ThreadStatus } from "./MinerStatus.ts"
import { Outbox, type Pending } from "./Outbox.ts"
import type { MinerJob, MinerReport } from "./PoolLink.ts"
import { Tally } from "./Tally.ts"

/** The proof version whose search is a search for nonces. */
const minedVersion = 5
const longestPuzzle = 1_024

/** How long an unanswered pool keeps the threads busy with its last job, milliseconds. */
const mineAlone = 120_000

const digestOf = (limbs: Uint8Array): Digest => [
  Limbs.limbAt(limbs, 0),
  Limbs.limbAt(limbs, 1),
  Limbs.limbAt(limbs, 2),
  Limbs.limbAt(limbs, 3),
  Limbs.limbAt(limbs, 4)
]

const limbsOf = (digest: Digest): Uint8Array => {
  const bytes = new Uint8Array(40)
  const view = new DataView(bytes.buffer)
  digest.forEach((limb, index) => {
    view.setBigUint64(8 * index, limb, true)
  })
  return bytes
}

const total = (threads: ReadonlyArray<ThreadStatus>): number => threads.reduce((sum, { rate }) => sum + rate, 0)

export class MinerCore {
  readonly board = new Board()
  readonly outbox = new Outbox()
  readonly lanes: Lanes
  readonly events: PubSub.PubSub<MinerEvent>
  link: LinkState
  readonly #clock: Clock.Clock
  /** Limb 4 for a pool that does not partition the nonces: other machines choose other ones. */
  readonly #ownPrefix: bigint
  readonly #startedAt: number
  #draining = false
  #send: ((share: Pending) => void) | null = null
  #lostAt: number
  #idle: { readonly cause: IdleCause; readonly detail: string } | null = null
  #sessions = 0
  readonly #tally = new Tally()

  constructor(threads: number, clock: Clock.Clock, random: () => bigint, events: PubSub.PubSub<MinerEvent>) {
    this.#clock = clock
    this.#ownPrefix = random()
    this.events = events
    const now = this.now()
    this.#startedAt = now
    this.#lostAt = now
    this.lanes = new Lanes(threads, () => this.now(), random)
    this.link = { _tag: "Waiting", until: now, since: now, detail: "starting" }
  }

  now(): number {
    return this.#clock.unsafeCurrentTimeMillis()
  }

  tell(event: MinerEvent): void {
    this.events.unsafeOffer(event)
  }

  // ------------------------------------------------------------------------------------------------ work

  /** A job of the pool. What cannot be searched makes the threads rest and says why. */
  take(address: string, job: MinerJob): void {
    if (this.#draining) return
    const problem = unusable(job)
    if (problem !== null) {
      this.board.clear()
      this.idle(problem.cause, problem.detail)
      return
    }
    this.#idle = null
    const now = this.now()
    const before = this.board.current
    const easier = job.shareTarget > job.networkTarget ? job.shareTarget : job.networkTarget
    this.board.assign({
      job,
      address,
      prefix: job.noncePrefix ?? this.#ownPrefix,
      commitment: digestOf(job.commitment),
      target: digestOf(Limbs.ofNumber(easier)),
      since: before?.job.jobId === job.jobId ? before.since : now
    })
    const { height, jobId, shareTarget } = job
    const shareDifficulty = difficultyOf(shareTarget)
    if (before?.job.jobId !== jobId) this.tell({ _tag: "JobTaken", at: now, jobId, height, shareDifficulty })
    else if (before.job.shareTarget !== shareTarget) this.tell({ _tag: "Retargeted", at: now, jobId, shareDifficulty })
  }

  /** Connected, and nothing to search. */
  idle(cause: IdleCause, detail: string): void {
    this.#idle = { cause, detail }
    this.tell({ _tag: "Idle", at: this.now(), cause, detail })
  }

  get idleCause(): { readonly cause: IdleCause; readonly detail: string } | null {
    return this.#idle
  }

  // ------------------------------------------------------------------------------------------------ finds

  /** A nonce that meets the target. It is handed in whatever the board says by now: its job may count beside newer ones. */
  found(thread: number, assignment: Assignment, nonce: Digest): void {
    const { address, job } = assignment
    const now = this.now()
    const share: Pending = {
      address,
      jobId: job.jobId,
      nonce: limbsOf(nonce),
      difficulty: difficultyOf(job.shareTarget),
      foundAt: now,
      expiresAt: job.expiresAt,
      sent: 0
    }
    this.#tally.found()
    this.tell({ _tag: "ShareFound", at: now, jobId: job.jobId, thread })
    this.#lose(this.outbox.add(share), "too-many")
    if (this.link._tag === "Connected" && this.link.address === address) this.#send?.(share)
  }

  // ------------------------------------------------------------------------------------------------ pool

  get report(): MinerReport {
    const threads = this.lanes.status
    return { threads: threads.length, rate: total(threads) }
  }

  /** A session begins. */
  opened(address: string): void {
    const now = this.now()
    this.link = { _tag: "Connected", address, since: now }
    this.#idle = null
    this.#expire((share) => share.expiresAt <= now)
    this.tell({ _tag: "Connected", at: now, address, resubmitting: this.outbox.of(address).length })
  }

  /**
   * The first job of a session has come, and with it what the pool needs to know whose shares these are: from now on
   * `send` gets the shares to hand in, those without an answer first.
   */
  began(address: string, send: (share: Pending) => void): void {
    this.#sessions += 1
    this.#send = send
    for (const share of this.outbox.of(address)) send(share)
  }

  closed(): void {
    this.#send = null
    this.#lostAt = this.now()
  }

  /** A stop was asked for: what has been found is handed in, nothing more is searched. */
  drain(): void {
    this.#draining = true
    this.board.clear()
    this.#idle = { cause: "stopping", detail: "stopping" }
  }

  /** Shares that the pool of the present session owes an answer to; 0 without one. */
  get awaited(): number {
    const { link } = this
    return link._tag === "Connected" ? this.outbox.of(link.address).length : 0
  }

  /** Connected, and the pool has let its last job run out: what is found now could not be counted. */
  overdue(): void {
    const { current } = this.board
    if (current === null || this.now() < current.job.expiresAt) return
    this.board.clear()
    this.#idle = { cause: "no-job", detail: `job ${current.job.jobId} is over and the pool sends no new one` }
  }

  /** Without a pool: go on with its last job for a while, then rest. */
  alone(): void {
    const now = this.now()
    const { current } = this.board
    if (current === null || (now < current.job.expiresAt && now < this.#lostAt + mineAlone)) return
    this.board.clear()
    this.idle("not-connected", "no pool for too long: what is found now could not be counted any more")
  }

  /** The pool's answer: the one place where a share is counted as accepted. */
  answered(share: Pending, { code, reason }: ShareAnswer, millis: number): void {
    const now = this.now()
    this.#tally.heard(code, millis)
    const { difficulty, jobId, sent } = share
    this.tell({ _tag: "ShareAnswered", at: now, code, reason, jobId, difficulty, millis, sent })
    if (!notJudged.has(code) && this.outbox.settle(share)) this.#tally.judged(code, share, now)
  }

  /** It has become worthless while it waited. */
  expired(share: Pending): void {
    this.#expire((one) => one === share)
  }

  #expire(worthless: (share: Pending) => boolean): void {
    this.#lose(this.outbox.drop(worthless), "expired")
  }

  #lose(shares: ReadonlyArray<Pending>, why: LossCause): void {
    this.#tally.lost(shares.length)
    for (const { jobId } of shares) this.tell({ _tag: "ShareLost", at: this.now(), jobId, why })
  }

  // ------------------------------------------------------------------------------------------------ picture

  get status(): MinerStatus {
    const at = this.now()
    const { current } = this.board
    const { shares, ...counts } = this.#tally.counts
    const threads = this.lanes.status
    return {
      at,
      startedAt: this.#startedAt,
      link: this.link,
      sessions: this.#sessions,
      job:
        current === null
          ? null
          : {
              jobId: current.job.jobId,
              height: current.job.height,
              version: current.job.version,
              address: current.address,
              shareDifficulty: difficultyOf(current.job.shareTarget),
              networkDifficulty: difficultyOf(current.job.networkTarget),
              since: current.since
            },
      idle: current === null ? (this.#idle?.detail ?? "waiting for the first job") : null,
      threads,
      rate: total(threads),
      tried: threads.reduce((sum, thread) => sum + thread.tried, 0),
      shares: { ...shares, pending: this.outbox.size },
      ...counts
    }
  }
}

/** Why a job cannot be searched; null: it can. */
export const unusable = ({
  commitment,
  powLength,
  version
}: MinerJob): { readonly cause: IdleCause; readonly detail: string } | null => {
  if (version !== minedVersion) {
    const asked = version === 0 ? "work without a proof version" : `work of proof version ${version}`
    const detail = `the pool hands out ${asked}; this miner searches version ${minedVersion} only`
    return { cause: "legacy-version", detail }
  }
  if (!Limbs.areLimbs(commitment)) return { cause: "bad-job", detail: "the pool sent a job without a valid commitment" }
  if (powLength < 1 || powLength > longestPuzzle || (powLength & (powLength - 1)) !== 0) {
    return { cause: "bad-job", detail: `the pool sent a job with the impossible puzzle length ${powLength}` }
  }
  return null
}

/** Events that a slow reader may fall behind. */
const buffered = 1_024

/** Random numbers are those of the calling fiber. */
export const make = (threads: number): Effect.Effect<MinerCore> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const runtime = yield* Effect.random
    const events = yield* PubSub.sliding<MinerEvent>(buffered)
    const half = () => BigInt(Effect.runSync(Effect.withRandom(Random.nextIntBetween(0, 2 ** 31), runtime)))
    return new MinerCore(threads, clock, () => (half() << 31n) | half(), events)
  })

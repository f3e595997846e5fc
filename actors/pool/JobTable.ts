/**
 * The jobs that exist: the present one, recent ones whose shares count, and the names of older ones.
 *
 * Jobs of the tip's present child compete for one height: a refresh of the candidate adds a job and leaves the earlier
 * ones valid, up to a bound; a new parent makes all of them stale at once. A share for a job that is known but no longer
 * open is stale, which is something else than a job that never was. Ids carry a mark of the process, so that ids of
 * different runs over one data folder never meet.
 */
import { type Candidate, difficultyOf, type Job, type Limbs as LimbBytes } from "./Job.ts"
import * as Limbs from "./Limbs.ts"
import type { BoardSettings } from "./PoolSettings.ts"
import { SeenNonces } from "./SeenNonces.ts"

/** A job whose shares count. */
export interface OpenJob {
  job: Job
  readonly networkTarget: LimbBytes
  readonly networkDifficulty: bigint
  readonly seen: SeenNonces
  readonly issuedAt: number
}

export type Found =
  | { readonly _tag: "Open"; readonly entry: OpenJob }
  | { readonly _tag: "Stale"; readonly height: number }
  | { readonly _tag: "Unknown" }

/** Names of jobs that are over, kept to answer "stale". */
const oldNames = 1_024

const unknown: Found = { _tag: "Unknown" }

export class JobTable {
  readonly #settings: BoardSettings
  readonly #run: string
  readonly #open = new Map<string, OpenJob>()
  readonly #old = new Map<string, number>()
  /** Ids by commitment. */
  readonly #ids = new Map<string, string>()
  #current: OpenJob | null = null
  #issued = 0

  /** `run`: the mark of this process, e.g. its start time in base 36. */
  constructor(settings: BoardSettings, run: string) {
    this.#settings = settings
    this.#run = run
  }

  /** The job that miners should search; null before the first, and after the last one expired. */
  get current(): OpenJob | null {
    return this.#current
  }

  /** Jobs made so far. */
  get issued(): number {
    return this.#issued
  }

  get openJobs(): number {
    return this.#open.size
  }

  /** A job for a candidate; null when it is the one that miners have already. */
  issue(candidate: Candidate, now: number): OpenJob | null {
    this.expire(now)
    const current = this.#current
    if (current !== null && Limbs.equal(current.job.candidate.commitment, candidate.commitment)) return null
    const clean = current === null || current.job.candidate.parent !== candidate.parent
    if (clean) this.retireAll()
    const jobId = this.#idOf(candidate)
    const open = this.#open.get(jobId)
    if (open !== undefined) {
      // The chain came back to an earlier candidate of the same parent: what was handed in for it stays handed in.
      this.#open.delete(jobId)
      this.#open.set(jobId, open)
      this.#current = open
      return this.renew(now)
    }
    this.#old.delete(jobId)
    const entry: OpenJob = {
      job: { jobId, candidate, clean, expiresAt: now + this.#settings.lifetimeMillis },
      networkTarget: Limbs.ofNumber(candidate.target),
      networkDifficulty: difficultyOf(candidate.target),
      seen: new SeenNonces(this.#settings.noncesPerJob),
      issuedAt: now
    }
    this.#open.set(jobId, entry)
    this.#current = entry
    for (const [oldest, { job }] of this.#open) {
      if (this.#open.size <= this.#settings.recentJobs) break
      this.#retire(oldest, job)
    }
    return entry
  }

  /**
   * One commitment has one id, also when the chain comes back to it: a nonce under another id would be counted twice, and
   * under the same id the ledger knows it.
   */
  #idOf({ commitment }: Candidate): string {
    const key = Limbs.keyOf(commitment)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    this.#issued += 1
    const jobId = `${this.#run}-${this.#issued.toString(36)}`
    this.#ids.set(key, jobId)
    trim(this.#ids, oldNames)
    return jobId
  }

  /** The present job is sent again: its shares count for another lifetime. */
  renew(now: number): OpenJob | null {
    this.expire(now)
    const current = this.#current
    if (current !== null) current.job = { ...current.job, clean: false, expiresAt: now + this.#settings.lifetimeMillis }
    return current
  }

  find(jobId: string, now: number): Found {
    const entry = this.#open.get(jobId)
    if (entry !== undefined) {
      if (entry.job.expiresAt > now) return { _tag: "Open", entry }
      this.expire(now)
    }
    const height = this.#old.get(jobId)
    return height === undefined ? unknown : { _tag: "Stale", height }
  }

  /** Every job is over: the chain went on, and what comes next is not known yet. */
  retireAll(): void {
    for (const [jobId, { job }] of this.#open) this.#retire(jobId, job)
    this.#current = null
  }

  expire(now: number): void {
    for (const [jobId, { job }] of this.#open) if (job.expiresAt <= now) this.#retire(jobId, job)
  }

  #retire(jobId: string, job: Job): void {
    this.#open.delete(jobId)
    if (this.#current?.job.jobId === jobId) this.#current = null
    this.#old.set(jobId, job.candidate.height)
    trim(this.#old, oldNames)
  }
}

const trim = <A>(map: Map<string, A>, max: number): void => {
  if (map.size <= max) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

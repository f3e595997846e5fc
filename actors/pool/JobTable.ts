/**
 * The jobs that exist: the present one, recent ones whose shares count, and the names of older ones.
 *
 * Jobs of the tip's present child compete for one height: a refresh of the candidate adds a job and leaves the earlier
 * ones valid, up to a bound; a new parent makes all of them stale at once. A share for a job that is known but no longer
 * open is stale, which is something else than a job that never was. A job is named after its commitment: after a restart
 * the same work has the same name, so shares for it still count, and those that counted are in the ledger under it.
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
  /** How many jobs there were with it; 0 when an earlier process made it. */
  readonly number: number
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
  readonly #open = new Map<string, OpenJob>()
  readonly #old = new Map<string, number>()
  /** Of the open jobs. */
  #parent: string | null = null
  #current: OpenJob | null = null
  #issued = 0

  constructor(settings: BoardSettings) {
    this.#settings = settings
  }

  /** The job that miners should search; null before the first, and after the last one expired. */
  get current(): OpenJob | null {
    return this.#current
  }

  /** Changes of the present job so far. */
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
    const clean = this.#follow(candidate.parent)
    const jobId = jobIdOf(candidate)
    const open = this.#open.get(jobId)
    this.#issued += 1
    if (open !== undefined) {
      // An earlier candidate of the same parent, or one from before a restart: what was handed in for it stays handed in.
      this.#open.delete(jobId)
      this.#open.set(jobId, open)
      this.#current = open
      return this.renew(now)
    }
    this.#current = this.#add(candidate, clean, this.#issued, now)
    return this.#current
  }

  /** Shares for these count beside those for the present job: work that an earlier process handed out, oldest first. */
  reopen(candidates: ReadonlyArray<Candidate>, now: number): void {
    for (const candidate of candidates) {
      const clean = this.#follow(candidate.parent)
      if (!this.#open.has(jobIdOf(candidate))) this.#add(candidate, clean, 0, now)
    }
  }

  /** True when the parent is a new one: then everything else is over. */
  #follow(parent: string): boolean {
    if (this.#parent === parent && this.#open.size > 0) return false
    this.retireAll()
    this.#parent = parent
    return true
  }

  #add(candidate: Candidate, clean: boolean, number: number, now: number): OpenJob {
    const jobId = jobIdOf(candidate)
    this.#old.delete(jobId)
    const entry: OpenJob = {
      job: { jobId, candidate, clean, expiresAt: now + this.#settings.lifetimeMillis },
      networkTarget: Limbs.ofNumber(candidate.target),
      networkDifficulty: difficultyOf(candidate.target),
      seen: new SeenNonces(this.#settings.noncesPerJob),
      issuedAt: now,
      number
    }
    this.#open.set(jobId, entry)
    for (const [oldest, { job }] of this.#open) {
      if (this.#open.size <= this.#settings.recentJobs) break
      this.#retire(oldest, job)
    }
    return entry
  }

  /** The present job is sent again: its shares count for another lifetime. */
  renew(now: number): OpenJob | null {
    const current = this.#current
    if (current !== null) current.job = { ...current.job, clean: false, expiresAt: now + this.#settings.lifetimeMillis }
    this.expire(now)
    return current
  }

  find(jobId: string, now: number): Found {
    const entry = this.#open.get(jobId)
    if (entry !== undefined) {
      // The present one ends when somebody says so: a machine that slept for an hour wakes with work that is still wanted.
      if (entry === this.#current || entry.job.expiresAt > now) return { _tag: "Open", entry }
      this.expire(now)
    }
    const height = this.#old.get(jobId)
    return height === undefined ? unknown : { _tag: "Stale", height }
  }

  /** The open job of a commitment. */
  open(commitment: LimbBytes): OpenJob | undefined {
    return this.#open.get(idOf(commitment))
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

const idOf = (commitment: LimbBytes): string => Limbs.limbAt(commitment, 0).toString(16).padStart(16, "0")

const jobIdOf = ({ commitment }: Candidate): string => idOf(commitment)

const trim = <A>(map: Map<string, A>, max: number): void => {
  if (map.size <= max) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}

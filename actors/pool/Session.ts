/**
 * What survives the loss of a connection: a miner's nonce prefix, its difficulty, its statistics.
 *
 * A session belongs to whoever has its ticket, never to whoever knows the account's name: two connections may mine for one
 * account and none can push out the other. It waits some minutes for its miner; then, as after the end of the process,
 * the ticket alone brings back its prefix and its difficulty, and only the statistics begin anew.
 */
import * as Crypto from "node:crypto"
import type { Identity } from "./Identity.ts"
import type { NoncePrefix } from "./Job.ts"
import type { NoncePrefixes } from "./NoncePrefixes.ts"
import { Rate } from "./Rate.ts"
import * as Ticket from "./Ticket.ts"
import * as Vardiff from "./Vardiff.ts"

/** The measured hashrate covers about this time, milliseconds. */
const rateMillis = 300_000

/** What is known of a session when it begins. */
export interface First {
  readonly difficulty: bigint
  /** No easier one was given to it before. */
  readonly easiest: bigint
  /** The pool's jobs so far. */
  readonly jobs: number
  /** For so long its shares may be of before and say nothing about its rate. */
  readonly quietMillis: number
}

export class Session {
  /** Its part of the nonce space, with grade 0, and its name: no two sessions have the same. */
  readonly prefix: NoncePrefix
  readonly minerId: string
  worker: string
  vardiff: Vardiff.Vardiff
  /** No easier target was ever given to it. */
  #easiest: bigint
  /** The jobs up to this one may have been given to it with earlier targets. */
  #lastBefore: number
  readonly rate: Rate
  accepted = 0
  stale = 0
  rejected = 0
  lastShareAt: number | null = null
  resumes = 0
  /** The ticket that was given out last: as text, which takes a sixth of the memory that its bytes would. */
  ticket = ""

  constructor(prefix: NoncePrefix, { minerId, worker }: Identity, first: First, now: number) {
    this.prefix = prefix
    this.minerId = minerId
    this.worker = worker
    this.vardiff = Vardiff.start(first.difficulty, now)
    this.#easiest = first.easiest
    this.#lastBefore = first.jobs
    this.rate = new Rate(now, rateMillis, first.quietMillis)
  }

  /**
   * From now on, when there were `jobs` jobs so far, its shares are to be so hard; they say something about its rate
   * `from` then.
   */
  ask(difficulty: bigint, jobs: number, from: number): void {
    if (difficulty !== this.vardiff.difficulty) {
      this.#lastBefore = jobs
      if (difficulty < this.#easiest) this.#easiest = difficulty
    }
    this.vardiff = Vardiff.start(difficulty, from)
  }

  /**
   * The difficulty that a share of the `job`-th job must meet when its nonce says that it was searched for `searched`:
   * that, if it can have been given with that job, however long ago, or if it is a harder one; else the present one.
   */
  demands(searched: bigint, job: number): bigint {
    const { difficulty } = this.vardiff
    const given = searched >= this.#easiest && job <= this.#lastBefore
    return given || searched > difficulty ? searched : difficulty
  }
}

/** In a time that does not tell where they differ; both are ASCII. */
const same = (a: string, b: string): boolean =>
  a.length === b.length && Crypto.timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"))

export class Sessions {
  readonly #max: number
  readonly #waitMillis: number
  readonly #prefixes: NoncePrefixes
  readonly #key: Uint8Array
  readonly #all = new Map<NoncePrefix, Session>()
  /** Sessions without a connection, in the order they lost it, with the time of their end. */
  readonly #waiting = new Map<Session, number>()

  /** `key`: what tickets are sealed with; the same over restarts of a pool, and nobody else's. */
  constructor(max: number, waitMillis: number, prefixes: NoncePrefixes, key: Uint8Array) {
    this.#max = max
    this.#waitMillis = waitMillis
    this.#prefixes = prefixes
    this.#key = key
  }

  get size(): number {
    return this.#all.size
  }

  open(who: Identity, first: First, now: number): Session {
    return this.#add(new Session(this.#prefixes.next(), who, first, now), now)
  }

  /**
   * The session of a ticket of this account, from memory, or anew with what nobody remembers; undefined when it is no such
   * ticket.
   */
  resume(text: string, who: Identity, forgotten: Omit<First, "difficulty">, now: number): Session | undefined {
    const claim = Ticket.read(text)
    if (claim === undefined || !Ticket.genuine(this.#key, claim, who.minerId)) return undefined
    const { difficulty, prefix } = claim
    const known = this.#all.get(prefix)
    if (known !== undefined) return known.minerId === who.minerId ? known : undefined
    return this.#add(new Session(prefix, who, { difficulty, ...forgotten }, now), now)
  }

  /** The session in memory that a ticket belongs to. */
  find(text: string): Session | undefined {
    const claim = Ticket.read(text)
    const session = claim && this.#all.get(claim.prefix)
    if (claim === undefined || session === undefined) return undefined
    // Nearly always the last one: then no seal has to be made.
    const { minerId, ticket } = session
    return same(ticket, text) || Ticket.genuine(this.#key, claim, minerId) ? session : undefined
  }

  /** A ticket for a session as it is now. Earlier ones stay valid. */
  ticket(session: Session): string {
    session.ticket = Ticket.make(this.#key, session.prefix, session.vardiff.difficulty, session.minerId)
    return session.ticket
  }

  attached(session: Session): void {
    this.#waiting.delete(session)
  }

  detached(session: Session, now: number): void {
    this.#waiting.delete(session)
    this.#waiting.set(session, now + this.#waitMillis)
    this.#forget(now)
  }

  #add(session: Session, now: number): Session {
    this.#forget(now)
    this.#all.set(session.prefix, session)
    return session
  }

  #forget(now: number): void {
    for (const [session, until] of this.#waiting) {
      if (until > now && this.#all.size <= this.#max) return
      this.#waiting.delete(session)
      this.#all.delete(session.prefix)
    }
  }
}

/**
 * What survives the loss of a connection: a miner's statistics, its difficulty, its earlier prefixes.
 *
 * A session belongs to whoever has its secret, never to whoever knows the account's name: two connections may mine for one
 * account and none can push out the other. It waits some minutes for its miner; then it is forgotten.
 */
import * as Crypto from "node:crypto"
import type { NoncePrefix } from "./Job.ts"
import { Rate } from "./Rate.ts"
import type { Vardiff } from "./Vardiff.ts"

/** A prefix of an earlier connection of the session, and until when its shares may still come. */
interface Former {
  readonly prefix: NoncePrefix
  readonly until: number
}

const maxFormer = 4

export class Session {
  readonly id: string
  /** Hash of the secret half. */
  readonly lock: Uint8Array
  readonly minerId: string
  worker: string
  vardiff: Vardiff
  readonly rate: Rate
  accepted = 0
  stale = 0
  rejected = 0
  lastShareAt: number | null = null
  resumes = 0
  #former: ReadonlyArray<Former> = none

  constructor(id: string, lock: Uint8Array, minerId: string, worker: string, vardiff: Vardiff, now: number) {
    this.id = id
    this.lock = lock
    this.minerId = minerId
    this.worker = worker
    this.vardiff = vardiff
    this.rate = new Rate(now)
  }

  leaves(prefix: NoncePrefix, until: number): void {
    this.#former = [...this.#former.slice(1 - maxFormer), { prefix, until }]
  }

  owned(prefix: NoncePrefix, now: number): boolean {
    return this.#former.some((former) => former.prefix === prefix && former.until > now)
  }
}

const none: ReadonlyArray<Former> = []

const hash = (text: string): Uint8Array => Crypto.createHash("sha256").update(text).digest()

export class Sessions {
  readonly #max: number
  readonly #waitMillis: number
  readonly #all = new Map<string, Session>()
  /** Sessions without a connection, in the order they lost it, with the time of their end. */
  readonly #waiting = new Map<Session, number>()
  readonly #random: () => string
  #made = 0

  /** `random` gives secrets: at least 128 bits that nobody can guess. */
  constructor(
    max: number,
    waitMillis: number,
    random: () => string = () => Crypto.randomBytes(18).toString("base64url")
  ) {
    this.#max = max
    this.#waitMillis = waitMillis
    this.#random = random
  }

  get size(): number {
    return this.#all.size
  }

  open(
    minerId: string,
    worker: string,
    vardiff: Vardiff,
    now: number
  ): { readonly session: Session; readonly secret: string } {
    this.#forget(now)
    this.#made += 1
    const id = this.#made.toString(36)
    const secret = this.#random()
    // The copy lives in the heap itself; what node:crypto gives has a buffer of its own outside, at thrice the memory.
    const session = new Session(id, new Uint8Array(hash(secret)), minerId, worker, vardiff, now)
    this.#all.set(id, session)
    return { session, secret: `${id}.${secret}` }
  }

  /** The session of a secret; compared in constant time. */
  find(secret: string): Session | undefined {
    const dot = secret.indexOf(".")
    const session = dot < 0 ? undefined : this.#all.get(secret.slice(0, dot))
    if (session === undefined) return undefined
    return Crypto.timingSafeEqual(session.lock, hash(secret.slice(dot + 1))) ? session : undefined
  }

  attached(session: Session): void {
    this.#waiting.delete(session)
  }

  detached(session: Session, now: number): void {
    this.#waiting.delete(session)
    this.#waiting.set(session, now + this.#waitMillis)
    this.#forget(now)
  }

  #forget(now: number): void {
    for (const [session, until] of this.#waiting) {
      if (until > now && this.#all.size <= this.#max) return
      this.#waiting.delete(session)
      this.#all.delete(session.id)
    }
  }
}

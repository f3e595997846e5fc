/**
 * Shares that were found and have no answer yet.
 *
 * A share leaves only with the pool's answer or when it can no longer be worth anything; what was on its way when a
 * connection broke stays, and is handed in again. Bounded: the oldest goes when there are too many. Synchronous.
 */
import type { Limbs } from "../pool/Job.ts"

export interface Pending {
  /** The pool that its job came from: nobody else can count it. */
  readonly address: string
  readonly jobId: string
  readonly nonce: Limbs
  /** What it was asked for: expected digests. */
  readonly difficulty: bigint
  readonly foundAt: number
  /** The pool counts it until then, milliseconds since 1970. */
  readonly expiresAt: number
  /** How often it was sent. */
  sent: number
}

export const mostPending = 1_024

export class Outbox {
  readonly #pending = new Set<Pending>()

  get size(): number {
    return this.#pending.size
  }

  /** Those that had to go to make room. */
  add(share: Pending): ReadonlyArray<Pending> {
    this.#pending.add(share)
    if (this.#pending.size <= mostPending) return []
    const [oldest] = this.#pending
    if (oldest === undefined) return []
    this.#pending.delete(oldest)
    return [oldest]
  }

  has(share: Pending): boolean {
    return this.#pending.has(share)
  }

  /** Answered. False when it had gone before. */
  settle(share: Pending): boolean {
    return this.#pending.delete(share)
  }

  /** Those for a pool, oldest first. */
  of(address: string): ReadonlyArray<Pending> {
    return [...this.#pending].filter((share) => share.address === address)
  }

  /** Take out what is worth nothing any more. */
  drop(worthless: (share: Pending) => boolean): ReadonlyArray<Pending> {
    const gone = [...this.#pending].filter(worthless)
    for (const share of gone) this.#pending.delete(share)
    return gone
  }
}

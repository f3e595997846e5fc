/**
 * The bounded queue of one actor.
 *
 * A ring that starts without a buffer, grows by doubling up to its capacity, and can give its buffer back (passivation).
 * What happens at the bound is a policy: wait (`back-pressure`), push out the oldest, or refuse the new one. The mailbox
 * knows nothing of fibers; whoever waits for room leaves a callback.
 */

/**
 * | policy          | `tell` at a full mailbox         | `unsafeTell` at a full mailbox    |
 * |-----------------|----------------------------------|-----------------------------------|
 * | `back-pressure` | waits for room                   | refused, dead letter (`full`)     |
 * | `drop-oldest`   | oldest becomes dead (`dropped`)  | oldest becomes dead (`dropped`)   |
 * | `drop-new`      | refused, dead letter (`full`)    | refused, dead letter (`full`)     |
 */
export type Policy = "back-pressure" | "drop-oldest" | "drop-new"

export interface Options {
  /** Messages, >= 1. Default 1,024. */
  readonly capacity?: number
  /** Default `back-pressure`. */
  readonly policy?: Policy
}

export const DEFAULT_CAPACITY = 1_024
const FIRST_BUFFER = 4

/** A sender that waits for room. */
export interface Waiter<M> {
  readonly message: M
  readonly admitted: () => void
}

/** `taken`, or why not; `pushedOut` carries the oldest message. */
export type Offer<M> = "taken" | "full" | { readonly pushedOut: M }

export class Mailbox<M> {
  readonly capacity: number
  readonly policy: Policy
  highWater = 0
  private buffer: Array<M | undefined> | undefined
  private head = 0
  private size = 0
  private waiters: Set<Waiter<M>> | undefined

  /** @throws RangeError when the capacity is not a positive whole number (or Infinity). */
  constructor(options?: Options) {
    const capacity = options?.capacity ?? DEFAULT_CAPACITY
    if (!(capacity >= 1) || (capacity !== Number.POSITIVE_INFINITY && !Number.isInteger(capacity))) {
      throw new RangeError(`mailbox capacity must be a whole number >= 1, got ${capacity}`)
    }
    this.capacity = capacity
    this.policy = options?.policy ?? "back-pressure"
  }

  /** Messages that can be taken now (senders that wait for room do not count). */
  get depth(): number {
    return this.size
  }

  offer(message: M): Offer<M> {
    if (this.size < this.capacity) {
      this.push(message)
      return "taken"
    }
    if (this.policy !== "drop-oldest") return "full"
    const pushedOut = this.pop()
    this.push(message)
    return { pushedOut }
  }

  /** Take a message regardless of the bound: timers and watches of the actor itself, whose number it bounds by its code. */
  force(message: M): void {
    this.push(message)
  }

  /** Wait for room; the callback runs when the message has been taken into the mailbox. */
  waitForRoom(waiter: Waiter<M>): void {
    this.waiters ??= new Set()
    this.waiters.add(waiter)
  }

  forget(waiter: Waiter<M>): void {
    this.waiters?.delete(waiter)
  }

  /** The oldest message. To be called with `depth > 0` only. */
  take(): M {
    const message = this.pop()
    if (this.waiters !== undefined) this.admit()
    return message
  }

  /** The oldest messages, at most `limit`. */
  takeMany(limit: number): Array<M> {
    const count = Math.min(limit, this.size)
    const messages: Array<M> = []
    for (let i = 0; i < count; i++) messages.push(this.pop())
    if (this.waiters !== undefined) this.admit()
    return messages
  }

  /** Everything, also what waited for room; the senders are let go. */
  drain(): Array<M> {
    const messages: Array<M> = []
    while (this.size > 0) messages.push(this.take())
    return messages
  }

  /** Whether this very message still waits, inside or for room. */
  has(message: M): boolean {
    if (this.waiters !== undefined) for (const waiter of this.waiters) if (waiter.message === message) return true
    const { buffer } = this
    if (buffer === undefined) return false
    for (let i = 0; i < this.size; i++) if (buffer[(this.head + i) % buffer.length] === message) return true
    return false
  }

  /** Give the buffer back while nothing is in it. */
  release(): void {
    if (this.size > 0) return
    this.buffer = undefined
    this.head = 0
  }

  private admit(): void {
    const { waiters } = this
    if (waiters === undefined) return
    for (const waiter of waiters) {
      if (this.size >= this.capacity) return
      waiters.delete(waiter)
      this.push(waiter.message)
      waiter.admitted()
    }
    this.waiters = undefined
  }

  private push(message: M): void {
    let { buffer } = this
    if (buffer === undefined) {
      buffer = new Array<M | undefined>(Math.min(FIRST_BUFFER, this.capacity))
      this.buffer = buffer
    } else if (this.size === buffer.length) buffer = this.grow(buffer)
    let tail = this.head + this.size
    if (tail >= buffer.length) tail -= buffer.length
    buffer[tail] = message
    this.size++
    if (this.size > this.highWater) this.highWater = this.size
  }

  private pop(): M {
    const buffer = this.buffer ?? []
    const message = buffer[this.head]
    buffer[this.head] = undefined
    this.head = this.head + 1 === buffer.length ? 0 : this.head + 1
    this.size--
    return message as M
  }

  private grow(buffer: Array<M | undefined>): Array<M | undefined> {
    const larger = new Array<M | undefined>(Math.max(this.size + 1, Math.min(buffer.length * 2, this.capacity)))
    for (let i = 0; i < this.size; i++) larger[i] = buffer[(this.head + i) % buffer.length]
    this.buffer = larger
    this.head = 0
    return larger
  }
}

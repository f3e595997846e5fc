/**
 * The mailbox of a supervisor: unbounded, with one reader.
 *
 * Unbounded because its producers are bounded: each child has at most one exit and one due restart under way, and whoever
 * makes a request waits for the answer.
 */
import * as Effect from "effect/Effect"

export class Inbox<T> {
  private items: Array<T> = []
  private head = 0
  private wake: (() => void) | undefined

  offer(item: T): void {
    this.items.push(item)
    const { wake } = this
    this.wake = undefined
    wake?.()
  }

  /** The oldest item, if any. */
  take(): T | undefined {
    if (this.head === this.items.length) return undefined
    const item = this.items[this.head++]
    if (this.head === this.items.length) {
      this.items = []
      this.head = 0
    }
    return item
  }

  /** The reader waits and there is nothing to read: nobody else can be at work on what it owns. */
  get parked(): boolean {
    return this.wake !== undefined
  }

  /** Wait until something is there. */
  readonly wait: Effect.Effect<void> = Effect.async((resume) => {
    if (this.items.length > this.head) {
      resume(Effect.void)
      return
    }
    this.wake = () => resume(Effect.void)
    return Effect.sync(() => {
      this.wake = undefined
    })
  })
}

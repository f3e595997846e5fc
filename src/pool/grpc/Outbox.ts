/**
 * What has been written to a miner and not left yet, and the end of those who do not read.
 *
 * A miner that does not read would make the pool keep every job for it. Bytes are counted per subscription when they are
 * written and when they have left; beyond 256 KiB, or without any progress for 2 seconds, the connection is cut. Time is
 * counted in looks of one shared timer that came on time, so that a busy event loop is never taken for a slow reader.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Limits {
  /** Most unsent bytes of one subscription. */
  readonly maxUnsentBytes: number
  /** Longest time without progress while something is unsent, milliseconds. */
  readonly maxStallMillis: number
}

export const defaultLimits: Limits = { maxUnsentBytes: 262_144, maxStallMillis: 2_000 }

/** The writing side of one subscription. */
export interface Writable {
  readonly write: (message: Buffer, sent: () => void) => unknown
  /** Called once, when the reader is too slow. */
  readonly overrun: (detail: string) => void
}

export class Outbox {
  unsent = 0
  /** Looks since the last progress. */
  stalled = 0
  over = false
  private readonly to: Writable
  private readonly post: PostOffice
  private readonly sent: (bytes: number) => void

  constructor(to: Writable, post: PostOffice) {
    this.to = to
    this.post = post
    this.sent = (bytes) => {
      this.unsent -= bytes
      this.stalled = 0
      if (this.unsent === 0) this.post.waiting.delete(this)
    }
  }

  put(message: Buffer): void {
    if (this.over) return
    const { length } = message
    if (this.unsent === 0) this.post.waiting.add(this)
    this.unsent += length
    this.to.write(message, () => this.sent(length))
    const most = this.post.limits.maxUnsentBytes
    if (this.unsent > most) this.overrun(`more than ${most} bytes wait to be read`)
  }

  /** Nothing more is written and nothing more is looked at. */
  close(): void {
    this.over = true
    this.post.waiting.delete(this)
  }

  overrun(detail: string): void {
    if (this.over) return
    this.close()
    this.to.overrun(detail)
  }
}

/** All outboxes that hold something, under one timer. */
export interface PostOffice {
  readonly limits: Limits
  readonly waiting: Set<Outbox>
}

const looks = 4

export const make = (limits: Limits): Effect.Effect<PostOffice, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const waiting = new Set<Outbox>()
      const every = limits.maxStallMillis / looks
      let last = performance.now()
      const timer = setInterval(() => {
        const now = performance.now()
        const late = now - last > every * 1.5
        last = now
        if (late) return
        for (const outbox of waiting) {
          outbox.stalled += 1
          // The first look may come at any time after the write.
          if (outbox.stalled > looks) outbox.overrun(`nothing was read for ${limits.maxStallMillis / 1000} s`)
        }
      }, every)
      return { limits, waiting, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer))
  )

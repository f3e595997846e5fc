/**
 * How often something happened: in all, and within the last five minutes.
 *
 * The window is a ring of one-second buckets, so its memory is fixed however much happens, and reading it never depends
 * on when it was last written. Times are milliseconds of one clock.
 */
import type { Rate } from "./FleetStatus.ts"

const windowSeconds = 300

export class RateMeter {
  readonly #startedAt: number
  readonly #buckets = new Uint32Array(windowSeconds)
  #second: number
  #total = 0

  constructor(now: number) {
    this.#startedAt = now
    this.#second = Math.floor(now / 1000)
  }

  get total(): number {
    return this.#total
  }

  add(now: number, count = 1): void {
    const at = this.#advance(now)
    this.#buckets[at] = (this.#buckets[at] ?? 0) + count
    this.#total += count
  }

  /** Per minute; while the uptime is shorter than a window the uptime is divided by, but never less than a second. */
  read(now: number): Rate {
    this.#advance(now)
    const minutes = Math.max(1000, now - this.#startedAt) / 60_000
    const recent = this.#buckets.reduce((sum, count) => sum + count, 0)
    return { overall: this.#total / minutes, lastFiveMinutes: recent / Math.min(minutes, windowSeconds / 60) }
  }

  /** Empties the buckets between the last second seen and now; a clock that went back writes to the last second. */
  #advance(now: number): number {
    const second = Math.max(this.#second, Math.floor(now / 1000))
    const stale = Math.min(windowSeconds, second - this.#second)
    for (let i = 1; i <= stale; i++) this.#buckets[(this.#second + i) % windowSeconds] = 0
    this.#second = second
    return second % windowSeconds
  }
}

/**
 * What became of the shares that a miner found, and how long the pool took to say so.
 *
 * Every share is in exactly one count, or still waits. One is accepted because the pool said so, and for no other reason.
 * Synchronous; one instance per miner.
 */
import type { ShareCode } from "../pool/Share.ts"
import type { MinerStatus } from "./MinerStatus.ts"
import type { Pending } from "./Outbox.ts"

/** Part of the newest measurement in the latency that is shown. */
const freshness = 0.2

type Counts = Pick<MinerStatus, "answers" | "acceptedDifficulty" | "lastAcceptedAt" | "latencyMillis"> & {
  readonly shares: Omit<MinerStatus["shares"], "pending">
}

export class Tally {
  #found = 0
  #accepted = 0
  #stale = 0
  #rejected = 0
  #duplicate = 0
  #lost = 0
  #acceptedDifficulty = 0n
  #lastAcceptedAt: number | null = null
  #latency: number | null = null
  readonly #answers = new Map<ShareCode, number>()

  found(): void {
    this.#found += 1
  }

  lost(shares: number): void {
    this.#lost += shares
  }

  /** An answer came after so many milliseconds. */
  heard(code: ShareCode, millis: number): void {
    this.#answers.set(code, (this.#answers.get(code) ?? 0) + 1)
    this.#latency = this.#latency === null ? millis : this.#latency + freshness * (millis - this.#latency)
  }

  /** It was the answer to a share that waited for one, and says what it is worth. */
  judged(code: ShareCode, { difficulty, sent }: Pending, now: number): void {
    if (code === "accepted") {
      this.#accepted += 1
      this.#acceptedDifficulty += difficulty
      this.#lastAcceptedAt = now
    } else if (code === "stale" || code === "unknown-job") this.#stale += 1
    else if (code === "duplicate" && sent > 1) this.#duplicate += 1
    else this.#rejected += 1
  }

  get counts(): Counts {
    return {
      shares: {
        found: this.#found,
        accepted: this.#accepted,
        stale: this.#stale,
        rejected: this.#rejected,
        duplicate: this.#duplicate,
        lost: this.#lost
      },
      answers: Object.fromEntries(this.#answers),
      acceptedDifficulty: this.#acceptedDifficulty,
      lastAcceptedAt: this.#lastAcceptedAt,
      latencyMillis: this.#latency
    }
  }
}

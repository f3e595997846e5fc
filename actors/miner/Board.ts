/**
 * What the threads search at the moment, and how they hear at once that it changed.
 *
 * Every change has a generation number; a thread waits for the end of its search or for the next generation, whichever
 * comes first. An epoch is a time in which older jobs keep their worth: it ends with a clean job. A find of an earlier
 * epoch is worthless and is dropped here, whatever the pool would say. Synchronous; one instance per miner.
 */
import * as Effect from "effect/Effect"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import type { MinerJob } from "./PoolLink.ts"

/** A job in the form that threads need. */
export interface Assignment {
  readonly generation: number
  readonly epoch: number
  readonly job: MinerJob
  /** The pool that it came from. */
  readonly address: string
  /** Limb 4 of all nonces. */
  readonly prefix: bigint
  readonly commitment: Digest
  /** The easier of the share target and the network target. */
  readonly target: Digest
  readonly since: number
}

export class Board {
  #current: Assignment | null = null
  #generation = 0
  #epoch = 0
  readonly #waiting = new Set<() => void>()

  get current(): Assignment | null {
    return this.#current
  }

  get generation(): number {
    return this.#generation
  }

  /** From now on this. */
  assign(next: Omit<Assignment, "generation" | "epoch">): void {
    const { address, job } = next
    const before = this.#current
    const other = before === null || before.job.jobId !== job.jobId || before.address !== address
    if (other && (job.clean || before?.address !== address)) this.#epoch += 1
    this.#change({ ...next, generation: this.#generation + 1, epoch: this.#epoch })
  }

  /** Nothing to search. */
  clear(): void {
    if (this.#current === null) return
    this.#epoch += 1
    this.#change(null)
  }

  /** Whether a find of this assignment can still be worth something. */
  counts(assignment: Assignment): boolean {
    return assignment.epoch === this.#epoch
  }

  /** Until the generation is another one. */
  changed(generation: number): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      if (this.#generation !== generation) return resume(Effect.void)
      const wake = () => resume(Effect.void)
      this.#waiting.add(wake)
      return Effect.sync(() => this.#waiting.delete(wake))
    })
  }

  #change(to: Assignment | null): void {
    this.#current = to
    this.#generation += 1
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}

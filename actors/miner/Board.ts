/**
 * What the threads search at the moment, and how they hear at once that it changed.
 *
 * Every change has a generation number; a thread waits for the end of its search or for the next generation, whichever
 * comes first. The same search again, as pools send it now and then and after a reconnection, disturbs no thread. What a
 * find of an earlier assignment is worth is not judged here: the pool says so. Synchronous; one instance per miner.
 */
import * as Effect from "effect/Effect"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import type { MinerJob } from "./PoolLink.ts"

/** A job in the form that threads need. */
export interface Assignment {
  readonly generation: number
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

type Search = Pick<Assignment, "address" | "job" | "prefix" | "commitment" | "target">

/** Whether both say: these nonces of this job, under this target, for this pool. */
const sameSearch = (a: Search, b: Search): boolean =>
  a.address === b.address &&
  a.job.jobId === b.job.jobId &&
  a.job.powLength === b.job.powLength &&
  a.prefix === b.prefix &&
  a.commitment.join() === b.commitment.join() &&
  a.target.join() === b.target.join()

export class Board {
  #current: Assignment | null = null
  #generation = 0
  readonly #waiting = new Set<() => void>()

  get current(): Assignment | null {
    return this.#current
  }

  get generation(): number {
    return this.#generation
  }

  /** From now on this. */
  assign(next: Omit<Assignment, "generation">): void {
    const before = this.#current
    if (before !== null && sameSearch(before, next)) this.#current = { ...next, generation: before.generation }
    else this.#change({ ...next, generation: this.#generation + 1 })
  }

  /** Nothing to search. */
  clear(): void {
    if (this.#current !== null) this.#change(null)
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

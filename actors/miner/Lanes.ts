/**
 * What is kept of each search thread, whichever incarnation of its actor is at work: where it goes on, and its rate.
 *
 * A thread that died and was started again finds its place here. Rates are what was computed, nothing else. Synchronous;
 * one instance per miner.
 */
import { Rate } from "../pool/Rate.ts"
import type { Assignment } from "./Board.ts"
import type { ThreadStatus } from "./MinerStatus.ts"
import * as Ranges from "./Ranges.ts"

/** The rate that is shown covers about this time, milliseconds. */
const rateMillis = 30_000

interface Lane {
  state: ThreadStatus["state"]
  place: Ranges.Place | null
  tried: number
  readonly rate: Rate
}

export class Lanes {
  readonly #now: () => number
  readonly #random: () => bigint
  readonly #lanes: ReadonlyArray<Lane>

  /** `random` gives numbers below 2^63. */
  constructor(threads: number, now: () => number, random: () => bigint) {
    this.#now = now
    this.#random = random
    const begin = now()
    this.#lanes = Array.from({ length: threads }, () => ({
      state: "starting",
      place: null,
      tried: 0,
      rate: new Rate(begin, rateMillis)
    }))
  }

  enter(thread: number, state: ThreadStatus["state"]): void {
    const lane = this.#lanes[thread]
    if (lane !== undefined) lane.state = state
  }

  /** Where a thread goes on. */
  place(thread: number, assignment: Assignment): Ranges.Place {
    const lane = this.#lanes[thread]
    const place = Ranges.placeIn(assignment, lane?.place ?? null, this.#random)
    if (lane !== undefined) lane.place = place
    return place
  }

  /** That much of its place is done. */
  advance(thread: number, place: Ranges.Place, by: bigint): void {
    const lane = this.#lanes[thread]
    if (lane !== undefined) lane.place = Ranges.advanced(place, by)
  }

  /** Digests that a thread has computed since it last said so. */
  count(thread: number, digests: number): void {
    const lane = this.#lanes[thread]
    if (lane === undefined || digests <= 0) return
    lane.tried += digests
    lane.rate.add(digests, this.#now())
  }

  /** Digests per second, lately. */
  rateOf(thread: number): number {
    return this.#lanes[thread]?.rate.perSecond(this.#now()) ?? 0
  }

  get status(): ReadonlyArray<ThreadStatus> {
    return this.#lanes.map(({ state, tried }, thread) => ({ thread, state, rate: this.rateOf(thread), tried }))
  }
}

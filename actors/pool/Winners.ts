/**
 * Blocks of ours that are not settled yet: found, being proved, delivered, or on the chain but not mature.
 *
 * Plain state between the ledger writer, who brings them, the prover and the judge (`WinnerProver`, `WinnerJudge`).
 */
import * as Effect from "effect/Effect"
import type { Candidate } from "./Job.ts"
import type { BlockState, PoolBlock } from "./Ledger.ts"
import * as Limbs from "./Limbs.ts"

export interface Winner {
  readonly block: PoolBlock
  state: BlockState
  detail: string
  blockId: string | null
  /** Null after a restart until the chain offers the same candidate again. */
  candidate: Candidate | null
  /** The reward was shared out. */
  credited: boolean
  /** How it ended, while the ledger has not taken note of it. */
  verdict: { readonly state: BlockState; readonly detail: string } | null
  /** Times its proof was begun. */
  attempts: number
  /** Stops its proof. */
  cancel: (() => void) | null
}

/** The outcomes after which nothing more happens. */
const settled: ReadonlySet<BlockState> = new Set<BlockState>(["mature", "stale", "refused", "lost"])

/** How far a block has come. */
const progress: ReadonlyArray<BlockState> = ["found", "proving", "submitted", "accepted"]

export class Winners {
  readonly #open = new Map<number, Winner>()
  readonly #bell = new Bell()
  readonly #work = new Bell()

  get all(): ReadonlyArray<Winner> {
    return Array.from(this.#open.values())
  }

  /** Without those that only a reorganisation could bring back. */
  get unsettled(): ReadonlyArray<Winner> {
    return this.all.filter(({ state }) => state !== "orphaned")
  }

  /** A block that was just found. False when it is known, or was settled before. */
  offer(block: PoolBlock, candidate: Candidate): boolean {
    if (this.#open.has(block.id) || block.state !== "found") return false
    this.#add(block, candidate)
    this.#work.ring()
    return true
  }

  /** A block that the ledger remembers from before. */
  adopt(block: PoolBlock): void {
    if (!this.#open.has(block.id) && !settled.has(block.state)) this.#add(block, null)
  }

  /**
   * Of all shares that met the target for one commitment, the one that is (or is to become) the block: the furthest, of
   * equals the first. The chain shows a commitment once, so only one of them can be a block.
   */
  leader(winner: Winner): Winner {
    let leader = winner
    for (const other of this.#open.values()) {
      if (other.verdict !== null || !Limbs.equal(other.block.commitment, winner.block.commitment)) continue
      const ahead = progress.indexOf(other.state) - progress.indexOf(leader.state)
      if (leader.verdict !== null || ahead > 0 || (ahead === 0 && other.block.id < leader.block.id)) leader = other
    }
    return leader
  }

  forget(winner: Winner): void {
    this.#open.delete(winner.block.id)
    // Another share for the same commitment may have waited for this one.
    this.#work.ring()
  }

  /** Its candidate is back: it can be proved. */
  found(winner: Winner, candidate: Candidate): void {
    winner.candidate = candidate
    this.#work.ring()
  }

  /** Wait for the newest winner that can be proved. */
  readonly next: Effect.Effect<Winner> = Effect.suspend(() => {
    const newest = this.all
      .filter((winner) => provable(winner) && this.leader(winner) === winner)
      .reduce<Winner | null>((best, winner) => (best === null || winner.block.id > best.block.id ? winner : best), null)
    return newest === null ? Effect.andThen(this.#work.wait, this.next) : Effect.succeed(newest)
  })

  /** Something happened on the chain: look at all of them again. */
  nudge(): void {
    this.#bell.ring()
  }

  /** Wait for a nudge; one that came since the last wait counts. */
  readonly nudged: Effect.Effect<void> = Effect.suspend(() => this.#bell.wait)

  #add(block: PoolBlock, candidate: Candidate | null): void {
    const { blockId, detail, state } = block
    this.#open.set(block.id, {
      block,
      state,
      detail,
      blockId,
      candidate,
      // What was shared out once is only moved back and forth by the ledger; asking again does no harm.
      credited: false,
      verdict: null,
      attempts: 0,
      cancel: null
    })
  }
}

const provable = ({ candidate, state, verdict }: Winner): boolean =>
  candidate !== null && verdict === null && (state === "found" || state === "proving")

/** Rings are not counted: who waits is woken, who comes later finds it rung. */
class Bell {
  #rung = false
  #waiter: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#waiter?.()
  }

  readonly wait: Effect.Effect<void> = Effect.async((resume) => {
    const take = (): void => {
      this.#rung = false
      this.#waiter = null
      resume(Effect.void)
    }
    if (this.#rung) take()
    else this.#waiter = take
    return Effect.sync(() => {
      this.#waiter = null
    })
  })
}

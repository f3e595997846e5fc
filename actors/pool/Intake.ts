/**
 * A queue between synchronous producers and one fiber that takes everything that waits.
 *
 * While the fiber works on one batch the next one collects, so batches grow with the load and a single item never waits
 * for company. The bound is the producers' business: they ask before they add.
 */
import * as Effect from "effect/Effect"

export class Intake<A> {
  #items: Array<A> = []
  #wake: (() => void) | null = null

  get size(): number {
    return this.#items.length
  }

  add(item: A): void {
    this.#items.push(item)
    if (this.#wake !== null) this.#wake()
  }

  /** The oldest items, at least one (waits for it), at most `max`. One taker at a time. */
  take(max: number): Effect.Effect<ReadonlyArray<A>> {
    return Effect.suspend(() =>
      this.#items.length > 0 ? Effect.succeed(this.#cut(max)) : Effect.map(this.#arrival, () => this.#cut(max))
    )
  }

  /** What waits now, without waiting. */
  drain(): ReadonlyArray<A> {
    return this.#cut(this.#items.length)
  }

  readonly #arrival = Effect.async<void>((resume) => {
    const arrived = (): void => {
      this.#wake = null
      resume(Effect.void)
    }
    // Something may have come since the last look.
    if (this.#items.length > 0) arrived()
    else this.#wake = arrived
    return Effect.sync(() => {
      this.#wake = null
    })
  })

  #cut(max: number): ReadonlyArray<A> {
    if (this.#items.length <= max) {
      const all = this.#items
      this.#items = []
      return all
    }
    return this.#items.splice(0, max)
  }
}

/**
 * Nonces of a job that were handed in, to answer a second time without asking the ledger.
 *
 * A share that is still on its way into the books is no duplicate: should it not get there, the second one would be all
 * that is left of it. Bounded: when full the oldest are forgotten, and then the ledger still knows what it has. About 100 bytes per nonce.
 */
import * as Limbs from "./Limbs.ts"

/** new: never seen. waiting: handed in, and neither judged nor kept yet. known: it has its answer. */
export type Seen = "new" | "waiting" | "known"

export class SeenNonces {
  readonly #max: number
  readonly #keys = new Set<string>()
  /** Of these the ones without an answer. */
  readonly #waiting = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#keys.size
  }

  /** Takes it in when it is new. */
  add(nonce: Uint8Array): Seen {
    const key = Limbs.keyOf(nonce)
    if (this.#waiting.has(key)) return "waiting"
    if (this.#keys.has(key)) return "known"
    if (this.#keys.size >= this.#max) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest)
        break
      }
    }
    this.#keys.add(key)
    this.#waiting.add(key)
    return "new"
  }

  /** It has its answer. */
  answered(nonce: Uint8Array): void {
    this.#waiting.delete(Limbs.keyOf(nonce))
  }

  /** It was not judged after all: it may come again. */
  forget(nonce: Uint8Array): void {
    const key = Limbs.keyOf(nonce)
    this.#waiting.delete(key)
    this.#keys.delete(key)
  }
}

/**
 * Nonces of a job that were handed in, to answer a second time without asking the ledger.
 *
 * Bounded: when full the oldest are forgotten, and then the ledger still knows what it has. About 100 bytes per nonce.
 */
import * as Limbs from "./Limbs.ts"

export class SeenNonces {
  readonly #max: number
  readonly #keys = new Set<string>()

  constructor(max: number) {
    this.#max = max
  }

  get size(): number {
    return this.#keys.size
  }

  /** False when it was there already. */
  add(nonce: Uint8Array): boolean {
    const key = Limbs.keyOf(nonce)
    if (this.#keys.has(key)) return false
    if (this.#keys.size >= this.#max) {
      for (const oldest of this.#keys) {
        this.#keys.delete(oldest)
        break
      }
    }
    this.#keys.add(key)
    return true
  }

  /** It was not judged after all: it may come again. */
  forget(nonce: Uint8Array): void {
    this.#keys.delete(Limbs.keyOf(nonce))
  }
}

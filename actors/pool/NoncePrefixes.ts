/**
 * Which part of the nonce space belongs to whom.
 *
 * A prefix is a random number of this process (upper 32 bits), a counter, and ten bits for the difficulty (see `Grade`):
 * within a process none is ever given twice, so shares that come late can not meet a new owner; after a restart the random
 * half keeps old and new owners apart. The upper half is below 2^32 - 1, so every prefix is below p.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { gradeBits } from "./Grade.ts"
import type { NoncePrefix } from "./Job.ts"

/** Prefixes of a generation. */
export const perGeneration = 2 ** (32 - Number(gradeBits))
const generations = 2 ** 32 - 1

export class NoncePrefixes {
  #generation: number
  #used: number
  readonly #draw: () => number

  /** `draw` gives generations, whole numbers from 0 to 2^32 - 2; `used` prefixes of the first are taken already. */
  constructor(draw: () => number, used = 0) {
    this.#draw = draw
    this.#generation = draw()
    this.#used = used
  }

  static readonly make: Effect.Effect<NoncePrefixes> = Effect.gen(function* () {
    let next = yield* Random.nextIntBetween(0, generations)
    return new NoncePrefixes(() => {
      const drawn = next
      next = (next + 1) % generations
      return drawn
    })
  })

  /** With grade 0. */
  next(): NoncePrefix {
    if (this.#used === perGeneration) {
      this.#generation = this.#draw()
      this.#used = 0
    }
    return (BigInt(this.#generation) << 32n) | (BigInt(this.#used++) << gradeBits)
  }
}

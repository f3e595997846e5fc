/**
 * What a connection's shares have to meet: a difficulty, its target, and the target as limbs.
 *
 * Difficulties are few (they have five significant bits), so connections share these records.
 */
import { type Limbs as LimbBytes, targetOf } from "./Job.ts"
import * as Limbs from "./Limbs.ts"

export interface Aim {
  readonly difficulty: bigint
  readonly target: bigint
  readonly limbs: LimbBytes
}

const maxKept = 4_096

export class Aims {
  readonly #kept = new Map<bigint, Aim>()

  of(difficulty: bigint): Aim {
    const known = this.#kept.get(difficulty)
    if (known !== undefined) return known
    if (this.#kept.size >= maxKept) this.#kept.clear()
    const target = targetOf(difficulty)
    const aim = { difficulty, target, limbs: Limbs.ofNumber(target) }
    this.#kept.set(difficulty, aim)
    return aim
  }
}

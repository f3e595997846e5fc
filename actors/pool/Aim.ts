/**
 * What a connection's shares have to meet: a difficulty, its grade, its target, and the target as limbs.
 *
 * Difficulties of shares are few (see `Grade`), so connections share these records.
 */
import * as Grade from "./Grade.ts"
import { type Limbs as LimbBytes, targetOf } from "./Job.ts"
import * as Limbs from "./Limbs.ts"

export interface Aim {
  readonly difficulty: bigint
  readonly grade: number
  readonly target: bigint
  readonly limbs: LimbBytes
}

export class Aims {
  readonly #kept = new Map<number, Aim>()

  /** The aim of a difficulty, rounded down to one that a grade can say. */
  of(difficulty: bigint): Aim {
    return this.at(Grade.gradeOf(difficulty))
  }

  at(grade: number): Aim {
    const known = this.#kept.get(grade)
    if (known !== undefined) return known
    const difficulty = Grade.difficultyOf(grade)
    const target = targetOf(difficulty)
    const aim = { difficulty, grade, target, limbs: Limbs.ofNumber(target) }
    this.#kept.set(grade, aim)
    return aim
  }
}

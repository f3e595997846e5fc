/**
 * Difficulties of shares in ten bits, and where they stand in every nonce: in the low end of its prefix.
 *
 * A share counts as what it was searched for, never as what is asked when it is handed in: else a miner could keep what
 * missed a target until the target is easier, or what was lucky until it is harder, and be paid twice for the same work.
 * So the prefix of every order says the difficulty too, and the nonce can not be changed afterwards. The form is that of a
 * small float: below 32 the number itself, above it five significant bits (the first one unsaid) and an exponent.
 */

/** Bits of a prefix below those that name the session. */
export const gradeBits = 10n
const highest = 2 ** Number(gradeBits) - 1
const mask = BigInt(highest)

/** Bits of a difficulty that are kept, and of these the ones that are said. */
const significant = 5
const said = significant - 1

/** The grade of a difficulty (a whole number from 1), rounded down; at most the highest one, 31 times 2^62. */
export const gradeOf = (difficulty: bigint): number => {
  const shift = difficulty.toString(2).length - significant
  if (shift <= 0) return Number(difficulty)
  const grade = shift * 2 ** said + Number(difficulty >> BigInt(shift))
  return Math.min(grade, highest)
}

/** The difficulty of a grade, 0 to 1023. */
export const difficultyOf = (grade: number): bigint => {
  const shift = Math.max(0, (grade >> said) - 1)
  return BigInt(Math.max(1, grade - shift * 2 ** said)) << BigInt(shift)
}

/** A difficulty as it can be said. */
export const rounded = (difficulty: bigint): bigint => difficultyOf(gradeOf(difficulty))

/** The prefix of a session, with a grade in it. */
export const withGrade = (session: bigint, grade: number): bigint => session | BigInt(grade)

export const gradeIn = (prefix: bigint): number => Number(prefix & mask)

/** The part of a prefix that names the session, with grade 0. */
export const sessionIn = (prefix: bigint): bigint => prefix & ~mask

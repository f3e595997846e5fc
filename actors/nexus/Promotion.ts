/**
 * Which difficulty a node asks for next.
 *
 * As the official client does: start at SMALL_MEDIUM; after a success ask for one class above the one that the server
 * had assigned, unless the work took 7 minutes or more; a configured maximum fixes the request. Pure.
 */
import { difficulties } from "../../config/Difficulties.ts"
import type { Difficulty } from "./Task.ts"

/** Work of this long (milliseconds) is hard enough: no promotion. */
const slowMillis = 420_000

export const first = (fixed: Difficulty | null): Difficulty => fixed ?? "SMALL_MEDIUM"

const step = (from: Difficulty, by: 1 | -1): Difficulty => difficulties[difficulties.indexOf(from) + by] ?? from

/**
 * The request after a success: `assigned` is what the server gave (null in replies of the older generation: what was
 * asked for then counts), `workMillis` the time spent fetching, proving and submitting, waits not included.
 */
export const afterSuccess = (
  fixed: Difficulty | null,
  requested: Difficulty,
  assigned: Difficulty | null,
  workMillis: number
): Difficulty => {
  if (fixed !== null) return fixed
  const base = assigned ?? requested
  return workMillis >= slowMillis ? base : step(base, 1)
}

/** The request after a task that this machine has not the memory for: one class below it, unless fixed. */
export const afterNoRoom = (fixed: Difficulty | null, requested: Difficulty, assigned: Difficulty | null): Difficulty =>
  fixed ?? step(assigned ?? requested, -1)

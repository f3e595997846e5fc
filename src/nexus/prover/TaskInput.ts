/**
 * What a task input says to a prover: three numbers for one program.
 *
 * Facts: protocols/nexus-orchestrator.md section 10. At least 12 bytes, little-endian u32 n, a, b; the rest is ignored. The
 * program is the network's only one; anything else cannot be proved and is refused with a reason, never guessed.
 */
import * as Either from "effect/Either"
import { knownProgram } from "../../../actors/nexus/Task.ts"

/** The statement of one task input: three u32. */
export interface FibInput {
  readonly n: number
  readonly a: number
  readonly b: number
}

/** The statement of a raw input, or why there is none (one sentence). */
export const parse = (programId: string, input: Uint8Array): Either.Either<FibInput, string> => {
  if (programId !== knownProgram) return Either.left(`unknown program ${JSON.stringify(programId.slice(0, 64))}`)
  if (input.length < 12) return Either.left(`an input of ${input.length} bytes where at least 12 are needed`)
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  return Either.right({ n: view.getUint32(0, true), a: view.getUint32(4, true), b: view.getUint32(8, true) })
}

/**
 * Rows that the network's guest needs for `n`, from above: about 5 per loop step and at most 1700 around it (876 rows for
 * n = 9, 2193 for 100, 6673 for 1000, 126,660 for 25,000).
 */
export const rowsBound = (n: number): number => 5 * (n + 1) + 1700

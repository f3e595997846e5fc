/**
 * What the nockpow kernel itself can answer beside a result; failures of the process around it are KernelError.
 */
import * as Data from "effect/Data"
import type { KernelError } from "./Errors.ts"

/** The kernel looked at what it was asked to do and refused: the same request is refused again. */
export class PowRefused extends Data.TaggedError("PowRefused")<{
  readonly detail: string
}> {
  override get message() {
    return `the proof-of-work kernel refuses the request: ${this.detail}`
  }
}

export type PowError = PowRefused | KernelError

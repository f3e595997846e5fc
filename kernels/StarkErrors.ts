/**
 * What can stand in the way of a Nexus proof, beside the ways in which any kernel can fail.
 *
 * None of these goes away by trying again: a guest fault and a length come from the program and its input, a memory shortage
 * from the budget that was given (or from the system, then waiting may help).
 */
import * as Data from "effect/Data"
import { JobFailed, type KernelError } from "./Errors.ts"

/** The guest cannot be loaded, run or described by a proof. `fault` is a stable kebab-case name (Fault.h). */
export class GuestFault extends Data.TaggedError("GuestFault")<{
  readonly fault: string
  readonly detail: string
}> {
  override get message() {
    return `the guest program cannot be proven: ${this.detail} (${this.fault})`
  }
}

/** The run is longer than a proof can hold. */
export class ProofTooLarge extends Data.TaggedError("ProofTooLarge")<{ readonly detail: string }> {
  override get message() {
    return `no proof was made: ${this.detail}`
  }
}

/** The proof needs more memory than the budget of the call allows, or than the system has. */
export class MemoryShort extends Data.TaggedError("MemoryShort")<{ readonly detail: string }> {
  override get message() {
    return `no proof was made: ${this.detail}`
  }
}

export type StarkError = KernelError | GuestFault | ProofTooLarge | MemoryShort

/** Error codes of host_ops.h. */
const code = { guestFault: 32, tooLarge: 128, memory: 129 } as const

const split = (detail: string): readonly [string, string] => {
  const at = detail.indexOf(": ")
  return at < 0 ? ["unknown", detail] : [detail.slice(0, at), detail.slice(at + 2)]
}

export const fromKernel = (error: KernelError): StarkError => {
  if (!(error instanceof JobFailed) || error.code < code.guestFault) return error
  const [kind, sentence] = split(error.detail)
  if (error.code === code.tooLarge) return new ProofTooLarge({ detail: sentence })
  if (error.code === code.memory) return new MemoryShort({ detail: sentence })
  return error.code < code.tooLarge ? new GuestFault({ fault: kind, detail: sentence }) : error
}

/**
 * What the `nexus` commands share: the guest and its inputs from flags, files, a kernel host.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as KernelHost from "../../../kernels/KernelHost.ts"
import type { Layout } from "../../../kernels/NexusMachine.ts"
import * as Stark from "../../../kernels/Stark.ts"
import { UsageError } from "../../cli/Errors.ts"
import * as Files from "../Files.ts"
import * as GuestInput from "../../nexus/prover/GuestInput.ts"

/** The proof was judged and refused. */
export class ProofRefused extends Data.TaggedError("ProofInvalid")<{
  readonly path: string
  readonly verdict: string
  readonly reason: string
}> {
  override get message() {
    return `${this.path}: refused, ${this.verdict} (${this.reason})`
  }
}

/** Larger files are no guests and no proofs of ours. */
export const read = (path: string) => Files.read(path, 8)

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")
export const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"))

export interface GuestFlags {
  readonly elf: string | null
  readonly inputs: string | null
  readonly publicInput: string | null
  readonly privateInput: string | null
}

export interface GivenGuest extends Stark.Guest {
  readonly publicInput: Uint8Array
  readonly privateInput: Uint8Array
}

/** The guest that the flags describe; without --elf it is our own. */
export const guestOf = (stark: Stark.StarkService, flags: GuestFlags) =>
  Effect.gen(function* () {
    if (flags.inputs !== null && flags.publicInput !== null) {
      return yield* new UsageError({
        problem: "--inputs and --public are two ways to say the same",
        advice: "leave one out"
      })
    }
    const elf = flags.elf === null ? yield* stark.ownGuest : yield* read(flags.elf)
    const guest: GivenGuest = {
      elf,
      publicInput:
        flags.inputs === null
          ? bytesOf(flags.publicInput ?? "")
          : GuestInput.encode(flags.inputs.split(",").map(Number)),
      privateInput: bytesOf(flags.privateInput ?? "")
    }
    return guest
  })

/** A host of its own for one command. */
export const kernel = Effect.map(KernelHost.make(), (host) => ({ host, stark: Stark.fromHost(host) }))

export const layoutText = (layout: Layout): string =>
  [
    `input ${layout.publicInput}`,
    `exit code ${layout.exitCode}`,
    `output ${layout.publicOutput}`,
    `heap ${layout.heap}`,
    `stack ${layout.stackBottom} to ${layout.stackTop}`,
    `end ${layout.end}`
  ].join(", ")

/** Facts of a run as JSON; sizes in bytes. */
export const factsJson = (facts: Stark.Facts) => ({
  rows: facts.rows,
  logSizes: facts.logSizes,
  layout: facts.layout,
  exitCode: facts.exitCode,
  output: hexOf(facts.output),
  processBytes: facts.processBytes
})

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

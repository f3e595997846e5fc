/**
 * Proofs of the Nexus zkVM as a service: measure, prove, check.
 *
 * Jobs run on a kernel host (one at a time, in order of arrival); interrupting an effect stops its job within 200 ms. The
 * memory of a proof is known before it starts: `measure` runs only the machine and tells it, `prove` announces it before it
 * takes any, refuses when it is over the budget given, and never passes what it announced. In mode "auto" the faster mode is
 * taken when the budget allows it. The bytes of a proof depend on none of this: not on mode, threads or instruction set.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type JobListeners, KernelHost, type KernelHostService } from "./KernelHost.ts"
import * as Codec from "./StarkCodec.ts"
import { fromKernel, type StarkError } from "./StarkErrors.ts"

export type { Announcement, Claim, Facts, Guest, Judged, Mode, Proved, Stage, VerdictName } from "./StarkCodec.ts"
export { stages, verdicts } from "./StarkCodec.ts"

/** Most threads inside one proof. */
const maxThreads = 64
/** Longest proof that is checked, bytes; real ones are below 100 000. */
export const maxProofBytes = 1 << 20

export interface ProveOptions {
  /** Default auto: fast when the budget allows it (or there is none), else lean. */
  readonly mode?: Codec.Mode | "auto"
  /** Threads inside the proof, 1 to 64; default 1. */
  readonly threads?: number
  /** Most bytes the kernel's process may have resident; default no limit. */
  readonly memoryBudget?: number
  /** Called once, before anything large is allocated. Both listeners are called synchronously and must not throw or block. */
  readonly onAnnounced?: (announcement: Codec.Announcement) => void
  readonly onProgress?: (stage: Codec.Stage, done: number, total: number) => void
}

export interface StarkProved extends Codec.Proved {
  /** Highest resident set of the kernel's process during the job, bytes; null when the system does not tell. */
  readonly peakBytes: number | null
}

export interface StarkService {
  /** The ELF file of our own guest, the Fibonacci of (n, a, b); a stand-in for the network's. */
  readonly ownGuest: Effect.Effect<Uint8Array, StarkError>
  /** Run the guest and tell what proving it would take. */
  readonly measure: (guest: Codec.Guest, threads?: number) => Effect.Effect<Codec.Facts, StarkError>
  readonly prove: (guest: Codec.Guest, options?: ProveOptions) => Effect.Effect<StarkProved, StarkError>
  /**
   * Judge untrusted proof bytes for a claim. An invalid proof is a verdict, not a failure; a claim about a file that is no
   * loadable guest fails. `maxLogRows` (default 18, about 80 MB) bounds what a hostile proof can make us compute.
   */
  readonly check: (
    claim: Codec.Claim,
    proof: Uint8Array,
    options?: { readonly maxLogRows?: number }
  ) => Effect.Effect<Codec.Judged, StarkError>
}

const clampThreads = (threads: number) => Math.max(1, Math.min(maxThreads, Math.floor(threads)))

/** The service over anything that runs host ops 32 to 35. */
export const fromHost = (host: KernelHostService): StarkService => {
  const run = (op: number, params: Uint8Array, listeners?: JobListeners) =>
    Effect.mapError(host.run(op, params, listeners), fromKernel)
  return {
    ownGuest: Effect.map(run(Codec.op.ownGuest, new Uint8Array()), ({ bytes }) => bytes),
    measure: (guest, threads = 1) =>
      Effect.map(run(Codec.op.measure, Codec.encodeMeasure(guest, clampThreads(threads))), ({ bytes }) =>
        Codec.decodeFacts(bytes)
      ),
    prove: (guest, options = {}) => {
      const { memoryBudget = 0, mode = "auto", onAnnounced, onProgress, threads = 1 } = options
      const listeners: JobListeners = {
        ...(onAnnounced === undefined
          ? {}
          : { onPartial: (bytes: Uint8Array) => onAnnounced(Codec.decodeAnnouncement(bytes)) }),
        ...(onProgress === undefined
          ? {}
          : {
              onProgress: (stage: number, done: number, total: number) =>
                onProgress(Codec.stages[stage] ?? "queries", done, total)
            })
      }
      const params = Codec.encodeProve(guest, mode, clampThreads(threads), memoryBudget)
      return Effect.map(run(Codec.op.prove, params, listeners), ({ bytes, peakBytes }) => ({
        ...Codec.decodeProved(bytes),
        peakBytes
      }))
    },
    check: (claim, proof, options = {}) =>
      proof.length > maxProofBytes
        ? Effect.succeed({ verdict: "too-long", index: 0, reason: `${proof.length} bytes are no proof`, keccak: "" })
        : Effect.map(run(Codec.op.check, Codec.encodeCheck(claim, proof, options.maxLogRows ?? 0)), ({ bytes }) =>
            Codec.decodeJudged(bytes)
          )
  }
}

export class Stark extends Context.Tag("pitboss/kernels/Stark")<Stark, StarkService>() {
  /** On the kernel host. */
  static readonly Host = Layer.effect(Stark, Effect.map(KernelHost, fromHost))

  /** Plain functions, for tests of what lives above; what is not given is a defect when it is called. */
  static readonly Test = (service: Partial<StarkService>) =>
    Layer.succeed(Stark, {
      ownGuest: Effect.dieMessage("the Test layer has no guest"),
      measure: () => Effect.dieMessage("the Test layer has no measure"),
      prove: () => Effect.dieMessage("the Test layer has no prove"),
      check: () => Effect.dieMessage("the Test layer has no check"),
      ...service
    })
}

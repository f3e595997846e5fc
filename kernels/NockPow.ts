/**
 * Nockchain proof of work as a service: digests, nonce search, proofs, verification.
 *
 * One interface over three backs: the kernel host (a supervised process: the product's choice), Node's own thread pool (for
 * short programs; a crash takes the process along), and a Test layer of plain functions. Jobs of one host queue up in order
 * of arrival; interrupting an effect stops its job (searches within 50 ms, proofs at the next piece of work, at most about
 * 50 ms per core at length 64). Memory of a proof: under 48 MB in the host, whatever the threads.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { type HostMissing, JobFailed, type KernelError } from "./Errors.ts"
import * as KernelHost from "./KernelHost.ts"
import * as Codec from "./NockPowCodec.ts"
import { type PowError, PowRefused } from "./NockPowErrors.ts"
import * as Native from "./NockPowNative.ts"
import type {
  Digest,
  DigestJob,
  Proved,
  Puzzle,
  SearchJob,
  SearchOutcome,
  Simd,
  Speed,
  Stage,
  Verdict
} from "./NockPowTypes.ts"
import { stages } from "./NockPowTypes.ts"

export interface ProveOptions {
  /** Threads inside the proof; default 1. */
  readonly threads?: number
  readonly simd?: Simd
  /** Called synchronously; must not throw or block. */
  readonly onProgress?: (stage: Stage, done: number, total: number) => void
}

export interface NockPowService {
  readonly digest: (job: DigestJob) => Effect.Effect<ReadonlyArray<Digest>, PowError>
  /** Version 5 only. `onProgress` gets the nonces tried so far. */
  readonly search: (job: SearchJob, onProgress?: (tried: number) => void) => Effect.Effect<SearchOutcome, PowError>
  readonly prove: (puzzle: Puzzle, options?: ProveOptions) => Effect.Effect<Proved, PowError>
  /** Judges any bytes: a bare proof or a page, as jam. An invalid proof is a verdict, not a failure. */
  readonly verify: (jam: Uint8Array, options?: { readonly simd?: Simd }) => Effect.Effect<Verdict, PowError>
  /** Runs permutations or version-5 digests on one core for some milliseconds of processor time. */
  readonly speed: (what: "permutations" | "digests", millis: number, simd?: Simd) => Effect.Effect<Speed, PowError>
}

const maxCount = 1n << 62n

const refusedFrom = (error: KernelError): PowError =>
  error instanceof JobFailed && (error.code === Codec.code.refused || error.code === Codec.code.noSimd)
    ? new PowRefused({ detail: error.detail })
    : error

/** The service over anything that runs the host ops 64 to 68. */
export const fromHost = (host: KernelHost.KernelHostService): NockPowService => {
  const run = (op: number, params: Uint8Array, listeners?: KernelHost.JobListeners) =>
    Effect.mapError(host.run(op, params, listeners), refusedFrom)
  return {
    digest: (job) =>
      Effect.map(run(Codec.op.digest, Codec.encodeDigest(job)), ({ bytes }) => Codec.decodeDigests(bytes)),
    search: (job, onProgress) =>
      job.count < 0n || job.count > maxCount
        ? Effect.fail(new PowRefused({ detail: "the count must be from 0 to 2^62" }))
        : Effect.map(
            run(
              Codec.op.search,
              Codec.encodeSearch(job),
              onProgress === undefined ? {} : { onProgress: (_, done) => onProgress(done) }
            ),
            ({ bytes }) => Codec.decodeSearch(bytes)
          ),
    prove: (puzzle, options = {}) => {
      const { onProgress, simd, threads = 1 } = options
      const listeners: KernelHost.JobListeners =
        onProgress === undefined
          ? {}
          : {
              onProgress: (index, done, total) => {
                const stage = stages[index]
                if (stage !== undefined) onProgress(stage, done, total)
              }
            }
      return Effect.map(
        run(Codec.op.prove, Codec.encodeProve(puzzle, threads, simd), listeners),
        ({ bytes, micros, peakBytes }) => ({ ...Codec.decodeProved(bytes), peakBytes, micros })
      )
    },
    verify: (jam, options = {}) =>
      Effect.map(run(Codec.op.verify, Codec.encodeVerify(jam, options.simd)), ({ bytes }) =>
        Codec.decodeVerdict(bytes)
      ),
    speed: (what, millis, simd) =>
      Effect.map(run(Codec.op.speed, Codec.encodeSpeed(simd, what, millis)), ({ bytes }) => Codec.decodeSpeed(bytes))
  }
}

/** A service with a host process of its own, which lives as long as the scope. */
export const make = (options: KernelHost.Options = {}): Effect.Effect<NockPowService, never, Scope.Scope> =>
  Effect.map(KernelHost.make(options), fromHost)

/** Milliseconds between looks at the progress of a job on the thread pool. */
const lookEvery = 50

const runInProcess = (
  native: Native.NockPowNative,
  op: number,
  params: Uint8Array,
  listeners: KernelHost.JobListeners
): Effect.Effect<KernelHost.JobResult, KernelError> =>
  Effect.async((resume) => {
    const begin = performance.now()
    let over = false
    let ended = () => {}
    const look = () => {
      const [stage, done, total] = native.progress(handle)
      if (total > 0) listeners.onProgress?.(stage, done, total)
    }
    const handle = native.start(op, params, (kind, code, message, bytes) => {
      clearInterval(timer)
      over = true
      look()
      ended()
      const micros = Math.round((performance.now() - begin) * 1000)
      if (kind === 0) resume(Effect.succeed({ bytes, peakBytes: null, micros }))
      else if (kind === 1) resume(Effect.fail(new JobFailed({ op, code, detail: message, peakBytes: null })))
      else resume(Effect.interrupt)
    })
    const timer = listeners.onProgress === undefined ? undefined : setInterval(look, lookEvery)
    return Effect.async<void>((done) => {
      if (over) return done(Effect.void)
      ended = () => done(Effect.void)
      native.stop(handle)
    })
  })

/** The service on Node's thread pool, without a host process. One job at a time. */
export const makeInProcess: Effect.Effect<NockPowService, HostMissing> = Effect.gen(function* () {
  const native = yield* Native.load
  const one = yield* Effect.makeSemaphore(1)
  return fromHost({
    run: (op, params, listeners = {}) => one.withPermits(1)(runInProcess(native, op, params, listeners)),
    info: Effect.succeed({ pid: process.pid, simd: "scalar", ops: new Map() })
  })
})

export class NockPow extends Context.Tag("pitboss/kernels/NockPow")<NockPow, NockPowService>() {
  /** Over a kernel host that others use too. */
  static readonly Host = Layer.effect(NockPow, Effect.map(KernelHost.KernelHost, fromHost))

  /** With a host process of its own. */
  static readonly Own = (options: KernelHost.Options = {}) => Layer.scoped(NockPow, make(options))

  static readonly InProcess = Layer.effect(NockPow, makeInProcess)

  /** Functions of the test's own; what is not given dies when it is called. */
  static readonly Test = (functions: Partial<NockPowService>) => {
    const missing = (name: string) => () => Effect.die(new Error(`the NockPow test layer has no ${name}`))
    return Layer.succeed(NockPow, {
      digest: missing("digest"),
      search: missing("search"),
      prove: missing("prove"),
      verify: missing("verify"),
      speed: missing("speed"),
      ...functions
    })
  }
}

/**
 * A kernel host: native jobs in a supervised process of their own, one at a time, as interruptible effects.
 *
 * The process starts with the first job and is replaced after a crash; a job that was running then fails with HostCrashed
 * and the caller decides. Interrupting a job sends a cancel and waits for the answer; a job that has not stopped after
 * 150 ms is killed with its process, so that nothing runs on 200 ms after an interruption. Closing the scope ends the
 * process. Measured: an idle host has about 2 MB resident.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { HostCrashed, HostMissing, hostCode, JobFailed, type KernelError } from "./Errors.ts"
import * as Frame from "./Frame.ts"
import * as HostProcess from "./HostProcess.ts"
import { hostExecutable } from "./Paths.ts"

export type { HostInfo } from "./HostProcess.ts"

/** Listeners of a job; called synchronously, must not throw or block. */
export interface JobListeners {
  /** `total` is 0 while unknown. What the numbers count is the op's affair. */
  readonly onProgress?: (stage: number, done: number, total: number) => void
  /** A partial result, in the op's encoding. */
  readonly onPartial?: (bytes: Uint8Array) => void
}

export interface JobResult {
  readonly bytes: Uint8Array
  /** Highest resident set of the host during the job, bytes; null when the system does not tell. */
  readonly peakBytes: number | null
  readonly micros: number
}

export interface KernelHostService {
  /** Run op number `op` with `params` (at most 16 MiB). Jobs of one host queue up in order of arrival. */
  readonly run: (op: number, params: Uint8Array, listeners?: JobListeners) => Effect.Effect<JobResult, KernelError>
  /** The running process, also while a job runs; starts one when there is none. */
  readonly info: Effect.Effect<HostProcess.HostInfo, HostMissing | HostCrashed>
}

export interface Options extends Partial<HostProcess.HostOptions> {
  /** Address-space limit of the process in MiB; allocations beyond it fail the job. Default none. */
  readonly maxMemoryMb?: number
}

/** After this long without an answer to a cancel, the process is killed. Milliseconds. */
const cancelGrace = 150
/** After this long a closing host is killed. Milliseconds. */
const closeGrace = 100

const peak = (bytes: number) => (bytes > 0 ? bytes : null)

const runOn = (host: HostProcess.HostProcess, op: number, params: Uint8Array, listeners: JobListeners) =>
  Effect.async<JobResult, KernelError>((resume) => {
    let ended = false
    let atEnd = () => {}
    const job = host.run(op, params, {
      onProgress: listeners.onProgress ?? (() => {}),
      onPartial: listeners.onPartial ?? (() => {}),
      onOutcome: (outcome) => {
        ended = true
        atEnd()
        switch (outcome._tag) {
          case "Result":
            return resume(
              Effect.succeed({ bytes: outcome.bytes, peakBytes: peak(outcome.peakBytes), micros: outcome.micros })
            )
          case "Error":
            return resume(
              Effect.fail(
                new JobFailed({ op, code: outcome.code, detail: outcome.detail, peakBytes: peak(outcome.peakBytes) })
              )
            )
          case "Cancelled":
            return resume(Effect.interrupt)
          case "Gone":
            return resume(Effect.fail(outcome.crash))
        }
      }
    })
    return Effect.async<void>((done) => {
      if (ended) return done(Effect.void)
      const timer = setTimeout(host.kill, cancelGrace)
      atEnd = () => {
        clearTimeout(timer)
        done(Effect.void)
      }
      host.cancel(job)
    })
  })

const closeHost = (host: HostProcess.HostProcess) =>
  Effect.async<void>((done) => {
    const timer = setTimeout(host.kill, closeGrace)
    host.whenGone(() => {
      clearTimeout(timer)
      done(Effect.void)
    })
    host.close()
  })

/** A host whose process lives as long as the scope; it is started by the first use. */
export const make = (options: Options = {}): Effect.Effect<KernelHostService, never, Scope.Scope> =>
  Effect.gen(function* () {
    const one = yield* Effect.makeSemaphore(1)
    const limit = options.maxMemoryMb === undefined ? [] : ["--max-memory-mb", String(options.maxMemoryMb)]
    const launch: HostProcess.HostOptions = {
      ...options,
      executable: options.executable ?? hostExecutable,
      args: [...limit, ...(options.args ?? [])]
    }
    let current: HostProcess.HostProcess | null = null
    const started = Effect.async<HostProcess.HostProcess, HostMissing | HostCrashed>((resume) => {
      if (current?.isAlive()) return resume(Effect.succeed(current))
      const abandon = HostProcess.start(launch, (outcome) => {
        if (outcome instanceof HostMissing || outcome instanceof HostCrashed) return resume(Effect.fail(outcome))
        current = outcome
        resume(Effect.succeed(outcome))
      })
      return Effect.sync(abandon)
    })
    yield* Effect.addFinalizer(() => Effect.suspend(() => (current === null ? Effect.void : closeHost(current))))
    return {
      run: (op, params, listeners = {}) =>
        params.length > Frame.maxParams
          ? Effect.fail(
              new JobFailed({
                op,
                code: hostCode.oversized,
                detail: `parameters of ${params.length} bytes do not fit into a frame`,
                peakBytes: null
              })
            )
          : one.withPermits(1)(Effect.flatMap(started, (host) => runOn(host, op, params, listeners))),
      info: Effect.suspend(() =>
        current?.isAlive() ? Effect.succeed(current.info) : one.withPermits(1)(Effect.map(started, (host) => host.info))
      )
    }
  })

export class KernelHost extends Context.Tag("pitboss/kernels/KernelHost")<KernelHost, KernelHostService>() {
  /** The native host. Call it once and share the layer. */
  static readonly Native = (options: Options = {}) => Layer.scoped(KernelHost, make(options))

  /** A kernel written in TypeScript, for tests of what lives above. */
  static readonly Test = (
    run: (op: number, params: Uint8Array, listeners: JobListeners) => Effect.Effect<Uint8Array, KernelError>
  ) => Layer.succeed(KernelHost, testService(run))
}

const testService = (
  run: (op: number, params: Uint8Array, listeners: JobListeners) => Effect.Effect<Uint8Array, KernelError>
): KernelHostService => ({
  run: (op, params, listeners = {}) =>
    Effect.map(run(op, params, listeners), (bytes) => ({ bytes, peakBytes: null, micros: 0 })),
  info: Effect.succeed({ pid: process.pid, simd: "scalar", ops: new Map() })
})

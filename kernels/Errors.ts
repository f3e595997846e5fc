/**
 * Every way in which native code can fail its caller.
 *
 * `JobFailed` is an answer of the kernel (the same parameters fail again, out of memory excepted); `HostCrashed` is the end
 * of a process (the next job gets a new one); `HostMissing` needs the operator.
 */
import * as Data from "effect/Data"

/** The executable or the addon is not there or cannot be started: what to do is in the message. */
export class HostMissing extends Data.TaggedError("HostMissing")<{
  readonly path: string
  readonly detail: string
}> {
  override get message() {
    return `the native kernels cannot be started (${this.path}: ${this.detail}); build them with "npm run build"`
  }
}

/**
 * The host process ended, or broke its protocol and was ended, while a job ran or before its first frame; or the system could
 * not start one just now (signal and exit code are null then).
 */
export class HostCrashed extends Data.TaggedError("HostCrashed")<{
  /** The signal that ended it, null when it exited. */
  readonly signal: string | null
  readonly exitCode: number | null
  /** True when we killed it: no hello, nonsense on its pipe, deaf to a cancel. */
  readonly killedByUs: boolean
  readonly detail: string
  /** The last lines of its stderr, at most 4 KB; often empty. */
  readonly stderr: string
}> {
  override get message() {
    const end = this.signal ?? (this.exitCode === null ? null : `exit code ${this.exitCode}`)
    const what = end === null ? "did not start" : `ended (${end})`
    const said = this.stderr === "" ? "" : `; it said: ${this.stderr.trimEnd()}`
    return `the kernel host ${what}: ${this.detail}${said}; the next job starts a new one`
  }
}

/** Codes below 32 are the host's own (kernels/native/host/Job.h), others belong to the op. */
export const hostCode = { unknownOp: 1, busy: 2, badParams: 3, outOfMemory: 4, internal: 5, oversized: 6 } as const

/** The kernel answered that it could not do the job. */
export class JobFailed extends Data.TaggedError("JobFailed")<{
  readonly op: number
  readonly code: number
  readonly detail: string
  /** Peak resident bytes of the host during the job; null when unknown. */
  readonly peakBytes: number | null
}> {
  override get message() {
    return `kernel job ${this.op} failed (code ${this.code}): ${this.detail}`
  }
}

export type KernelError = HostMissing | HostCrashed | JobFailed

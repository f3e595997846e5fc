/**
 * One pitboss-host process, as callbacks: start, say hello, run one job, end.
 *
 * This is the only place that touches the child process. It never throws and keeps one promise: after `run`, exactly one of
 * the outcomes is reported, the end of the process included. KernelHost.ts makes an Effect service of it; nothing forks.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { HostCrashed, HostMissing } from "./Errors.ts"
import * as Frame from "./Frame.ts"

export interface HostOptions {
  readonly executable: string
  readonly args?: ReadonlyArray<string>
  /** How long the process may take to say hello. Default 10 s (a loaded machine starts slowly). */
  readonly helloMillis?: number
}

/** What the host said about itself. */
export interface HostInfo {
  readonly pid: number
  /** The instruction set its kernels use here. */
  readonly simd: "scalar" | "avx2" | "avx512"
  readonly ops: ReadonlyMap<number, string>
}

export type Outcome =
  | Extract<Frame.Reply, { readonly _tag: "Result" | "Error" | "Cancelled" }>
  | { readonly _tag: "Gone"; readonly crash: HostCrashed }

export interface Watcher {
  readonly onProgress: (stage: number, done: number, total: number) => void
  readonly onPartial: (bytes: Uint8Array) => void
  readonly onOutcome: (outcome: Outcome) => void
}

export interface HostProcess {
  readonly info: HostInfo
  readonly isAlive: () => boolean
  /** Start a job; the caller makes sure that none is running. Returns the job's number. */
  readonly run: (op: number, params: Uint8Array, watcher: Watcher) => number
  readonly cancel: (job: number) => void
  /** Kill it at once; `onOutcome` and `whenGone` follow. */
  readonly kill: () => void
  /** Let it end by closing its stdin; it does not wait for a job. */
  readonly close: () => void
  readonly whenGone: (callback: () => void) => void
}

const stderrLimit = 4096
const simdNames = ["scalar", "avx2", "avx512"] as const

// The child gets no secrets: only what its loader, its dispatch and a sanitizer build need.
const environment = (): NodeJS.ProcessEnv => {
  const out: NodeJS.ProcessEnv = {}
  for (const name of ["PITBOSS_SIMD", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "SystemRoot"]) {
    const value = process.env[name]
    if (value !== undefined) out[name] = value
  }
  return out
}

/**
 * Start a host; the callback is called once, with the process after its hello or with the reason why there is none. The
 * function returned gives the start up; after the callback it does nothing.
 */
export const start = (
  options: HostOptions,
  callback: (started: HostProcess | HostMissing | HostCrashed) => void
): (() => void) => {
  let settled = false
  let child: ChildProcess | null = null
  const settle = (started: HostProcess | HostMissing | HostCrashed) => {
    if (settled) return
    settled = true
    callback(started)
  }
  access(options.executable, constants.X_OK).then(
    () => {
      if (settled) return
      try {
        child = launch(options, settle)
      } catch (cause) {
        settle(startFailure(options.executable, cause))
      }
    },
    () => settle(new HostMissing({ path: options.executable, detail: "no such executable" }))
  )
  return () => {
    if (settled) return
    settled = true
    child?.kill("SIGKILL")
  }
}

/** A file that cannot be run needs the operator; a system without processes or files to spare may have some later. */
const startFailure = (path: string, cause: unknown): HostMissing | HostCrashed => {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return /ENOENT|EACCES|ENOEXEC/.test(detail)
    ? new HostMissing({ path, detail })
    : new HostCrashed({ signal: null, exitCode: null, killedByUs: false, detail, stderr: "" })
}

const launch = (options: HostOptions, callback: (started: HostProcess | HostMissing | HostCrashed) => void) => {
  const child = spawn(options.executable, options.args ?? [], { stdio: ["pipe", "pipe", "pipe"], env: environment() })
  // First of all: a child without file descriptors has no pipes, and what follows throws.
  child.on("error", (cause) => {
    if (child.pid !== undefined) return
    alive = false
    tell(startFailure(options.executable, cause))
  })
  const decode = Frame.decoder()
  const gone: Array<() => void> = []
  let told = false
  let alive = true
  let stderr = ""
  let killedFor: string | null = null
  let running: { readonly job: number; readonly watcher: Watcher } | null = null
  let lastJob = 0

  const tell = (started: HostProcess | HostMissing | HostCrashed) => {
    if (told) return
    told = true
    clearTimeout(timer)
    callback(started)
  }
  const kill = (why: string) => {
    if (!alive) return
    killedFor ??= why
    child.kill("SIGKILL")
  }
  const finish = (outcome: Outcome) => {
    const { watcher } = running ?? {}
    running = null
    watcher?.onOutcome(outcome)
  }
  const timer = setTimeout(() => kill("it did not say hello in time"), options.helloMillis ?? 10_000)

  const receive = (reply: Frame.Reply) => {
    if (reply._tag === "Hello") {
      if (reply.protocol !== Frame.protocolVersion) {
        return kill(
          `it speaks protocol ${reply.protocol}, expected ${Frame.protocolVersion}: build again with "npm run build"`
        )
      }
      return tell(handle({ pid: child.pid ?? 0, simd: simdNames[reply.simd] ?? "scalar", ops: reply.ops }))
    }
    if (running === null || reply.job !== running.job) return
    if (reply._tag === "Progress") running.watcher.onProgress(reply.stage, reply.done, reply.total)
    else if (reply._tag === "Partial") running.watcher.onPartial(reply.bytes)
    else if (reply._tag !== "Pong") finish(reply)
  }

  const handle = (info: HostInfo): HostProcess => ({
    info,
    isAlive: () => alive,
    run: (op, params, watcher) => {
      lastJob = (lastJob + 1) >>> 0
      running = { job: lastJob, watcher }
      child.stdin.write(Frame.encode({ _tag: "Run", job: lastJob, op, params }))
      return lastJob
    },
    cancel: (job) => {
      if (alive) child.stdin.write(Frame.encode({ _tag: "Cancel", job }))
    },
    kill: () => kill("it was killed because it did not stop in time"),
    close: () => {
      child.stdin.end()
    },
    whenGone: (listener) => {
      if (alive) gone.push(listener)
      else listener()
    }
  })

  child.stdout.on("data", (chunk: Buffer) => {
    if (!alive) return
    try {
      for (const reply of decode(chunk)) receive(reply)
    } catch (cause) {
      child.stdout.removeAllListeners("data")
      child.stdout.resume()
      kill(`it sent ${cause instanceof Error ? cause.message : "nonsense"}`)
    }
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-stderrLimit)
  })
  // A pipe that breaks shows as the end of the process; the events themselves say nothing more.
  for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.on("error", () => {})
  // "close" comes after the pipes are read to their ends, so a result that was sent before the end is not lost.
  child.on("close", (exitCode, signal) => {
    alive = false
    const crash = new HostCrashed({
      signal,
      exitCode,
      killedByUs: killedFor !== null,
      detail: killedFor ?? "it ended on its own",
      stderr
    })
    tell(crash)
    finish({ _tag: "Gone", crash })
    for (const listener of gone.splice(0)) listener()
  })
  return child
}

/**
 * One run of a foreign prover program as a supervised child process.
 *
 * It gets its own process group, no stdin and a small environment; its stdout is collected up to a limit, of its stderr the
 * end is kept, its peak memory is sampled while it runs. Interruption sends SIGTERM to the group, SIGKILL after a grace
 * time, and waits until it is gone. On Linux it is started through `pitboss-host --guard`, so that it dies with this
 * process even when this process is killed.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import * as Effect from "effect/Effect"
import { hostExecutable } from "../../../kernels/Paths.ts"
import * as ProcessMemory from "./ProcessMemory.ts"

export interface Command {
  /** Absolute path. */
  readonly program: string
  readonly args: ReadonlyArray<string>
  /** Most bytes of stdout; a program that writes more is killed. */
  readonly maxOutput: number
  /** A program that runs longer is killed. */
  readonly timeoutMillis: number
}

export interface Finished {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Uint8Array
  /** The last 4 KB of its stderr. */
  readonly stderr: string
  readonly peakBytes: number | null
  /** Why we killed it; null when it ended on its own. */
  readonly killed: "output" | "timeout" | null
}

/** The program could not be started: it is missing or no program, or the system has no process to spare just now. */
export interface NotStarted {
  readonly missing: boolean
  readonly reason: string
}

const notStarted = (cause: unknown): NotStarted => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return { missing: /ENOENT|EACCES|ENOEXEC/.test(reason), reason }
}

const stderrLimit = 4096
const sampleMillis = 50
/** From SIGTERM to SIGKILL. Native work must be gone 200 ms after an interruption. */
const termGrace = 80

const keptVariables = ["PATH", "HOME", "USER", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SystemRoot"]

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    keptVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))
  )

const canGuard = (): boolean => {
  if (process.platform !== "linux") return false
  try {
    accessSync(hostExecutable, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const launch = ({ args, program }: Command): ChildProcess => {
  const guarded = canGuard()
  return spawn(guarded ? hostExecutable : program, guarded ? ["--guard", program, ...args] : args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
    env: environment(),
    windowsHide: true
  })
}

/** A signal to the whole process group; gone processes are no error. */
const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    if (process.platform === "win32") child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // ESRCH: it ended in the meantime.
  }
}

export const run = (command: Command): Effect.Effect<Finished, NotStarted> =>
  Effect.async((resume) => {
    let child: ChildProcess
    try {
      child = launch(command)
    } catch (cause) {
      return resume(Effect.fail(notStarted(cause)))
    }
    const chunks: Array<Buffer> = []
    let size = 0
    let stderr = ""
    let peakBytes: number | null = null
    let killed: Finished["killed"] = null
    let gone = false
    let whenGone = () => {}

    const sample = () => {
      if (child.pid !== undefined) peakBytes = ProcessMemory.peakOf(child.pid) ?? peakBytes
    }
    const kill = (why: NonNullable<Finished["killed"]>) => {
      killed ??= why
      signalGroup(child, "SIGKILL")
    }
    const sampler = setInterval(sample, sampleMillis)
    const deadline = setTimeout(() => kill("timeout"), command.timeoutMillis)
    const settle = (outcome: Effect.Effect<Finished, NotStarted>) => {
      if (gone) return
      gone = true
      clearInterval(sampler)
      clearTimeout(deadline)
      whenGone()
      resume(outcome)
    }

    child.stdout?.on("data", (chunk: Buffer) => {
      sample()
      size += chunk.length
      if (size > command.maxOutput) kill("output")
      else chunks.push(chunk)
    })
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-stderrLimit)
    })
    for (const pipe of [child.stdout, child.stderr]) pipe?.on("error", () => {})
    child.on("error", (cause) => {
      if (child.pid === undefined) settle(Effect.fail(notStarted(cause)))
    })
    // What the leader leaves behind in its group would hold the pipes open for ever.
    child.on("exit", () => signalGroup(child, "SIGKILL"))
    child.on("close", (exitCode, signal) =>
      settle(Effect.succeed({ exitCode, signal, stdout: Buffer.concat(chunks), stderr, peakBytes, killed }))
    )

    return Effect.async<void>((done) => {
      if (gone) return done(Effect.void)
      const timer = setTimeout(() => signalGroup(child, "SIGKILL"), termGrace)
      whenGone = () => {
        clearTimeout(timer)
        done(Effect.void)
      }
      signalGroup(child, "SIGTERM")
    })
  })

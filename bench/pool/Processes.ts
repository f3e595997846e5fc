/**
 * The processes of the benchmark: servers and load generators, started, asked and measured from outside.
 *
 * Memory is what the kernel says (smaps_rollup) after a forced collection; processor time is the main thread's, so that a
 * loaded machine does not blur what one request costs.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream, readFileSync } from "node:fs"
import { cpus, loadavg } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable } from "node:stream"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))
const here = fileURLToPath(new URL(".", import.meta.url))

export const percentile = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
export const median = (values: ReadonlyArray<number>): number =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5
  )

export const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** One measurement as a line for programs, after those for people. */
export const record = (test: string, values: object): void =>
  say(
    JSON.stringify({ bench: "pool", test, ...values, cores: cpus().length, load: loadavg()[0], node: process.version })
  )

export interface Server {
  readonly child: ChildProcess
  readonly pid: number
  readonly port: number
  /** Resolves with the exit code or the signal. */
  readonly ended: Promise<number | string>
}

const endOf = (child: ChildProcess) =>
  new Promise<number | string>((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal ?? "?")))

/** Resolves with the first match in a line of the process; fails when the process ends before. */
const awaitLine = (child: ChildProcess, pattern: RegExp, log: string | null): Promise<string> =>
  new Promise((resolve, reject) => {
    const file = log === null ? null : createWriteStream(log, { flags: "a" })
    if (file !== null) child.stderr?.pipe(file, { end: false })
    const last: Array<string> = []
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (line) => {
        file?.write(`${line}\n`)
        last.push(line)
        if (last.length > 5) last.shift()
        const found = pattern.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      })
    }
    child.once("exit", (code) =>
      reject(new Error(`a process ended with ${code} before it was ready: ${last.join(" | ")}`))
    )
  })

export interface PoolOptions {
  readonly data: string
  readonly log: string
  /** 0 for any free port. */
  readonly port: number
  readonly flags: ReadonlyArray<string>
  /** With the probe, for `memory`. */
  readonly probe: boolean
  /** Folder of a processor profile, written at the end of the process. */
  readonly profile?: string | undefined
}

const withProbe = ["--expose-gc", "--require", join(here, "probe.cjs")]

/** The real program, from dist/main.js, with its devnet. */
export const pool = async ({ data, flags, log, port, probe, profile }: PoolOptions): Promise<Server> => {
  const args = [
    ...(probe ? withProbe : []),
    ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
    ...[join(root, "dist/main.js"), "pool-server", "--data", data],
    ...["--address", `127.0.0.1:${port}`, "--http", "127.0.0.1:0", ...flags]
  ]
  const child = spawn(process.execPath, args, {
    cwd: data,
    stdio: ["ignore", "pipe", "pipe", probe ? "pipe" : "ignore"],
    env: { PATH: process.env["PATH"] ?? "", HOME: data }
  })
  const ended = endOf(child)
  const found = await awaitLine(child, /miners connect to 127\.0\.0\.1:(\d+)/, log)
  return { child, pid: child.pid ?? 0, port: Number(found), ended }
}

/** A file of this folder as a child process with a channel for messages. */
export const program = (file: string, args: ReadonlyArray<string>, probe = false): ChildProcess =>
  spawn(process.execPath, [...(probe ? withProbe : []), "--import", "tsx", join(here, file), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit", probe ? "pipe" : "ignore", "ipc"],
    serialization: "advanced"
  })

export const floor = async (name: string, size: number): Promise<Server> => {
  const child = program("floors.ts", [name, String(size)], true)
  const ended = endOf(child)
  return { child, pid: child.pid ?? 0, port: Number(await awaitLine(child, /^ready (\d+)/, null)), ended }
}

/** The next message of a child that `accept` takes. */
export const message = <A>(child: ChildProcess, accept: (message: unknown) => A | undefined): Promise<A> =>
  new Promise((resolve, reject) => {
    const over = () => {
      child.off("message", heard)
      child.off("exit", gone)
    }
    const heard = (value: unknown) => {
      const taken = accept(value)
      if (taken === undefined) return
      over()
      resolve(taken)
    }
    const gone = (code: number | null) => {
      over()
      reject(new Error(`a process of the benchmark ended with ${code}`))
    }
    child.on("message", heard)
    child.once("exit", gone)
  })

/** Bytes of one process after a collection: resident, and V8's heap. */
export interface Memory {
  readonly rss: number
  readonly heap: number
}

/** The server must have the probe. */
export const memory = async ({ child, pid }: Server): Promise<Memory> => {
  const pipe = child.stdio[3] as Readable
  const answer = new Promise<string>((resolve) => pipe.once("data", (chunk) => resolve(String(chunk))))
  process.kill(pid, "SIGUSR2")
  const { heapUsed }: { readonly heapUsed: number } = JSON.parse(await answer)
  const rss = /^Rss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]
  return { rss: Number(rss ?? 0) * 1024, heap: heapUsed }
}

/** Seconds of processor time: of the main thread, and of the whole process. */
export const processorSeconds = (pid: number): { readonly main: number; readonly all: number } => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  const main = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]
  return { main: Number(main) / 1e9, all: (Number(fields[11]) + Number(fields[12])) / 100 }
}

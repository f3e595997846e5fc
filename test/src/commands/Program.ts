/**
 * Runs the program as its users do: the bundle, in a process of its own, with a home of its own.
 *
 * The bundle is made once per test file from the present sources, so that tests never judge an old build. Every process
 * gets a clean environment: nothing of the machine that runs the tests may change a result.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "esbuild"
import { afterAll } from "vitest"

const made: Array<string> = []
const running = new Set<ChildProcess>()

afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

export const temporary = (name = "pitboss-test-"): string => {
  const folder = mkdtempSync(join(tmpdir(), name))
  made.push(folder)
  return folder
}

/** Inside the project, because native modules and files are found from the package root. */
const bundled = async (): Promise<string> => {
  const cache = join(process.cwd(), "node_modules", ".cache", "pitboss")
  mkdirSync(cache, { recursive: true })
  const outdir = mkdtempSync(join(cache, "bundle-"))
  made.push(outdir)
  await build({
    entryPoints: { main: "src/main.ts" },
    outdir,
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    external: ["better-sqlite3", "*.node", "pg-native"],
    banner: {
      js: 'import{createRequire as pitbossRequire}from"node:module";const require=pitbossRequire(import.meta.url);'
    },
    logLevel: "error"
  })
  return join(outdir, "main.js")
}

let bundle: Promise<string> | null = null
/** Path of main.js. */
export const main = (): Promise<string> => {
  bundle ??= bundled()
  return bundle
}

export interface Where {
  /** HOME, data folder and working directory; a fresh one unless given. */
  readonly home?: string
  readonly env?: Readonly<Record<string, string>>
}

export interface Program {
  readonly child: ChildProcess
  readonly home: string
  readonly output: () => { readonly stdout: string; readonly stderr: string }
  /** Resolves when the output so far matches; rejects when the program ends first or 20 s have passed. */
  readonly until: (pattern: RegExp) => Promise<RegExpExecArray>
  readonly end: Promise<{ readonly code: number | null; readonly signal: string | null }>
}

export const start = async (args: ReadonlyArray<string>, where: Where = {}): Promise<Program> => {
  const home = where.home ?? temporary()
  const child = spawn(process.execPath, [await main(), ...args], {
    cwd: home,
    env: { PATH: "/usr/bin:/bin", HOME: home, PITBOSS_HOME: join(home, "data"), ...where.env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  running.add(child)
  let stdout = ""
  let stderr = ""
  const watchers = new Set<() => void>()
  const heard = () => {
    for (const watcher of watchers) watcher()
  }
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString()
    heard()
  })
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString()
    heard()
  })
  let ended = false
  const end = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => {
      ended = true
      running.delete(child)
      heard()
      resolve({ code, signal })
    })
  })
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        watchers.delete(look)
        act()
      }
      const look = () => {
        const match = pattern.exec(stdout + stderr)
        if (match !== null) settle(() => resolve(match))
        else if (ended)
          settle(() => reject(new Error(`ended before ${pattern}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`)))
      }
      const timer = setTimeout(
        () => settle(() => reject(new Error(`20 s without ${pattern}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`))),
        20_000
      )
      watchers.add(look)
      look()
    })
  return { child, home, output: () => ({ stdout, stderr }), until, end }
}

export interface Result {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Run to the end. */
export const run = async (args: ReadonlyArray<string>, where: Where = {}): Promise<Result> => {
  const program = await start(args, where)
  return { ...(await program.end), ...program.output() }
}

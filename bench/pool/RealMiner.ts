/**
 * The program `miner` itself among the simulated ones, judged by its log alone.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { root } from "./Processes.ts"

/** Its worker's name, by which its shares are found in the books. */
export const worker = "the-real-one"

export class RealMiner {
  /** When its present connection began, ms of performance.now; null while it has none. */
  workingSince: number | null = null
  /** When the first share of it was accepted. */
  acceptedSince: number | null = null
  /** Shares that it counted as accepted. */
  accepted = 0
  readonly #child: ChildProcess
  readonly #ended: Promise<number | string>

  constructor(port: number, folder: string) {
    const home = join(folder, "miner")
    mkdirSync(home)
    const flags = ["--threads", "1", "--worker", worker, "--headless", "--data", home]
    this.#child = spawn(process.execPath, [join(root, "dist/main.js"), "miner", `127.0.0.1:${port}`, ...flags], {
      cwd: home,
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env["PATH"] ?? "", HOME: home }
    })
    this.#ended = new Promise((resolve) => this.#child.once("exit", (code, signal) => resolve(code ?? signal ?? "?")))
    if (this.#child.stdout === null) return
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line.includes("trying again")) {
        this.workingSince = null
        this.acceptedSince = null
      } else if (line.includes("connected to")) this.workingSince ??= performance.now()
      else if (line.includes("share accepted")) {
        this.accepted += 1
        this.acceptedSince ??= performance.now()
      }
    })
  }

  /** Resolves with its exit code. */
  stop(): Promise<number | string> {
    this.#child.kill("SIGTERM")
    return this.#ended
  }
}

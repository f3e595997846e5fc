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
  /** When it took a job of its present connection, ms of performance.now. */
  workingSince: number | null = null
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
      if (line.includes("trying again")) this.workingSince = null
      else if (line.includes("new job")) this.workingSince ??= performance.now()
      else if (line.includes("share accepted")) this.accepted += 1
    })
  }

  /** Resolves with its exit code. */
  stop(): Promise<number | string> {
    this.#child.kill("SIGTERM")
    return this.#ended
  }
}

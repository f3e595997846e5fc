/**
 * A real terminal for tests: tmux runs a program in a window of a known size, takes keys and shows what is on the screen.
 */
import { execFileSync, spawnSync } from "node:child_process"

export const there = spawnSync("tmux", ["-V"]).status === 0

let servers = 0

export class Tmux {
  readonly #socket: string
  readonly session = "t"

  constructor(name: string) {
    // A server of its own each time: the name of one that is just ending can not be used again at once.
    servers += 1
    this.#socket = `pitboss-${name}-${process.pid}-${servers}`
  }

  #tmux(...args: ReadonlyArray<string>): string {
    return execFileSync("tmux", ["-L", this.#socket, "-f", "/dev/null", ...args], { encoding: "utf8" })
  }

  /** Start a shell command; its environment is exactly what is given. */
  open(
    command: string,
    size: { readonly columns: number; readonly rows: number },
    env: Readonly<Record<string, string>>
  ) {
    const settings = Object.entries(env).map(([name, value]) => `${name}='${value}'`)
    const whole = `env -i ${settings.join(" ")} sh -c '${command}'`
    this.#tmux(
      "-u",
      "new-session",
      "-d",
      "-s",
      this.session,
      "-x",
      String(size.columns),
      "-y",
      String(size.rows),
      whole
    )
  }

  keys(...keys: ReadonlyArray<string>) {
    this.#tmux("send-keys", "-t", this.session, ...keys)
  }

  resize(columns: number, rows: number) {
    this.#tmux("resize-window", "-t", this.session, "-x", String(columns), "-y", String(rows))
  }

  /** The lines on the screen; with styles as escape sequences when wanted. */
  screen(styles = false): ReadonlyArray<string> {
    const text = this.#tmux("capture-pane", "-p", ...(styles ? ["-e"] : []), "-t", this.session)
    return text.replace(/\n$/, "").split("\n")
  }

  /** Of the pane, for example "alternate_on" or "cursor_flag". */
  fact(name: string): string {
    return this.#tmux("display-message", "-p", "-t", this.session, `#{${name}}`).trim()
  }

  /** The process that tmux runs. */
  pid(): number {
    return Number(this.fact("pane_pid"))
  }

  /** Wait until the screen holds a text. */
  async until(pattern: RegExp, seconds = 20): Promise<ReadonlyArray<string>> {
    for (let i = 0; i < seconds * 10; i++) {
      const screen = this.screen()
      if (pattern.test(screen.join("\n"))) return screen
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`${seconds} s without ${pattern}:\n${this.screen().join("\n")}`)
  }

  close() {
    spawnSync("tmux", ["-L", this.#socket, "kill-server"])
  }
}

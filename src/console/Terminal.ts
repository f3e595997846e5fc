/**
 * Owns the terminal while the table is shown: alternate screen, cursor, raw keys, resize; and gives it back.
 *
 * Only lines that changed are written, each frame in one write, so nothing flickers and a slow connection gets little.
 * The terminal is restored on every way out: the end of the scope, Ctrl+Z, and as a last resort the exit of the process.
 */
import { writeSync } from "node:fs"
import type { ReadStream, WriteStream } from "node:tty"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Keys from "./Keys.ts"
import type { Line } from "./Style.ts"
import { paint, widthOfLine } from "./Style.ts"
import type { Key } from "./View.ts"

export type Output = WriteStream & { readonly fd: number }

/** What comes from the terminal; Redraw also when its size changed or the program was continued. */
export type Input = Key

export interface Terminal {
  readonly size: () => { readonly columns: number; readonly rows: number }
  /** Show these lines; what is already there is not written again. */
  readonly draw: (lines: ReadonlyArray<Line>) => void
  /** Forget what is there: the next frame is written whole. */
  readonly forget: () => void
  readonly input: Stream.Stream<Input>
  /** Give the terminal back, stop the process as Ctrl+Z does, and take it again when it is continued. */
  readonly suspend: () => void
}

const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J"
const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l"
const begin = "\u001b[?2026h"
const end = "\u001b[?2026l"

/** How long a lone ESC may still be the start of a sequence, milliseconds. */
const escapePatience = 50

/**
 * A line as bytes. What was to the right of it is erased; but not after a line of full width: the cursor then still
 * stands on the last column, and erasing would take its character.
 */
export const written = (line: Line, columns: number, colour: boolean): string =>
  paint(line, colour) + (widthOfLine(line) < columns ? "\u001b[K" : "")

/** The bytes that turn one frame into the next; empty when nothing changed. */
export const difference = (before: ReadonlyArray<string>, after: ReadonlyArray<string>): string => {
  const changes: Array<string> = []
  for (let row = 0; row < Math.max(before.length, after.length); row++) {
    const line = after[row] ?? "\u001b[K"
    if (line !== before[row]) changes.push(`\u001b[${row + 1};1H${line}`)
  }
  return changes.length === 0 ? "" : begin + changes.join("") + end
}

const keysOf = (stdin: ReadStream, stdout: Output): Stream.Stream<Input> =>
  Stream.asyncPush<Input>(
    (emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          let rest = ""
          let timer: NodeJS.Timeout | undefined
          const onData = (data: string) => {
            clearTimeout(timer)
            const decoded = Keys.decode(rest + data)
            rest = decoded.rest
            for (const key of decoded.keys) emit.single(key)
            if (rest !== "") {
              timer = setTimeout(() => {
                if (rest === "\u001b") emit.single({ _tag: "Escape" })
                rest = ""
              }, escapePatience)
            }
          }
          const onRedraw = () => {
            emit.single({ _tag: "Redraw" })
          }
          stdout.on("resize", onRedraw)
          process.on("SIGCONT", onRedraw)
          if (stdin.isTTY) {
            stdin.setEncoding("utf8")
            stdin.on("data", onData)
            stdin.resume()
          }
          return () => {
            clearTimeout(timer)
            stdout.off("resize", onRedraw)
            process.off("SIGCONT", onRedraw)
            stdin.off("data", onData)
            stdin.pause()
          }
        }),
        (release) => Effect.sync(release)
      ),
    { bufferSize: 256, strategy: "dropping" }
  )

/** Whether there is a terminal at both ends that can show a screen. TERM=dumb (an Emacs shell, some CI) takes only lines. */
export const isScreen = (
  { stdin, stdout }: { readonly stdin: { readonly isTTY?: boolean }; readonly stdout: { readonly isTTY?: boolean } },
  environment: Readonly<Record<string, string | undefined>>
): boolean => stdin.isTTY === true && stdout.isTTY === true && environment["TERM"] !== "dumb"

export const acquire = (
  stdin: ReadStream,
  stdout: Output,
  colour: boolean
): Effect.Effect<Terminal, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let shown: ReadonlyArray<string> = []
      let taken = false
      const take = () => {
        taken = true
        if (stdin.isTTY) stdin.setRawMode(true)
        writeSync(stdout.fd, enter)
        shown = []
      }
      const give = () => {
        if (!taken) return
        taken = false
        if (stdin.isTTY) stdin.setRawMode(false)
        try {
          writeSync(stdout.fd, leave)
        } catch {
          // The terminal itself has gone.
        }
      }
      const onContinue = () => {
        if (!taken) take()
      }
      take()
      process.on("exit", give)
      process.prependListener("SIGCONT", onContinue)
      const terminal: Terminal = {
        size: () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 }),
        draw: (lines) => {
          // A terminal that does not keep up gets the next frame instead of a queue of old ones.
          if (!taken || stdout.writableNeedDrain) return
          const columns = stdout.columns ?? 80
          const next = lines.map((line) => written(line, columns, colour))
          const bytes = difference(shown, next)
          shown = next
          if (bytes !== "") stdout.write(bytes)
        },
        forget: () => {
          shown = []
          if (taken) stdout.write("\u001b[2J")
        },
        input: keysOf(stdin, stdout),
        suspend: () => {
          give()
          process.kill(process.pid, "SIGTSTP")
        }
      }
      const release = () => {
        process.off("exit", give)
        process.off("SIGCONT", onContinue)
        give()
      }
      return { terminal, release }
    }),
    ({ release }) => Effect.sync(release)
  ).pipe(Effect.map(({ terminal }) => terminal))

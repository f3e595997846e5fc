/**
 * Reads a secret from standard input: without echo on a terminal, else one line of what is piped in.
 *
 * Never from the command line: arguments are visible to every user of the machine.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const longest = 2_048

/** Typed so far after one more piece of input, and whether the line is complete. Pure. */
export const typed = (
  before: string,
  input: string
): { readonly text: string; readonly done: boolean; readonly quit: boolean } => {
  let text = before
  for (const char of input) {
    if (char === "\r" || char === "\n") return { text, done: true, quit: false }
    if (char === "\u0003" || char === "\u0004") return { text: "", done: true, quit: true }
    if (char === "\u007f" || char === "\b") text = text.slice(0, -1)
    else if (char >= " " && text.length < longest) text += char
  }
  return { text, done: false, quit: false }
}

/** Null when the person gave up. */
const fromTerminal = (question: string): Effect.Effect<string | null> =>
  Effect.async((resume) => {
    const { stdin, stderr } = process
    let text = ""
    const end = (answer: string | null) => {
      stdin.off("data", onData)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write("\n")
      if (answer !== null || text === "") resume(Effect.succeed(answer))
    }
    const onData = (input: string) => {
      const next = typed(text, input)
      text = next.text
      if (next.done) end(next.quit ? null : text)
    }
    stderr.write(question)
    stdin.setEncoding("utf8")
    stdin.setRawMode(true)
    stdin.on("data", onData)
    stdin.resume()
    return Effect.sync(() => end(null))
  })

const fromPipe: Effect.Effect<string | null> = Effect.promise(async () => {
  let text = ""
  process.stdin.setEncoding("utf8")
  for await (const part of process.stdin) {
    text += String(part)
    if (text.length > longest || text.includes("\n")) break
  }
  const line = text.split("\n")[0]?.slice(0, longest).trim() ?? ""
  return line === "" ? null : line
})

export const secret = (question: string): Effect.Effect<Redacted.Redacted | null> =>
  Effect.map(process.stdin.isTTY ? fromTerminal(question) : fromPipe, (text) =>
    text === null ? null : Redacted.make(text)
  )

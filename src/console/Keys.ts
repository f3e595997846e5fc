/**
 * From the bytes a terminal sends to keys. Pure but for the bytes that are left over.
 *
 * Escape sequences may arrive in pieces, so the rest of an unfinished one is given back and put before the next bytes; a
 * lone ESC is the Escape key when nothing follows. Unknown sequences are swallowed whole, never taken for letters.
 */
import type { Key } from "./View.ts"

const sequences: Readonly<Record<string, Key>> = {
  "[A": { _tag: "Up" },
  OA: { _tag: "Up" },
  "[B": { _tag: "Down" },
  OB: { _tag: "Down" },
  "[5~": { _tag: "PageUp" },
  "[6~": { _tag: "PageDown" },
  "[H": { _tag: "Home" },
  OH: { _tag: "Home" },
  "[1~": { _tag: "Home" },
  "[F": { _tag: "End" },
  OF: { _tag: "End" },
  "[4~": { _tag: "End" }
}

const controls: Readonly<Record<string, Key>> = {
  "\r": { _tag: "Enter" },
  "\n": { _tag: "Enter" },
  "\u007f": { _tag: "Backspace" },
  "\b": { _tag: "Backspace" },
  "\u0003": { _tag: "Interrupt" },
  "\u001a": { _tag: "Suspend" },
  "\f": { _tag: "Redraw" }
}

export interface Decoded {
  readonly keys: ReadonlyArray<Key>
  /** The start of a sequence whose end has not arrived. */
  readonly rest: string
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
const complete = /^\u001b(\[[0-?]*[ -/]*[@-~]|O[@-~])/
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
const unfinished = /^\u001b(\[[0-?]*[ -/]*|O)?$/

export const decode = (input: string): Decoded => {
  const keys: Array<Key> = []
  let rest = input
  while (rest !== "") {
    const sequence = complete.exec(rest)
    if (sequence !== null) {
      const key = sequences[sequence[1] ?? ""]
      if (key !== undefined) keys.push(key)
      rest = rest.slice(sequence[0].length)
      continue
    }
    if (unfinished.test(rest)) return { keys, rest: rest.slice(0, 32) }
    const char = String.fromCodePoint(rest.codePointAt(0) ?? 0)
    rest = rest.slice(char.length)
    const control = controls[char]
    if (char === "\u001b") keys.push({ _tag: "Escape" })
    else if (control !== undefined) keys.push(control)
    else if (char >= " ") keys.push({ _tag: "Char", char })
  }
  return { keys, rest: "" }
}

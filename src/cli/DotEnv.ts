/**
 * Reads a `.env` file: `NAME=value` lines, with the line number of each, because an error must point at it.
 *
 * Understood: blank lines, `#` comments (also after an unquoted value, set off by a blank), `export NAME=value`, single
 * quotes (nothing inside is special) and double quotes (\n, \r, \t, \", \\). A later line for the same name wins. There
 * is no interpolation. Anything else is reported with its line, never skipped in silence.
 */
import * as Either from "effect/Either"

export interface Entry {
  readonly text: string
  /** Counted from 1. */
  readonly line: number
}

export interface Problem {
  readonly line: number
  readonly problem: string
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" }

/** What follows the equals sign; null when its quotes do not close or text follows them. */
const valueOf = (rest: string): string | null => {
  const text = rest.trim()
  if (text.startsWith("'")) return /^'([^']*)'\s*(#.*)?$/.exec(text)?.[1] ?? null
  if (text.startsWith('"')) {
    const inner = /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/.exec(text)?.[1]
    return inner === undefined ? null : inner.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole)
  }
  return text.startsWith("#") ? "" : text.replace(/\s+#.*$/, "")
}

export const parse = (content: string): Either.Either<ReadonlyMap<string, Entry>, Problem> => {
  const entries = new Map<string, Entry>()
  const lines = content.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)
  for (const [index, raw] of lines.entries()) {
    const line = index + 1
    const text = raw.trim()
    if (text === "" || text.startsWith("#")) continue
    const match = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/.exec(text)
    if (match === null) return Either.left({ line, problem: "expected NAME=value" })
    const value = valueOf(match[2] ?? "")
    if (value === null) return Either.left({ line, problem: `the quotes of ${match[1]} do not close at the end` })
    entries.set(match[1] ?? "", { text: value, line })
  }
  return Either.right(entries)
}

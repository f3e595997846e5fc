/**
 * A line of the screen as pieces with a style, and how it is written to a terminal.
 *
 * Content and colour stay apart until the last moment: the renderer measures and cuts plain text, tests read it, and
 * NO_COLOR is one decision in one place. A line never holds control characters.
 */
import { cutTo, plain, widthOf } from "./Width.ts"

export type Style = "normal" | "dim" | "bold" | "good" | "busy" | "warn" | "bad" | "inverse"

export interface Span {
  readonly text: string
  readonly style: Style
}

export type Line = ReadonlyArray<Span>

export const span = (text: string, style: Style = "normal"): Span => ({ text, style })

const codes: Readonly<Record<Style, string>> = {
  normal: "",
  dim: "2",
  bold: "1",
  good: "32",
  busy: "36",
  warn: "33",
  bad: "31",
  inverse: "7"
}

export const widthOfLine = (line: Line): number => line.reduce((sum, { text }) => sum + widthOf(text), 0)

/** The line without its styles. */
export const textOf = (line: Line): string => line.map(({ text }) => text).join("")

/** Made harmless and cut to the width. */
export const clip = (line: Line, columns: number): Line => {
  const clipped: Array<Span> = []
  let left = columns
  for (const { text, style } of line) {
    // Blanks at the ends of a piece are part of the layout.
    const safe = text.trim() === "" ? " ".repeat(widthOf(text)) : keepEnds(text)
    const cut = cutTo(safe, left)
    left -= widthOf(cut)
    if (cut !== "") clipped.push({ text: cut, style })
    if (cut !== safe) break
  }
  return clipped
}

const keepEnds = (text: string) => {
  const [, before = "", after = ""] = /^( *).*?( *)$/su.exec(text) ?? []
  return `${before}${plain(text)}${after}`
}

/** Escape sequences for a terminal; weight without colour when colours are not wanted. */
export const paint = (line: Line, colour: boolean): string =>
  line
    .map(({ text, style }) => {
      const code = colour || style === "bold" || style === "dim" || style === "inverse" ? codes[style] : ""
      return code === "" ? text : `\u001b[${code}m${text}\u001b[0m`
    })
    .join("")

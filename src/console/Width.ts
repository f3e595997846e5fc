/**
 * How many terminal columns a text takes, and cutting, padding and wrapping by columns instead of characters.
 *
 * Chinese, Japanese and Korean characters and most emoji take two columns, combining marks take none. Everything that is
 * drawn goes through here, so a table stays straight in both languages. Text must be free of control characters: use
 * `plain` on whatever came from outside.
 */

const combining = /^[\p{Mn}\p{Me}\p{Cf}]$/u
const emoji = /^\p{Emoji_Presentation}$/u

/** Ranges of the East Asian Wide and Fullwidth characters, first and last code point (Unicode 15). */
const wide: ReadonlyArray<readonly [number, number]> = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd]
]

/** Columns of one character: 0, 1 or 2. */
const widthOfChar = (char: string): 0 | 1 | 2 => {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad ? 0 : 1
  if (combining.test(char)) return 0
  if (wide.some(([first, last]) => code >= first && code <= last) || emoji.test(char)) return 2
  return 1
}

/** Columns of a text without escape sequences. */
export const widthOf = (text: string): number => {
  let width = 0
  for (const char of text) width += widthOfChar(char)
  return width
}

/** The longest start of a text that fits; a cut text ends with an ellipsis. Never wider than `columns`. */
export const cutTo = (text: string, columns: number): string => {
  if (columns <= 0) return ""
  let width = 0
  let kept = ""
  let keptWidth = 0
  for (const char of text) {
    width += widthOfChar(char)
    if (width <= columns - 1) {
      kept += char
      keptWidth = width
    }
    if (width > columns) return keptWidth <= columns - 1 ? `${kept}…` : kept
  }
  return text
}

/** Cut or fill on the right to exactly `columns`. */
export const padEnd = (text: string, columns: number): string => {
  const cut = cutTo(text, columns)
  return cut + " ".repeat(Math.max(0, columns - widthOf(cut)))
}

/** Cut or fill on the left to exactly `columns`. */
export const padStart = (text: string, columns: number): string => {
  const cut = cutTo(text, columns)
  return " ".repeat(Math.max(0, columns - widthOf(cut))) + cut
}

// C0 and C1 controls, line and paragraph separators, and the marks that turn the direction of writing.
// biome-ignore lint/suspicious/noControlCharactersInRegex: removing control characters is the purpose.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g

/** Outside text made harmless for a terminal: one line, no escape sequences, no tricks with the writing direction. */
export const plain = (text: string): string => text.replace(control, " ").trim()

/** Break into lines of at most `columns`, at blanks where there are any and between wide characters. */
export const wrap = (text: string, columns: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  // A piece is a run of narrow characters without blanks, one wide character, or one blank.
  const pieces = text.match(/ |[\u0300-\u{10ffff}]|[\u0021-\u02ff]+/gu) ?? []
  for (const piece of pieces) {
    if (widthOf(line) + widthOf(piece) <= columns) {
      line += piece
      continue
    }
    if (line.trim() !== "") lines.push(line.trimEnd())
    line = piece === " " ? "" : piece
    while (widthOf(line) > columns) {
      const head = headOf(line, columns)
      lines.push(head)
      line = line.slice(head.length)
    }
  }
  if (line.trim() !== "") lines.push(line.trimEnd())
  return lines
}

const headOf = (text: string, columns: number): string => {
  let width = 0
  let head = ""
  for (const char of text) {
    width += widthOfChar(char)
    if (width > columns && head !== "") break
    head += char
  }
  return head
}

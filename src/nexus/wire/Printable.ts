/**
 * Keeps text that came from elsewhere from steering the operator's terminal or log.
 *
 * Control characters (C0, C1), line and paragraph separators and the marks that turn the writing direction around are
 * what an escape sequence or a forged line is made of.
 */

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const steering = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/
const gaps = new RegExp(`(?:${steering.source}|\\s)+`, "g")

/** True when nothing in the text can steer a terminal. */
export const isPrintable = (text: string): boolean => !steering.test(text)

/** The text as one line of at most `length` characters, with every run of blanks and controls as one space. */
export const oneLine = (text: string, length = 200): string => {
  const line = text.replace(gaps, " ").trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

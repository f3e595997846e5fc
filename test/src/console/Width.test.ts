/** Columns of texts: known widths, and laws of cutting, padding and wrapping. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { cutTo, padEnd, padStart, plain, widthOf, wrap } from "../../../src/console/Width.ts"

const anyText = fc.string({ unit: fc.constantFrom(..."abc xyz汉字，。節한글ひカＡ😀é…█▏░"), maxLength: 60 })

describe("columns", () => {
  it("of known texts", () => {
    const known: ReadonlyArray<readonly [string, number]> = [
      ["", 0],
      ["abc", 3],
      ["节点", 4],
      ["，。", 4],
      ["한글", 4],
      ["ひカ", 4],
      ["Ａ", 2],
      ["😀", 2],
      ["e\u0301", 1],
      ["a\u200db", 2],
      ["█▏░…", 4],
      ["é", 1]
    ]
    for (const [text, width] of known) assert.strictEqual(widthOf(text), width, JSON.stringify(text))
  })

  it("cutting gives the text or a shorter one that fits and says so", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 70 }), (text, columns) => {
        const cut = cutTo(text, columns)
        assert.isAtMost(widthOf(cut), columns)
        if (widthOf(text) <= columns) assert.strictEqual(cut, text)
        else if (columns > 0) assert.isTrue(cut.endsWith("…"))
      })
    )
  })

  it("padding gives exactly the columns", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 70 }), (text, columns) => {
        assert.strictEqual(widthOf(padEnd(text, columns)), columns)
        assert.strictEqual(widthOf(padStart(text, columns)), columns)
      })
    )
  })

  it("wrapping loses nothing but blanks and makes no line too long", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrap(text, columns)
        for (const line of lines) assert.isAtMost(widthOf(line), columns)
        assert.strictEqual(lines.join("").replaceAll(" ", ""), text.replaceAll(" ", ""))
      })
    )
  })

  it("outside text keeps no escape sequence, line break or direction mark", () => {
    assert.strictEqual(plain("a\u001b[31mb\r\nc\u202ed\u009b2J"), "a [31mb c d 2J")
  })
})

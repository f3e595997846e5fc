/** `.env` files: what is understood, what is refused with its line, and that every value can be written. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as DotEnv from "../../../src/cli/DotEnv.ts"

const parsed = (text: string) => Either.getOrThrow(DotEnv.parse(text))
const problem = (text: string) => Either.getOrThrow(Either.flip(DotEnv.parse(text)))

/** Characters that a careless reader of such files would trip over. */
const hard = fc.constantFrom(..."aZ0_ \t\n\r\"'\\#=$`é汉😀")

describe(".env", () => {
  it("reads plain, exported, quoted and commented values with their lines", () => {
    const entries = parsed(
      [
        "\uFEFF# head",
        "",
        "A=1",
        "export B = two words  # note",
        "C='it # is $raw\\n'",
        'D="a\\n\\"b\\""',
        "E=",
        "F=x#y",
        "A=9"
      ].join("\r\n")
    )
    const texts = Object.fromEntries([...entries].map(([name, entry]) => [name, entry.text]))
    assert.deepStrictEqual(texts, { A: "9", B: "two words", C: "it # is $raw\\n", D: 'a\n"b"', E: "", F: "x#y" })
    assert.strictEqual(entries.get("A")?.line, 9)
    assert.strictEqual(entries.get("C")?.line, 5)
  })

  it("refuses what it does not understand, with the line", () => {
    assert.strictEqual(problem("A=1\nnonsense\n").line, 2)
    assert.strictEqual(problem("\n\n1A=2").line, 3)
    assert.strictEqual(problem("A='open").line, 1)
    assert.strictEqual(problem('A="open\\"').line, 1)
    assert.strictEqual(problem("A='x' tail").line, 1)
  })

  it("gives back every value that is written in double quotes", () => {
    const escape = (text: string) =>
      text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n").replace(/\r/g, "\\r")
    fc.assert(
      fc.property(fc.string({ unit: hard, maxLength: 40 }), (text) => {
        assert.strictEqual(parsed(`X="${escape(text)}"`).get("X")?.text, text)
      })
    )
  })

  it("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: hard }), (text) => Either.isEither(DotEnv.parse(text))))
  })
})

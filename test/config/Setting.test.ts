/** Kinds of values: what they take, what they refuse, and that nothing else gets through. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Setting from "../../config/Setting.ts"

const base = { name: "x", about: Setting.same("x") }
const read = <A>(kind: Setting.Kind<A>, text: string) => Either.getOrNull(Setting.optional(kind, base).read(text))

describe("kinds of settings", () => {
  it("whole numbers: within bounds, digits only", () => {
    const kind = Setting.whole(1, 1000)
    for (const bad of ["", " ", "0", "1001", "-1", "1.5", "1e2", "0x10", "abc", "１", "1 ", "9".repeat(400)]) {
      assert.isNull(read(kind, bad), JSON.stringify(bad))
    }
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), (n) => read(kind, String(n)) === n))
  })

  it("seconds: decimals allowed, no signs, units or exponents", () => {
    const kind = Setting.seconds(0, 3600)
    assert.strictEqual(read(kind, "0.5"), 0.5)
    assert.strictEqual(read(kind, ".25"), 0.25)
    assert.strictEqual(read(kind, "0"), 0)
    for (const bad of ["", "-1", "+1", "1s", "1e3", "3601", "NaN", "Infinity", "1,5", "0x1"])
      assert.isNull(read(kind, bad), bad)
  })

  it("sizes: units of 1024, with or without B", () => {
    const kind = Setting.bytes(1)
    const known: ReadonlyArray<readonly [string, number]> = [
      ["1", 1],
      ["2k", 2048],
      ["1.5M", 1.5 * 2 ** 20],
      ["3G", 3 * 2 ** 30],
      ["512MB", 512 * 2 ** 20],
      ["2 GiB", 2 * 2 ** 30],
      ["7b", 7]
    ]
    for (const [text, bytes] of known) assert.strictEqual(read(kind, text), bytes, text)
    for (const bad of ["", "M", "-1M", "1X", "1MM", "1e9", "0"]) assert.isNull(read(kind, bad), bad)
  })

  it("shares: 0 to 1, or a percentage", () => {
    assert.strictEqual(read(Setting.fraction, "10%"), 0.1)
    assert.strictEqual(read(Setting.fraction, "0.25"), 0.25)
    for (const bad of ["1.1", "101%", "-0.1", "", "%", "abc"]) assert.isNull(read(Setting.fraction, bad), bad)
  })

  it("words: any case, given back as they are defined", () => {
    const kind = Setting.oneOf(["SMALL", "MEDIUM"])
    assert.strictEqual(read(kind, "small"), "SMALL")
    assert.strictEqual(read(kind, "Medium"), "MEDIUM")
    assert.isNull(read(kind, "large"))
  })

  it("random text never becomes a number outside the bounds", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        const whole = read(Setting.whole(5, 50), text)
        const seconds = read(Setting.seconds(1, 2), text)
        return (whole === null || (whole >= 5 && whole <= 50)) && (seconds === null || (seconds >= 1 && seconds <= 2))
      }),
      { numRuns: 2000 }
    )
  })
})

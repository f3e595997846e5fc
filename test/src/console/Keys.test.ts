/** Keys from bytes: whole, in pieces, and nonsense. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { decode } from "../../../src/console/Keys.ts"
import type { Key } from "../../../src/console/View.ts"
import * as View from "../../../src/console/View.ts"

const tags = (input: string) => decode(input).keys.map((key) => (key._tag === "Char" ? key.char : key._tag))

describe("keys", () => {
  it("are known in their usual forms", () => {
    assert.deepStrictEqual(tags("q\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[H\u001b[F\r\u007f\u0003\u001a节"), [
      "q",
      "Up",
      "Down",
      "PageUp",
      "PageDown",
      "Home",
      "End",
      "Enter",
      "Backspace",
      "Interrupt",
      "Suspend",
      "节"
    ])
  })

  it("are the same however the bytes are cut", () => {
    const unit = fc.constantFrom("a", "q", "\u001b[A", "\u001b[6~", "\u001bOH", "\u001b[1;5C", "\r", "节")
    fc.assert(
      fc.property(
        fc.array(unit, { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 }),
        (parts, cuts) => {
          const input = parts.join("")
          let rest = ""
          const keys: Array<Key> = []
          for (let at = 0, turn = 0; at < input.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1
            const decoded = decode(rest + input.slice(at, at + size))
            at += size
            keys.push(...decoded.keys)
            rest = decoded.rest
          }
          assert.deepStrictEqual(keys, [...decode(input).keys])
          assert.strictEqual(rest, "")
        }
      )
    )
  })

  it("unknown sequences are no letters", () => {
    assert.deepStrictEqual(tags("\u001b[1;5C\u001b[200~x\u001b[201~"), ["x"])
  })
})

describe("the view", () => {
  const chars = (text: string): ReadonlyArray<Key> => [...text].map((char) => ({ _tag: "Char", char }))
  const pressed = (keys: ReadonlyArray<Key>, rows = 100) =>
    keys.reduce((view, key) => View.press(view, key, 10, rows), View.initial)

  it("stays within the rows whatever is pressed", () => {
    const key = fc.constantFrom<Key>(
      ...chars("jkb gGsrf/x"),
      { _tag: "PageDown" },
      { _tag: "End" },
      { _tag: "Escape" },
      { _tag: "Enter" }
    )
    fc.assert(
      fc.property(fc.array(key), fc.integer({ min: 0, max: 50 }), (keys, rows) => {
        const view = pressed(keys, rows)
        assert.isAtLeast(view.top, 0)
        assert.isAtMost(view.top, Math.max(0, rows - 10))
      })
    )
  })

  it("a search is typed, kept and cleared; letters are letters while typing", () => {
    assert.strictEqual(pressed(chars("/sq")).search, "sq")
    assert.isTrue(pressed(chars("/sq")).typing)
    assert.isFalse(pressed([...chars("/ab"), { _tag: "Enter" }]).typing)
    assert.strictEqual(pressed([...chars("/ab"), { _tag: "Backspace" }]).search, "a")
    assert.strictEqual(pressed([...chars("/ab"), { _tag: "Enter" }, { _tag: "Escape" }]).search, "")
  })
})

/** The encoding of a guest's public input against published examples, and against a decoder of its own. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { encode } from "../../../../src/nexus/prover/GuestInput.ts"

/** The numbers in encoded bytes, by the rules of specs/nexus-prover.md 2.2. */
const decode = (bytes: Uint8Array): ReadonlyArray<number> => {
  const plain: Array<number> = []
  for (let at = 0; ; ) {
    const code = bytes[at] ?? 0
    plain.push(...bytes.subarray(at + 1, at + code))
    at += code
    if (bytes[at] === 0) break
    if (code < 255) plain.push(0)
  }
  const numbers: Array<number> = []
  let [value, weight] = [0, 1]
  for (const byte of plain) {
    value += (byte & 0x7f) * weight
    weight *= 128
    if (byte < 0x80) {
      numbers.push(value)
      ;[value, weight] = [0, 1]
    }
  }
  return numbers
}

const edges = [0, 1, 127, 128, 16_383, 16_384, 0x7fff_ffff, 0xffff_ffff]
const number = FastCheck.oneof(FastCheck.integer({ min: 0, max: 0xffff_ffff }), FastCheck.constantFrom(...edges))

describe("GuestInput", () => {
  it("gives the published examples", () => {
    const hex = (...numbers: ReadonlyArray<number>) => Buffer.from(encode(numbers)).toString("hex")
    assert.strictEqual(hex(), "")
    assert.strictEqual(hex(9, 1, 1), "0409010100000000")
    assert.strictEqual(hex(0, 0, 0), "0101010100000000")
    assert.strictEqual(hex(10, 0xffff_ffff, 7), "080affffffff0f0700000000".padEnd(24, "0"))
  })

  it("keeps every tuple, in whole words", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(number, { minLength: 1, maxLength: 200 }), (numbers) => {
        const bytes = encode(numbers)
        assert.strictEqual(bytes.length % 4, 0)
        assert.deepStrictEqual(decode(bytes), numbers)
      })
    )
  })
})

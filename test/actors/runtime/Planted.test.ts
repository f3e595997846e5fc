import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { faults } from "./planted/faults.mjs"

const source = (file: string) => readFileSync(new URL(`../../../actors/runtime/${file}`, import.meta.url), "utf8")

describe("planted faults", () => {
  it("can all still be planted", () => {
    assert.isAtLeast(faults.length, 10)
    for (const fault of faults) {
      for (const { file, find } of [fault, ...(fault.also ?? [])]) {
        assert.strictEqual(
          source(file).split(find).length,
          2,
          `${fault.name}: ${file} must contain exactly once: ${find}`
        )
      }
    }
  })
})

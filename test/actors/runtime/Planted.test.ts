import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { faults } from "./planted/faults.mjs"

const source = (file: string) => readFileSync(new URL(`../../../actors/runtime/${file}`, import.meta.url), "utf8")

describe("planted faults", () => {
  it("can all still be planted", () => {
    assert.isAtLeast(faults.length, 10)
    const here = new Set(readdirSync(new URL(".", import.meta.url)))
    for (const fault of faults) {
      for (const suite of fault.suites) assert.isTrue(here.has(suite), `${fault.name}: there is no ${suite}`)
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

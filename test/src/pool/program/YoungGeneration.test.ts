/**
 * The space for new objects does not grow once it is to be kept; a process of its own, because the flag is the process's.
 */
import { execFileSync } from "node:child_process"
import { assert, describe, it } from "@effect/vitest"

const module = new URL("../../../../src/pool/program/YoungGeneration.ts", import.meta.url)

/** Bytes of the space for new objects after many of them have survived. */
const grown = (first: string): number => {
  const program = `
    import * as V8 from "node:v8"
    import { keep } from ${JSON.stringify(module.href)}
    ${first}
    let held = []
    for (let i = 0; i < 1_000_000; i++) {
      held.push({ i })
      if (held.length > 200_000) held = []
    }
    console.log(V8.getHeapSpaceStatistics().find((space) => space.space_name === "new_space").space_size)`
  return Number(execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]))
}

describe("the space for new objects", () => {
  it("stays as it is", () => {
    const free = grown("")
    const kept = grown("keep()")
    assert.isAtLeast(free, 16 * 2 ** 20)
    assert.isAtMost(kept, free / 4)
  })
})

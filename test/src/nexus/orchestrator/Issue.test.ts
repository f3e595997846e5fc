import { assert, describe, it } from "@effect/vitest"
import { difficulties } from "../../../../config/Difficulties.ts"
import * as Issue from "../../../../src/nexus/orchestrator/Issue.ts"

const mix = { maxInputs: 4, legacyReplies: 0.2 }
const many = (seed: string) =>
  Array.from({ length: 2_000 }, (_, serial) => Issue.issue(seed, serial, "MEDIUM", mix, 1_000))
const n = (input: Uint8Array) => new DataView(input.buffer, input.byteOffset).getUint32(0, true)

describe("Issue", () => {
  it("depends on nothing but seed and serial", () => {
    assert.deepStrictEqual(many("a"), many("a"))
    assert.notDeepEqual(many("a"), many("b"))
    assert.strictEqual(new Set(many("a").map((issued) => issued.task.taskId)).size, 2_000)
  })

  it("covers every type, both generations, and one to maxInputs inputs", () => {
    const all = many("a")
    assert.deepStrictEqual([...new Set(all.map((issued) => issued.task.type))].sort(), [
      "ALL_PROOF_HASHES",
      "PROOF_HASH",
      "PROOF_REQUIRED"
    ])
    assert.deepStrictEqual([...new Set(all.map((issued) => issued.task.inputs.length))].sort(), [1, 2, 3, 4])
    const flat = all.filter((issued) => issued.generation === "flat")
    assert.closeTo(flat.length / all.length, 0.2, 0.03)
    for (const { task } of flat) {
      assert.strictEqual(task.type, "PROOF_REQUIRED")
      assert.strictEqual(task.inputs.length, 1)
    }
  })

  it("never exceeds the difficulty that was asked for, and sizes n by it", () => {
    for (const hardest of difficulties) {
      const seen = new Set<string>()
      for (let serial = 0; serial < 100; serial++) {
        const { task } = Issue.issue("a", serial, hardest, mix, 0)
        seen.add(task.difficulty)
        assert.isAtMost(difficulties.indexOf(task.difficulty), difficulties.indexOf(hardest))
        const [low, high] = Issue.sizes[task.difficulty]
        for (const input of task.inputs) {
          assert.strictEqual(input.length, 12)
          assert.isTrue(n(input) >= low && n(input) <= high)
        }
      }
      assert.isTrue(seen.has(hardest))
    }
  })
})

/** The list of settings holds together: names, variables, texts in both languages, sample files. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import type { Group } from "../../config/Setting.ts"
import { variableOf } from "../../config/Setting.ts"
import * as Settings from "../../config/Settings.ts"
import { sections } from "../../src/cli/CommandSpec.ts"
import * as DotEnv from "../../src/cli/DotEnv.ts"
import * as Resolve from "../../src/cli/Resolve.ts"
import { root } from "../../src/commands/Commands.ts"

const groups: Readonly<Record<string, Group>> = { ...Settings }
const all = Object.values(groups).flatMap((group) => Object.values(group))

/** Names that @effect/cli keeps for itself. */
const reserved = ["version", "help", "h", "wizard", "completions", "log-level"]

describe("the list of settings", () => {
  it("uses no name that the parser keeps for itself, and none twice in a program", () => {
    for (const { name } of all) assert.notInclude(reserved, name)
    for (const [program, group] of Object.entries(groups)) {
      const names = Object.values({ ...group, ...(program === "common" ? {} : Settings.common) }).map((one) => one.name)
      assert.deepStrictEqual(names, [...new Set(names)], program)
    }
  })

  it("speaks both languages everywhere", () => {
    for (const one of all) {
      for (const text of [one.about, one.expected]) {
        assert.isAbove(text.en.length, 1, one.name)
        assert.isAbove(text.zh.length, 1, one.name)
      }
    }
  })

  it("has defaults of the seed", () => {
    const { batchFile } = Settings
    assert.strictEqual(batchFile.maxConcurrent.fallback, 10)
    assert.strictEqual(batchFile.proofInterval.fallback, 1)
    assert.strictEqual(batchFile.startDelay.fallback, 0.5)
    assert.strictEqual(batchFile.workersPerNode.fallback, 1)
    assert.strictEqual(batchFile.env.fallback, "production")
    assert.strictEqual(variableOf(batchFile.maxConcurrent), "PITBOSS_MAX_CONCURRENT")
  })

  it("the sample configuration file has only keys that exist, with valid values", () => {
    const content: Record<string, unknown> = JSON.parse(readFileSync("config/examples/pitboss.json", "utf8"))
    const known = sections(root)
    for (const [key, value] of Object.entries(content)) {
      if (typeof value !== "object" || value === null) continue
      const group = known[key]
      assert.isDefined(group, key)
      const sources = { flags: new Map(), environment: {}, dotEnv: new Map(), file: { path: "pitboss.json", content } }
      const resolved = Resolve.resolve(group ?? {}, key, sources, "en")
      assert.isTrue(Either.isRight(resolved), key)
    }
  })

  it("the sample .env can be read and names variables that exist", () => {
    const parsed = Either.getOrThrow(DotEnv.parse(readFileSync("config/examples/env.example", "utf8")))
    const variables = all.flatMap((one) => [variableOf(one), ...one.variables])
    assert.isAbove(parsed.size, 0)
    for (const name of parsed.keys()) assert.include(variables, name)
  })
})

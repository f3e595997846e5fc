/**
 * Both READMEs are held to the program: every command line in them parses, every flag and exit code is as it says.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import type { CommandSpec } from "../src/cli/CommandSpec.ts"
import { root } from "../src/commands/Commands.ts"

const read = (name: string) => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), "utf8")

/** The command that the words name, and the words that are left. */
const find = (words: ReadonlyArray<string>, from: CommandSpec = root): [CommandSpec, ReadonlyArray<string>] => {
  const next = from.commands.find((command) => command.name === words[0])
  return next === undefined ? [from, words] : find(words.slice(1), next)
}

const settingsOf = (spec: CommandSpec) => Object.values(spec.settings)

for (const name of ["README.md", "README.zh-CN.md"]) {
  const text = read(name)
  describe(name, () => {
    const lines = [...text.matchAll(/^(?:node dist\/main\.js|npm start --) (.+?)(?:\s+#.*)?$/gm)].map((found) =>
      (found[1] ?? "").trim().split(/\s+/)
    )
    assert.isAtLeast(lines.length, 8)
    for (const words of lines) {
      it(`types: ${words.join(" ")}`, () => {
        const [spec, rest] = find(words)
        assert.notStrictEqual(spec, root, `no command ${words[0]}`)
        assert.isNotNull(spec.execute, `${spec.name} runs nothing by itself`)
        for (const flag of rest.filter((word) => /^--?[a-z]/.test(word))) {
          const known = settingsOf(spec).some((setting) => `--${setting.name}` === flag || `-${setting.short}` === flag)
          assert.isTrue(known, `${spec.name} has no flag ${flag}`)
        }
      })
    }

    it("lists every setting of batch-file, with its true default", () => {
      const [spec] = find(["batch-file"])
      for (const setting of settingsOf(spec)) {
        if (setting.replacedBy !== null) continue
        assert.include(text, `\`--${setting.name}`, `--${setting.name} is missing`)
        if (typeof setting.fallback !== "number" || setting.fallback === 0) continue
        const row = text.split("\n").find((line) => line.startsWith(`| \`--${setting.name} `)) ?? ""
        assert.include(row, `| ${setting.fallback} |`, `the default of --${setting.name}`)
      }
    })

    it("lists every exit code", () => {
      for (const code of [0, 1, 2, 3, 4, 75]) assert.match(text, new RegExp(`^\\| ${code} \\| .+ \\|$`, "m"))
    })

    it("links only to files that exist", () => {
      for (const found of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) assert.doesNotThrow(() => read(found[1] ?? ""))
    })
  })
}

describe("README.zh-CN.md", () => {
  it("is in step with README.md: the same headings, tables and commands", () => {
    const shape = (text: string) => ({
      headings: text.match(/^#+ /gm)?.length,
      rows: text.match(/^\|/gm)?.length,
      commands: text.match(/^(?:node dist|npm) .*/gm)?.map((line) => line.replace(/\s+#.*$/, ""))
    })
    assert.deepStrictEqual(shape(read("README.zh-CN.md")), shape(read("README.md")))
  })
})

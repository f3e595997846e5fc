/** One rule for all sources: which one wins, and how a wrong value names its place. */
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as fc from "effect/FastCheck"
import * as Setting from "../../../config/Setting.ts"
import * as Resolve from "../../../src/cli/Resolve.ts"
import type { Sources } from "../../../src/cli/Sources.ts"

const group = {
  count: Setting.setting(Setting.whole(1, 1000), { name: "count", fallback: 1, about: Setting.same("count") }),
  quiet: Setting.flag({ name: "quiet", variables: ["OTHER_QUIET"], about: Setting.same("quiet") }),
  password: Setting.optional(Setting.whole(1, 9), { name: "password", secret: true, about: Setting.same("password") }),
  old: Setting.retired("old", true, { en: "use --count", zh: "用 --count" })
} as const

const sources = (more: Partial<Sources> = {}): Sources => ({
  flags: new Map(),
  environment: {},
  dotEnv: new Map(),
  file: null,
  ...more
})
const resolve = (more: Partial<Sources>) => Resolve.resolve(group, "prog", sources(more), "en")
const wrong = (more: Partial<Sources>) => Either.getOrThrow(Either.flip(resolve(more))).message
const file = (content: Record<string, unknown>) => ({ path: "pitboss.json", content })

describe("resolution of settings", () => {
  it("takes the first of flag, environment, .env, program section, top of the file, default", () => {
    const places = ["flag", "environment", "dotEnv", "section", "top"] as const
    fc.assert(
      fc.property(fc.subarray([...places]), (given) => {
        const has = (place: (typeof places)[number]) => given.includes(place)
        const content = { ...(has("top") ? { count: 50 } : {}), prog: has("section") ? { count: 40 } : {} }
        const resolved = resolve({
          flags: new Map(has("flag") ? [["count", "10"]] : []),
          environment: has("environment") ? { PITBOSS_COUNT: "20" } : {},
          dotEnv: new Map(has("dotEnv") ? [["PITBOSS_COUNT", { text: "30", line: 3 }]] : []),
          file: file(content)
        })
        const expected = has("flag")
          ? 10
          : has("environment")
            ? 20
            : has("dotEnv")
              ? 30
              : has("section")
                ? 40
                : has("top")
                  ? 50
                  : 1
        assert.strictEqual(Either.getOrThrow(resolved).values.count, expected)
      })
    )
  })

  it("names the place of a wrong value, for every source", () => {
    const expected = 'expected a whole number from 1 to 1000, got "abc"'
    assert.strictEqual(wrong({ flags: new Map([["count", "abc"]]) }), `--count: ${expected}`)
    assert.strictEqual(wrong({ environment: { PITBOSS_COUNT: "abc" } }), `PITBOSS_COUNT (environment): ${expected}`)
    assert.strictEqual(
      wrong({ dotEnv: new Map([["PITBOSS_COUNT", { text: "abc", line: 3 }]]) }),
      `.env line 3: PITBOSS_COUNT: ${expected}`
    )
    assert.strictEqual(wrong({ file: file({ prog: { count: "abc" } }) }), `pitboss.json: prog.count: ${expected}`)
    assert.strictEqual(wrong({ file: file({ count: "abc" }) }), `pitboss.json: count: ${expected}`)
    assert.include(
      wrong({ file: file({ prog: { count: [1] } }) }),
      "pitboss.json: prog.count: expected a text, a number"
    )
  })

  it("does not fall through a wrong value to a good one of a lower source", () => {
    const message = wrong({ flags: new Map([["count", "0"]]), environment: { PITBOSS_COUNT: "5" } })
    assert.include(message, "--count")
  })

  it("reports all wrong values together", () => {
    const message = wrong({ flags: new Map([["count", "x"]]), environment: { PITBOSS_QUIET: "perhaps" } })
    assert.lengthOf(message.split("\n"), 2)
  })

  it("takes further variables, and an empty variable for none", () => {
    assert.isTrue(Either.getOrThrow(resolve({ environment: { OTHER_QUIET: "1" } })).values.quiet)
    assert.strictEqual(Either.getOrThrow(resolve({ environment: { PITBOSS_COUNT: "" } })).values.count, 1)
  })

  it("never repeats a secret and takes it from no flag", () => {
    const message = wrong({ environment: { PITBOSS_PASSWORD: "hunter2" } })
    assert.notInclude(message, "hunter2")
    assert.isNull(Either.getOrThrow(resolve({ flags: new Map([["password", "5"]]) })).values.password)
  })

  it("says what replaces a flag that has no effect", () => {
    const { notices } = Either.getOrThrow(resolve({ flags: new Map([["old", "7"]]) }))
    assert.deepStrictEqual(notices, ["--old: use --count"])
  })
})

import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { flag, setting, text } from "../../../config/Setting.ts"
import { branch, leaf } from "../../../src/cli/CommandSpec.ts"
import { render } from "../../../src/cli/Help.ts"
import { parse } from "../../../src/cli/Parse.ts"

const about = { en: "about", zh: "关于" }
const settings = {
  address: setting(text, { name: "address", short: "a", fallback: "here", about }),
  quiet: flag({ name: "quiet", short: "q", about })
}
const go = leaf({ name: "go", about, section: "go", settings, load: async () => () => Effect.void })
const root = branch({ name: "pitboss", about }, [go])

const flags = (...words: ReadonlyArray<string>) =>
  Effect.map(parse(root, ["go", ...words], "en"), (parsed) => Object.fromEntries(parsed?.flags ?? []))
const problem = (...words: ReadonlyArray<string>) => Effect.map(Effect.flip(flags(...words)), (error) => error.problem)

it.effect("a letter is the same flag as its long name", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* flags("-a", "1.2.3.4:5", "-q"), { address: "1.2.3.4:5", quiet: "true" })
    assert.deepStrictEqual(yield* flags("--address", "there"), { address: "there" })
  })
)

it.effect("what is wrong with a letter is said with its name", () =>
  Effect.gen(function* () {
    assert.strictEqual(yield* problem("-z"), "pitboss go has no flag -z")
    assert.strictEqual(yield* problem("-a"), "--address needs a value: some text")
    assert.strictEqual(yield* problem("-a", "1", "--address", "2"), "--address is given more than once")
  })
)

it("the help shows the letter", () => {
  assert.match(render(go, ["go"], "en", 100, "0"), /-a, --address TEXT/)
})

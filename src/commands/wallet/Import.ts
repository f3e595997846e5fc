/**
 * `pitboss wallet import`: the key of a seed phrase that is typed without echo or piped in, never given as an argument.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { PhraseInvalid } from "../../wallet/Errors.ts"
import * as Ask from "../../wallet/Ask.ts"
import * as Iris from "../../wallet/Iris.ts"
import * as KeyFile from "../../wallet/KeyFile.ts"
import * as Phrase from "../../wallet/Phrase.ts"
import { print } from "../Steer.ts"
import { homeOf, mustBeFree, shown } from "./Keygen.ts"

export const run = ({ values }: Invocation<typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const home = homeOf(values)
    yield* mustBeFree(home)
    const text = yield* Ask.secret("Seed phrase (not shown): ")
    if (text === null) return yield* new PhraseInvalid({ problem: "none was given" })
    const keys = yield* Iris.keysOf(yield* Phrase.parse(text))
    const made = yield* KeyFile.create(home, keys, yield* Clock.currentTimeMillis)
    yield* print(`Imported Master Key (version 1)\n\n${shown(made)}`)
  })

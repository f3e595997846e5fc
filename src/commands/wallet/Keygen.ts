/**
 * `pitboss wallet keygen`: a new key; its seed phrase goes to the terminal once and nowhere else.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Values } from "../../../config/Setting.ts"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import * as DataFolder from "../../cli/DataFolder.ts"
import { FileError } from "../../cli/Errors.ts"
import * as Iris from "../../wallet/Iris.ts"
import * as KeyFile from "../../wallet/KeyFile.ts"
import * as Phrase from "../../wallet/Phrase.ts"
import { print } from "../Steer.ts"

export const homeOf = (values: Values<typeof common>): string => DataFolder.locate(values.data, process.env)

/** A wallet that is there is found before anything is made or asked. */
export const mustBeFree = (home: string) =>
  Effect.flatMap(KeyFile.find(home), (found) =>
    found === null
      ? Effect.void
      : Effect.fail(
          new FileError({
            path: found.path,
            problem: `the wallet ${found.address} is already there and is never written over; use another folder (--data DIR) or move it away`
          })
        )
  )

export const shown = ({ address, path }: KeyFile.Shown) => `Address\n- ${address}\n\nKey file\n- ${path}`

export const run = ({ values }: Invocation<typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const home = homeOf(values)
    yield* mustBeFree(home)
    const phrase = yield* Phrase.generate
    const made = yield* KeyFile.create(home, yield* Iris.keysOf(phrase), yield* Clock.currentTimeMillis)
    yield* print(`Generated New Master Key (version 1)\n\n${shown(made)}\n`)
    yield* print(
      `Seed Phrase (shown this once; write it down, whoever has it has the coins)\n- ${Redacted.value(phrase)}`
    )
  })

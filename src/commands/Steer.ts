/**
 * What all control commands share: find the program, connect, do one thing, and answer in text or JSON.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { Group, Language } from "../../config/Setting.ts"
import type { common, control } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import type { Connection } from "../control/Client.ts"
import * as Client from "../control/Client.ts"

/** The settings that every control command has. */
export type Settings = typeof control & typeof common

/** Which program is meant, and in which language to say that it is not there. */
export interface Asked {
  readonly values: { readonly data: string | null; readonly target: string | null }
  readonly language: Language
}

/** The folder with the sockets of running programs. */
export const runFolder = (data: string | null): string => join(DataFolder.locate(data, process.env), "run")

/** Use the program that is meant, for as long as `use` runs. */
export const withTarget = <A, E extends Failure>(
  { language, values }: Asked,
  use: (connection: Connection) => Effect.Effect<A, E>
): Effect.Effect<A, Failure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const target = yield* Client.choose(runFolder(values.data), values.target, language)
      const connection = yield* Client.connect(target, language)
      return yield* use(connection)
    })
  )

export const print = (text: string): Effect.Effect<void> => Effect.sync(() => void process.stdout.write(`${text}\n`))

/** One line for people, or the value for programs. */
export const answer = (json: boolean, value: unknown, text: string): Effect.Effect<void> =>
  print(json ? JSON.stringify(value) : text)

/** The one argument of commands that have one; the parser has made sure of it. */
export const argument = <G extends Group>(invocation: Invocation<G>): string => invocation.args[0] ?? ""

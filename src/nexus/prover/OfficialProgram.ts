/**
 * Where the user's installed official Nexus program is.
 *
 * A path that the operator gave is taken as it is or refused with its reason; otherwise the folders of PATH are searched for
 * the names under which the program has been shipped. Nothing is downloaded and nothing else is ever run.
 */
import { constants } from "node:fs"
import { access, realpath, stat } from "node:fs/promises"
import { delimiter, isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { ProverMissing } from "../../../actors/nexus/Errors.ts"

/** Names of the official program, newest first. */
export const names = ["nexus-network", "nexus-cli", "nexus"] as const

export const howToGetIt =
  "install the official Nexus CLI so that nexus-network is on PATH, or point at it with --official-prover FILE (PITBOSS_OFFICIAL_PROVER)"

const isProgram = (file: string): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    try {
      await access(file, constants.X_OK)
      return (await stat(file)).isFile()
    } catch {
      return false
    }
  })

export interface Search {
  /** As the operator gave it; relative to the working directory. */
  readonly configured?: string | undefined
  /** Value of PATH; default that of this process. */
  readonly path?: string | undefined
}

const absolute = (file: string) => Effect.promise(() => realpath(file).catch(() => resolve(file)))

/** The absolute path of the program. */
export const find = ({ configured, path = process.env["PATH"] ?? "" }: Search): Effect.Effect<string, ProverMissing> =>
  Effect.gen(function* () {
    if (configured !== undefined) {
      const file = resolve(configured)
      if (yield* isProgram(file)) return yield* absolute(file)
      return yield* new ProverMissing({ detail: `there is no executable at ${file}: ${howToGetIt}` })
    }
    for (const name of names) {
      for (const folder of path.split(delimiter)) {
        // A relative folder in PATH would depend on where the program was started: skipped.
        if (!isAbsolute(folder)) continue
        const file = join(folder, name)
        if (yield* isProgram(file)) return yield* absolute(file)
      }
    }
    return yield* new ProverMissing({ detail: `no official Nexus prover was found: ${howToGetIt}` })
  })

/**
 * `pitboss nexus guest import FILE`: keep the network's guest program, found in a file that the user has.
 */
import * as Effect from "effect/Effect"
import type { common } from "../../../config/Settings.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import * as DataFolder from "../../cli/DataFolder.ts"
import { UsageError } from "../../cli/Errors.ts"
import * as GuestStore from "../../nexus/prover/GuestStore.ts"
import { answer } from "../Steer.ts"
import type { guestImport as settings } from "./Settings.ts"

export const run = ({ args, values }: Invocation<typeof settings & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const [path] = args
    if (path === undefined) return yield* new UsageError({ problem: "a file is missing", advice: "name one" })
    const home = DataFolder.locate(values.data, process.env)
    yield* DataFolder.prepare(home, "nexus")
    const kept = yield* GuestStore.importFrom(home, path)
    yield* answer(values.json, kept, `${kept.path}: ${kept.bytes} bytes, sha256 ${kept.digest}`)
  })

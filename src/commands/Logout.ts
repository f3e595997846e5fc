/**
 * `pitboss logout`: forget the registered user and node. The signing key stays.
 */
import * as Effect from "effect/Effect"
import type { common, logout } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import * as Registration from "../nexus/client/Registration.ts"
import { environmentOf, nexusHome } from "./Fleet.ts"
import { print } from "./Steer.ts"

export const run = (invocation: Invocation<typeof logout & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const environment = yield* environmentOf(invocation.values, invocation.origins)
    const home = yield* nexusHome(environment, DataFolder.locate(invocation.values.data, process.env))
    const removed = yield* Registration.logout(home)
    yield* print(removed ? `logged out: ${home.configPath} is removed` : `nobody was logged in (no ${home.configPath})`)
  })

/**
 * What the account commands share: the environment, its account folder and a client, for as long as one command runs.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Effect from "effect/Effect"
import { Orchestrator } from "../../actors/nexus/Orchestrator.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import { version } from "../cli/Version.ts"
import type { Environment } from "../nexus/client/Environment.ts"
import type { NexusHome } from "../nexus/client/NexusHome.ts"
import * as OrchestratorClient from "../nexus/client/OrchestratorClient.ts"
import { environmentOf, nexusHome } from "./Fleet.ts"

interface Asked {
  readonly values: { readonly env: string; readonly orchestratorUrl: string | null; readonly data: string | null }
  readonly origins: ReadonlyMap<string, string>
}

/** Run `use` with the account of the environment that was asked for. */
export const withAccount = <A, E>(
  { origins, values }: Asked,
  use: (home: NexusHome, environment: Environment) => Effect.Effect<A, E, Orchestrator>
) =>
  Effect.gen(function* () {
    const environment = yield* environmentOf(values, origins)
    const home = yield* nexusHome(environment, DataFolder.locate(values.data, process.env))
    const key = yield* home.signingKey
    const client = yield* OrchestratorClient.make({ environment, key, version, buildTimestamp: 0 }).pipe(
      Effect.provide(FetchHttpClient.layer)
    )
    return yield* Effect.provideService(use(home, environment), Orchestrator, client)
  })

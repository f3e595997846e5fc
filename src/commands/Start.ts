/**
 * `pitboss start`: one node, the one of --node-id or the one that `register-node` chose.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { NodeId } from "../../actors/nexus/Task.ts"
import type { common, start } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Registration from "../nexus/client/Registration.ts"
import { launch, nexusHome } from "./Fleet.ts"

export const run = (invocation: Invocation<typeof start & typeof common>): Effect.Effect<void, Failure> => {
  const { language, origins, values } = invocation
  const given = values.nodeId
  return launch(
    { program: "start", values, origins, language },
    {
      nodes: (home, environment) =>
        Effect.gen(function* () {
          const id =
            given === null
              ? yield* Effect.flatMap(nexusHome(environment, home), Registration.configuredNode)
              : yield* Effect.orDie(Schema.decode(NodeId)(given))
          return [{ id, label: null, account: null }]
        }),
      spares: [],
      lists: null,
      settings: { maxConcurrent: 1 }
    }
  )
}

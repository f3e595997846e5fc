/**
 * `pitboss register-node [--node-id ID]`: a new node of the registered user, or an existing one, for `pitboss start`.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { NodeId } from "../../actors/nexus/Task.ts"
import type { common, registerNode } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Registration from "../nexus/client/Registration.ts"
import { withAccount } from "./Account.ts"
import { print } from "./Steer.ts"

export const run = (invocation: Invocation<typeof registerNode & typeof common>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const given = invocation.values.nodeId
    const wanted = given === null ? null : yield* Effect.orDie(Schema.decode(NodeId)(given))
    const node = yield* withAccount(invocation, (home, environment) =>
      Registration.registerNode(home, environment, wanted)
    )
    yield* print(`node ${node} is ready; run it with: pitboss start`)
  })

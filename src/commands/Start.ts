/**
 * `pitboss start`: one node, the one of --node-id or the one that `register-node` chose.
 *
 * There is no list that could change and no spare, so when its node works no more the program ends, with a code by which
 * whoever supervises the process can tell a refusal from a breakdown.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { StopReport } from "../../actors/nexus/NodeFleet.ts"
import { NodeId } from "../../actors/nexus/Task.ts"
import type { common, start } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Registration from "../nexus/client/Registration.ts"
import { launch, nexusHome } from "./Fleet.ts"

interface Lost {
  readonly node: NodeId
  readonly reason: string
}

/** The orchestrator refuses the node for good. Exit code 3. */
class NodeRefused extends Data.TaggedError("NodeRefused")<Lost> {
  override get message() {
    return `node ${this.node} is refused: ${this.reason}; its task stays in the spool; name another node with --node-id`
  }
}

/** The node's actor failed again and again: a bug, or the disk. Exit code 75. */
class NodeBroken extends Data.TaggedError("NodeBroken")<Lost> {
  override get message() {
    return `node ${this.node} keeps failing: ${this.reason}; its task stays in the spool and goes on at the next start`
  }
}

/** Errors that are not the orchestrator's word. */
const ownTrouble: ReadonlySet<string> = new Set(["Defect", "SpoolFailed"])

const judge = ({ givenUp: [lost] }: StopReport): Effect.Effect<void, Failure> => {
  if (lost === undefined) return Effect.void
  return Effect.fail(ownTrouble.has(lost.error) ? new NodeBroken(lost) : new NodeRefused(lost))
}

export const run = (invocation: Invocation<typeof start & typeof common>): Effect.Effect<void, Failure> => {
  const { language, origins, values } = invocation
  const given = values.nodeId
  return Effect.flatMap(
    launch(
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
        settings: { maxConcurrent: 1, endsWithLastNode: true }
      }
    ),
    judge
  )
}

/**
 * Runs an example: `npx tsx actors/runtime/examples/main.ts counter`.
 *
 * The same programs are run by test/actors/runtime/Examples.test.ts, so what they print is what the documentation says.
 */
import * as Effect from "effect/Effect"
import * as ActorSystem from "../ActorSystem.ts"
import * as counter from "./counter.ts"
import * as fleet from "./fleet.ts"
import * as tree from "./tree.ts"

const examples = new Map<string, Effect.Effect<ReadonlyArray<string>, unknown, ActorSystem.ActorSystem>>([
  ["counter", counter.program],
  ["tree", tree.program],
  ["fleet", fleet.program]
])

const program = examples.get(process.argv[2] ?? "counter")
if (program === undefined) {
  process.stderr.write(`which example? ${Array.from(examples.keys()).join(" | ")}\n`)
  process.exitCode = 2
} else {
  const lines = await Effect.runPromise(Effect.provide(program, ActorSystem.layer))
  process.stdout.write(`${lines.join("\n")}\n`)
}

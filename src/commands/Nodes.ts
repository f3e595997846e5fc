/**
 * `pitboss nodes`: one line per node of a running program.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import { columnsFor, header, rowOf } from "../console/Columns.ts"
import { clip, textOf } from "../console/Style.ts"
import type { Settings } from "./Steer.ts"
import { answer, withTarget } from "./Steer.ts"

/** Columns of the terminal; wide when the lines go into a file or a pipe. */
const width = () => (process.stdout.isTTY ? process.stdout.columns : 200)

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.flatMap(
    withTarget(invocation.values, ({ call }) => call((client) => client.status())),
    ({ at, fleet }) => {
      const nodes = fleet?.nodes ?? []
      const columns = columnsFor(width(), nodes, invocation.language)
      const lines = [
        header(columns, invocation.language),
        ...nodes.map((node) => rowOf(columns, node, at, invocation.language))
      ]
      const text = lines.map((line) => textOf(clip(line, width())).trimEnd()).join("\n")
      return answer(invocation.values.json, nodes, nodes.length === 0 ? "no nodes" : text)
    }
  )

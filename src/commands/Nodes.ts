/**
 * `pitboss nodes`: one line per node of a running program.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import { columnsFor, header, rowOf } from "../console/Columns.ts"
import { clip, textOf } from "../console/Style.ts"
import { NoNodes } from "../control/Errors.ts"
import type { Settings } from "./Steer.ts"
import { answer, withTarget } from "./Steer.ts"

/** Columns of the terminal; wide when the lines go into a file or a pipe. */
const width = () => (process.stdout.isTTY ? process.stdout.columns : 200)

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const { language } = invocation
    const { about, at, fleet } = yield* withTarget(invocation, ({ call }) => call((client) => client.status()))
    if (fleet === null) return yield* new NoNodes({ program: about.program, language })
    const { nodes } = fleet
    const columns = columnsFor(width(), nodes, language)
    const lines = [header(columns, language), ...nodes.map((node) => rowOf(columns, node, at, language))]
    const text = lines.map((line) => textOf(clip(line, width())).trimEnd()).join("\n")
    yield* answer(invocation.values.json, nodes, nodes.length === 0 ? "no nodes" : text)
  })

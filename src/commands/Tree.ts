/**
 * `pitboss tree`: the supervision tree of a running program, as an indented list.
 */
import * as Effect from "effect/Effect"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as Format from "../console/Format.ts"
import { plain } from "../console/Width.ts"
import type { TreeRow } from "../control/Api.ts"
import type { Settings } from "./Steer.ts"
import { answer, withTarget } from "./Steer.ts"

const lineOf = (row: TreeRow, now: number): string => {
  const depth = row.path.split("/").length - 2
  const facts = [
    row.state,
    `for ${Format.duration(now - row.since)}`,
    ...(row.generation > 1 ? [`generation ${row.generation}`] : []),
    ...(row.restartsTotal > 0 ? [`${row.restartsTotal} restarts, ${row.restartsInWindow} in the window`] : []),
    ...(row.mailboxDepth === null ? [] : [`mailbox ${row.mailboxDepth}, at most ${row.mailboxHighWater ?? 0}`]),
    ...(row.bytes > 0 ? [Format.size(row.bytes)] : []),
    ...(row.lastFailure === null ? [] : [`last failure: ${plain(row.lastFailure)}`])
  ]
  const name = row.path.slice(row.path.lastIndexOf("/") + 1)
  return `${"  ".repeat(depth)}${name}  ${facts.join(", ")}`
}

export const run = (invocation: Invocation<Settings>): Effect.Effect<void, Failure> =>
  Effect.flatMap(
    withTarget(invocation, ({ call }) => call((client) => client.tree())),
    (rows) => answer(invocation.values.json, rows, rows.map((row) => lineOf(row, Date.now())).join("\n"))
  )

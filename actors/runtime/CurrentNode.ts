/**
 * Where in the supervision tree a fiber runs.
 *
 * Every child and every handler of an actor runs with its own node. `Supervisor.make` and `Actor.spawn` hang what they make
 * below it; a logger reads `path` from it, so every line can name its actor without anybody annotating logs.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { TreeNode } from "./TreeNode.ts"

export class CurrentNode extends Context.Reference<CurrentNode>()("pitboss/runtime/CurrentNode", {
  defaultValue: (): { readonly node: TreeNode | undefined } => ({ node: undefined })
}) {}

/** Path of the child or actor that asks; "/" outside of the tree. */
export const path: Effect.Effect<string> = Effect.map(CurrentNode, ({ node }) => node?.path ?? "/")

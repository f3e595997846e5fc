/**
 * The node lists of a fleet: where they are, what they hold, and when they change.
 *
 * One main list and, when the operator named one, a list of spares. A node may stand in one of the two only.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { NodeEntry } from "../../actors/nexus/NodeFleet.ts"
import type { LineProblem } from "./client/Errors.ts"
import { NodeListInvalid } from "./client/Errors.ts"
import * as NodeList from "./client/NodeList.ts"
import * as NodeListWatch from "./client/NodeListWatch.ts"

export interface Loaded {
  readonly nodes: ReadonlyArray<NodeEntry>
  readonly spares: ReadonlyArray<NodeEntry>
  /** Lines that were left out, with the file that holds them. */
  readonly warnings: ReadonlyArray<LineProblem & { readonly path: string }>
}

export interface Lists {
  readonly load: Effect.Effect<Loaded, NodeList.NodeListError>
  /** One element for each change of a file's content, valid or not. */
  readonly changes: Stream.Stream<unknown>
}

const platform = Layer.merge(NodeFileSystem.layer, NodePath.layer)

const listed = (list: NodeList.NodeList) => list.warnings.map((warning) => ({ ...warning, path: list.path }))

/** `file` null looks in the usual places. */
export const make = (
  file: string | null,
  spares: string | null,
  skipInvalid: boolean
): Effect.Effect<Lists, NodeList.NodeListError> =>
  Effect.gen(function* () {
    const path = file ?? (yield* NodeList.locate)
    const load = Effect.gen(function* () {
      const main = yield* NodeList.load(path, { skipInvalid })
      if (spares === null) return { nodes: main.entries, spares: [], warnings: listed(main) }
      const reserve = yield* NodeList.load(spares, { skipInvalid })
      const problems: Array<LineProblem> = []
      for (const [id, line] of reserve.lines) {
        const other = main.lines.get(id)
        if (other !== undefined) problems.push({ line, text: id, reason: `the same id as in ${path} line ${other}` })
      }
      if (problems.length > 0 && !skipInvalid) return yield* new NodeListInvalid({ path: spares, problems })
      return {
        nodes: main.entries,
        spares: reserve.entries.filter(({ id }) => !main.lines.has(id)),
        warnings: [...listed(main), ...listed({ ...reserve, warnings: [...reserve.warnings, ...problems] })]
      }
    })
    const follow = (one: string) => NodeListWatch.watch(one, { skipInvalid })
    const changes = spares === null ? follow(path) : Stream.merge(follow(path), follow(spares))
    return { load: Effect.provide(load, platform), changes: Stream.provideSomeLayer(changes, platform) }
  }).pipe(Effect.provide(platform))

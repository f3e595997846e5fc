/**
 * Pins how the list of nodes and the list of spares go together.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Lists from "../../../src/nexus/Lists.ts"

const files = Effect.acquireRelease(
  Effect.sync(() => {
    const folder = mkdtempSync(join(tmpdir(), "pitboss-lists-"))
    const [nodes, spares] = [join(folder, "nodes.txt"), join(folder, "spares.txt")]
    writeFileSync(nodes, "# mine\n11\n12\n")
    writeFileSync(spares, "13\n12\n11\n")
    return { folder, nodes, spares }
  }),
  ({ folder }) => Effect.sync(() => rmSync(folder, { recursive: true }))
)

describe("Lists", () => {
  it.scoped("a spare that is a node as well is refused with both of its lines", () =>
    Effect.gen(function* () {
      const { nodes, spares } = yield* files
      const { message } = yield* Effect.flip((yield* Lists.make(nodes, spares, false)).load)
      assert.include(message, `line 2: the same id as in ${nodes} line 3: 12`)
      assert.include(message, `line 3: the same id as in ${nodes} line 2: 11`)
    })
  )

  it.scoped("or left out with a warning", () =>
    Effect.gen(function* () {
      const { nodes, spares } = yield* files
      const loaded = yield* (yield* Lists.make(nodes, spares, true)).load
      assert.deepStrictEqual(
        loaded.spares.map(({ id }) => String(id)),
        ["13"]
      )
      assert.deepStrictEqual(
        loaded.warnings.map(({ line, path }) => [path, line]),
        [
          [spares, 2],
          [spares, 3]
        ]
      )
    })
  )
})

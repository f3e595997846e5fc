/** kill -9 of a mining devnet, again and again: every block that was acknowledged is on the chain, and the coins agree. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Emission from "../../../../src/nockchain/Emission.ts"
import { makeDevnet, pkh, temporaryFolder, notesOf } from "./Support.ts"

const child = Path.join(Path.dirname(fileURLToPath(import.meta.url)), "KillChild.ts")

/** Run the child on a file, kill it a little after its `blocks`th line; returns its whole lines. */
const mineAndKill = (file: string, blocks: number, graceMillis: number) =>
  Effect.async<ReadonlyArray<string>>((resume) => {
    const running = spawn(process.execPath, ["--import", "tsx", child, file], { stdio: ["ignore", "pipe", "inherit"] })
    let said = ""
    let killing = false
    running.stdout.on("data", (bytes: Buffer) => {
      said += bytes.toString("utf8")
      if (killing || said.split("\n").length <= blocks) return
      killing = true
      setTimeout(() => running.kill("SIGKILL"), graceMillis)
    })
    running.on("close", () => resume(Effect.succeed(said.split("\n").slice(0, -1))))
    return Effect.sync(() => running.kill("SIGKILL"))
  })

describe("a devnet that is killed", () => {
  it.live(
    "keeps every acknowledged block, each once, and books that agree",
    () =>
      Effect.gen(function* () {
        const file = Path.join(yield* temporaryFolder, "devnet.db")
        const acknowledged: Array<string> = []
        for (const [blocks, grace] of [
          [3, 0],
          [5, 7],
          [2, 23],
          [4, 11]
        ] as const) {
          const lines = yield* mineAndKill(file, blocks, grace)
          assert.isAtLeast(lines.length, blocks)
          acknowledged.push(...lines)
        }
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { source } = yield* makeDevnet({ file })
            const { height } = yield* source.tip
            // At most one block per kill was on the disk and not yet said.
            assert.isAtMost(height - acknowledged.length, 4)
            const heights = acknowledged.map((each) => Number(each.split(" ")[0]))
            assert.deepStrictEqual(
              heights,
              [...heights].sort((a, b) => a - b)
            )
            assert.strictEqual(new Set(heights).size, heights.length)
            for (const each of acknowledged) {
              const [at, id] = each.split(" ")
              assert.strictEqual((yield* source.blockAt(Number(at)))?.blockId, id)
            }
            const notes = yield* notesOf(source, pkh)
            assert.strictEqual(notes.length, height)
            assert.strictEqual(
              notes.reduce((sum, { nicks }) => sum + nicks, 0n),
              BigInt(height) * Emission.emission(1)
            )
          })
        )
      }).pipe(Effect.scoped),
    120_000
  )
})

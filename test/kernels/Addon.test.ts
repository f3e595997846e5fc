/** The addon and the places of native files. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Addon from "../../kernels/Addon.ts"
import { KernelHost } from "../../kernels/KernelHost.ts"
import * as Paths from "../../kernels/Paths.ts"

describe("Addon", () => {
  it.effect("loads and answers", () =>
    Effect.gen(function* () {
      const addon = yield* Addon.load
      assert.strictEqual(addon.version(), "1")
      assert.isBoolean(addon.trimMemory())
      const heap = addon.heapInfo()
      if (heap !== null) assert.isAbove(heap.arena + heap.mapped, 0)
    })
  )

  it.scopedLive("sees the same instruction set as the host", () =>
    Effect.gen(function* () {
      const addon = yield* Addon.load
      const host = yield* KernelHost
      assert.strictEqual(addon.simd(), (yield* host.info).simd)
    }).pipe(Effect.provide(KernelHost.Native()))
  )

  it("obeys PITBOSS_SIMD downwards", () => {
    const script = `process.stdout.write(require(${JSON.stringify(Paths.addonFile)}).simd())`
    const run = (level: string) =>
      spawnSync(process.execPath, ["-e", script], { env: { PITBOSS_SIMD: level }, encoding: "utf8" }).stdout
    assert.strictEqual(run("scalar"), "scalar")
    assert.include(["scalar", "avx2"], run("avx2"))
  })
})

describe("Paths", () => {
  it("finds the package from any folder in it, by its name", () => {
    const root = mkdtempSync(join(tmpdir(), "pitboss-paths-"))
    mkdirSync(join(root, "dist", "chunks", "inner"), { recursive: true })
    writeFileSync(join(root, "package.json"), JSON.stringify({ name: "pitboss" }))
    writeFileSync(join(root, "dist", "package.json"), JSON.stringify({ name: "something else" }))
    writeFileSync(join(root, "dist", "chunks", "package.json"), "not JSON")
    assert.strictEqual(Paths.findRoot(join(root, "dist", "chunks", "inner")), root)
    assert.strictEqual(Paths.findRoot(root), root)
    rmSync(root, { recursive: true })
  })

  it("is this package here", () => {
    assert.strictEqual(Paths.packageRoot, dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
  })
})

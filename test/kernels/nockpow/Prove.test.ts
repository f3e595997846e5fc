/** The prover, bit for bit: golden files, the oracle's proofs, every code path, threads, stages, cancel. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { KernelHost } from "../../../kernels/KernelHost.ts"
import * as NockPow from "../../../kernels/NockPow.ts"
import { PowRefused } from "../../../kernels/NockPowErrors.ts"
import { proofVersions, type Puzzle, simdNames, stages } from "../../../kernels/NockPowTypes.ts"
import { digest, oracleRows, one, sha256, sharedFile, six, withoutShared } from "./Support.ts"

const puzzle = (over: Partial<Puzzle>): Puzzle => ({ version: 5, commitment: one, nonce: six, length: 2, ...over })

/** SHA-256 of the jam of proofs of commitment 1..5 and nonce 6..10; equal to the oracle's files. */
const known: ReadonlyArray<readonly [Puzzle["version"], number, string]> = [
  [0, 1, "4fa03ed4c309e79ee68ee195a628e9d7fecfab74ff900c720062ab4613cd54cd"],
  [0, 2, "1473d79ccbb2975bd7810f7e609bb9835243f31f8bac4aeeca7adb722f57522e"],
  [0, 64, "4150bb253b16e3067cff7558e2339b039cc49926c8f70a19a12db0dac52f5f90"],
  [1, 1, "6ed864ef14d58819b67981e40a50456b03ff4a42d4b837266fa0ec0508b43584"],
  [1, 2, "ac82a0676e53b81095c3c282cdfbf337e9755320e9d352589e97a500fa7ccefb"],
  [2, 1, "00bf8dbe437e4c6f06b2ea53b440ae9751edb50fde345469754b72b28aafcbe9"],
  [2, 2, "5f7fc42b3f2114aa8e39e9f614afc8672fd773887fe312127fc7b43f1df8c4c9"],
  [3, 1, "6d47d05ac6b381ab995a95c8a99d0ef6bbf3731bc74993cba11479dd4fa6e517"],
  [3, 2, "027395a8c3d2f728b06957a1a40e68fdadf7dbd189064aa0b8aabafdebd2702b"],
  [5, 1, "555989af3bb69f5bf9c3035a0b5fba4adcc7b35c584ecb9a17ee5ca191221380"],
  [5, 2, "c0cef98d38faf962ca4c62dca036757e1d472e8ec1f22a16f3ce0367a0027feb"],
  [5, 64, "233de141514d43834bd2baccd1cb81ef67285399375b4a60a1a9ad3ad16c8701"]
]

describe("prove", () => {
  it.scopedLive(
    "gives the same bytes as ever, on every code path and with any threads",
    () =>
      Effect.gen(function* () {
        const pow = yield* NockPow.make()
        for (const [version, length, hash] of known) {
          const made = yield* pow.prove(puzzle({ version, length }))
          assert.strictEqual(sha256(made.jam), hash, `version ${version} length ${length}`)
          if (length === 64) continue
          for (const simd of simdNames) {
            const again = yield* Effect.either(pow.prove(puzzle({ version, length }), { simd, threads: 2 }))
            if (again._tag === "Left") assert.include(again.left.message, "instruction set")
            else assert.strictEqual(sha256(again.right.jam), hash, simd)
          }
        }
      }),
    300_000
  )

  it.scopedLive(
    "agrees with the oracle",
    () =>
      Effect.gen(function* () {
        const pow = yield* NockPow.make()
        const rows = oracleRows()
        assert.strictEqual(rows.length, 50 * proofVersions.length)
        // Every version and every length; the whole list is checked by equality.mjs.
        const some = rows.filter(({ index }) => (index >= 10 && index < 16) || index === 0)
        assert.strictEqual(some.length, 7 * proofVersions.length)
        for (const row of some.filter(({ len, version }) => len < 64 || version === 5)) {
          const made = yield* pow.prove({
            version: row.version,
            commitment: digest(row.commitment),
            nonce: digest(row.nonce),
            length: row.len
          })
          assert.strictEqual(sha256(made.jam), row.sha256, `version ${row.version} index ${row.index}`)
          assert.deepStrictEqual(made.digest, digest(row.digest))
          assert.strictEqual(made.jam.length, row.bytes)
        }
      }),
    300_000
  )

  for (const name of ["proof-v2-len1", "fakenet-genesis-pow-2-bex-1", "fakenet-genesis-pow-64-bex-2"]) {
    const path = sharedFile("golden", `${name}.jam`)
    it.skipIf(path === null)(
      `reproduces ${name} bit for bit${path === null ? ` (${withoutShared})` : ""}`,
      () =>
        Effect.gen(function* () {
          const pow = yield* NockPow.make()
          const raw = readFileSync(path ?? "")
          const verdict = yield* pow.verify(raw)
          assert.isTrue(verdict.valid)
          if (!verdict.valid) return
          const made = yield* pow.prove(verdict.statement)
          assert.deepStrictEqual(made.digest, verdict.statement.digest)
          // The proof noun stands inside a page; alone it is the whole file.
          if (name.startsWith("proof")) assert.isTrue(Buffer.from(made.jam).equals(raw.subarray(0, made.jam.length)))
          const again = yield* pow.verify(made.jam)
          assert.deepStrictEqual(again, verdict)
        }).pipe(Effect.scoped, Effect.runPromise),
      300_000
    )
  }

  it.scopedLive("goes through its stages in order and tells its memory", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const seen: Array<string> = []
      const made = yield* pow.prove(puzzle({ length: 8 }), {
        onProgress: (stage) => {
          if (seen.at(-1) !== stage) seen.push(stage)
        }
      })
      assert.deepStrictEqual(seen, [...stages])
      if (process.platform === "linux") assert.isBelow(made.peakBytes ?? 0, 100e6)
    })
  )

  it.scopedLive("stops in the middle of a proof without losing its process", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const pow = NockPow.fromHost(host)
      const { pid } = yield* host.info
      const begun = yield* Deferred.make<void>()
      const fiber = yield* Effect.fork(
        pow.prove(puzzle({ length: 64 }), {
          onProgress: (stage) => (stage === "ext" ? Deferred.unsafeDone(begun, Effect.void) : undefined)
        })
      )
      yield* Deferred.await(begun)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.strictEqual((yield* host.info).pid, pid)
    }).pipe(Effect.provide(KernelHost.Native()))
  )

  it.scopedLive("refuses puzzles that do not exist", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      for (const wrong of [{ length: 3 }, { length: 0 }, { length: 512 }, { nonce: [1n << 64n] }]) {
        const limbs = digest("nonce" in wrong ? [0xffffffff00000001n, 0, 0, 0, 0] : six)
        const refused = yield* Effect.flip(pow.prove(puzzle({ ...wrong, nonce: limbs })))
        assert.instanceOf(refused, PowRefused)
      }
    })
  )

  it.scopedLive("works in this process too", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.NockPow
      const seen = new Set<string>()
      const made = yield* pow.prove(puzzle({ length: 1 }), { onProgress: (stage) => seen.add(stage) })
      assert.strictEqual(sha256(made.jam), known.find(([version, length]) => version === 5 && length === 1)?.[2])
      assert.isTrue(seen.has("open"))
      assert.isTrue((yield* pow.verify(made.jam)).valid)
      const fiber = yield* Effect.fork(pow.prove(puzzle({ length: 64 })))
      yield* Effect.sleep("20 millis")
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
    }).pipe(Effect.provide(NockPow.NockPow.InProcess))
  )
})

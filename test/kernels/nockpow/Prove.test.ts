/** The prover, bit for bit: golden files, the oracle's proofs, every code path, threads, stages, cancel. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { KernelHost } from "../../../kernels/KernelHost.ts"
import * as NockPow from "../../../kernels/NockPow.ts"
import { PowRefused } from "../../../kernels/NockPowErrors.ts"
import { type Digest, proofVersions, type Puzzle, simdNames, stages } from "../../../kernels/NockPowTypes.ts"
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

/** The golden proofs by what they state; SHA-256 of the bare proof noun as jam. */
const golden: ReadonlyArray<{
  readonly name: string
  readonly puzzle: Puzzle
  readonly digest: Digest
  readonly sha256: string
}> = [
  {
    name: "proof-v2-len1",
    puzzle: {
      version: 2,
      length: 1,
      commitment: [
        7944925381601331412n,
        11010936557463758866n,
        975990832031042959n,
        13385244201508724730n,
        12705105841993571334n
      ],
      nonce: [
        3447968191261276012n,
        6052632301823254318n,
        8423335959106168490n,
        11097589918442157217n,
        13640939506338565287n
      ]
    },
    digest: [
      8181132931377965872n,
      1375463080825582408n,
      17921493804583033715n,
      3279335243185232050n,
      1897286267110228195n
    ],
    sha256: "85568725d8c0dd31354b73ade6320833e0c109920e3a516470cc7577c12df52c"
  },
  {
    name: "fakenet-genesis-pow-2-bex-1",
    puzzle: {
      version: 0,
      length: 2,
      commitment: [
        8762357222944862655n,
        13327022526285459591n,
        7970971365123180635n,
        3014504974370929491n,
        14804084617237160285n
      ],
      nonce: [
        1630321743727236774n,
        8193296008669210436n,
        9647431612186949961n,
        10386515937898138277n,
        12540146646754363501n
      ]
    },
    digest: [
      7154718769962837351n,
      4281473021025044630n,
      4069276669000580250n,
      8003768633183981818n,
      2767928518093184484n
    ],
    sha256: "a285cf8d4c89c57d83bc1ebdb0a76bd100fc56fbb6671f03fcf25cb2293d0dc2"
  },
  {
    name: "fakenet-genesis-pow-64-bex-2",
    puzzle: {
      version: 0,
      length: 64,
      commitment: [
        1719088396852664599n,
        10533677896651587115n,
        15967884491235295106n,
        13478381889017836169n,
        3690138606051615316n
      ],
      nonce: [
        9188943016450964828n,
        16377781950774486056n,
        3864809632163890905n,
        3031750284227897439n,
        10968343203212617449n
      ]
    },
    digest: [
      605385906763196320n,
      17557351259610007211n,
      14423700431506413768n,
      11601522478938288736n,
      1412002507958280506n
    ],
    sha256: "adb7c002330dd0dfba295d3f26d63a5ae4c50c5fbdea2a7e8c0f4b7b6e87df8b"
  }
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

  for (const { digest: known, name, puzzle: stated, sha256: hash } of golden) {
    it.scopedLive(
      `makes the golden proof ${name} again`,
      () =>
        Effect.gen(function* () {
          const pow = yield* NockPow.make()
          const made = yield* pow.prove(stated)
          assert.strictEqual(sha256(made.jam), hash)
          assert.deepStrictEqual(made.digest, known)
        }),
      300_000
    )

    const path = sharedFile("golden", `${name}.jam`)
    it.scopedLive.skipIf(path === null)(
      `accepts the golden file ${name}${path === null ? ` (${withoutShared})` : ""}`,
      () =>
        Effect.gen(function* () {
          const pow = yield* NockPow.make()
          const verdict = yield* pow.verify(readFileSync(path ?? ""))
          assert.deepInclude(verdict.statement, { ...stated, digest: known })
          assert.isTrue(verdict.valid)
        }),
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

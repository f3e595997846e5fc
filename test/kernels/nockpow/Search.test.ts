/** The nonce search and batch digests of the kernel host: lowest hit, carries, prefixes, threads, cancel, all code paths. */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Exit, Fiber, Stream } from "effect"
import { KernelHost } from "../../../kernels/KernelHost.ts"
import * as NockPow from "../../../kernels/NockPow.ts"
import { PowRefused } from "../../../kernels/NockPowErrors.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import { type Digest, fieldOrder, type SearchJob, type Simd, simdNames } from "../../../kernels/NockPowTypes.ts"
import { one, six } from "./Support.ts"

/** The target that every digest meets. */
const anyTarget: Digest = [fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n, fieldOrder - 1n]
const native = Effect.runSync(Native.load)
const top = fieldOrder - 1n

/** start + offset in base p. */
const nonceAt = (start: Digest, offset: bigint): Digest => {
  const limbs: Array<bigint> = []
  let carry = offset
  for (const limb of start) {
    limbs.push((limb + carry) % fieldOrder)
    carry = (limb + carry) / fieldOrder
  }
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n] = limbs
  return [a, b, c, d, e]
}

const value = (limbs: Digest) => limbs.reduceRight((sum, limb) => sum * fieldOrder + limb, 0n)

/** Digests of the first `count` nonces, lowest offset that meets a target. */
const firstHit = (job: SearchJob): bigint | null => {
  const nonces = Array.from({ length: Number(job.count) }, (_, index) => nonceAt(job.start, BigInt(index)))
  const digests = native.digests(job.commitment, job.length, nonces) ?? []
  const index = digests.findIndex((each) => value(each) <= value(job.target))
  return index < 0 ? null : BigInt(index)
}

const job = (over: Partial<SearchJob>): SearchJob => ({
  commitment: one,
  start: six,
  count: 1000n,
  target: [top, top, top, top, fieldOrder / 100n],
  length: 2,
  ...over
})

/** The code paths this machine has. */
const paths = (pow: NockPow.NockPowService): Effect.Effect<ReadonlyArray<Simd>> =>
  Stream.fromIterable(simdNames).pipe(
    Stream.filterEffect((simd) =>
      pow.digest({ version: 5, commitment: one, length: 2, nonces: [], simd }).pipe(
        Effect.as(true),
        Effect.orElseSucceed(() => false)
      )
    ),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )

describe("search", () => {
  it.scopedLive("finds the lowest winning offset whatever the threads and the instruction set", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      for (const start of [six, [top - 3n, top, 8n, 9n, 10n] as const, [top, top, top, top, top] as const]) {
        const expected = firstHit(job({ start }))
        assert.isNotNull(expected)
        for (const simd of yield* paths(pow)) {
          for (const threads of [1, 2, 5]) {
            const found = yield* pow.search(job({ start, threads, simd }))
            assert.strictEqual(found._tag, "Found")
            if (found._tag !== "Found") return
            assert.strictEqual(found.offset, expected)
            assert.deepStrictEqual(found.nonce, nonceAt(start, found.offset))
            assert.deepStrictEqual([found.digest], native.digests(one, 2, [found.nonce]))
          }
        }
      }
    })
  )

  it.scopedLive("takes a digest that equals the target, and none above it", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const [target] = native.digests(one, 2, [nonceAt(six, 0n)]) ?? []
      assert.isDefined(target)
      if (target === undefined) return
      const just = yield* pow.search(job({ count: 1n, target }))
      assert.strictEqual(just._tag, "Found")
      const [low, ...high] = target
      const [b, c, d, e] = high
      const below = yield* pow.search(job({ count: 1n, target: [low - 1n, b, c, d, e] }))
      assert.deepStrictEqual(below, { _tag: "Exhausted", tried: 1n })
    })
  )

  it.scopedLive("says when nothing is found, with the number tried", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const none = yield* pow.search(job({ target: [0n, 0n, 0n, 0n, 0n], count: 1003n, threads: 2 }))
      assert.deepStrictEqual(none, { _tag: "Exhausted", tried: 1003n })
      const empty = yield* pow.search(job({ count: 0n, target: anyTarget }))
      assert.deepStrictEqual(empty, { _tag: "Exhausted", tried: 0n })
    })
  )

  it.scopedLive("stays inside the fixed limbs", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const start: Digest = [top - 9n, top, 1n, 2n, 3n]
      const inside = yield* pow.search(job({ start, count: 10n, fixedLimbs: 4, target: anyTarget }))
      assert.strictEqual(inside._tag, "Found")
      const carried = yield* pow.search(job({ start, count: 11n, fixedLimbs: 2, target: anyTarget }))
      assert.strictEqual(carried._tag, "Found")
      const refused = yield* Effect.flip(pow.search(job({ start, count: 11n, fixedLimbs: 3, target: anyTarget })))
      assert.instanceOf(refused, PowRefused)
      assert.include(refused.message, "fixed limbs")
    })
  )

  it.scopedLive("refuses what cannot be searched", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      for (const wrong of [
        { length: 3 },
        { length: 0 },
        { start: [fieldOrder, 0n, 0n, 0n, 0n] as const },
        { count: -1n }
      ]) {
        assert.instanceOf(yield* Effect.flip(pow.search(job(wrong))), PowRefused)
      }
    })
  )

  it.scopedLive("stops soon after it is interrupted, and the host takes the next job", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const pow = NockPow.fromHost(host)
      const endless = job({ count: 1n << 60n, target: [0n, 0n, 0n, 0n, 0n], length: 64, threads: 2 })
      const { pid } = yield* host.info
      const begun = yield* Effect.makeLatch()
      const fiber = yield* Effect.fork(pow.search(endless, () => begun.unsafeOpen()))
      yield* begun.await
      const exit = yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.isInterrupted(exit))
      // A job that ignores its cancel is killed with its process; this one answered, so the process is the same.
      assert.strictEqual((yield* host.info).pid, pid)
      assert.strictEqual((yield* pow.search(job({ target: anyTarget })))._tag, "Found")
    }).pipe(Effect.provide(KernelHost.Native()))
  )
})

describe("digests in the host", () => {
  it.scopedLive("are the same on every code path and for every length", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const nonces = Array.from({ length: 11 }, (_, index) => nonceAt([top - 4n, top, 0n, top, 3n], BigInt(index)))
      for (const length of [1, 2, 4, 16, 64]) {
        const expected = native.digests(one, length, nonces)
        for (const simd of yield* paths(pow)) {
          assert.deepStrictEqual(yield* pow.digest({ version: 5, commitment: one, length, nonces, simd }), expected)
        }
      }
    })
  )

  it.scopedLive("of versions 0 to 3 cover seven objects", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      // vectors/nockpow_vectors.json
      const known = {
        2: [
          1573970395162217791n,
          1156178166846182369n,
          16887390215873939408n,
          6170978458765546426n,
          5365103795527295390n
        ],
        3: [
          7239966573967017352n,
          10726587474475480811n,
          16514791155384377444n,
          7606858521853723961n,
          542988759997281834n
        ]
      } as const
      for (const version of [2, 3] as const) {
        const [found] = yield* pow.digest({ version, commitment: one, length: 2, nonces: [six] })
        assert.deepStrictEqual(found, known[version])
      }
    })
  )
})

/**
 * The whole miner on the native kernel: real search processes, the real gRPC port, a pretended pool that checks digests.
 *
 * These tests measure wall time with generous bounds; what is exact is proved with pretended time in test/actors/miner.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import * as Net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as MinerTree from "../../../actors/miner/MinerTree.ts"
import { NonceSearch } from "../../../actors/miner/NonceSearch.ts"
import * as Limbs from "../../../actors/pool/Limbs.ts"
import { targetOf } from "../../../actors/pool/Job.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import * as NativeCalls from "../../../kernels/NockPowNative.ts"
import { hostExecutable } from "../../../kernels/Paths.ts"
import * as Benchmark from "../../../src/miner/Benchmark.ts"
import * as GrpcLink from "../../../src/miner/GrpcLink.ts"
import { FakePool, job } from "../pool/grpc/FakePool.ts"
import { serve } from "../pool/grpc/Peers.ts"

const until = (what: string, holds: () => boolean, millis = 30_000) =>
  Effect.promise(async () => {
    const end = performance.now() + millis
    while (!holds()) {
      if (performance.now() > end) throw new Error(`${what} did not happen within ${millis} ms`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

const freePort = Effect.async<number>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const at = server.address()
    server.close(() => resume(Effect.succeed(typeof at === "object" && at !== null ? at.port : 0)))
  })
})

const mine = (threads: number, port: number) =>
  MinerTree.make({ threads, addresses: [`127.0.0.1:${port}`] }).pipe(
    Effect.provide(
      Layer.merge(
        NonceSearch.Native(),
        GrpcLink.layer({
          account: "native",
          worker: "test",
          version: "test",
          token: Effect.succeed(null),
          tls: { ca: null, cert: null, key: null }
        })
      )
    ),
    Effect.map(({ service }) => service)
  )

const digestOf = (limbs: Uint8Array) =>
  [0, 1, 2, 3, 4].map((index) => Limbs.limbAt(limbs, index)) as unknown as readonly [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint
  ]

const hosts = (): ReadonlyArray<number> =>
  execFileSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes("pitboss-host"))
    .map((line) => Number.parseInt(line, 10))

describe.skipIf(!existsSync(hostExecutable))("miner on the native kernel", () => {
  it.scopedLive(
    "defects 1 and 2: every share is a version-5 digest within its target, inside the prefix, and new",
    () =>
      Effect.gen(function* () {
        const pool = new FakePool()
        pool.shareTarget = targetOf(500n)
        const { port } = yield* serve(pool)
        const service = yield* mine(2, port)
        const there = yield* Effect.promise(() => pool.of("native"))
        yield* until("ten shares", () => there.shares.length >= 10)
        const native = yield* NativeCalls.load
        const seen = new Set(there.shares.map(({ nonce }) => Limbs.keyOf(nonce)))
        assert.strictEqual(seen.size, there.shares.length)
        for (const { nonce } of there.shares) {
          assert.strictEqual(Limbs.prefixOf(nonce), there.prefix)
          const [digest] = native.digests(digestOf(job().candidate.commitment), 64, [digestOf(nonce)]) ?? []
          const value = digest?.reduceRight((sum, limb) => sum * 0xffffffff00000001n + limb, 0n) ?? -1n
          assert.isTrue(value >= 0n && value <= pool.shareTarget)
        }
        yield* until("the answers", () => Effect.runSync(service.status).shares.pending === 0)
        const { rate, shares } = yield* service.status
        assert.strictEqual(shares.accepted, shares.found)
        assert.isAbove(rate, 0)
      }).pipe(Effect.provide(ActorSystem.layer))
  )

  it.scopedLive("defect 7: a new job is searched within 100 ms of its arrival, again and again", () =>
    Effect.gen(function* () {
      const pool = new FakePool()
      pool.shareTarget = 0n
      pool.present = job({ candidate: { ...job().candidate, target: 0n } })
      const { port } = yield* serve(pool)
      const service = yield* mine(1, port)
      yield* until("the first search", () => Effect.runSync(service.status).threads[0]?.tried !== 0)
      const waits: Array<number> = []
      for (let number = 0; number < 20; number++) {
        const jobId = `switch-${number}`
        const commitment = Buffer.alloc(40, number + 20)
        // Everything is a find: the first share of the job tells when its search began.
        pool.shareTarget = 2n ** 400n
        const began = performance.now()
        pool.broadcast(job({ jobId, candidate: { ...job().candidate, commitment } }))
        const there = yield* Effect.promise(() => pool.of("native"))
        yield* until("a share", () => there.shares.some((share) => share.jobId === jobId))
        waits.push(performance.now() - began)
        pool.shareTarget = 0n
        pool.broadcast(job({ jobId: `rest-${number}`, candidate: { ...job().candidate, target: 0n } }))
        yield* Effect.sleep("50 millis")
      }
      waits.sort((a, b) => a - b)
      const median = waits[10] ?? Number.POSITIVE_INFINITY
      // From the pool's push to the first share in the pool's hand; the machine of the test may be overloaded.
      assert.isBelow(median, 300)
      yield* Effect.logInfo(
        `job switch, push to first share: median ${median.toFixed(1)} ms, worst ${waits.at(-1)?.toFixed(1)} ms`
      )
    }).pipe(Effect.provide(ActorSystem.layer))
  )

  it.scopedLive("kill -9 of every search process, five times: the miner goes on by itself and loses no job", () =>
    Effect.gen(function* () {
      const pool = new FakePool()
      pool.shareTarget = targetOf(500n)
      const { port } = yield* serve(pool)
      const service = yield* mine(2, port)
      const there = yield* Effect.promise(() => pool.of("native"))
      yield* until("a share", () => there.shares.length > 0)
      for (let round = 0; round < 5; round++) {
        yield* until("both search processes", () => hosts().length === 2)
        for (const pid of hosts()) process.kill(pid, "SIGKILL")
        const before = there.shares.length
        yield* until("shares after the kill", () => there.shares.length > before + 2)
      }
      yield* until("both threads", () =>
        Effect.runSync(service.status).threads.every((thread) => thread.state === "searching")
      )
      assert.strictEqual(pool.connections.length, 1)
      assert.strictEqual((yield* service.status).job?.jobId, "job-1")
      const seen = new Set(there.shares.map(({ nonce }) => Limbs.keyOf(nonce)))
      assert.isAtLeast(seen.size, there.shares.length - 5 * 2)
    }).pipe(Effect.provide(ActorSystem.layer))
  )

  it.scopedLive(
    "a pool that goes away and comes back has its miner back within 5 s, and every share has one answer",
    () =>
      Effect.gen(function* () {
        const port = yield* freePort
        const pool = new FakePool()
        pool.shareTarget = targetOf(2_000n)
        const waits: Array<number> = []
        let service: MinerTree.MinerService | null = null
        for (let round = 0; round < 3; round++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              yield* serve(pool, { port })
              const up = performance.now()
              const before = pool.connections.length
              if (service !== null) {
                yield* until("the return", () => pool.connections.length > before)
                waits.push(performance.now() - up)
              }
              yield* Effect.sleep("500 millis")
            })
          )
          if (service === null) service = yield* mine(1, port)
          yield* Effect.sleep("1500 millis")
        }
        yield* serve(pool, { port })
        const miner = service
        if (miner === null) throw new Error("there is no miner")
        yield* until("all answers", () => {
          const { found, pending } = Effect.runSync(miner.status).shares
          return found > 5 && pending === 0
        })
        const { accepted, duplicate, found, lost, rejected, stale } = (yield* miner.status).shares
        assert.strictEqual(accepted + duplicate + lost + rejected + stale, found)
        assert.isTrue(waits.every((wait) => wait < 8_000))
        yield* Effect.logInfo(
          `back after a restart of the pool: ${waits.map((wait) => Math.round(wait)).join(", ")} ms`
        )
      }).pipe(Effect.provide(ActorSystem.layer))
  )

  it.scopedLive("defect 5: the program stays awake while it searches", () =>
    Effect.gen(function* () {
      const pool = new FakePool()
      pool.shareTarget = 0n
      pool.present = job({ candidate: { ...job().candidate, target: 0n } })
      const { port } = yield* serve(pool)
      const service = yield* mine(2, port)
      yield* until("work", () => Effect.runSync(service.status).tried > 0)
      let ticks = 0
      yield* Effect.raceFirst(
        Effect.sleep("1 second"),
        Stream.runForEach(Stream.tick("10 millis"), () =>
          Effect.sync(() => {
            ticks += 1
          })
        )
      )
      // A blocking wait in the loop would leave none.
      assert.isAbove(ticks, 10)
    }).pipe(Effect.provide(ActorSystem.layer))
  )

  it.live("the benchmark measures digests and a few megabytes per thread", () =>
    Effect.gen(function* () {
      const result = yield* Benchmark.run(1, 0.3, () => false)
      assert.isAbove(result.rate, 100)
      const [thread] = result.threads
      if (thread?.peakBytes != null) assert.isBelow(thread.peakBytes, 32 * 2 ** 20)
    })
  )
})

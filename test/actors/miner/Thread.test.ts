/**
 * The search threads: who searches where, what a new job does, what a crash costs.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Layer, Queue, Random, TestClock } from "effect"
import { HostCrashed } from "../../../kernels/Errors.ts"
import { find, job, layer, miner, settle } from "./Harness.ts"

const crashed = new HostCrashed({ signal: "SIGKILL", exitCode: null, killedByUs: false, detail: "", stderr: "" })

describe("miner: threads", () => {
  it.scoped("defect 6: threads have disjoint ranges inside the connection's prefix", () =>
    Effect.gen(function* () {
      const world = yield* miner(4, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job()) ?? Effect.void
      const begun = Chunk.toReadonlyArray(yield* Queue.takeN(world.searches, 4))
      assert.deepStrictEqual(begun.map(({ stretch }) => stretch.start[3]).sort(), [0n, 1n, 2n, 3n])
      assert.isTrue(begun.every(({ stretch }) => stretch.start[4] === 77n && stretch.start[0] === 0n))
      const [first] = begun
      yield* first?.end({ nonce: null, done: 5_000n, tried: 5_000n }) ?? Effect.void
      const next = yield* Queue.take(world.searches)
      assert.deepStrictEqual([...next.stretch.start], [5_000n, ...(first?.stretch.start.slice(1) ?? [])])
    }).pipe(Effect.provide(layer))
  )

  it.scoped("defect 6: without a partition of the pool two miners still search different nonces", () =>
    Effect.gen(function* () {
      const prefixes = new Set<bigint | undefined>()
      for (const seed of [1, 2, 3]) {
        const system = yield* Layer.build(Layer.fresh(layer))
        const world = yield* Effect.withRandom(miner(1, ["a:7777"]), Random.make(seed)).pipe(Effect.provide(system))
        yield* settle
        yield* world.pools[0]?.order(job({ noncePrefix: null })) ?? Effect.void
        prefixes.add((yield* Queue.take(world.searches)).stretch.start[4])
      }
      assert.strictEqual(prefixes.size, 3)
    })
  )

  it.scoped("defect 7: a new job ends the old search before the next one begins, however many jobs come", () =>
    Effect.gen(function* () {
      const world = yield* miner(2, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      let running = 0
      let begun: ReadonlyArray<{ readonly stopped: boolean }> = []
      for (let number = 0; number < 20; number++) {
        yield* pool?.order(job({ jobId: `job-${number}`, commitment: new Uint8Array(40).fill(number) })) ?? Effect.void
        yield* settle
        begun = [...begun, ...Chunk.toReadonlyArray(yield* Queue.takeAll(world.searches))]
        running = begun.filter(({ stopped }) => !stopped).length
        assert.strictEqual(running, 2, `after job ${number}`)
      }
      assert.strictEqual(begun.length, 40)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("the same work again, as pools send it now and then and after a reconnection, disturbs no search", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      const search = yield* Queue.take(world.searches)
      yield* pool?.order(job({ expiresAt: 700_000 })) ?? Effect.void
      yield* settle
      if (pool !== undefined) pool.present = job({ expiresAt: 800_000 })
      yield* pool?.cut() ?? Effect.void
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* world.service.status).sessions, 2)
      assert.isFalse(search.stopped)
      assert.strictEqual(yield* Queue.size(world.searches), 0)
      // It counts for as long as the newest order says.
      yield* TestClock.adjust("11 minutes")
      assert.strictEqual((yield* world.service.status).job?.jobId, "job-1")
      yield* TestClock.adjust("4 minutes")
      assert.isTrue(search.stopped)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a new target for the same job goes on at the same place", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      const first = yield* Queue.take(world.searches)
      yield* first.end({ nonce: null, done: 1_000n, tried: 1_000n })
      yield* Queue.take(world.searches)
      yield* pool?.order(job({ shareTarget: 2n ** 295n })) ?? Effect.void
      const second = yield* Queue.take(world.searches)
      assert.deepStrictEqual([...second.stretch.start], [1_000n, ...first.stretch.start.slice(1)])
      assert.notDeepEqual(second.stretch.target, first.stretch.target)
      yield* settle
      const told = (yield* world.events).filter(({ _tag }) => _tag === "JobTaken" || _tag === "Retargeted")
      assert.deepStrictEqual(
        told.map(({ _tag }) => _tag),
        ["JobTaken", "Retargeted"]
      )
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a block that is easier than a share is searched for all the same", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job({ shareTarget: 5n, networkTarget: 9n })) ?? Effect.void
      const search = yield* Queue.take(world.searches)
      assert.deepStrictEqual(search.stretch.target, [9n, 0n, 0n, 0n, 0n])
      yield* find(search, 3n)
      const share = yield* Queue.take(world.submitted)
      assert.strictEqual(share.nonce[0], 3)
      assert.strictEqual(share.nonce[32], 77)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a kernel that dies is started again and goes on at its place; other threads do not notice", () =>
    Effect.gen(function* () {
      const world = yield* miner(2, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job()) ?? Effect.void
      const begun = Chunk.toReadonlyArray(yield* Queue.takeN(world.searches, 2))
      const victim = begun.find(({ thread }) => thread === 0)
      const other = begun.find(({ thread }) => thread === 1)
      yield* victim?.end({ nonce: null, done: 700n, tried: 700n }) ?? Effect.void
      const second = yield* Queue.take(world.searches)
      yield* second.crash(crashed)
      yield* settle
      assert.strictEqual((yield* world.service.status).threads[0]?.state, "starting")
      yield* TestClock.adjust("1 second")
      const third = yield* Queue.take(world.searches)
      assert.deepStrictEqual(third.stretch.start, second.stretch.start)
      assert.isFalse(other?.stopped)
      assert.strictEqual((yield* world.service.status).job?.jobId, "job-1")
      assert.isTrue((yield* world.events).some((event) => event._tag === "ThreadFailed" && event.thread === 0))
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a kernel that dies for an hour never ends the miner", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job({ expiresAt: 1e9 })) ?? Effect.void
      let crashes = 0
      for (let minute = 0; minute < 600; minute++) {
        for (const search of yield* Queue.takeAll(world.searches)) {
          crashes += 1
          yield* search.crash(crashed)
        }
        yield* TestClock.adjust("6 seconds")
      }
      assert.isAbove(crashes, 100)
      yield* TestClock.adjust("10 seconds")
      const last = yield* Queue.take(world.searches)
      yield* find(last)
      yield* Queue.take(world.submitted)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("defect 12: the rate is what was computed, nothing else", () =>
    Effect.gen(function* () {
      const world = yield* miner(2, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job()) ?? Effect.void
      const begun = Chunk.toReadonlyArray(yield* Queue.takeN(world.searches, 2))
      for (let second = 1; second <= 60; second++) {
        yield* TestClock.adjust("1 second")
        for (const search of begun) search.progress(second * 1_000 * (search.thread + 1))
      }
      const status = yield* world.service.status
      assert.closeTo(status.threads[0]?.rate ?? 0, 1_000, 50)
      assert.closeTo(status.threads[1]?.rate ?? 0, 2_000, 100)
      assert.closeTo(status.rate, 3_000, 150)
      assert.strictEqual(status.tried, 180_000)
    }).pipe(Effect.provide(layer))
  )
})

/**
 * The link of a miner over its life: fail-over, reconnecting, shares without an answer, silence.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Queue, TestClock } from "effect"
import { accepted, find, job, layer, miner, settle } from "./Harness.ts"

const shares = (world: Effect.Effect.Success<ReturnType<typeof miner>>) =>
  Effect.map(world.service.status, (status) => status.shares)

describe("miner: answers of the pool", () => {
  it.scoped("defect 9: a share counts only when the pool has said so, and no is no", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      for (const code of ["accepted", "low-difficulty", "stale", "unknown-job", "duplicate", "malformed"] as const) {
        yield* find(yield* Queue.take(world.searches))
        const share = yield* Queue.take(world.submitted)
        yield* settle
        const before = yield* shares(world)
        assert.strictEqual(before.pending, 1)
        yield* share.answer({ ...accepted, code })
        yield* settle
        const after = yield* shares(world)
        assert.strictEqual(after.pending, 0)
        assert.strictEqual(after.accepted, before.accepted + (code === "accepted" ? 1 : 0), code)
      }
      const end = yield* shares(world)
      assert.deepStrictEqual(
        [end.found, end.accepted, end.stale, end.rejected, end.duplicate],
        [6, 1, 2, 3, 0],
        "a duplicate of a share that was handed in once is a refusal"
      )
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a share that the pool could not take is handed in again, and counted once", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job()) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      let share = yield* Queue.take(world.submitted)
      const { nonce } = share
      // A pool that is about to stop has ended the session already: unauthorised.
      for (const code of ["rate-limited", "internal", "unauthorised"] as const) {
        yield* share.answer({ ...accepted, code })
        yield* settle
        assert.strictEqual((yield* shares(world)).pending, 1)
        yield* TestClock.adjust("3 seconds")
        share = yield* Queue.take(world.submitted)
        assert.deepStrictEqual(share.nonce, nonce)
      }
      yield* share.answer(accepted)
      yield* settle
      const end = yield* shares(world)
      assert.deepStrictEqual([end.found, end.accepted, end.rejected, end.pending], [1, 1, 0, 0])
    }).pipe(Effect.provide(layer))
  )
})

describe("miner: lost connections", () => {
  it.scoped("a share without an answer is handed in again to the same pool; duplicate means that it had arrived", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      const first = yield* Queue.take(world.submitted)
      yield* pool?.cut() ?? Effect.void
      yield* settle
      assert.deepInclude(yield* shares(world), { accepted: 0, pending: 1 })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Queue.size(world.submitted), 0, "not before the pool has said whose session this is")
      yield* pool?.order(job()) ?? Effect.void
      const second = yield* Queue.take(world.submitted)
      assert.deepStrictEqual(second.nonce, first.nonce)
      yield* second.answer({ ...accepted, code: "duplicate" })
      yield* settle
      assert.deepInclude(yield* shares(world), { accepted: 0, duplicate: 1, rejected: 0, pending: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("the threads go on while the pool is away, and what they find is handed in afterwards", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      const search = yield* Queue.take(world.searches)
      if (pool !== undefined) pool.refuses = { detail: "connection refused", final: false }
      yield* pool?.cut() ?? Effect.void
      yield* TestClock.adjust("20 seconds")
      assert.isFalse(search.stopped)
      yield* find(search)
      yield* settle
      assert.deepInclude(yield* shares(world), { found: 1, pending: 1, lost: 0 })
      if (pool !== undefined) pool.refuses = null
      yield* TestClock.adjust("5 seconds")
      yield* pool?.order(job()) ?? Effect.void
      yield* (yield* Queue.take(world.submitted)).answer(accepted)
      yield* settle
      assert.deepInclude(yield* shares(world), { accepted: 1, pending: 0 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a share of a job that the pool counts no longer is given up and said so", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job({ expiresAt: 30_000 })) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      yield* Queue.take(world.submitted)
      if (pool !== undefined) pool.refuses = { detail: "connection refused", final: false }
      yield* pool?.cut() ?? Effect.void
      yield* TestClock.adjust("60 seconds")
      const away = yield* world.service.status
      assert.isNull(away.job, "the threads rest when nothing that they find could be counted")
      if (pool !== undefined) pool.refuses = null
      yield* TestClock.adjust("6 seconds")
      assert.deepInclude(yield* shares(world), { found: 1, accepted: 0, lost: 1, pending: 0 })
      assert.strictEqual(yield* Queue.size(world.submitted), 0)
      assert.isTrue((yield* world.events).some((event) => event._tag === "ShareLost"))
    }).pipe(Effect.provide(layer))
  )

  it.scoped("tries for ever, at most 5 s apart, and is back within 5 s however long the pool was away", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"], ([pool]) => {
        if (pool !== undefined) pool.refuses = { detail: "connection refused", final: false }
      })
      const [pool] = world.pools
      yield* TestClock.adjust("20 minutes")
      const tries = pool?.connects ?? 0
      // 5 s with half of it random: between 240 and 480 tries in 20 minutes, and a few quick ones before.
      assert.isAbove(tries, 235)
      assert.isBelow(tries, 490)
      if (pool !== undefined) pool.refuses = null
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* world.service.status).link._tag, "Connected")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a pool that worked until now is asked every second for half a minute, then as any other", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      assert.isDefined(pool)
      if (pool === undefined) return
      yield* settle
      yield* pool.order(job())
      yield* settle
      pool.refuses = { detail: "connection refused", final: false }
      yield* pool.cut()
      const tries = (after: "1 seconds" | "6 seconds" | "10 seconds") =>
        Effect.gen(function* () {
          const before = pool.connects
          yield* TestClock.adjust(after)
          return pool.connects - before
        })
      // Never more than a second apart, whatever the dice say.
      for (let second = 0; second < 29; second++) assert.isAtLeast(yield* tries("1 seconds"), 1, `second ${second}`)
      yield* tries("6 seconds")
      assert.isAtMost(yield* tries("10 seconds"), 4)
      pool.refuses = null
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual((yield* world.service.status).link._tag, "Connected")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("the next pool of the list takes over, and the first one again when it is back", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777", "b:7777"])
      const [first, second] = world.pools
      yield* settle
      yield* first?.order(job()) ?? Effect.void
      yield* settle
      if (first !== undefined) first.refuses = { detail: "connection refused", final: false }
      yield* first?.cut() ?? Effect.void
      yield* TestClock.adjust("2 seconds")
      yield* second?.order(job({ jobId: "b-1" })) ?? Effect.void
      yield* settle
      const on = yield* world.service.status
      assert.strictEqual(on.link._tag === "Connected" ? on.link.address : "", "b:7777")
      assert.strictEqual(on.job?.jobId, "b-1")
      // It can be reached again, and has no work yet: nobody goes back to that.
      if (first !== undefined) first.refuses = null
      yield* TestClock.adjust("3 minutes")
      const still = yield* world.service.status
      assert.strictEqual(still.link._tag === "Connected" ? still.link.address : "", "b:7777")
      if (first !== undefined) first.present = job({ jobId: "a-2" })
      yield* TestClock.adjust("71 seconds")
      const back = yield* world.service.status
      assert.strictEqual(back.link._tag === "Connected" ? back.link.address : "", "a:7777")
      assert.strictEqual(back.job?.jobId, "a-2")
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a pool without work is left for the next one, and not before a minute", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777", "b:7777"], ([, second]) => {
        if (second !== undefined) second.present = job({ jobId: "b-1" })
      })
      const at = Effect.map(world.service.status, ({ link }) => (link._tag === "Connected" ? link.address : ""))
      yield* TestClock.adjust("55 seconds")
      assert.strictEqual(yield* at, "a:7777")
      yield* TestClock.adjust("10 seconds")
      assert.deepStrictEqual([yield* at, (yield* world.service.status).job?.jobId], ["b:7777", "b-1"])
      const told = (yield* world.events).filter((event) => event._tag === "Disconnected")
      assert.match(told[0]?.detail ?? "", /no job has come/)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a pool that has only work of a legacy version is one without work", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777", "b:7777"], ([first, second]) => {
        if (first !== undefined) first.present = job({ version: 3 })
        if (second !== undefined) second.present = job({ jobId: "b-1" })
      })
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* world.service.status).job?.jobId, "b-1")
      assert.isAtMost(world.pools[1]?.connects ?? 0, 1)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a share never goes to another pool than the one its job came from", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777", "b:7777"])
      const [first, second] = world.pools
      yield* settle
      yield* first?.order(job()) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      yield* Queue.take(world.submitted)
      if (first !== undefined) first.refuses = { detail: "connection refused", final: false }
      yield* first?.cut() ?? Effect.void
      yield* TestClock.adjust("5 seconds")
      yield* second?.order(job({ jobId: "b-1" })) ?? Effect.void
      yield* settle
      assert.strictEqual(yield* Queue.size(world.submitted), 0)
      assert.deepInclude(yield* shares(world), { pending: 1 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a pool that refuses for good is asked once a minute, not more", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"], ([pool]) => {
        if (pool !== undefined) pool.refuses = { detail: "this is not a token of this pool", final: true }
      })
      yield* TestClock.adjust("10 minutes")
      assert.closeTo(world.pools[0]?.connects ?? 0, 10, 1)
      const told = (yield* world.events).filter((event) => event._tag === "Disconnected")
      assert.isTrue(told.every((event) => event.detail.includes("token")))
    }).pipe(Effect.provide(layer))
  )
})

describe("miner: silence and odd jobs", () => {
  it.scoped("defect 8: no job for an hour is no error; heartbeats go on and the log says why nothing happens", () =>
    Effect.gen(function* () {
      const world = yield* miner(2, ["a:7777"])
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(world.pools[0]?.connects, 1)
      const reports = world.pools[0]?.reports ?? []
      assert.isAtLeast(reports.length, 230)
      assert.isTrue(reports.every((report) => report.threads === 2))
      const idle = (yield* world.events).filter((event) => event._tag === "Idle")
      assert.closeTo(idle.length, 60, 2)
      assert.isTrue(idle.every((event) => event.cause === "no-job" && event.detail.includes("no job has come")))
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a job that the pool lets run out is searched no longer", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job({ expiresAt: 300_000 })) ?? Effect.void
      const search = yield* Queue.take(world.searches)
      yield* TestClock.adjust("4 minutes")
      assert.isFalse(search.stopped)
      yield* TestClock.adjust("3 minutes")
      assert.isTrue(search.stopped)
      assert.match((yield* world.service.status).idle ?? "", /job-1 is over/)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("work of a legacy version is not searched, and the reason is named", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      const [pool] = world.pools
      yield* settle
      yield* pool?.order(job()) ?? Effect.void
      const search = yield* Queue.take(world.searches)
      yield* pool?.order(job({ jobId: "old", version: 3 })) ?? Effect.void
      yield* settle
      assert.isTrue(search.stopped)
      assert.match((yield* world.service.status).idle ?? "", /proof version 3/)
      yield* pool?.order(job({ jobId: "none", version: 0 })) ?? Effect.void
      yield* settle
      assert.match((yield* world.service.status).idle ?? "", /without a proof version/)
      assert.strictEqual(yield* Queue.size(world.searches), 0)
      yield* pool?.order(job({ jobId: "new" })) ?? Effect.void
      yield* Queue.take(world.searches)
      assert.isNull((yield* world.service.status).idle)
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a stop does not wait for what another pool owes", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777", "b:7777"])
      const [first, second] = world.pools
      yield* settle
      yield* first?.order(job()) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      yield* Queue.take(world.submitted)
      if (first !== undefined) first.refuses = { detail: "connection refused", final: false }
      yield* first?.cut() ?? Effect.void
      yield* TestClock.adjust("3 seconds")
      yield* second?.order(job({ jobId: "theirs" })) ?? Effect.void
      yield* settle
      assert.strictEqual((yield* world.service.status).job?.jobId, "theirs")
      const draining = yield* Effect.fork(world.service.drain)
      yield* TestClock.adjust("1 second")
      assert.isNotNull(draining.unsafePoll())
      assert.deepInclude(yield* shares(world), { found: 1, pending: 1 })
    }).pipe(Effect.provide(layer))
  )

  it.scoped("a stop searches no more and waits for the answers that are owed", () =>
    Effect.gen(function* () {
      const world = yield* miner(1, ["a:7777"])
      yield* settle
      yield* world.pools[0]?.order(job()) ?? Effect.void
      yield* find(yield* Queue.take(world.searches))
      const share = yield* Queue.take(world.submitted)
      const draining = yield* Effect.fork(world.service.drain)
      yield* TestClock.adjust("1 second")
      assert.isNull(draining.unsafePoll())
      assert.isNull((yield* world.service.status).job)
      yield* share.answer(accepted)
      yield* TestClock.adjust("1 second")
      assert.isNotNull(draining.unsafePoll())
      assert.deepInclude(yield* shares(world), { accepted: 1, pending: 0 })
    }).pipe(Effect.provide(layer))
  )
})

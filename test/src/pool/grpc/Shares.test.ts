/** Shares in the subscription, from plain grpc-js clients made of pool.proto. */
import * as Http2 from "node:http2"
import { assert, it } from "@effect/vitest"
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import { FakePool, job } from "./FakePool.ts"
import { type Ack, client, type Order, originalProto, presentProto, serve, submit, subscribe } from "./Peers.ts"

interface Answer extends Ack {
  readonly sequence: number
}

const share = (sequence: number, over: object = {}) => ({
  work_id: "job-1",
  nonce: nonceOf(sequence),
  sequence,
  ...over
})

const nonceOf = (sequence: number) => {
  const nonce = Buffer.alloc(40)
  nonce.writeUInt32LE(sequence)
  return nonce
}

const sequenceOf = (nonce: Uint8Array) => Buffer.from(nonce).readUInt32LE()

const acksOf = (order: Order): ReadonlyArray<Answer> => (order["acks"] ?? []) as ReadonlyArray<Answer>

/** A subscribed miner; `answers(n)` waits for that many, in the order they came. */
const miner = (port: number, minerId = "m") =>
  Effect.gen(function* () {
    const of = yield* client(presentProto, port)
    const subscription = subscribe(of, { miner_id: minerId, threads: 1 })
    const first = yield* Effect.promise(subscription.next)
    assert.strictEqual(first["takes_shares"], true)
    let held: Array<Answer> = []
    const answers = (count: number) =>
      Effect.promise(async () => {
        while (held.length < count) held.push(...acksOf(await subscription.next()))
        const given = held.slice(0, count)
        held = held.slice(count)
        return given
      })
    const send = (...shares: ReadonlyArray<object>) => void subscription.call.write({ shares })
    yield* Effect.addFinalizer(() => Effect.sync(() => subscription.call.cancel()))
    return { ...subscription, send, answers }
  })

const until = (met: () => boolean) => Effect.repeat(Effect.sleep(2), { until: met })

it.scopedLive("are answered in any order, each with its own number, refusals before what is not yet durable", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const { answers, call, send } = yield* miner(port)
    const later: Array<() => void> = []
    pool.later = later
    send(share(1), share(2))
    send(share(3, { miner_id: "somebody else", session: "made up" }))
    yield* until(() => later.length === 3)
    pool.later = null
    pool.answer = () => ({ code: "low-difficulty", reason: "too easy", newDifficulty: 77n })
    send(share(4))
    assert.deepStrictEqual(yield* answers(1), [
      { success: false, code: "LOW_DIFFICULTY", reason: "too easy", new_difficulty: "77", sequence: 4 }
    ] as ReadonlyArray<unknown>)
    pool.answer = () => ({ code: "accepted", reason: "", newDifficulty: null })
    for (const index of [2, 0, 1]) later[index]?.()
    const rest = yield* answers(3)
    assert.deepStrictEqual(
      rest.map(({ code, sequence, success }) => ({ code, sequence, success })),
      [3, 1, 2].map((sequence) => ({ code: "ACCEPTED", sequence, success: true }))
    )
    const there = yield* Effect.promise(() => pool.of("m"))
    assert.deepStrictEqual(
      there.shares.map(({ nonce }) => sequenceOf(nonce)),
      [1, 2, 3, 4]
    )
    // Shares are no heartbeats, and whoever they name, they are those of the subscription.
    assert.strictEqual(there.reports.length, 1)
    assert.strictEqual(pool.calls, 0)
    call.cancel()
  })
)

it.scopedLive("of one group commit are answered in one message, between jobs", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const { next, send } = yield* miner(port)
    const later: Array<() => void> = []
    pool.later = later
    send(...Array.from({ length: 20 }, (_, index) => share(index + 1)))
    yield* until(() => later.length === 20)
    for (const answer of later) answer()
    pool.broadcast(job({ jobId: "job-2" }))
    const orders = [yield* Effect.promise(next), yield* Effect.promise(next)]
    assert.deepStrictEqual(
      orders.map(({ work_id }) => work_id),
      ["job-2", undefined]
    )
    assert.deepStrictEqual(
      orders.map((order) => acksOf(order).length),
      [0, 20]
    )
  })
)

it.scopedLive("wait in the miner when 256 have no answer, and all are answered in the end", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const { answers, send } = yield* miner(port)
    const later: Array<() => void> = []
    pool.later = later
    for (let sequence = 1; sequence <= 700; sequence++) send(share(sequence))
    yield* until(() => later.length >= 256)
    yield* Effect.sleep(100)
    assert.strictEqual(later.length, 256)
    for (let done = 0; done < 700; done++) {
      yield* until(() => later.length > 0)
      assert.isAtMost(later.length, 256)
      later.shift()?.()
    }
    const given = yield* answers(700)
    assert.strictEqual(new Set(given.map(({ sequence }) => sequence)).size, 700)
    assert.isTrue(given.every(({ success }) => success))
  })
)

it.scopedLive("refused in thousands at once, are all answered", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    pool.answer = () => ({ code: "rate-limited", reason: "x".repeat(150), newDifficulty: null })
    const { port } = yield* serve(pool)
    const { answers, send } = yield* miner(port)
    for (let sequence = 1; sequence <= 5_000; sequence++) send(share(sequence))
    const given = yield* answers(5_000)
    assert.deepStrictEqual(
      given.map(({ sequence }) => sequence),
      Array.from({ length: 5_000 }, (_, index) => index + 1)
    )
  })
)

it.scopedLive("are answered to a client that has closed its side, and before the pool ends the subscription", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const { answers, call, send, status } = yield* miner(port)
    const later: Array<() => void> = []
    pool.later = later
    send(share(1), share(2))
    call.end()
    yield* until(() => later.length === 2)
    later[0]?.()
    assert.strictEqual((yield* answers(1))[0]?.sequence, 1)
    later[1]?.()
    ;(yield* Effect.promise(() => pool.of("m"))).push({ _tag: "Closed", reason: "stopping", detail: "the pool stops" })
    assert.strictEqual((yield* answers(1))[0]?.sequence, 2)
    assert.strictEqual((yield* Effect.promise(() => status)).code, Grpc.status.UNAVAILABLE)
  })
)

it.scopedLive("whose miner has gone are answered to nobody, and others go on", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const gone = yield* miner(port, "gone")
    const stays = yield* miner(port, "stays")
    const later: Array<() => void> = []
    pool.later = later
    gone.send(share(1))
    yield* until(() => later.length === 1)
    gone.call.cancel()
    const there = yield* Effect.promise(() => pool.of("gone"))
    yield* until(() => there.closed.length > 0)
    later[0]?.()
    pool.later = null
    stays.send(share(2))
    assert.strictEqual((yield* stays.answers(1))[0]?.sequence, 2)
  })
)

it.scopedLive("that are no shares end the subscription with the reason", () =>
  Effect.gen(function* () {
    const { port } = yield* serve(new FakePool())
    const { send, status } = yield* miner(port)
    send({ work_id: "job-1", nonce: Buffer.alloc(100), sequence: 1 })
    const ended = yield* Effect.promise(() => status)
    assert.strictEqual(ended.code, Grpc.status.INVALID_ARGUMENT)
    assert.match(ended.details, /nonce has 100 bytes/)
  })
)

it.scopedLive("of a miner that does not read its answers: it is cut", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool, { outbox: { maxUnsentBytes: 262_144, maxStallMillis: 400 } })
    const session = yield* Effect.acquireRelease(
      Effect.sync(() => Http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 600 } })),
      (made) => Effect.sync(() => made.destroy())
    )
    session.on("error", () => {})
    const closed = new Promise<void>((resolve) => session.on("close", () => resolve()))
    const stream = session.request({
      ":method": "POST",
      ":path": "/pool.MiningPool/Subscribe",
      "content-type": "application/grpc",
      te: "trailers"
    })
    stream.on("error", () => {})
    stream.pause()
    const framed = (...message: ReadonlyArray<number>) => Buffer.from([0, 0, 0, 0, message.length, ...message])
    stream.write(framed(10, 4, ...Buffer.from("deaf")))
    const there = yield* Effect.promise(() => pool.of("deaf"))
    for (let count = 1; count <= 100; count++) stream.write(framed(66, 2, 40, count))
    yield* Effect.promise(() => closed)
    assert.deepStrictEqual(there.closed, ["slow-reader"])
    assert.strictEqual(there.shares.length, 100)
  })
)

it.scopedLive("of a client of the original protocol go by calls, and it never gets an order without work", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const old = yield* client(originalProto, port)
    const { call, next } = subscribe(old, { miner_id: "old", threads: 1 })
    yield* Effect.promise(next)
    const result = { work_id: "job-1", nonce: nonceOf(1), miner_id: "old" }
    for (let count = 0; count < 3; count++) assert.isTrue((yield* Effect.promise(() => submit(old, result))).success)
    assert.strictEqual(pool.calls, 3)
    pool.broadcast(job({ jobId: "job-2" }))
    assert.strictEqual((yield* Effect.promise(next)).work_id, "job-2")
    call.cancel()
  })
)

it.scopedLive("by a call of their own have their number in the answer too", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const of = yield* client(presentProto, port)
    const { call, next } = subscribe(of, { miner_id: "m", threads: 1 })
    yield* Effect.promise(next)
    const ack = yield* Effect.promise(() => submit(of, share(9, { miner_id: "m" })))
    assert.deepInclude(ack, { success: true, sequence: 9 } as object)
    call.cancel()
  })
)

it.scopedLive("by a call without a share, or with two, are refused as such", () =>
  Effect.gen(function* () {
    const { port } = yield* serve(new FakePool())
    const session = yield* Effect.acquireRelease(
      Effect.sync(() => Http2.connect(`http://127.0.0.1:${port}`)),
      (made) => Effect.sync(() => made.destroy())
    )
    const status = (body: Buffer) =>
      Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            const stream = session.request({
              ":method": "POST",
              ":path": "/pool.MiningPool/SubmitWork",
              "content-type": "application/grpc",
              te: "trailers"
            })
            const told = (headers: Http2.IncomingHttpHeaders) => {
              if (headers["grpc-status"] !== undefined) resolve(String(headers["grpc-status"]))
            }
            stream.on("response", told)
            stream.on("trailers", told)
            stream.on("error", () => {})
            stream.resume()
            stream.end(body)
          })
      )
    const empty = Buffer.alloc(5)
    assert.strictEqual(yield* status(Buffer.alloc(0)), String(Grpc.status.INVALID_ARGUMENT))
    assert.strictEqual(yield* status(Buffer.concat([empty, empty])), String(Grpc.status.INVALID_ARGUMENT))
    // No subscription, but a call as it should be.
    assert.strictEqual(yield* status(empty), String(Grpc.status.OK))
  })
)

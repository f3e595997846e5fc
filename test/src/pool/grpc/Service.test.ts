import * as Net from "node:net"
import { assert, it } from "@effect/vitest"
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sockets from "../../../../src/pool/grpc/Sockets.ts"
import { FakePool, job, refusal } from "./FakePool.ts"
import { client, originalProto, presentProto, serve, submit, subscribe } from "./Peers.ts"

const bytes = (value: unknown) => Buffer.from(value as Uint8Array)

it.scopedLive("a client of the original protocol subscribes, gets jobs and submits", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const old = yield* client(originalProto, port)
    const { call, next } = subscribe(old, { miner_id: "old", threads: 4 })
    const order = yield* Effect.promise(next)
    assert.strictEqual(order.work_id, "job-1")
    assert.strictEqual(bytes(order["parent_hash"]).toString(), "parent-id")
    assert.deepStrictEqual(bytes(order["merkle_root"]), Buffer.alloc(40, 7))
    assert.strictEqual(order["timestamp"], "1700000000")
    assert.strictEqual(BigInt(`0x${bytes(order["difficulty_target"]).toString("hex")}`), 2n ** 310n)
    assert.strictEqual(bytes(order["difficulty_target"]).length, 40)
    const nonce = Buffer.alloc(40, 3)
    assert.isTrue((yield* Effect.promise(() => submit(old, { work_id: "job-1", nonce, miner_id: "old" }))).success)
    const there = yield* Effect.promise(() => pool.of("old"))
    assert.deepStrictEqual(there.shares, [{ jobId: "job-1", nonce: new Uint8Array(nonce) }])
    assert.strictEqual(there.reports[0]?.threads, 4)
    assert.isNull(there.reports[0]?.rate)
    call.cancel()
  })
)

it.scopedLive("a half-closed subscription goes on (defect 8)", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const old = yield* client(originalProto, port)
    const { call, next } = subscribe(old, { miner_id: "old", threads: 1 })
    call.end()
    yield* Effect.promise(next)
    pool.broadcast(job({ jobId: "job-2" }))
    assert.strictEqual((yield* Effect.promise(next)).work_id, "job-2")
    assert.deepStrictEqual((yield* Effect.promise(() => pool.of("old"))).closed, [])
    call.cancel()
  })
)

it.scopedLive("the extended protocol carries terms, session and reasons", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const miner = yield* client(presentProto, port)
    const status = { miner_id: "m", threads: 2, worker: "w", hashrate: 12.5, version: "v", token: "t", resume: "old" }
    const { call, next } = subscribe(miner, status)
    const order = yield* Effect.promise(next)
    assert.strictEqual(order["nonce_prefix"], String(2n ** 63n))
    assert.deepStrictEqual(order["share_target"], order["difficulty_target"])
    assert.strictEqual(BigInt(`0x${bytes(order["network_target"]).toString("hex")}`), 2n ** 300n)
    assert.strictEqual(order["height"], "12")
    assert.strictEqual(order["proof_version"], 5)
    assert.strictEqual(order["pow_length"], 64)
    assert.strictEqual(order["clean_jobs"], true)
    assert.strictEqual(order["expires_at"], "1800000000000")
    assert.strictEqual(order["share_difficulty"], "1023")
    assert.strictEqual(order["chain"], "devnet")
    assert.strictEqual(order["session"], "session-0")
    const [report] = (yield* Effect.promise(() => pool.of("m"))).reports
    assert.deepStrictEqual(
      { ...report, token: report?.token == null ? null : Redacted.value(report.token) },
      { minerId: "m", threads: 2, worker: "w", rate: 12.5, version: "v", token: "t", resume: "old" }
    )
    pool.answer = () => ({ code: "low-difficulty", reason: "too easy", newDifficulty: 2n ** 63n })
    const share = { work_id: "job-1", nonce: Buffer.alloc(40), miner_id: "m", session: "session-0" }
    assert.deepStrictEqual(yield* Effect.promise(() => submit(miner, share)), {
      success: false,
      code: "LOW_DIFFICULTY",
      reason: "too easy",
      new_difficulty: String(2n ** 63n)
    })
    // Only the terms changed: the same job, not clean, without the session.
    const there = yield* Effect.promise(() => pool.of("m"))
    there.push({ _tag: "Work", job: job(), clean: false, shareTarget: 2n ** 309n, prefix: there.prefix, session: null })
    const again = yield* Effect.promise(next)
    assert.strictEqual(again["clean_jobs"], false)
    assert.strictEqual(again["share_difficulty"], "2047")
    assert.isUndefined(again["session"])
    call.cancel()
  })
)

it.scopedLive("nobody hands in shares for another connection, and nobody evicts one (defect 13)", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const [one, other] = [yield* client(originalProto, port), yield* client(originalProto, port)]
    const first = subscribe(one, { miner_id: "rich", threads: 1 })
    yield* Effect.promise(first.next)
    const share = { work_id: "job-1", nonce: Buffer.alloc(40), miner_id: "rich" }
    assert.isFalse((yield* Effect.promise(() => submit(other, share))).success)
    const second = subscribe(other, { miner_id: "rich", threads: 1 })
    yield* Effect.promise(second.next)
    assert.isTrue((yield* Effect.promise(() => submit(one, share))).success)
    assert.strictEqual(pool.connections.length, 2)
    assert.deepStrictEqual(pool.connections[0]?.closed, [])
    first.call.cancel()
    second.call.cancel()
  })
)

it.scopedLive("refusals and ends have their own status", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const miner = yield* client(presentProto, port)
    const status = (first: object) => Effect.promise(() => subscribe(miner, first).status)
    pool.refuse = refusal("banned")
    const banned = yield* status({ miner_id: "m" })
    assert.strictEqual(banned.code, Grpc.status.PERMISSION_DENIED)
    assert.match(banned.details, /may try again in 2 s/)
    assert.deepStrictEqual(banned.metadata.get("grpc-retry-pushback-ms"), ["1500"])
    pool.refuse = refusal("too-many-from-address")
    assert.strictEqual((yield* status({ miner_id: "m" })).code, Grpc.status.RESOURCE_EXHAUSTED)
    pool.refuse = null
    pool.token = "secret"
    assert.strictEqual((yield* status({ miner_id: "m", token: "wrong" })).code, Grpc.status.UNAUTHENTICATED)
    const metadata = new Grpc.Metadata()
    metadata.set("authorization", "Bearer secret")
    const { call, next } = subscribe(miner, { miner_id: "m" }, metadata)
    yield* Effect.promise(next)
    call.cancel()
    pool.token = ""
    const malformed = yield* status({ miner_id: "x".repeat(200) })
    assert.strictEqual(malformed.code, Grpc.status.INVALID_ARGUMENT)
    assert.match(malformed.details, /miner_id has 200 bytes/)
    const large = yield* status({ miner_id: "m", version: "x".repeat(5_000) })
    assert.strictEqual(large.code, Grpc.status.RESOURCE_EXHAUSTED)
    const ack = yield* Effect.promise(() => submit(miner, { work_id: "j", nonce: Buffer.alloc(100), miner_id: "m" }))
    assert.deepInclude(ack, { success: false, code: "MALFORMED" })
  })
)

it.scopedLive("a lost client leaves, a stopped pool says so", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const miner = yield* client(presentProto, port)
    const one = subscribe(miner, { miner_id: "m" })
    yield* Effect.promise(one.next)
    one.call.cancel()
    const there = yield* Effect.promise(() => pool.of("m"))
    yield* Effect.repeat(Effect.sleep(5), { until: () => there.closed.length > 0 })
    assert.deepStrictEqual(there.closed, ["left"])
    const other = subscribe(miner, { miner_id: "n" })
    yield* Effect.promise(other.next)
    ;(yield* Effect.promise(() => pool.of("n"))).push({ _tag: "Closed", reason: "stopping", detail: "the pool stops" })
    const ended = yield* Effect.promise(() => other.status)
    assert.deepInclude(ended, { code: Grpc.status.UNAVAILABLE, details: "the pool stops" })
  })
)

it.scopedLive("a socket that says nothing, and one that stops in the preface, are destroyed", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { connections, port } = yield* serve(pool, {
      limits: { ...Sockets.defaultLimits, preAuthMillis: 300, sweepMillis: 50 }
    })
    const miner = yield* client(presentProto, port)
    const honest = subscribe(miner, { miner_id: "m" })
    yield* Effect.promise(honest.next)
    const closed = ["", "PRI * HTTP/2.0\r\n\r\n"].map(
      (preface) =>
        new Promise<void>((resolve) => {
          const socket = Net.connect(port, "127.0.0.1", () => socket.write(preface))
          socket.on("error", () => {})
          socket.on("close", () => resolve())
          socket.resume()
        })
    )
    yield* Effect.promise(() => Promise.all(closed))
    yield* Effect.repeat(Effect.sleep(5), { until: () => connections() === 1 })
    pool.broadcast(job({ jobId: "job-2" }))
    assert.strictEqual((yield* Effect.promise(honest.next)).work_id, "job-2")
    honest.call.cancel()
  })
)

it.scopedLive("a heartbeat storm ends the subscription", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const miner = yield* client(presentProto, port)
    const { call, status } = subscribe(miner, { miner_id: "m" })
    for (let count = 0; count < 200; count++) call.write({ miner_id: "m" })
    assert.deepInclude(yield* Effect.promise(() => status), {
      code: Grpc.status.INVALID_ARGUMENT,
      details: "too many heartbeats"
    })
  })
)

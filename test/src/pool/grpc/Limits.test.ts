import * as Http2 from "node:http2"
import * as Net from "node:net"
import { assert, it } from "@effect/vitest"
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Sockets from "../../../../src/pool/grpc/Sockets.ts"
import { keys } from "../../../harness/Certificates.ts"
import { FakePool, job } from "./FakePool.ts"
import { client, presentProto, serve, submit, subscribe } from "./Peers.ts"

/** A subscription by hand over HTTP/2 whose window holds a few orders, and which does not read. */
const deaf = (port: number, minerId: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const session = Http2.connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: 1_024 } })
      session.on("error", () => {})
      const stream = session.request({
        ":method": "POST",
        ":path": "/pool.MiningPool/Subscribe",
        "content-type": "application/grpc",
        te: "trailers"
      })
      stream.on("error", () => {})
      const name = Buffer.from(minerId)
      stream.write(Buffer.concat([Buffer.from([0, 0, 0, 0, name.length + 2, 10, name.length]), name]))
      stream.pause()
      return { session, closed: new Promise<void>((resolve) => session.on("close", () => resolve())) }
    }),
    ({ session }) => Effect.sync(() => session.destroy())
  )

it.scopedLive("a reader that makes no progress is cut, others go on", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool, { outbox: { maxUnsentBytes: 262_144, maxStallMillis: 400 } })
    const miner = yield* client(presentProto, port)
    const honest = subscribe(miner, { miner_id: "honest" })
    yield* Effect.promise(honest.next)
    const slow = yield* deaf(port, "slow")
    const there = yield* Effect.promise(() => pool.of("slow"))
    for (let count = 0; count < 10; count++) {
      pool.broadcast(job({ jobId: `job-${count}` }))
      yield* Effect.promise(honest.next)
    }
    yield* Effect.promise(() => slow.closed)
    assert.deepStrictEqual(there.closed, ["slow-reader"])
    assert.deepStrictEqual((yield* Effect.promise(() => pool.of("honest"))).closed, [])
    pool.broadcast(job({ jobId: "after" }))
    assert.strictEqual((yield* Effect.promise(honest.next)).work_id, "after")
    honest.call.cancel()
  })
)

it.scopedLive("unsent bytes are bounded", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool, { outbox: { maxUnsentBytes: 8_192, maxStallMillis: 60_000 } })
    const slow = yield* deaf(port, "slow")
    const there = yield* Effect.promise(() => pool.of("slow"))
    for (let count = 0; count < 100; count++) pool.broadcast(job({ jobId: `job-${count}` }))
    yield* Effect.promise(() => slow.closed)
    assert.deepStrictEqual(there.closed, ["slow-reader"])
  })
)

it.scopedLive("more streams than allowed on one connection wait, and so do no harm", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const session = yield* Effect.acquireRelease(
      Effect.sync(() => Http2.connect(`http://127.0.0.1:${port}`)),
      (made) => Effect.sync(() => made.destroy())
    )
    session.on("error", () => {})
    yield* Effect.promise(() => new Promise((resolve) => session.on("remoteSettings", resolve)))
    assert.strictEqual(session.remoteSettings.maxConcurrentStreams, 256)
  })
)

it.scopedLive("sockets of one address are bounded; one that had calls and has none goes after its idle time", () =>
  Effect.gen(function* () {
    const limits = { ...Sockets.defaultLimits, maxPerIp: 2, idleMillis: 100, sweepMillis: 20 }
    const { connections, port } = yield* serve(new FakePool(), { limits })
    const made = [0, 1, 2].map(() => Net.connect(port, "127.0.0.1"))
    const ended = made.map((socket) => {
      socket.on("error", () => {})
      socket.resume()
      return new Promise<void>((resolve) => socket.on("close", () => resolve()))
    })
    yield* Effect.promise(() => Promise.race(ended))
    yield* Effect.repeat(Effect.sleep(5), { until: () => connections() === 2 })
    for (const socket of made) socket.destroy()
    yield* Effect.repeat(Effect.sleep(5), { until: () => connections() === 0 })
    const [holding, idle] = [yield* client(presentProto, port), yield* client(presentProto, port)]
    const { call, next, status } = subscribe(holding, { miner_id: "m" })
    yield* Effect.promise(next)
    const share = { work_id: "j", nonce: Buffer.alloc(40), miner_id: "m", session: "session-0" }
    assert.isTrue((yield* Effect.promise(() => submit(idle, share))).success)
    assert.strictEqual(connections(), 2)
    yield* Effect.repeat(Effect.sleep(20), { until: () => connections() === 1 })
    assert.strictEqual(
      yield* Effect.promise(() => Promise.race([status.then(() => "ended"), Promise.resolve("open")])),
      "open"
    )
    call.cancel()
  })
)

/** A connection without a gRPC client, which would end what it begins. */
const rawClient = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const session = Http2.connect(`http://127.0.0.1:${port}`)
      session.on("error", () => {})
      return session
    }),
    (session) => Effect.sync(() => session.destroy())
  )

/** Begins a call; its grpc-status once it is answered. */
const begin = (session: Http2.ClientHttp2Session, path: string) => {
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" }
  const stream = session.request(headers, { endStream: false })
  stream.on("error", () => {})
  stream.resume()
  const status = new Promise<string>((resolve) => {
    for (const event of ["response", "trailers"]) {
      stream.on(event, (given: Http2.IncomingHttpHeaders) => {
        const found = given["grpc-status"]
        if (typeof found === "string") resolve(found)
      })
    }
  })
  return { stream, status }
}

it.scopedLive("calls that begin and say nothing are bounded by address; those that say something are not", () =>
  Effect.gen(function* () {
    const limits = { ...Sockets.defaultLimits, maxSilent: 4 }
    const { connections, port } = yield* serve(new FakePool(), { limits })
    const share = "/pool.MiningPool/SubmitWork"
    const health = "/grpc.health.v1.Health/Check"
    const nothing = Buffer.from([0, 0, 0, 0, 0])
    const answered = ({ status, stream }: ReturnType<typeof begin>) => {
      stream.end(nothing)
      return Effect.promise(() => status)
    }
    const [one, other] = [yield* rawClient(port), yield* rawClient(port)]
    const silent = [share, health].map((path) => begin(one, path))
    // An answer says that the two before it have arrived.
    assert.strictEqual(yield* answered(begin(one, share)), "0")
    // The third is one too many: its connection goes, and with it all that is open there.
    for (const path of [share, health, share]) begin(other, path)
    yield* Effect.repeat(Effect.sleep(5), { until: () => connections() === 1 && other.destroyed })
    for (const call of silent) assert.strictEqual(yield* answered(call), "0")
    for (const path of [share, health, share, health, share]) {
      assert.strictEqual(yield* answered(begin(one, path)), "0")
    }
    assert.strictEqual(connections(), 1)
  })
)

it.scopedLive("calls that were ended from here, and whose other half stays open, are bounded by connection", () =>
  Effect.gen(function* () {
    const limits = { ...Sockets.defaultLimits, maxEnded: 2 }
    const { connections, port } = yield* serve(new FakePool(), { limits })
    const session = yield* rawClient(port)
    const rubbish = (path: string) => {
      const { status, stream } = begin(session, path)
      stream.write(Buffer.from([0, 0, 0, 0, 2, 255, 255]))
      return Effect.promise(() => status)
    }
    const refused = String(Grpc.status.INVALID_ARGUMENT)
    const reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
    for (const path of ["/pool.MiningPool/Subscribe", reflection]) {
      assert.strictEqual(yield* rubbish(path), refused)
    }
    assert.strictEqual(connections(), 1)
    begin(session, "/pool.MiningPool/Subscribe").stream.write(Buffer.from([0, 0, 0, 0, 2, 255, 255]))
    yield* Effect.repeat(Effect.sleep(5), { until: () => connections() === 0 && session.destroyed })
  })
)

it.scopedLive("TLS: a miner that checks the certificate is served, plain text is not", () =>
  Effect.gen(function* () {
    const { ca, cert, key } = yield* keys
    const pool = new FakePool()
    const { port } = yield* serve(pool, { tls: { cert, key, ca: null } })
    const miner = yield* client(presentProto, port, Grpc.credentials.createSsl(ca))
    const { call, next } = subscribe(miner, { miner_id: "m" })
    assert.strictEqual((yield* Effect.promise(next)).work_id, "job-1")
    assert.match((yield* Effect.promise(() => pool.of("m"))).peer.address, /^127\.0\.0\.1:\d+$/)
    call.cancel()
    const plain = yield* client(presentProto, port)
    const refused = yield* Effect.promise(() => subscribe(plain, { miner_id: "p" }).status)
    assert.strictEqual(refused.code, Grpc.status.UNAVAILABLE)
  })
)

it.scopedLive("mutual TLS: without a certificate of the authority nobody gets in", () =>
  Effect.gen(function* () {
    const { ca, cert, key } = yield* keys
    const pool = new FakePool()
    const { port } = yield* serve(pool, { tls: { cert, key, ca } })
    const known = yield* client(presentProto, port, Grpc.credentials.createSsl(ca, key, cert))
    const { call, next } = subscribe(known, { miner_id: "m" })
    assert.strictEqual((yield* Effect.promise(next)).work_id, "job-1")
    call.cancel()
    const stranger = yield* client(presentProto, port, Grpc.credentials.createSsl(ca))
    const refused = yield* Effect.promise(() => subscribe(stranger, { miner_id: "s" }).status)
    assert.strictEqual(refused.code, Grpc.status.UNAVAILABLE)
    assert.strictEqual(pool.connections.length, 1)
  })
)

it("an address of IPv6 counts as its network: one of them is 2^64 of them", () => {
  const of = (peer: string) => Sockets.ipOf(peer)
  assert.strictEqual(of("10.0.0.7:4711"), "10.0.0.7")
  assert.strictEqual(of("::ffff:10.0.0.7:4711"), "10.0.0.7")
  assert.strictEqual(of("2001:db8:1:2:3:4:5:6:4711"), "2001:db8:1:2::/64")
  assert.strictEqual(of("2001:db8:1:2::9:4711"), "2001:db8:1:2::/64")
  assert.strictEqual(of("2001:db8::9:4711"), "2001:db8:0:0::/64")
  assert.strictEqual(of("2001::1:2:3:4:5:4711"), "2001:0:0:1::/64")
  assert.strictEqual(of("::1:4711"), "0:0:0:0::/64")
  assert.strictEqual(of("64:ff9b::1.2.3.4:4711"), "64:ff9b:0:0::/64")
  assert.strictEqual(of("fe80::1%eth0:4711"), "fe80:0:0:0::/64")
})

/**
 * The gRPC link against real servers: the pool's own port with a pretended pool behind it, and ports that are no pool.
 */
import * as Net from "node:net"
import { assert, it } from "@effect/vitest"
import * as Grpc from "@grpc/grpc-js"
import * as ProtoLoader from "@grpc/proto-loader"
import { Chunk, Effect, Exit, Fiber, Layer, Queue, Redacted, Stream, TestClock, TestContext } from "effect"
import * as MinerTree from "../../../actors/miner/MinerTree.ts"
import { NonceSearch, type Stretch } from "../../../actors/miner/NonceSearch.ts"
import { type LinkLost, PoolLink } from "../../../actors/miner/PoolLink.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import * as GrpcLink from "../../../src/miner/GrpcLink.ts"
import { keys } from "../../harness/Certificates.ts"
import { FakePool, job } from "../pool/grpc/FakePool.ts"
import { originalProto, serve } from "../pool/grpc/Peers.ts"

const link = (over: Partial<GrpcLink.Options> = {}) =>
  GrpcLink.make({
    account: "alice",
    worker: "rack",
    version: "pitboss/test",
    token: Effect.succeed(null),
    tls: { ca: null, cert: null, key: null },
    ...over
  })

const report = { threads: 3, rate: 1_234.5 }

it.scopedLive("jobs come down, shares and heartbeats go up, and the session is found again", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const own = link()
    const address = `127.0.0.1:${port}`
    yield* Effect.scoped(
      Effect.gen(function* () {
        const session = yield* own.connect(address, report)
        const [first] = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(session.jobs, 1)))
        assert.deepInclude(first, {
          jobId: "job-1",
          version: 5,
          height: 12,
          powLength: 64,
          noncePrefix: 2n ** 63n,
          shareTarget: 2n ** 310n,
          networkTarget: 2n ** 300n
        })
        const there = yield* Effect.promise(() => pool.of("alice"))
        assert.deepInclude(there.reports[0], { worker: "rack", threads: 3, rate: 1_234.5, version: "pitboss/test" })
        const nonce = new Uint8Array(40).fill(2)
        assert.strictEqual((yield* session.submit("job-1", nonce)).code, "accepted")
        assert.deepStrictEqual(there.shares, [{ jobId: "job-1", nonce }])
        yield* session.heartbeat({ threads: 3, rate: 5 })
        yield* Effect.promise(async () => {
          while (there.reports.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
        })
        assert.strictEqual(there.reports[1]?.rate, 5)
      })
    )
    const again = yield* own.connect(address, report)
    yield* Stream.runHead(again.jobs)
    assert.strictEqual(pool.connections.at(-1)?.reports[0]?.resume, "session-0")
  })
)

it.scopedLive("defect 9: a refusal reaches the miner with its code and reason", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    pool.answer = () => ({ code: "low-difficulty", reason: "it misses the target", newDifficulty: 9n })
    const { port } = yield* serve(pool)
    const session = yield* link().connect(`127.0.0.1:${port}`, report)
    yield* Stream.runHead(session.jobs)
    assert.deepStrictEqual(yield* session.submit("job-1", new Uint8Array(40)), {
      code: "low-difficulty",
      reason: "it misses the target",
      newDifficulty: 9n
    })
  })
)

it.scopedLive("defect 8: a minute without jobs would be no error, and the heartbeat stream stays open", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    pool.present = null
    const { port } = yield* serve(pool)
    const session = yield* link().connect(`127.0.0.1:${port}`, report)
    const waiting = yield* Effect.fork(Stream.runHead(session.jobs))
    yield* Effect.sleep("300 millis")
    assert.isNull(waiting.unsafePoll())
    const there = yield* Effect.promise(() => pool.of("alice"))
    assert.deepStrictEqual(there.closed, [])
    pool.broadcast(job({ jobId: "late" }))
    const found = yield* Fiber.join(waiting)
    assert.strictEqual(found._tag === "Some" ? found.value.jobId : "", "late")
  })
)

const lostBy = (address: string, over: Partial<GrpcLink.Options> = {}): Effect.Effect<LinkLost> =>
  Effect.scoped(
    Effect.gen(function* () {
      const session = yield* link(over).connect(address, report)
      yield* Stream.runDrain(session.jobs)
    })
  ).pipe(Effect.flip, Effect.orDie)

it.scopedLive("a wrong token is final and named; the right one is read again from its file", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    pool.token = "the right token 1234"
    const { port } = yield* serve(pool)
    const address = `127.0.0.1:${port}`
    const lost = yield* lostBy(address, { token: Effect.succeed(Redacted.make("a wrong token 12345")) })
    assert.isTrue(lost.final)
    assert.match(lost.detail, /token/)
    assert.notInclude(lost.message, "12345")
    const session = yield* link({ token: Effect.sync(() => Redacted.make(pool.token)) }).connect(address, report)
    assert.strictEqual((yield* Stream.runHead(session.jobs))._tag, "Some")
    const unreadable = yield* lostBy(address, { token: Effect.fail({ message: "token.txt: cannot be read" }) })
    assert.include(unreadable.message, "token.txt")
  })
)

const listen = (server: Net.Server) =>
  Effect.acquireRelease(
    Effect.async<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const at = server.address()
        resume(Effect.succeed(typeof at === "object" && at !== null ? at.port : 0))
      })
    }),
    () => Effect.sync(() => server.close())
  )

it.scopedLive("nobody there, no such name and no pool are told apart", () =>
  Effect.gen(function* () {
    const free = yield* Effect.scoped(listen(Net.createServer()))
    const refused = yield* lostBy(`127.0.0.1:${free}`)
    assert.match(refused.detail, /connection refused/)
    assert.isFalse(refused.final)
    const other = new Grpc.Server()
    const port = yield* Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<number>((resolve, reject) =>
            other.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (error, bound) =>
              error === null ? resolve(bound) : reject(error)
            )
          )
      ),
      () => Effect.sync(() => other.forceShutdown())
    )
    const wrong = yield* lostBy(`127.0.0.1:${port}`)
    assert.isTrue(wrong.final)
    assert.match(wrong.detail, /no mining pool/)
    const closing = Net.createServer((socket) => socket.destroy())
    const shut = yield* lostBy(`127.0.0.1:${yield* listen(closing)}`)
    assert.isFalse(shut.final)
    assert.match(shut.detail, /hangs up at once: it may want TLS/)
    const web = Net.createServer((socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert.match((yield* lostBy(`127.0.0.1:${yield* listen(web)}`)).detail, /does not speak gRPC/)
  })
)

it.scopedLive("what is wrong with TLS is said in words, and what to do", () =>
  Effect.gen(function* () {
    const { ca, cert, key } = yield* keys
    const plain = yield* serve(new FakePool())
    const open = yield* serve(new FakePool(), { tls: { cert, key, ca: null } })
    const closed = yield* serve(new FakePool(), { tls: { cert, key, ca } })
    const none = { ca: null, cert: null, key: null }
    const details = yield* Effect.forEach(
      [
        [plain.port, { ...none, ca }, "localhost"],
        [open.port, none, "localhost"],
        [open.port, { ...none, ca }, "127.0.0.1"],
        [closed.port, { ...none, ca }, "localhost"]
      ] as const,
      ([port, tls, host]) => Effect.map(lostBy(`https://${host}:${port}`, { tls }), ({ detail }) => detail)
    )
    const [speaksNone = "", unknown = "", another = "", asks = ""] = details
    assert.match(speaksNone, /^port \d+ there does not speak TLS: leave out https:\/\/, or is it another port\?$/)
    assert.match(
      unknown,
      /^the pool's certificate cannot be checked: [^:]+; --tls-ca FILE names an authority to trust$/
    )
    assert.match(another, /^the pool's certificate is not one for 127\.0\.0\.1: /)
    assert.match(asks, /^the pool wants a certificate that it knows \(--tls-cert, --tls-key\): [^:]+$/)
    const served = yield* link({ tls: { ca, cert, key } }).connect(`https://localhost:${closed.port}`, report)
    assert.strictEqual((yield* Stream.runHead(served.jobs))._tag, "Some")
  })
)

it.scopedLive("shares go up in the subscription, many at a time, and each gets its own answer", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const { port } = yield* serve(pool)
    const session = yield* link().connect(`127.0.0.1:${port}`, report)
    yield* Stream.runHead(session.jobs)
    const later: Array<() => void> = []
    pool.later = later
    pool.answer = (nonce) => ({ code: "low-difficulty", reason: `number ${nonce[0]}`, newDifficulty: null })
    const submitting = yield* Effect.fork(
      Effect.forEach(
        Array.from({ length: 30 }, (_, index) => index),
        (index) => session.submit("job-1", new Uint8Array(40).fill(index)),
        { concurrency: "unbounded" }
      )
    )
    yield* Effect.repeat(Effect.sleep(2), { until: () => later.length === 30 })
    for (const answer of later.reverse()) answer()
    const reasons = (yield* Fiber.join(submitting)).map(({ reason }) => reason)
    assert.deepStrictEqual(
      reasons,
      reasons.map((_, index) => `number ${index}`)
    )
    assert.strictEqual(pool.calls, 0)
  })
)

it.scopedLive("shares go up by calls to a pool that knows only the original protocol", () =>
  Effect.gen(function* () {
    const loaded = ProtoLoader.loadSync(originalProto, { keepCase: true, longs: String })
    const shares: Array<object> = []
    const server = new Grpc.Server()
    server.addService(loaded["pool.MiningPool"] as Grpc.ServiceDefinition, {
      Subscribe: (call: Grpc.ServerDuplexStream<object, object>) => {
        call.on("error", () => {})
        call.on("data", () => {})
        call.write({ work_id: "w", merkle_root: Buffer.alloc(40), difficulty_target: Buffer.alloc(40, 255) })
      },
      SubmitWork: (call: Grpc.ServerUnaryCall<object, object>, callback: Grpc.sendUnaryData<object>) => {
        shares.push(call.request)
        callback(null, { success: true })
      }
    })
    const port = yield* Effect.acquireRelease(
      Effect.promise(
        () =>
          new Promise<number>((resolve, reject) =>
            server.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (error, bound) =>
              error === null ? resolve(bound) : reject(error)
            )
          )
      ),
      () => Effect.sync(() => server.forceShutdown())
    )
    const session = yield* link().connect(`127.0.0.1:${port}`, report)
    yield* Stream.runHead(session.jobs)
    assert.strictEqual((yield* session.submit("w", new Uint8Array(40).fill(5))).code, "accepted")
    assert.deepStrictEqual(shares, [{ work_id: "w", nonce: Buffer.alloc(40, 5), miner_id: "alice" }])
  })
)

it.scopedLive("a submission on its way when the pool goes fails; it is never taken for accepted", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const ended = yield* Effect.scoped(
      Effect.gen(function* () {
        const { port } = yield* serve(pool)
        const session = yield* link().connect(`127.0.0.1:${port}`, report)
        yield* Stream.runHead(session.jobs)
        // The pool has the share and never answers.
        pool.answer = () => {
          throw new Error("not now")
        }
        const there = yield* Effect.promise(() => pool.of("alice"))
        Reflect.set(there.connection, "unsafeSubmit", () => {})
        const submitting = yield* Effect.fork(Effect.exit(session.submit("job-1", new Uint8Array(40))))
        yield* Effect.sleep("100 millis")
        return submitting
      })
    ).pipe(Effect.flatMap(Fiber.join))
    assert.isTrue(Exit.isFailure(ended))
  })
)

/** Holds a while later, of the real clock: what goes over a socket takes some. */
const until = (what: string, holds: () => boolean) =>
  Effect.promise(async () => {
    const end = performance.now() + 30_000
    while (!holds()) {
      if (performance.now() > end) throw new Error(`30 s without this: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })

it.scopedLive("a pool that reads shares and never answers is left after 15 s, and gets them again; none counts", () =>
  Effect.gen(function* () {
    const pool = new FakePool()
    const later: Array<() => void> = []
    pool.later = later
    const { port } = yield* serve(pool)
    const finds = yield* Queue.unbounded<bigint>()
    const search = Layer.succeed(NonceSearch, {
      open: Effect.succeed({
        search: ({ start: [, ...high] }: Stretch) =>
          Effect.map(Queue.take(finds), (low) => {
            const [b = 0n, c = 0n, d = 0n, e = 0n] = high
            return { nonce: [low, b, c, d, e] as const, done: 1n, tried: 1n }
          })
      })
    })
    yield* Effect.gen(function* () {
      const { service } = yield* MinerTree.make({ threads: 1, addresses: [`127.0.0.1:${port}`] }).pipe(
        Effect.provide(Layer.merge(search, Layer.succeed(PoolLink, link())))
      )
      const counts = Effect.map(service.status, ({ sessions, shares: { accepted, found, pending } }) => ({
        sessions,
        found,
        accepted,
        pending
      }))
      yield* Queue.offerAll(finds, [1n, 2n, 3n])
      yield* until("all shares there", () => later.length === 3)
      yield* TestClock.adjust("14 seconds")
      assert.deepStrictEqual(yield* counts, { sessions: 1, found: 3, accepted: 0, pending: 3 })
      yield* TestClock.adjust("1 seconds")
      yield* until("the end of the session", () => Effect.runSync(service.status).link._tag === "Waiting")
      yield* TestClock.adjust("1 seconds")
      yield* until("all shares again", () => later.length === 6)
      const [before, now] = pool.connections.map(({ shares }) => shares.map(({ nonce }) => nonce[0]).sort())
      assert.deepStrictEqual(
        [before, now],
        [
          [1, 2, 3],
          [1, 2, 3]
        ]
      )
      assert.strictEqual(pool.calls, 0)
      assert.deepStrictEqual(yield* counts, { sessions: 2, found: 3, accepted: 0, pending: 3 })
      // Answers that come after all go to a session that is over.
      for (const answer of later.slice(0, 3)) answer()
      for (const answer of later.slice(3, 5)) answer()
      yield* until("two answers", () => Effect.runSync(service.status).shares.pending === 1)
      assert.deepStrictEqual(yield* counts, { sessions: 2, found: 3, accepted: 2, pending: 1 })
    }).pipe(Effect.scoped, Effect.provide(Layer.provideMerge(ActorSystem.layer, TestContext.TestContext)))
  })
)

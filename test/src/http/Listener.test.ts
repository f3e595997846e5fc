import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Logger, LogLevel } from "effect"
import * as Listener from "../../../src/http/Listener.ts"
import { call } from "../nexus/orchestrator/support.ts"

const options = (handle: Listener.Options["handle"]): Listener.Options => ({
  host: "127.0.0.1",
  port: 0,
  maxBodyBytes: 1_000,
  maxBytesInFlight: 1_500,
  maxConnections: 3,
  drainMillis: 50,
  handle,
  refused: ({ detail, retryAfter, status }) => ({
    status,
    headers: { "retry-after": String(retryAfter) },
    body: Buffer.from(detail)
  })
})
const ok: Listener.Reply = { status: 200, headers: {}, body: new Uint8Array(0) }
const url = ({ port }: Listener.Listening) => `http://127.0.0.1:${port}`

describe("Listener", () => {
  it.scopedLive("bounds the bytes of all bodies together, and gives them back", () =>
    Effect.gen(function* () {
      const release = yield* Deferred.make<void>()
      const entered = yield* Deferred.make<void>()
      const server = yield* Listener.listen(
        options(() => Effect.zipRight(Deferred.succeed(entered, undefined), Effect.as(Deferred.await(release), ok)))
      )
      const first = yield* Effect.fork(call(url(server), "POST", "/", new Uint8Array(1_000)))
      yield* Deferred.await(entered)
      const second = yield* call(url(server), "POST", "/", new Uint8Array(900))
      assert.strictEqual(second.status, 503)
      assert.strictEqual(second.headers["retry-after"], "2")
      yield* Deferred.succeed(release, undefined)
      assert.strictEqual((yield* Fiber.join(first)).status, 200)
      for (let turn = 0; turn < 5; turn++) {
        assert.strictEqual((yield* call(url(server), "POST", "/", new Uint8Array(1_000))).status, 200)
      }
      assert.strictEqual((yield* call(url(server), "POST", "/", new Uint8Array(1_001))).status, 413)
    })
  )

  it.scopedLive("ends only the connection of a request that ends in a defect", () =>
    Effect.gen(function* () {
      const server = yield* Listener.listen(
        options((request) => (request.target === "/bad" ? Effect.die(new Error("broken")) : Effect.succeed(ok)))
      )
      assert.isTrue(yield* Effect.isFailure(call(url(server), "GET", "/bad")))
      assert.strictEqual((yield* call(url(server), "GET", "/good")).status, 200)
    }).pipe(Effect.provide(Logger.minimumLogLevel(LogLevel.None)))
  )

  it.scopedLive("keeps connections alive for the next request", () =>
    Effect.gen(function* () {
      let connections = 0
      const server = yield* Listener.listen(options(() => Effect.succeed(ok)))
      const agent = new Http.Agent({ keepAlive: true, maxSockets: 1 })
      const once = Effect.async<number>((resume) => {
        const request = Http.get(`${url(server)}/`, { agent }, (response) => {
          response.resume().on("end", () => resume(Effect.succeed(response.statusCode ?? 0)))
        })
        request.on("socket", (socket) => socket.once("connect", () => connections++))
      })
      for (let turn = 0; turn < 4; turn++) assert.strictEqual(yield* once, 200)
      assert.strictEqual(connections, 1)
      agent.destroy()
    })
  )
})

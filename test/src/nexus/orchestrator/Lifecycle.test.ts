import * as Http from "node:http"
import * as Net from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { Verifier } from "../../../../actors/nexus/Prover.ts"
import * as EmbeddedOrchestrator from "../../../../src/nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Settings from "../../../../src/nexus/orchestrator/Settings.ts"
import { call, fetchTask, serve, submission, submit, verifier } from "./support.ts"

const settings = { ...Settings.defaults, seed: "test" }

/** Some other server on a free port. */
const stranger = <S extends Net.Server>(server: S) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: S; readonly port: number }>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        resume(Effect.succeed({ server, port: (server.address() as Net.AddressInfo).port }))
      })
    }),
    () =>
      Effect.sync(() => {
        server.close()
        if (server instanceof Http.Server) server.closeAllConnections()
      })
  )

const ensure = (port: number) => EmbeddedOrchestrator.ensure({ ...settings, port }).pipe(Effect.provide(verifier))

describe("embedded orchestrator: life", () => {
  it.scopedLive("uses a healthy one that is already on the port, and starts one where nothing is", () =>
    Effect.gen(function* () {
      const first = yield* serve()
      const used = yield* ensure(first.port)
      assert.isNull(used.own)
      assert.strictEqual(used.url, first.url)
      const free = yield* Effect.scoped(Effect.map(stranger(Net.createServer()), ({ port }) => port))
      const started = yield* ensure(free)
      assert.strictEqual(started.own?.port, free)
      assert.strictEqual((yield* call(started.url, "GET", "/health")).status, 200)
    })
  )

  it.scopedLive("lets programs that start at the same moment share one", () =>
    Effect.gen(function* () {
      const free = yield* Effect.scoped(Effect.map(stranger(Net.createServer()), ({ port }) => port))
      const all = yield* Effect.all([ensure(free), ensure(free), ensure(free)], { concurrency: "unbounded" })
      assert.strictEqual(all.filter((ensured) => ensured.own !== null).length, 1)
      assert.deepStrictEqual(new Set(all.map((ensured) => ensured.url)).size, 1)
    })
  )

  it.scopedLive("names whatever else is on the port, and touches nothing", () =>
    Effect.gen(function* () {
      const web = yield* stranger(
        Http.createServer((_, response) => response.writeHead(418, { server: "teapot \xe9" }).end("hi"))
      )
      const mute = yield* stranger(Net.createServer(() => {}))
      const rude = yield* stranger(Net.createServer((socket) => socket.end("220 smtp ready\r\n")))
      const errors = yield* Effect.forEach([web, mute, rude], ({ port }) => Effect.flip(ensure(port)), {
        concurrency: 3
      })
      for (const error of errors) assert.strictEqual(error._tag, "PortTaken")
      assert.include(errors[0]?.message ?? "", "(teapot ?) that answers /health with 418")
      assert.include(errors[1]?.message ?? "", "does not answer")
      assert.include(errors[2]?.message ?? "", "does not speak HTTP")
      const first = yield* serve()
      const second = yield* Effect.flip(serve({ port: first.port }))
      assert.strictEqual(second._tag, "PortTaken")
    })
  )

  it.scopedLive("says which address it cannot use", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(serve({ host: "203.0.113.7" }))
      assert.strictEqual(error._tag, "AddressUnusable")
      assert.include(error.message, "203.0.113.7")
    })
  )

  it.scopedLive("lets running requests end before it closes, and takes no new connections", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const slow = Layer.succeed(Verifier, {
        kind: "receipt",
        verify: () =>
          Deferred.succeed(entered, undefined).pipe(
            Effect.andThen(Deferred.await(release)),
            Effect.as({ valid: true, reason: "" })
          ),
        expectedHash: () => Effect.never
      })
      const scope = yield* Scope.make()
      const { port, url } = yield* EmbeddedOrchestrator.serve({ ...settings, port: 0, legacyReplies: 1 }).pipe(
        Effect.provide(slow),
        Scope.extend(scope)
      )
      const task = yield* fetchTask(url, "1")
      const running = yield* Effect.fork(submit(url, submission(task)))
      yield* Deferred.await(entered)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      while (!(yield* Effect.isFailure(call(url, "GET", "/health")))) yield* Effect.sleep(5)
      yield* Deferred.succeed(release, undefined)
      const answer = yield* Fiber.join(running)
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.headers.connection, "close")
      yield* Fiber.join(closing)
      // The port is free again.
      yield* serve({ port })
    })
  )

  it.scopedLive("cuts what does not end, so that closing is bounded", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const entered = yield* Deferred.make<void>()
      const stuck = Layer.succeed(Verifier, {
        kind: "receipt",
        verify: () =>
          Deferred.succeed(entered, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          ),
        expectedHash: () => Effect.never
      })
      const scope = yield* Scope.make()
      const { url } = yield* EmbeddedOrchestrator.serve({ ...settings, port: 0, legacyReplies: 1 }).pipe(
        Effect.provide(stuck),
        Scope.extend(scope)
      )
      const running = yield* Effect.fork(
        Effect.either(Effect.flatMap(fetchTask(url, "1"), (task) => submit(url, submission(task))))
      )
      yield* Deferred.await(entered)
      yield* Scope.close(scope, Exit.void)
      yield* Deferred.await(interrupted)
      assert.strictEqual((yield* Fiber.join(running))._tag, "Left")
    })
  )

  it.scopedLive("ends the work of a request whose client has gone", () =>
    Effect.gen(function* () {
      const interrupted = yield* Deferred.make<void>()
      const entered = yield* Deferred.make<void>()
      const stuck = Layer.succeed(Verifier, {
        kind: "receipt",
        verify: () =>
          Deferred.succeed(entered, undefined).pipe(
            Effect.andThen(Effect.never),
            Effect.onInterrupt(() => Deferred.succeed(interrupted, undefined))
          ),
        expectedHash: () => Effect.never
      })
      const { url } = yield* EmbeddedOrchestrator.serve({ ...settings, port: 0, legacyReplies: 1 }).pipe(
        Effect.provide(stuck)
      )
      const task = yield* fetchTask(url, "1")
      const running = yield* Effect.fork(submit(url, submission(task)))
      yield* Deferred.await(entered)
      yield* Fiber.interrupt(running)
      yield* Deferred.await(interrupted)
    })
  )
})

import * as Net from "node:net"
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random } from "effect"
import { Verifier } from "../../../../actors/nexus/Prover.ts"
import { ProverCrashed } from "../../../../actors/nexus/Errors.ts"
import * as EmbeddedOrchestrator from "../../../../src/nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Settings from "../../../../src/nexus/orchestrator/Settings.ts"
import { call, fetchTask, refusalOf, serve, submission, submit, verifier } from "./support.ts"

/** Write raw bytes to the server and read what comes back until the connection ends. */
const raw = (port: number, bytes: string | Uint8Array, cut = false) =>
  Effect.async<string>((resume) => {
    const socket = Net.connect(port, "127.0.0.1", () => {
      socket.write(bytes)
      if (cut) setTimeout(() => socket.resetAndDestroy(), 5)
    })
    let text = ""
    socket.setEncoding("latin1")
    socket.on("data", (chunk) => {
      text += chunk
    })
    socket.on("error", () => {})
    socket.on("close", () => resume(Effect.succeed(text)))
  })

describe("embedded orchestrator: hostile input", () => {
  it.scopedLive("answers random and spoilt bodies with 4xx, and lives on", () =>
    Effect.gen(function* () {
      const { url } = yield* serve()
      const task = yield* fetchTask(url, "1")
      const honest = submission(task)
      const paths = [
        ["POST", "/v3/tasks"],
        ["POST", "/v3/tasks/submit"],
        ["POST", "/v3/users"],
        ["POST", "/v3/nodes"],
        ["GET", "/v3/tasks"]
      ] as const
      for (let round = 0; round < 200; round++) {
        const [method, path] = paths[round % paths.length] ?? paths[0]
        const length = yield* Random.nextIntBetween(0, honest.length)
        const body = Uint8Array.from(honest.subarray(0, length))
        const spoils = yield* Random.nextIntBetween(0, 8)
        for (let spoil = 0; spoil < spoils && length > 0; spoil++) {
          body[yield* Random.nextIntBetween(0, length)] = yield* Random.nextIntBetween(0, 256)
        }
        const answer = yield* call(url, method, path, body)
        assert.isTrue(answer.status >= 400 && answer.status < 500, `${method} ${path}: ${answer.status}`)
        const told = refusalOf(answer)
        assert.strictEqual(told.httpCode, answer.status)
        assert.isNotEmpty(told.name)
        assert.isNotEmpty(told.message)
      }
      assert.strictEqual((yield* submit(url, honest)).status, 200)
    }).pipe(Effect.withRandom(Random.make("hostile")))
  )

  it.scopedLive("knows its paths and methods", () =>
    Effect.gen(function* () {
      const { url } = yield* serve()
      const status = (method: string, path: string) => Effect.map(call(url, method, path), (answer) => answer.status)
      assert.strictEqual(yield* status("GET", "/"), 404)
      assert.strictEqual(yield* status("GET", "/v3/tasks/"), 404)
      assert.strictEqual(yield* status("GET", "//v3//tasks"), 404)
      assert.strictEqual(yield* status("PUT", "/v3/tasks"), 405)
      assert.strictEqual(yield* status("GET", "/v3/tasks/submit"), 405)
      assert.strictEqual(yield* status("GET", "/v3/users/%zz"), 400)
      assert.strictEqual(yield* status("GET", "/v3/users/%27%3B%20DROP%20TABLE%20books_users"), 404)
      assert.strictEqual(yield* status("GET", "/books/tasks?after=-1&limit=1e99"), 200)
    })
  )

  it.scopedLive("refuses bodies that are too large without reading them", () =>
    Effect.gen(function* () {
      const { port, url } = yield* serve()
      const told = yield* raw(port, `POST /v3/tasks/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n`)
      assert.match(told, /^HTTP\/1\.1 413 /)
      assert.include(told, "PayloadTooLargeError")
      const endless = Effect.async<number>((resume) => {
        const request = Http.request(`${url}/v3/tasks/submit`, { method: "POST", agent: false })
        let sent = 0
        const chunk = new Uint8Array(1_048_576)
        const push = () => {
          sent += chunk.length
          if (!request.destroyed) request.write(chunk, push)
        }
        request.on("error", () => {})
        request.on("close", () => resume(Effect.succeed(sent)))
        push()
      })
      assert.isBelow(yield* endless, 64 * 1_048_576)
      assert.strictEqual((yield* call(url, "GET", "/health")).status, 200)
    })
  )

  it.scopedLive("survives what is not HTTP, upgrades, and connections that die in the middle", () =>
    Effect.gen(function* () {
      const { port, url } = yield* serve()
      assert.match(yield* raw(port, "this is not HTTP\r\n\r\n"), /^HTTP\/1\.1 400 /)
      assert.match(yield* raw(port, `GET /${"a".repeat(20_000)} HTTP/1.1\r\n\r\n`), /^HTTP\/1\.1 4/)
      yield* raw(port, new Uint8Array([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0, 0]))
      yield* Effect.forEach(
        Array.from({ length: 50 }),
        () => raw(port, "POST /v3/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf", true),
        {
          concurrency: 10
        }
      )
      yield* Effect.forEach(Array.from({ length: 20 }), () =>
        raw(port, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", true)
      )
      assert.strictEqual((yield* call(url, "GET", "/health")).status, 200)
    })
  )

  it.scopedLive("says 500 when its verifier is broken, and takes the proof later", () =>
    Effect.gen(function* () {
      let broken = true
      const shaky = Layer.map(verifier, (context) => context).pipe(
        Layer.flatMap((context) =>
          Layer.succeed(Verifier, {
            kind: "receipt",
            verify: (programId, input, proof) =>
              broken
                ? Effect.fail(new ProverCrashed({ taskId: "t", detail: "signal SIGSEGV" }))
                : Effect.flatMap(Effect.provide(Verifier, Layer.succeedContext(context)), (service) =>
                    service.verify(programId, input, proof)
                  ),
            expectedHash: () => Effect.fail(new ProverCrashed({ taskId: "t", detail: "signal SIGSEGV" }))
          })
        )
      )
      const { books, url } = yield* EmbeddedOrchestrator.serve({
        ...Settings.defaults,
        port: 0,
        seed: "test",
        maxInputs: 1
      }).pipe(Effect.provide(shaky))
      let task = yield* fetchTask(url, "1")
      for (let node = 2; task.type !== "PROOF_REQUIRED"; node++) task = yield* fetchTask(url, String(node))
      const answer = yield* submit(url, submission(task))
      assert.strictEqual(answer.status, 500)
      assert.strictEqual(refusalOf(answer).message, "Unable to connect to verifier.")
      assert.strictEqual(answer.headers["retry-after"], "5")
      broken = false
      assert.strictEqual((yield* submit(url, submission(task))).status, 200)
      assert.deepInclude(yield* books.totals, { accepted: 1, refused: 0 })
    })
  )
})

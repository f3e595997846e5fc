/**
 * The HTTP adapter against hand-made servers: what it sends, and what every kind of answer and fault becomes.
 *
 * Expected request bytes come from the protoc fixtures or the codec's own tests; answers are real HTTP.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import * as OrchestratorClient from "../../../../src/nexus/client/OrchestratorClient.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"
import { fixture } from "../wire/support.ts"
import { answer, clientOf, errorBody, type Handler, key, node, proven, serve } from "./support.ts"

const fetchFrom = (handler: Handler) =>
  Effect.gen(function* () {
    const server = yield* serve(handler)
    const client = yield* clientOf(server.url)
    return yield* Effect.flip(client.fetchTask(node, "SMALL"))
  })

const submitTo = (handler: Handler) =>
  Effect.gen(function* () {
    const server = yield* serve(handler)
    const client = yield* clientOf(server.url)
    return yield* Effect.either(client.submit(node, proven()))
  })

describe("what is sent", () => {
  it.scoped("POST /v3/tasks: body, Content-Type, User-Agent, X-Build-Timestamp", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200, fixture("get-proof-task-response")))
      const client = yield* clientOf(server.url)
      const task = yield* client.fetchTask(node, "EXTRA_LARGE_2")
      assert.strictEqual(task.taskId, "01HZX-任务")
      const [request] = server.seen
      assert.strictEqual(`${request?.method} ${request?.path}`, "POST /v3/tasks")
      assert.strictEqual(request?.headers["content-type"], "application/octet-stream")
      assert.strictEqual(request?.headers["user-agent"], "nexus-cli/0.10.18 pitboss/9.8.7")
      assert.strictEqual(request?.headers["x-build-timestamp"], "1751378400000")
      assert.deepStrictEqual(
        Either.getOrThrow(Codec.decode(Messages.GetProofTaskRequest, request?.body ?? new Uint8Array(0))),
        { nodeId: node, nodeType: "CLI_PROVER", ed25519PublicKey: key.publicKey, maxDifficulty: "EXTRA_LARGE_2" }
      )
    })
  )

  it.scoped("GET /v3/nodes/{id}: no body, no Content-Type, the other two headers", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200, fixture("get-node-response")))
      const client = yield* clientOf(server.url)
      assert.strictEqual(yield* client.walletOf(node), "0x52908400098527886e0f7030069857d2e4169ee7")
      const [request] = server.seen
      assert.strictEqual(`${request?.method} ${request?.path}`, "GET /v3/nodes/18446744073709551615")
      assert.isUndefined(request?.headers["content-type"])
      assert.strictEqual(request?.headers["user-agent"], "nexus-cli/0.10.18 pitboss/9.8.7")
      assert.strictEqual(request?.headers["x-build-timestamp"], "1751378400000")
      assert.strictEqual(request?.body.length, 0)
    })
  )

  it.scoped("no tracing headers, even inside a span", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200, fixture("get-node-response")))
      const client = yield* clientOf(server.url)
      yield* Effect.withSpan(client.walletOf(node), "outer")
      assert.isEmpty((server.seen[0]?.rawNames ?? []).filter((name) => /^(b3|traceparent|x-b3.*)$/i.test(name)))
    })
  )

  it.scoped("GET /v3/users/{wallet} is escaped; POST /v3/users and /v3/nodes carry their messages", () =>
    Effect.gen(function* () {
      const replies: Readonly<Record<string, Uint8Array>> = {
        "GET /v3/users/0x%2F%3F": fixture("user-response"),
        "POST /v3/users": new Uint8Array(0),
        "POST /v3/nodes": fixture("register-node-response")
      }
      const server = yield* serve((response, { method, path }) => {
        const reply = replies[`${method} ${path}`]
        response.writeHead(reply === undefined ? 500 : 200).end(reply)
      })
      const client = yield* clientOf(server.url)
      assert.strictEqual(yield* client.userOf("0x/?"), "user-7")
      const uuid = "123e4567-e89b-42d3-a456-426614174000"
      yield* client.registerUser({ uuid, wallet: "0x52908400098527886E0F7030069857D2E4169EE7" })
      assert.strictEqual(yield* client.registerNode("user-7"), node)
      assert.deepStrictEqual(new Uint8Array(server.seen[1]?.body ?? []), fixture("register-user-request"))
      assert.deepStrictEqual(new Uint8Array(server.seen[2]?.body ?? []), fixture("register-node-request"))
    })
  )

  it.scoped("POST /v3/tasks/submit: a signed request with telemetry", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200))
      const telemetry = Effect.succeed({ flopsPerSec: 0, memoryUsed: 12, memoryCapacity: 34, location: null })
      const client = yield* clientOf(server.url, { telemetry })
      assert.strictEqual(yield* client.submit(node, proven("ALL_PROOF_HASHES", "stark", 2)), "accepted")
      const [request] = server.seen
      assert.strictEqual(`${request?.method} ${request?.path}`, "POST /v3/tasks/submit")
      const sent = Either.getOrThrow(Codec.decode(Messages.SubmitProofRequest, request?.body ?? new Uint8Array(0)))
      assert.isTrue(Signing.verify(sent.ed25519PublicKey, sent.signature, sent))
      assert.deepStrictEqual(sent.ed25519PublicKey, key.publicKey)
      assert.strictEqual(sent.allProofHashes.length, 2)
      assert.deepStrictEqual(sent.nodeTelemetry, {
        flopsPerSec: 0,
        memoryUsed: 12,
        memoryCapacity: 34,
        location: null
      })
    })
  )

  it.scoped("over node:http the only headers are those of the protocol and of HTTP itself", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200, fixture("get-proof-task-response")))
      const client = yield* OrchestratorClient.make({
        environment: { url: server.url, local: true },
        key,
        version: "9.8.7",
        buildTimestamp: 1
      }).pipe(Effect.provide(NodeHttpClient.layer))
      yield* client.fetchTask(node, "SMALL")
      assert.sameMembers(
        (server.seen[0]?.rawNames ?? []).map((name) => name.toLowerCase()),
        ["user-agent", "x-build-timestamp", "content-type", "content-length", "host", "connection"]
      )
    })
  )
})

describe("fetching a task", () => {
  it.scoped("accepts both generations of the reply", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200, fixture("get-proof-task-response-flat")))
      const client = yield* clientOf(server.url)
      const task = yield* client.fetchTask(node, "SMALL")
      assert.deepStrictEqual([task.taskId, task.type, task.difficulty], ["flat-task", "PROOF_REQUIRED", null])
    })
  )

  it.scoped("defect 18: a task for another program is a typed error, not an endless loop", () =>
    Effect.gen(function* () {
      const body = Codec.encode(Messages.GetProofTaskResponse, {
        task: { taskId: "t-9", programId: "fast-fib\u001b[2J", publicInputsList: [new Uint8Array(12)] }
      })
      const error = yield* fetchFrom(answer(200, body))
      assert.strictEqual(error._tag, "UnsupportedTask")
      assert.include(error.message, 'task t-9 cannot be proved here: it is for program "fast-fib [2J"')
    })
  )

  it.scoped("an unknown enum value, an empty body and garbage are malformed, with the place", () =>
    Effect.gen(function* () {
      const unknown = yield* fetchFrom(answer(200, fixture("future-enum")))
      assert.isTrue(unknown._tag === "MalformedReply" && unknown.offset === 13)
      assert.include(unknown.message, "at byte 13: Task: taskType: unknown TaskType 7")
      const empty = yield* fetchFrom(answer(200))
      assert.isTrue(empty._tag === "MalformedReply" && empty.detail.includes("no task id"))
      const page = yield* fetchFrom(answer(200, "<html>log in to this hotel's network</html>"))
      assert.strictEqual(page._tag, "MalformedReply")
    })
  )

  it.scoped("a body cut short, though the HTTP is whole, is malformed at its last byte", () =>
    Effect.gen(function* () {
      const whole = fixture("get-proof-task-response")
      const error = yield* fetchFrom(answer(200, whole.subarray(0, whole.length - 7)))
      assert.isTrue(error._tag === "MalformedReply" && error.offset === 2)
    })
  )

  it.scoped("a task id that would steer a terminal is malformed", () =>
    Effect.gen(function* () {
      const task = { taskId: "\u001b[2J", programId: "fib_input_initial", publicInputsList: [new Uint8Array(12)] }
      const error = yield* fetchFrom(answer(200, Codec.encode(Messages.GetProofTaskResponse, { task })))
      assert.isTrue(error._tag === "MalformedReply" && error.detail.includes("control characters"))
    })
  )

  it.scoped("429 with seconds, with a date relative to the clock, and without", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 2, 1, 12, 0, 0))
      const retryAfter = (header: string | null) =>
        fetchFrom(answer(429, errorBody("Rate limit exceeded", 429), header === null ? {} : { "retry-after": header }))
      const seconds = yield* retryAfter("45")
      assert.isTrue(seconds._tag === "RateLimited" && seconds.retryAfterMillis === 45_000)
      const date = yield* retryAfter("Sun, 01 Mar 2026 12:10:00 GMT")
      assert.isTrue(date._tag === "RateLimited" && date.retryAfterMillis === 600_000)
      const none = yield* retryAfter(null)
      assert.isTrue(
        none._tag === "RateLimited" && none.retryAfterMillis === null && none.detail === "Rate limit exceeded"
      )
    })
  )

  it.scoped("404, 403 with a page, 400, 503", () =>
    Effect.gen(function* () {
      const unknown = yield* fetchFrom(answer(404, errorBody("Node not found", 404)))
      assert.isTrue(unknown._tag === "NotFound" && unknown.what === "node")
      const page = `<html><head><title>Blocked</title></head><body>${"<p>no</p>".repeat(20_000)}</body></html>`
      const blocked = yield* fetchFrom(answer(403, page, { "content-type": "text/html" }))
      assert.strictEqual(blocked.message, 'fetch task: refused by the orchestrator (403): an HTML page, "Blocked"')
      assert.strictEqual((yield* fetchFrom(answer(400, errorBody("bad", 400))))._tag, "RequestRefused")
      const trouble = yield* fetchFrom(answer(503, "", { "retry-after": "3" }))
      assert.isTrue(trouble._tag === "ServerTrouble" && trouble.retryAfterMillis === 3000)
    })
  )
})

describe("faults of the connection", () => {
  it.scoped("nobody listens: unreachable, with the reason", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(serve(answer(200)))
      const client = yield* clientOf(url)
      const error = yield* Effect.flip(client.fetchTask(node, "SMALL"))
      assert.strictEqual(error._tag, "Unreachable")
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.scoped("dropped before the answer", () =>
    Effect.gen(function* () {
      const error = yield* fetchFrom((response) => response.socket?.destroy())
      assert.strictEqual(error._tag, "Unreachable")
    })
  )

  it.scoped("dropped in the middle of the body", () =>
    Effect.gen(function* () {
      const body = fixture("get-proof-task-response")
      const error = yield* fetchFrom((response) => {
        response.writeHead(200, { "content-length": body.length })
        response.write(body.subarray(0, 10), () => response.socket?.destroy())
      })
      assert.strictEqual(error._tag, "Unreachable")
    })
  )

  it.scoped("not HTTP at all", () =>
    Effect.gen(function* () {
      const error = yield* fetchFrom((response) => response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n"))
      assert.strictEqual(error._tag, "Unreachable")
    })
  )

  it.scoped("an answer without end is not read beyond 4 MiB", () =>
    Effect.gen(function* () {
      let sent = 0
      const error = yield* fetchFrom((response) => {
        const chunk = Buffer.alloc(65_536)
        const more = () => {
          if (response.destroyed || sent > 64 * 1_048_576) return
          sent += chunk.length
          if (response.write(chunk)) setImmediate(more)
          else response.once("drain", more)
        }
        response.writeHead(200)
        more()
      })
      assert.isTrue(error._tag === "MalformedReply" && error.detail.includes("more than the 4194304 allowed"))
      assert.isBelow(sent, 32 * 1_048_576)
    })
  )

  it.scoped("no answer within 10 s of the clock", () =>
    Effect.gen(function* () {
      const server = yield* serve(() => undefined)
      const client = yield* clientOf(server.url)
      const request = yield* Effect.fork(Effect.flip(client.fetchTask(node, "SMALL")))
      yield* server.arrived
      yield* TestClock.adjust("9999 millis")
      assert.isNull(request.unsafePoll())
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(request)
      assert.strictEqual(error._tag, "Unreachable")
      assert.include(error.message, "no answer within 10s")
    })
  )

  it.scoped("headers at once and a body that never ends: the 10 s are for all of it", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200)
        response.write(Buffer.from([0x22]))
      })
      const client = yield* clientOf(server.url)
      const request = yield* Effect.fork(Effect.flip(client.fetchTask(node, "SMALL")))
      yield* server.arrived
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(request))._tag, "Unreachable")
    })
  )

  it.scoped("an interrupted request is cut off at the server", () =>
    Effect.gen(function* () {
      const gone = yield* Deferred.make<void>()
      const server = yield* serve((response) => void response.on("close", () => Deferred.unsafeDone(gone, Effect.void)))
      const client = yield* clientOf(server.url)
      const request = yield* Effect.fork(client.fetchTask(node, "SMALL"))
      yield* server.arrived
      yield* Fiber.interrupt(request)
      yield* Deferred.await(gone)
    })
  )

  it.scoped("a redirect is not followed", () =>
    Effect.gen(function* () {
      const target = yield* serve(answer(200, fixture("get-proof-task-response")))
      const server = yield* serve(answer(307, "", { location: `${target.url}/elsewhere` }))
      const client = yield* clientOf(server.url)
      const error = yield* Effect.flip(client.fetchTask(node, "SMALL"))
      assert.strictEqual(error._tag, "Unreachable")
      assert.include(error.message, `redirect to ${target.url}/elsewhere (307)`)
      assert.isEmpty(target.seen)
    })
  )
})

describe("submitting", () => {
  it.scoped("2xx is accepted, 409 is a duplicate: both are done", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* submitTo(answer(200)), Either.right("accepted"))
      assert.deepStrictEqual(yield* submitTo(answer(204)), Either.right("accepted"))
      assert.deepStrictEqual(yield* submitTo(answer(409, errorBody("dup", 409))), Either.right("duplicate"))
    })
  )

  it.scoped("a 2xx stands even when the connection drops behind it", () =>
    Effect.gen(function* () {
      const result = yield* submitTo((response) => {
        response.writeHead(200, { "content-length": 1000 })
        response.write("x", () => response.socket?.destroy())
      })
      assert.deepStrictEqual(result, Either.right("accepted"))
    })
  )

  it.scoped("a 2xx stands after a second of a body that never ends", () =>
    Effect.gen(function* () {
      const server = yield* serve((response) => {
        response.writeHead(200)
        response.write("x")
      })
      const client = yield* clientOf(server.url)
      const request = yield* Effect.fork(client.submit(node, proven()))
      yield* server.arrived
      // The head has arrived once the second for the rest of the body is being counted.
      while (!Chunk.some(yield* TestClock.sleeps(), (until) => until === 1_000)) {
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(request), "accepted")
    })
  )

  it.scoped("404 and 410: expired; 400 and 422: refused; 500: trouble; 429: rate limit", () =>
    Effect.gen(function* () {
      const tagOf = (status: number, message: string) =>
        Effect.map(submitTo(answer(status, errorBody(message, status))), (result) =>
          Either.isLeft(result) ? `${result.left._tag}: ${result.left.detail}` : result.right
        )
      assert.strictEqual(yield* tagOf(404, "Task not found"), "TaskExpired: Task not found")
      assert.strictEqual(yield* tagOf(410, "Gone"), "TaskExpired: Gone")
      assert.strictEqual(yield* tagOf(422, "bad proof"), "SubmissionRefused: bad proof")
      assert.strictEqual(yield* tagOf(400, "bad hash"), "SubmissionRefused: bad hash")
      assert.strictEqual(
        yield* tagOf(500, "Unable to connect to verifier."),
        "ServerTrouble: Unable to connect to verifier."
      )
      assert.strictEqual(yield* tagOf(429, "submission limit"), "RateLimited: submission limit")
    })
  )

  it.scoped("a receipt never leaves a local environment: refused before anything is sent", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200))
      const remote = yield* clientOf(server.url, { environment: { url: server.url, local: false } })
      const error = yield* Effect.flip(remote.submit(node, proven("PROOF_HASH", "receipt")))
      assert.strictEqual(error._tag, "SubmissionRefused")
      assert.include(error.message, "never leaves a local environment")
      assert.isEmpty(server.seen)
      assert.strictEqual(yield* remote.submit(node, proven("PROOF_HASH", "stark")), "accepted")
      const local = yield* clientOf(server.url)
      assert.strictEqual(yield* local.submit(node, proven("PROOF_HASH", "receipt")), "accepted")
    })
  )
})

describe("accounts", () => {
  it.scoped("an answer without what was asked for is malformed", () =>
    Effect.gen(function* () {
      const server = yield* serve(answer(200))
      const client = yield* clientOf(server.url)
      assert.include((yield* Effect.flip(client.walletOf(node))).message, "it holds no wallet address")
      assert.include((yield* Effect.flip(client.userOf("0x"))).message, "it holds no user id")
      assert.include((yield* Effect.flip(client.registerNode("u"))).message, '"" is no node id')
    })
  )

  it.scoped("a node id beyond 64 bits is malformed", () =>
    Effect.gen(function* () {
      const body = Codec.encode(Messages.RegisterNodeResponse, { nodeId: "18446744073709551616" })
      const server = yield* serve(answer(200, body))
      const client = yield* clientOf(server.url)
      assert.strictEqual((yield* Effect.flip(client.registerNode("u")))._tag, "MalformedReply")
    })
  )
})

/**
 * What the client tests share: a real HTTP server on a free port of 127.0.0.1 that does exactly what a test says.
 *
 * It is hand-made on node:http and knows nothing of the product's own orchestrator.
 */
import * as Http from "node:http"
import type { AddressInfo, Socket } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { NodeId, type ProofKind, type ProvenTask, type TaskType } from "../../../../actors/nexus/Task.ts"
import * as OrchestratorClient from "../../../../src/nexus/client/OrchestratorClient.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"

export interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: Http.IncomingHttpHeaders
  /** Header names as they were written, in order. */
  readonly rawNames: ReadonlyArray<string>
  readonly body: Buffer
}

export interface Server {
  readonly url: string
  readonly seen: ReadonlyArray<Seen>
  /** Completes when the first request has arrived whole. */
  readonly arrived: Effect.Effect<void>
}

export type Handler = (response: Http.ServerResponse, request: Seen) => void

/** Listens until the scope closes; open connections are cut then. */
export const serve = (handler: Handler): Effect.Effect<Server, never, Scope.Scope> =>
  Effect.gen(function* () {
    const seen: Array<Seen> = []
    const sockets = new Set<Socket>()
    const arrived = yield* Deferred.make<void>()
    const server = Http.createServer((request, response) => {
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const one: Seen = {
          method: request.method ?? "",
          path: request.url ?? "",
          headers: request.headers,
          rawNames: request.rawHeaders.filter((_, index) => index % 2 === 0),
          body: Buffer.concat(chunks)
        }
        seen.push(one)
        Deferred.unsafeDone(arrived, Effect.void)
        handler(response, one)
      })
    })
    server.on("connection", (socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => undefined)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
      () =>
        Effect.async<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          server.close(() => resume(Effect.void))
        })
    )
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, seen, arrived: Deferred.await(arrived) }
  })

/** A handler that gives one whole answer. */
export const answer =
  (status: number, body: Uint8Array | string = "", headers: Http.OutgoingHttpHeaders = {}): Handler =>
  (response) =>
    void response.writeHead(status, headers).end(body)

/** The JSON body of the orchestrator's errors. */
export const errorBody = (message: string, httpCode: number) => JSON.stringify({ name: "SomeError", message, httpCode })

export const key = Signing.fromSeed(Redacted.make(new Uint8Array(32).fill(7)))
export const node = NodeId.make("18446744073709551615")

/** A client of a test's server; `local` unless told otherwise. */
export const clientOf = (url: string, options: Partial<OrchestratorClient.Options> = {}) =>
  OrchestratorClient.make({
    environment: { url, local: true },
    key,
    version: "9.8.7",
    buildTimestamp: 1_751_378_400_000,
    ...options
  }).pipe(Effect.provide(FetchHttpClient.layer))

export const proven = (type: TaskType = "PROOF_REQUIRED", kind: ProofKind = "stark", inputs = 1): ProvenTask => ({
  task: {
    taskId: "task-1",
    programId: "fib_input_initial",
    type,
    difficulty: "SMALL",
    inputs: Array.from({ length: inputs }, () => new Uint8Array(12)),
    createdAt: null
  },
  proofs: Array.from({ length: inputs }, (_, index) => {
    const bytes = Uint8Array.of(index, 1, 2)
    return { kind, bytes, hash: Signing.proofHash(bytes) }
  })
})

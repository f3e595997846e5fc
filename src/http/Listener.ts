/**
 * A small HTTP/1.1 server on node:http whose requests are effects: bounded bodies, bounded time, clean close.
 *
 * The server of @effect/platform-node is not used here: its handlers are uninterruptible, so each connection that a
 * client (or our own fault injection) cuts while an answer is being written would leave a fiber behind; it has no way
 * to cut or shorten an answer; and it costs 35 MB of resident memory (undici, ws, multipart). Each request runs in a
 * fiber of the listener's scope (the server's own forks, as in any HTTP server), is interrupted when its connection goes
 * away, and is awaited on close.
 */
import * as Http from "node:http"
import type { AddressInfo } from "node:net"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import { AddressInUse, AddressUnusable, ListenerBroke, Rejection } from "./Errors.ts"

export interface Request {
  readonly method: string
  /** Path and query as they came. */
  readonly target: string
  readonly body: Uint8Array
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Spoil the answer: cut the connection instead ("drop"), or after so many bytes of the body (a number). */
  readonly spoil?: "drop" | number
}

export interface Options {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Most bytes of one body. */
  readonly maxBodyBytes: number
  /** Most bytes of all bodies that are being read or worked on. */
  readonly maxBytesInFlight: number
  readonly maxConnections: number
  /** How long requests that are running may take to end when the scope closes, milliseconds. */
  readonly drainMillis: number
  readonly handle: (request: Request) => Effect.Effect<Reply>
  /** What to answer when a request is refused before it reaches `handle`. */
  readonly refused: (rejection: Rejection) => Reply
}

export interface Listening {
  readonly host: string
  readonly port: number
  /** Fails when the listener breaks. */
  readonly broken: Effect.Effect<never, ListenerBroke>
}

export const listen = (options: Options): Effect.Effect<Listening, AddressUnusable | AddressInUse, Scope.Scope> =>
  Effect.gen(function* () {
    const run = yield* FiberSet.makeRuntime<never>()
    const broken = yield* Deferred.make<never, ListenerBroke>()
    let bytesInFlight = 0
    let closing = false

    const respond = (request: Http.IncomingMessage, response: Http.ServerResponse) =>
      Effect.acquireUseRelease(
        Effect.succeed({ bytes: 0 }),
        (account) =>
          read(request, options.maxBodyBytes, (bytes) => {
            account.bytes += bytes
            bytesInFlight += bytes
            return bytesInFlight <= options.maxBytesInFlight
          }).pipe(
            Effect.flatMap((body) =>
              options.handle({ method: request.method ?? "GET", target: request.url ?? "/", body })
            ),
            // After a refusal the rest of the body is not read, so the connection cannot be used again.
            Effect.catchAll((rejection) =>
              Effect.sync(() => {
                const reply = options.refused(rejection)
                return { ...reply, headers: { ...reply.headers, connection: "close" } }
              })
            ),
            Effect.map((reply) => write(response, reply, closing))
          ),
        (account) =>
          Effect.sync(() => {
            bytesInFlight -= account.bytes
          })
      ).pipe(
        Effect.catchAllCause((cause) =>
          Cause.isInterruptedOnly(cause)
            ? Effect.void
            : Effect.zipRight(
                Effect.logError("a request ended in a defect", cause),
                Effect.sync(() => response.destroy())
              )
        )
      )

    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        Http.createServer(
          {
            requestTimeout: 30_000,
            headersTimeout: 10_000,
            keepAliveTimeout: 15_000,
            connectionsCheckingInterval: 5_000
          },
          (request, response) => {
            // A connection that dies while it is read or written is nobody's error.
            request.on("error", () => {})
            response.on("error", () => {})
            const fiber = run(respond(request, response))
            response.on("close", () => {
              if (!response.writableFinished) fiber.unsafeInterruptAsFork(fiber.id())
            })
          }
        )
      ),
      (made) =>
        Effect.suspend(() => {
          closing = true
          return made.listening ? close(made, options.drainMillis) : Effect.void
        })
    )
    server.maxConnections = options.maxConnections
    yield* bind(server, options)
    const { port } = server.address() as AddressInfo
    server.on("error", (error) => {
      Deferred.unsafeDone(broken, new ListenerBroke({ address: `${options.host}:${port}`, detail: error.message }))
    })
    return { host: options.host, port, broken: Deferred.await(broken) }
  })

const bind = (server: Http.Server, options: Options) =>
  Effect.async<void, AddressUnusable | AddressInUse>((resume) => {
    const onError = (error: NodeJS.ErrnoException) =>
      resume(
        Effect.fail(
          error.code === "EADDRINUSE"
            ? new AddressInUse(options)
            : new AddressUnusable({ host: options.host, port: options.port, detail: error.message })
        )
      )
    server.once("error", onError)
    server.listen({ host: options.host, port: options.port }, () => {
      server.off("error", onError)
      resume(Effect.void)
    })
  })

/** Stop listening, let running requests end for a while, then cut what is left. */
const close = (server: Http.Server, drainMillis: number) =>
  Effect.async<void>((resume) => {
    const timer = setTimeout(() => server.closeAllConnections(), drainMillis)
    server.close(() => {
      clearTimeout(timer)
      resume(Effect.void)
    })
  })

const tooLong = (maxBytes: number) =>
  new Rejection({ status: 413, detail: `the body has more than ${maxBytes} bytes`, retryAfter: null })
const tooMuch = new Rejection({ status: 503, detail: "too many requests at once", retryAfter: 2 })

/** The whole body, copied once; `grant` is told of every chunk and says whether memory allows more. */
const read = (request: Http.IncomingMessage, maxBytes: number, grant: (bytes: number) => boolean) =>
  Effect.async<Uint8Array, Rejection>((resume) => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    const done = (result: Effect.Effect<Uint8Array, Rejection>) => {
      request.off("data", onData).off("end", onEnd)
      resume(result)
    }
    const onData = (chunk: Uint8Array) => {
      size += chunk.length
      if (size > maxBytes) return done(tooLong(maxBytes))
      if (!grant(chunk.length)) return done(tooMuch)
      chunks.push(chunk)
    }
    const onEnd = () => done(Effect.succeed(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size)))
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) return done(tooLong(maxBytes))
    request.on("data", onData).on("end", onEnd)
    // When the connection dies in the middle, neither comes: the fiber is interrupted by the response's "close".
    return Effect.sync(() => request.off("data", onData).off("end", onEnd))
  })

const write = (response: Http.ServerResponse, reply: Reply, closing: boolean): void => {
  if (reply.spoil === "drop") {
    response.destroy()
    return
  }
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(closing ? { connection: "close" } : {}),
    // An empty body that is cut short must still look cut.
    "content-length": String(reply.spoil === undefined ? reply.body.length : Math.max(1, reply.body.length))
  })
  if (reply.spoil === undefined) response.end(reply.body)
  else response.write(reply.body.subarray(0, reply.spoil), () => response.destroy())
}

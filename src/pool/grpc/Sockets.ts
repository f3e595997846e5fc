/**
 * The TCP sockets of the gRPC server: how many, how long a stranger may stay silent, and how one is cut.
 *
 * grpc-js can listen by itself, but then nobody sees a connection that never speaks, none can be cut in the middle, and
 * nothing bounds their number. So the sockets are accepted here and handed to grpc-js's connection injector. A socket
 * that has not opened a call within the pre-auth time is destroyed, whether it says nothing, speaks TLS very slowly or
 * sends half an HTTP/2 preface.
 */
import * as Net from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { AddressUnusable, ListenerBroke, PortTaken } from "../Errors.ts"

export interface Options {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** The flag or variable that set the address, for messages. */
  readonly flag: string
  readonly maxSockets: number
  /** Milliseconds without a call after which a new socket is destroyed. */
  readonly preAuthMillis: number
}

export interface Sockets {
  readonly port: number
  /** Fails when the listener breaks. */
  readonly broken: Effect.Effect<never, ListenerBroke>
  /** The peer "ip:port" has opened a call that was let in. */
  readonly known: (peer: string) => void
  /** Destroy the connection of a peer at once, with everything that it has not read. */
  readonly cut: (peer: string) => void
  /** The same for everybody. */
  readonly cutAll: () => void
  /** Sockets that are open. */
  readonly count: () => number
  /** Take no new connections; those that are there stay. */
  readonly shut: () => void
}

/** Looked at this often, milliseconds. */
const sweepEvery = 1_000

export const keyOf = (socket: Net.Socket): string => `${socket.remoteAddress}:${socket.remotePort}`

/** "::ffff:10.0.0.7:4711" and "10.0.0.7:4711" are the address 10.0.0.7. */
export const ipOf = (peer: string): string => {
  const ip = peer.slice(0, Math.max(0, peer.lastIndexOf(":")))
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(ip) ? ip.slice(7) : ip
}

export const open = (
  options: Options,
  admit: (socket: Net.Socket) => void
): Effect.Effect<Sockets, PortTaken | AddressUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const address = `${options.host}:${options.port}`
    const broken = yield* Deferred.make<never, ListenerBroke>()
    const sockets = new Map<string, Net.Socket>()
    /** When each socket that has not opened a call came; in order of arrival. */
    const strangers = new Map<string, number>()

    const cutAll = () => {
      for (const socket of sockets.values()) socket.destroy()
    }

    const server = yield* Effect.acquireRelease(
      Effect.sync(() => Net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })),
      (made) =>
        Effect.sync(() => {
          made.close()
          cutAll()
        })
    )
    server.maxConnections = options.maxSockets
    server.on("connection", (socket) => {
      const key = keyOf(socket)
      sockets.set(key, socket)
      strangers.set(key, performance.now())
      // Who hangs up in the middle is nobody's error.
      socket.on("error", () => {})
      socket.once("close", () => {
        sockets.delete(key)
        strangers.delete(key)
      })
      admit(socket)
    })

    yield* Effect.acquireRelease(
      Effect.sync(() =>
        setInterval(() => {
          const late = performance.now() - options.preAuthMillis
          for (const [key, since] of strangers) {
            if (since > late) break
            strangers.delete(key)
            sockets.get(key)?.destroy()
          }
        }, sweepEvery)
      ),
      (timer) => Effect.sync(() => clearInterval(timer))
    )

    yield* Effect.async<void, PortTaken | AddressUnusable>((resume) => {
      const onError = (error: NodeJS.ErrnoException) =>
        resume(
          Effect.fail(
            error.code === "EADDRINUSE"
              ? new PortTaken({ address, flag: options.flag })
              : new AddressUnusable({ address, flag: options.flag, detail: error.message })
          )
        )
      server.once("error", onError)
      server.listen({ host: options.host, port: options.port, backlog: 4_096 }, () => {
        server.off("error", onError)
        server.on("error", (error) => {
          Deferred.unsafeDone(broken, Effect.fail(new ListenerBroke({ address, detail: error.message })))
        })
        resume(Effect.void)
      })
    })
    const bound = server.address()
    return {
      port: typeof bound === "object" && bound !== null ? bound.port : options.port,
      broken: Deferred.await(broken),
      known: (peer) => {
        strangers.delete(peer)
      },
      cut: (peer) => {
        sockets.get(peer)?.destroy()
      },
      cutAll,
      count: () => sockets.size,
      shut: () => {
        server.close()
      }
    }
  })

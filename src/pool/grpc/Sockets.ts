/**
 * The TCP sockets of the gRPC server: how many, how long one may stay without use, and how one is cut.
 *
 * grpc-js can listen by itself, but then nobody sees a connection that never speaks, none can be cut in the middle, and
 * nothing bounds their number; its own limits cost several timers per connection. So sockets are accepted here, handed
 * to grpc-js's connection injector, and looked at by one timer. A socket that has not opened a call within the pre-auth
 * time is destroyed, whether it says nothing, speaks TLS very slowly or sends half an HTTP/2 preface.
 */
import * as Net from "node:net"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ListenerBroke } from "../../http/Errors.ts"
import { AddressUnusable, PortTaken } from "../Errors.ts"

export interface Limits {
  readonly maxSockets: number
  readonly maxPerIp: number
  /** Calls of one address that have begun and not said anything yet: each takes some kilobytes. */
  readonly maxSilent: number
  /** Calls of one connection that were ended from here: the peer may keep its half of each, and so some kilobytes, open. */
  readonly maxEnded: number
  /** Milliseconds without a call after which a new socket is destroyed. */
  readonly preAuthMillis: number
  /** The same for one that had calls and has none that is open. */
  readonly idleMillis: number
  /** Longest life of a connection, milliseconds; a miner comes back and goes on. */
  readonly maxAgeMillis: number
  /** How often sockets are looked at. */
  readonly sweepMillis: number
}

export const defaultLimits: Limits = {
  maxSockets: 20_256,
  maxPerIp: 1_016,
  maxSilent: 4_096,
  maxEnded: 64,
  preAuthMillis: 15_000,
  idleMillis: 300_000,
  maxAgeMillis: 7 * 86_400_000,
  sweepMillis: 1_000
}

export interface Options {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** The flag or variable that set the address, for messages. */
  readonly flag: string
  readonly limits: Limits
}

export interface Sockets {
  readonly port: number
  /** Fails when the listener breaks. */
  readonly broken: Effect.Effect<never, ListenerBroke>
  /** A call of the peer "ip:port" begins, which has to say something first. Null: too many of its address have not. */
  readonly begin: (peer: string) => Silence | null
  /** The peer made a call that was served. */
  readonly touch: (peer: string) => void
  /** A call that stays open begins; while there is one, the connection is in use. */
  readonly hold: (peer: string) => void
  readonly release: (peer: string) => void
  /** A call was ended before its peer had ended it; with too many of them its connection goes. */
  readonly ended: (peer: string) => void
  /** Destroy the connection of a peer at once, with everything that it has not read. */
  readonly cut: (peer: string) => void
  /** The same for everybody. */
  readonly cutAll: () => void
  /** Sockets that are open. */
  readonly count: () => number
  /** Take no new connections; those that are there stay. */
  readonly shut: () => void
}

/** A call that has said nothing yet; `end` once it has, or is over. */
export interface Silence {
  readonly end: () => void
}

/** One address, while it has sockets. */
class Source implements Silence {
  sockets = 0
  silent = 0

  end(): void {
    this.silent -= 1
  }
}

interface Visitor {
  readonly socket: Net.Socket
  readonly source: Source
  readonly since: number
  /** Open calls. */
  holds: number
  /** Calls that were ended from here. */
  ended: number
  /** When a call was last served; null: never, a stranger. */
  usedAt: number | null
}

/** The first four groups of an IPv6 address; whoever has one address has all 2^64 that begin with them. */
const networkOf = (ip: string): string => {
  const [left = [], right] = (ip.split("%")[0] ?? "").split("::").map((half) => (half === "" ? [] : half.split(":")))
  const given = right ?? []
  // An IPv4 address at the end stands for two groups.
  const size = left.length + given.length + (given.at(-1)?.includes(".") === true ? 1 : 0)
  const groups = [...left, ...Array.from({ length: 8 - size }, () => "0"), ...given]
  return `${groups.slice(0, 4).join(":")}::/64`
}

/**
 * What limits and bans count by: "::ffff:10.0.0.7:4711" and "10.0.0.7:4711" are the address 10.0.0.7, and
 * "2001:db8::1:4711" belongs to the network 2001:db8:0:0::/64.
 */
export const ipOf = (peer: string): string => {
  const ip = peer.slice(0, Math.max(0, peer.lastIndexOf(":")))
  if (/^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(ip)) return ip.slice(7)
  return Net.isIPv6(ip) ? networkOf(ip) : ip
}

/** Who hangs up in the middle is nobody's error. */
const ignore = () => {}

class Visitors {
  readonly all = new Map<string, Visitor>()
  /** In order of arrival. */
  private readonly strangers = new Map<string, Visitor>()
  private readonly perIp = new Map<string, Source>()
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  /** False: too many of this address; the socket is destroyed. */
  enter(socket: Net.Socket): boolean {
    const key = `${socket.remoteAddress}:${socket.remotePort}`
    const ip = ipOf(key)
    const source = this.perIp.get(ip) ?? new Source()
    if (source.sockets >= this.limits.maxPerIp || socket.remoteAddress === undefined) {
      socket.destroy()
      return false
    }
    const visitor: Visitor = { socket, source, since: performance.now(), holds: 0, ended: 0, usedAt: null }
    source.sockets += 1
    this.perIp.set(ip, source)
    this.all.set(key, visitor)
    this.strangers.set(key, visitor)
    socket.on("error", ignore)
    // Not once(): its wrapper would cost every miner a third of a kilobyte.
    socket.on("close", () => this.leave(key, ip, source))
    return true
  }

  private leave(key: string, ip: string, source: Source): void {
    this.all.delete(key)
    this.strangers.delete(key)
    source.sockets -= 1
    if (source.sockets === 0) this.perIp.delete(ip)
  }

  begin(key: string): Silence | null {
    const source = this.all.get(key)?.source
    if (source === undefined || source.silent >= this.limits.maxSilent) return null
    source.silent += 1
    return source
  }

  ended(key: string): void {
    const visitor = this.all.get(key)
    if (visitor === undefined) return
    visitor.ended += 1
    if (visitor.ended > this.limits.maxEnded) visitor.socket.destroy()
  }

  touch(key: string, holds: number): void {
    const visitor = this.all.get(key)
    if (visitor === undefined) return
    if (visitor.usedAt === null) this.strangers.delete(key)
    visitor.usedAt = performance.now()
    visitor.holds += holds
  }

  sweepStrangers(now: number): void {
    for (const { since, socket } of this.strangers.values()) {
      if (now - since < this.limits.preAuthMillis) break
      socket.destroy()
    }
  }

  sweepAll(now: number): void {
    const { idleMillis, maxAgeMillis } = this.limits
    for (const { holds, since, socket, usedAt } of this.all.values()) {
      const idle = holds === 0 && usedAt !== null && now - usedAt >= idleMillis
      if (idle || now - since >= maxAgeMillis) socket.destroy()
    }
  }

  cutAll(): void {
    for (const { socket } of this.all.values()) socket.destroy()
  }
}

/** Everybody is looked at once in this many sweeps. */
const wideSweep = 10

const sweeping = (visitors: Visitors, { sweepMillis }: Limits) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let count = 0
      return setInterval(() => {
        const now = performance.now()
        visitors.sweepStrangers(now)
        count += 1
        if (count % wideSweep === 0) visitors.sweepAll(now)
      }, sweepMillis)
    }),
    (timer) => Effect.sync(() => clearInterval(timer))
  )

const listen = (server: Net.Server, { flag, host, port }: Options, broken: Deferred.Deferred<never, ListenerBroke>) =>
  Effect.async<void, PortTaken | AddressUnusable>((resume) => {
    const address = `${host}:${port}`
    const onError = (error: NodeJS.ErrnoException) =>
      resume(
        Effect.fail(
          error.code === "EADDRINUSE"
            ? new PortTaken({ address, flag })
            : new AddressUnusable({ address, flag, detail: error.message })
        )
      )
    server.once("error", onError)
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off("error", onError)
      server.on("error", (error) => {
        Deferred.unsafeDone(broken, Effect.fail(new ListenerBroke({ address, detail: error.message })))
      })
      resume(Effect.void)
    })
  })

export const open = (
  options: Options,
  admit: (socket: Net.Socket) => void
): Effect.Effect<Sockets, PortTaken | AddressUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const broken = yield* Deferred.make<never, ListenerBroke>()
    const visitors = new Visitors(options.limits)
    const server = yield* Effect.acquireRelease(
      Effect.sync(() => Net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 })),
      (made) =>
        Effect.sync(() => {
          made.close()
          visitors.cutAll()
        })
    )
    server.maxConnections = options.limits.maxSockets
    server.on("connection", (socket) => {
      if (visitors.enter(socket)) admit(socket)
    })
    yield* sweeping(visitors, options.limits)
    yield* listen(server, options, broken)
    const bound = server.address()
    return {
      port: typeof bound === "object" && bound !== null ? bound.port : options.port,
      broken: Deferred.await(broken),
      begin: (peer) => visitors.begin(peer),
      touch: (peer) => visitors.touch(peer, 0),
      hold: (peer) => visitors.touch(peer, 1),
      release: (peer) => visitors.touch(peer, -1),
      ended: (peer) => visitors.ended(peer),
      cut: (peer) => {
        visitors.all.get(peer)?.socket.destroy()
      },
      cutAll: () => visitors.cutAll(),
      count: () => visitors.all.size,
      shut: () => {
        server.close()
      }
    }
  })

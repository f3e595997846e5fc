/**
 * What shows and steers a running pool: the children that the composition adds behind the pool's own.
 *
 * ```
 * |- log        events as lines
 * |- grpc       the port of the miners, and its health
 * |- http       the HTTP API
 * |- control    the control socket
 * |- reporter   the status summary, and why miners are idle or do not come
 * ```
 *
 * Each is restarted alone; losing a listener loses connections, which come back, and no share.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ChainSourceService } from "../../../actors/pool/ChainSource.ts"
import type { ChainUnavailable } from "../../../actors/pool/Errors.ts"
import type { LedgerService } from "../../../actors/pool/Ledger.ts"
import { PoolService, type PoolServiceShape } from "../../../actors/pool/PoolService.ts"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as ChildSpec from "../../../actors/runtime/ChildSpec.ts"
import { version } from "../../cli/Version.ts"
import { Controlled } from "../../control/Controlled.ts"
import type { PoolPicture } from "../../control/PoolPicture.ts"
import * as WithoutNodes from "../../control/WithoutNodes.ts"
import type { Entry, Sink } from "../../telemetry/Log.ts"
import * as Grpc from "../grpc/Server.ts"
import * as Process from "../http/Process.ts"
import * as Pictures from "../http/Pictures.ts"
import * as Http from "../http/Server.ts"
import * as Events from "./Events.ts"
import * as Summary from "./Summary.ts"

export interface Options {
  /** Folder of control sockets. */
  readonly run: string
  readonly grpc: Grpc.Options
  readonly http: Http.Options
  /** Whether miners must show a token. */
  readonly token: boolean
  readonly statusMillis: number
  readonly summary: Summary.Form
  readonly sink: Sink
  readonly minimumPayoutNicks: bigint
  readonly payable: (minerId: string) => boolean
  readonly page: (blockId: string) => Effect.Effect<Uint8Array | null, ChainUnavailable>
  /** Begin to stop; asking again hurries. */
  readonly stop: Effect.Effect<void>
  readonly stopping: Effect.Effect<boolean>
}

export interface World {
  readonly pool: PoolServiceShape
  readonly ledger: LedgerService
  readonly chain: ChainSourceService
}

const backoff = Backoff.make({ min: "100 millis", max: "10 seconds", resetAfter: "30 seconds" })

const line = (at: number, level: Entry["level"], message: string): Entry => ({
  at,
  level,
  path: "",
  event: "log",
  message,
  fields: {}
})

interface Port {
  readonly host: string
  readonly port: number
}

const shown = ({ host, port }: Port) => `${host.includes(":") ? `[${host}]` : host}:${port}`
const shownOrNull = (port: Port | null) => (port === null ? null : shown(port))

/** Where the listeners listen, once they do; for `pitboss status` and the page. */
interface Ports {
  miners: Port | null
  http: Port | null
}

const bound = (ports: Ports, which: keyof Ports, at: Port) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      ports[which] = at
    }),
    () =>
      Effect.sync(() => {
        ports[which] = null
      })
  )

const grpc = ({ grpc: options }: Options, { pool }: World, ports: Ports) =>
  ChildSpec.make({
    id: "grpc",
    backoff,
    start: Effect.gen(function* () {
      const serving = yield* Grpc.serve(options)
      const reach = Summary.isLoopback(options.host)
        ? "only programs on this machine can reach it"
        : `the firewall must let TCP ${serving.port} in`
      const at = { host: options.host, port: serving.port }
      yield* bound(ports, "miners", at)
      yield* Effect.logInfo(`miners connect to ${shown(at)} (gRPC); ${reach}`)
      const health = Stream.runForEach(pool.changes, ({ idle, unkept }) =>
        Effect.sync(() => serving.health.set(idle === null && unkept === null ? "SERVING" : "NOT_SERVING"))
      )
      return Effect.raceFirst(serving.broken, health)
    }).pipe(Effect.provideService(PoolService, pool))
  })

const http = (options: Options, world: World, ports: Ports) =>
  ChildSpec.make({
    id: "http",
    backoff,
    start: Effect.gen(function* () {
      const serving = yield* Http.serve(options.http, {
        ...world,
        usage: Process.reader(),
        version,
        listening: () =>
          ports.miners && { port: ports.miners.port, tls: options.grpc.tls !== null, token: options.token },
        minimumPayoutNicks: options.minimumPayoutNicks,
        payable: options.payable,
        page: options.page
      })
      const at = { host: options.http.host, port: serving.port }
      yield* bound(ports, "http", at)
      yield* Effect.logInfo(`HTTP API on http://${shown(at)} (a page for browsers too)`)
      if (!Summary.isLoopback(options.http.host)) {
        yield* Effect.logWarning("the HTTP API has no authentication: let only trusted addresses reach it")
      }
      return serving.broken
    })
  })

/** It can be shown and stopped, and it has no nodes. */
const controlled = (options: Options, { ledger, pool }: World, ports: Ports) =>
  WithoutNodes.make({
    name: "pool-server",
    refusal: "a pool server runs no nodes and reads no node list",
    stop: options.stop,
    picture: Effect.gen(function* () {
      const status = yield* pool.status
      const picture: PoolPicture = {
        status,
        ready: Pictures.ready(status),
        balances: yield* Effect.orElseSucceed(ledger.balanceSums, () => null),
        ports: { miners: shownOrNull(ports.miners), http: shownOrNull(ports.http) },
        stopping: yield* options.stopping
      }
      return { pool: picture }
    })
  })

const control = (options: Options, world: World, ports: Ports) =>
  ChildSpec.make({
    id: "control",
    backoff,
    start: Effect.gen(function* () {
      const { start } = yield* Effect.promise(() => import("../../control/Server.ts"))
      return yield* start(options.run).pipe(Effect.provideServiceEffect(Controlled, controlled(options, world, ports)))
    })
  })

const log = ({ sink }: Options, { pool }: World) =>
  ChildSpec.make({
    id: "log",
    backoff,
    start: Effect.sync(() => {
      const entryOf = Events.thinned()
      return Stream.runForEach(pool.events, (event) => Effect.sync(() => sink.write(entryOf(event))))
    })
  })

const reporter = (options: Options, { pool }: World) =>
  ChildSpec.make({
    id: "reporter",
    backoff,
    start: Effect.succeed(
      Effect.gen(function* () {
        const status = yield* pool.status
        const at = yield* Clock.currentTimeMillis
        for (const entry of Summary.entries(status, options.summary, at)) options.sink.write(entry)
        for (const text of Summary.remarks(status, options.grpc)) options.sink.write(line(at, "warn", text))
      }).pipe(Effect.delay(options.statusMillis), Effect.forever)
    )
  })

export const children = (options: Options, world: World) => {
  const ports: Ports = { miners: null, http: null }
  return [
    log(options, world),
    // Before the others: after a restart the miners wait for it.
    grpc(options, world, ports),
    http(options, world, ports),
    control(options, world, ports),
    reporter(options, world)
  ] as const
}

/**
 * The pool server: from a plan to the end of the program.
 *
 * ```
 * pool (actors/pool/PoolTree)
 * |- ledger-writer, share-check, chain, winner-judge, winner-prover, job-board, connections, payout
 * |- devnet     renews candidates of the embedded chain
 * |- log, grpc, http, control, reporter   (Surface.ts)
 * ```
 *
 * Storage, chain and kernel hosts are acquired before the tree and released after it. A stop lets shares in the check
 * be answered and kept, tells every miner, and then ends the tree; asking twice does not wait.
 */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import { ChainSource } from "../../../actors/pool/ChainSource.ts"
import { Ledger } from "../../../actors/pool/Ledger.ts"
import type { LimitSettings, PoolSettings } from "../../../actors/pool/PoolSettings.ts"
import * as PoolTree from "../../../actors/pool/PoolTree.ts"
import { ShareKernel } from "../../../actors/pool/ShareKernel.ts"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as ChildSpec from "../../../actors/runtime/ChildSpec.ts"
import type { IntensityReached, StartFailed } from "../../../actors/runtime/Errors.ts"
import type * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import type { HostMissing } from "../../../kernels/Errors.ts"
import { NockPow } from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import * as StopRequests from "../../cli/StopRequests.ts"
import * as Address from "../../nockchain/Address.ts"
import * as Digest from "../../nockchain/Digest.ts"
import type { Sink } from "../../telemetry/Log.ts"
import * as Devnet from "../devnet/Devnet.ts"
import type * as Rules from "../devnet/Rules.ts"
import * as Outbox from "../grpc/Outbox.ts"
import type { Tls } from "../grpc/Server.ts"
import * as Sockets from "../grpc/Sockets.ts"
import type * as Summary from "./Summary.ts"
import * as Surface from "./Surface.ts"

export interface Endpoint {
  readonly host: string
  readonly port: number
}

/** Everything that was decided before anything starts. */
export interface Plan {
  /** The data folder. */
  readonly home: string
  /** Public-key hash that coinbases pay; null: a key of the devnet's own. */
  readonly pkh: string | null
  readonly grpc: Endpoint
  readonly http: Endpoint
  readonly tls: Tls | null
  readonly statusMillis: number
  readonly summary: Summary.Form
  readonly sink: Sink
  readonly devnet: Partial<Rules.Rules>
  /** Without the addresses of the reward, which the chain knows. */
  readonly pool: Omit<PoolSettings, "rewardAddresses">
  /** Longest wait for shares in the check after a stop, milliseconds. */
  readonly drainMillis: number
}

const backoff = Backoff.make({ min: "100 millis", max: "10 seconds", resetAfter: "30 seconds" })

/** The devnet verifies on a host of its own, so that a proof of a winner never waits for it, nor it for one. */
const chainLayer = ({ devnet, home, pkh }: Plan) =>
  Devnet.Devnet.layer({ file: join(home, "chain", "devnet.sqlite"), pkh, rules: devnet }).pipe(
    Layer.provide(NockPow.Own())
  )

/** 40 bytes of a block id for the wire; an id that is none is sent as its text. */
const parentBytes = (native: Native.NockPowNative) => (id: string) => {
  const digest = Digest.fromBase58(native, id)
  return digest === null ? Buffer.from(id) : Digest.toLimbs(digest)
}

/** Some room beyond the miners for health checks, reflection and those who wait to be refused. */
const socketLimits = ({ maxConnections, maxConnectionsPerIp, preAuthMillis }: LimitSettings): Sockets.Limits => ({
  ...Sockets.defaultLimits,
  maxSockets: maxConnections + 256,
  maxPerIp: maxConnectionsPerIp + 16,
  preAuthMillis
})

const devnetChild = (devnet: Devnet.DevnetService) =>
  ChildSpec.make({ id: "devnet", backoff, start: Effect.succeed(devnet.run) })

const told = (devnet: Devnet.DevnetService) =>
  Effect.gen(function* () {
    const tip = yield* Effect.either(devnet.source.tip)
    const height = Either.isRight(tip) ? `, height ${tip.right.height}` : ""
    yield* Effect.logInfo(`chain: the embedded devnet (not the Nockchain network)${height}`)
    const whose = devnet.keyMade ? "MINING_PUBKEY is not set: a key was made for this devnet" : "blocks pay"
    yield* Effect.logInfo(`${whose}, ${devnet.pkh}`)
  })

export type Failure = StartFailed | IntensityReached | HostMissing | Layer.Layer.Error<ReturnType<typeof chainLayer>>

/** Runs until it is stopped; `ledger` opens the books. */
export const run = <E>(
  plan: Plan,
  ledger: Layer.Layer<Ledger, E>
): Effect.Effect<void, Failure | E, Supervisor.Services> =>
  Effect.gen(function* () {
    const native = yield* Native.load
    const asked = yield* StopRequests.make
    const devnet = yield* Devnet.Devnet
    yield* told(devnet)
    const world = { chain: yield* ChainSource, ledger: yield* Ledger }
    const options: Surface.Options = {
      run: join(plan.home, "run"),
      grpc: {
        ...plan.grpc,
        flag: "--address",
        limits: socketLimits(plan.pool.limits),
        tls: plan.tls,
        chain: world.chain.name,
        parentBytes: parentBytes(native),
        outbox: Outbox.defaultLimits,
        drainMillis: 2_000
      },
      http: plan.http,
      token: plan.pool.tokens.length > 0,
      statusMillis: plan.statusMillis,
      summary: plan.summary,
      sink: plan.sink,
      minimumPayoutNicks: plan.pool.payout.minimumPayoutNicks,
      payable: plan.pool.payout.payable,
      page: devnet.page,
      stop: asked.stop,
      stopping: asked.stopping
    }
    const pool = yield* PoolTree.make({ ...plan.pool, rewardAddresses: [devnet.pkh] }, (service) => [
      devnetChild(devnet),
      ...Surface.children(options, { ...world, pool: service })
    ])
    yield* Effect.raceFirst(pool.await, asked.stopped)
    yield* Effect.logInfo("stopping: shares in the check are answered, miners are told")
    yield* pool.service.drain.pipe(
      Effect.interruptible,
      Effect.timeoutOption(plan.drainMillis),
      Effect.raceFirst(asked.hurried)
    )
  }).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(chainLayer(plan), ledger, ShareKernel.Native, NockPow.Own())))

/** Whether an account's name is an address that can be paid. */
export const payable =
  (native: Native.NockPowNative) =>
  (minerId: string): boolean =>
    Address.parse(native, minerId)._tag === "Pkh"

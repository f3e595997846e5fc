/**
 * The gRPC port of the pool: sockets, service, health and reflection under explicit limits.
 *
 * grpc-js has no limits by default; every one that matters is set here. Starting it is the first phase of a supervised
 * child: when it returns, miners can connect. Closing its scope takes no new connections, tells every call that the pool
 * is stopping, and cuts what is left after two seconds.
 */
import * as Grpc from "@grpc/grpc-js"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"
import type { Job } from "../../../actors/pool/Job.ts"
import { PoolService } from "../../../actors/pool/PoolService.ts"
import type { ListenerBroke } from "../../http/Errors.ts"
import type { AddressUnusable, PortTaken } from "../Errors.ts"
import * as Calls from "./Calls.ts"
import * as Health from "./Health.ts"
import * as Outbox from "./Outbox.ts"
import * as Reflection from "./Reflection.ts"
import * as Sockets from "./Sockets.ts"
import { submitPath } from "./SubmitCall.ts"
import * as Wire from "./Wire.ts"

/** Keys as PEM. With `ca`, a miner must show a certificate of it. */
export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer | null
}

export interface Options extends Sockets.Options {
  readonly tls: Tls | null
  /** Name of the chain for miners, for example "devnet". */
  readonly chain: string
  /** The bytes of a block id for WorkOrder.parent_hash. */
  readonly parentBytes: (id: string) => Uint8Array
  readonly outbox: Outbox.Limits
  /** Milliseconds that calls may take to end when the scope closes. */
  readonly drainMillis: number
}

export interface Serving {
  readonly port: number
  readonly health: Health.HealthService
  /** Open TCP connections. */
  readonly connections: () => number
  /** Fails when the listener breaks. */
  readonly broken: Effect.Effect<never, ListenerBroke>
}

/** What a miner sends is a few hundred bytes at most. */
const maxReceiveBytes = 2_048
const maxSendBytes = 65_536
/** A farm's proxy may bring many miners over one connection. Idle, age, keep-alive and number: Sockets.ts. */
const maxStreams = 256

const channelOptions: Grpc.ServerOptions = {
  "grpc.max_receive_message_length": maxReceiveBytes,
  "grpc.max_send_message_length": maxSendBytes,
  "grpc.max_concurrent_streams": maxStreams,
  // Unsent bytes are counted by the outbox; this bounds what one session may hold altogether, in MB.
  "grpc-node.max_session_memory": 4,
  "grpc.enable_channelz": 0
}

const passThrough = (bytes: Buffer) => bytes
const raw = {
  requestSerialize: passThrough,
  requestDeserialize: passThrough,
  responseSerialize: passThrough,
  responseDeserialize: passThrough
}

/** The service by its paths; the messages are bytes here and pool.proto's in Wire.ts. */
const definition: Grpc.ServiceDefinition = {
  subscribe: { ...raw, path: Calls.subscribePath, requestStream: true, responseStream: true },
  submitWork: { ...raw, path: submitPath, requestStream: false, responseStream: false }
}

const credentialsOf = (tls: Tls | null): Grpc.ServerCredentials =>
  tls === null
    ? Grpc.ServerCredentials.createInsecure()
    : Grpc.ServerCredentials.createSsl(tls.ca, [{ cert_chain: tls.cert, private_key: tls.key }], tls.ca !== null)

/** A job is encoded when the first connection needs it; the entry goes with the job. */
const encoder = (chain: string, parentBytes: Options["parentBytes"], clock: Clock.Clock): ((job: Job) => Buffer) => {
  const encoded = new WeakMap<Job, Buffer>()
  return (job) => {
    const held = encoded.get(job)
    if (held !== undefined) return held
    const made = Wire.encodeJob(job, parentBytes(job.candidate.parent), chain, clock.unsafeCurrentTimeMillis())
    encoded.set(job, made)
    return made
  }
}

/** Let calls end, then cut. grpc-js forgets to destroy sessions without channelz, so the sockets are destroyed too. */
const shutDown = (server: Grpc.Server, sockets: Sockets.Sockets, millis: number) =>
  Effect.async<void>((resume) => {
    const timer = setTimeout(() => {
      server.forceShutdown()
      sockets.cutAll()
      resume(Effect.void)
    }, millis)
    sockets.shut()
    server.tryShutdown(() => {
      clearTimeout(timer)
      resume(Effect.void)
    })
  })

export const serve = (
  options: Options
): Effect.Effect<Serving, PortTaken | AddressUnusable, PoolService | Scope.Scope> =>
  Effect.gen(function* () {
    const pool = yield* PoolService
    const run = yield* FiberSet.makeRuntime<never>()
    const post = yield* Outbox.make(options.outbox)
    let injector: Grpc.ConnectionInjector | null = null
    // Who is so fast that nothing is ready yet comes again.
    const sockets = yield* Sockets.open(options, (socket) => {
      if (injector === null) socket.destroy()
      else injector.injectConnection(socket)
    })
    const context: Calls.Context = {
      pool,
      post,
      sockets,
      encode: encoder(options.chain, options.parentBytes, yield* Effect.clock),
      run: (effect) => void run(effect)
    }
    const server = new Grpc.Server({ ...channelOptions, interceptors: [Calls.interceptor(context)] })
    yield* Effect.addFinalizer(() => shutDown(server, sockets, options.drainMillis))
    server.addService(definition, {
      // Never called: the interceptor has taken the calls over.
      subscribe: (call: Grpc.ServerDuplexStream<Buffer, Buffer>) => call.end(),
      submitWork: (_: unknown, callback: Grpc.sendUnaryData<Buffer>) => callback({ code: Grpc.status.INTERNAL })
    })
    const health = Health.addTo(server, sockets)
    Reflection.addTo(server, sockets)
    injector = server.createConnectionInjector(credentialsOf(options.tls))
    return { port: sockets.port, health, connections: sockets.count, broken: sockets.broken }
  })

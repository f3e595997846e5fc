/**
 * Real peers for the tests of the gRPC port: plain grpc-js clients made from a .proto file, and a server on a free port.
 */
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Grpc from "@grpc/grpc-js"
import * as ProtoLoader from "@grpc/proto-loader"
import * as Effect from "effect/Effect"
import { PoolService } from "../../../../actors/pool/PoolService.ts"
import * as Outbox from "../../../../src/pool/grpc/Outbox.ts"
import * as Server from "../../../../src/pool/grpc/Server.ts"
import * as Sockets from "../../../../src/pool/grpc/Sockets.ts"
import type { FakePool } from "./FakePool.ts"

export const serve = (pool: FakePool, over: Partial<Server.Options> = {}) =>
  Server.serve({
    host: "127.0.0.1",
    port: 0,
    flag: "--address",
    limits: Sockets.defaultLimits,
    tls: null,
    chain: "devnet",
    parentBytes: (id) => Buffer.from(id),
    outbox: Outbox.defaultLimits,
    drainMillis: 200,
    ...over
  }).pipe(Effect.provideService(PoolService, pool.service))

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
export const originalProto = file("original.proto")
export const presentProto = file("../../../../src/pool/grpc/pool.proto")

const isClient = (value: unknown): value is Grpc.ServiceClientConstructor => typeof value === "function"

/** A client of `pool.MiningPool` from a file, closed with the scope. */
export const client = (proto: string, port: number, credentials = Grpc.credentials.createInsecure()) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const loaded = Grpc.loadPackageDefinition(
        ProtoLoader.loadSync(proto, { keepCase: true, longs: String, enums: String })
      )
      const found = loaded["pool"]
      const make = typeof found === "object" && "MiningPool" in found ? found["MiningPool"] : undefined
      if (!isClient(make)) throw new Error("no service")
      return new make(`127.0.0.1:${port}`, credentials, {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.ssl_target_name_override": "localhost"
      })
    }),
    (made) => Effect.sync(() => made.close())
  )

export type Client = Effect.Effect.Success<ReturnType<typeof client>>

const method = (of: Client, name: string): ((...args: ReadonlyArray<unknown>) => unknown) => {
  const found: unknown = Reflect.get(of, name)
  if (typeof found !== "function") throw new Error(`no method ${name}`)
  return (...args) => Reflect.apply(found, of, args)
}

export interface Order {
  readonly work_id: string
  readonly [field: string]: unknown
}

/** A subscription as a queue of orders; `status` settles when the stream has ended. */
export const subscribe = (of: Client, first: object | null, metadata = new Grpc.Metadata()) => {
  const call = method(of, "subscribe")(metadata) as Grpc.ClientDuplexStream<object, Order>
  const orders: Array<Order> = []
  const waiting: Array<(order: Order) => void> = []
  call.on("data", (order: Order) => {
    const next = waiting.shift()
    if (next === undefined) orders.push(order)
    else next(order)
  })
  call.on("error", () => {})
  const status = new Promise<Grpc.StatusObject>((resolve) => call.on("status", resolve))
  if (first !== null) call.write(first)
  const next = () =>
    new Promise<Order>((resolve, reject) => {
      const held = orders.shift()
      if (held !== undefined) return resolve(held)
      waiting.push(resolve)
      void status.then((ended) => reject(new Error(`ended: ${ended.details}`)))
    })
  return { call, next, status }
}

export interface Ack {
  readonly success: boolean
  readonly code?: string
  readonly reason?: string
  readonly new_difficulty?: string
}

export const submit = (of: Client, result: object) =>
  new Promise<Ack>((resolve, reject) => {
    method(of, "submitWork")(result, (error: Error | null, ack: Ack) => (error === null ? resolve(ack) : reject(error)))
  })

const require = createRequire(import.meta.url)

/** The published reflection protocol, as its package ships it. */
export const reflectionProto = (version: "v1" | "v1alpha") =>
  join(dirname(require.resolve("@grpc/reflection")), `../proto/grpc/reflection/${version}/reflection.proto`)

/** A client of any service of a loaded file, closed with the scope. */
export const genericClient = (definition: ProtoLoader.PackageDefinition, name: string, port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const Client = Grpc.makeGenericClientConstructor(definition[name] as Grpc.ServiceDefinition, name)
      return new Client(`127.0.0.1:${port}`, Grpc.credentials.createInsecure())
    }),
    (made) => Effect.sync(() => made.close())
  )

/** A reflection stream: questions and their answers, one by one. */
export const reflect = (port: number, version: "v1" | "v1alpha") =>
  Effect.gen(function* () {
    const definition = ProtoLoader.loadSync(reflectionProto(version), { keepCase: true })
    const of = yield* genericClient(definition, `grpc.reflection.${version}.ServerReflection`, port)
    const call = method(of, "serverReflectionInfo")() as Grpc.ClientDuplexStream<object, Record<string, never>>
    call.on("error", () => {})
    yield* Effect.addFinalizer(() => Effect.sync(() => call.end()))
    return (question: object) =>
      Effect.promise(
        () =>
          new Promise<Record<string, Record<string, ReadonlyArray<unknown>>>>((resolve) => {
            call.once("data", resolve)
            call.write(question)
          })
      )
  })

/** The names of all services, by reflection. */
export const services = (port: number) =>
  Effect.gen(function* () {
    const ask = yield* reflect(port, "v1")
    const listed = yield* ask({ list_services: "" })
    const names = listed["list_services_response"]?.["service"] ?? []
    return names.map((one) => String((one as { readonly name: unknown }).name))
  })

/**
 * The floors of the fan-out: what node:http2 and plain grpc-js need to send one message to many streams, and nothing else.
 *
 * `floors.ts http2|grpcjs SIZE`. Both take the pool's own path, so the same herd measures them, and send orders of the
 * pool's size. The raw server writes one shared buffer; grpc-js gets encoded bytes, which spares it the work that a plain
 * service with generated code would add: both are harder to beat than what is usual.
 */
import { createServer, type ServerHttp2Stream } from "node:http2"
import type { AddressInfo } from "node:net"
import * as Grpc from "@grpc/grpc-js"
import { defaultBoard } from "../../actors/pool/PoolSettings.ts"
import { fakeOrder, subscribePath } from "./Messages.ts"

const [name, size = "0"] = process.argv.slice(2)
let sent = 0
const nextOrder = () => fakeOrder(`floor-${++sent}`, Date.now() + defaultBoard.lifetimeMillis, Number(size))

const raw = (): Promise<number> => {
  const streams = new Set<ServerHttp2Stream>()
  const server = createServer({ settings: { maxConcurrentStreams: 256 } })
  server.on("stream", (stream) => {
    stream.on("error", () => {})
    stream.on("close", () => streams.delete(stream))
    stream.respond({ ":status": 200, "content-type": "application/grpc" })
    stream.resume()
    streams.add(stream)
  })
  process.on("message", () => {
    const order = nextOrder()
    const framed = Buffer.concat([Buffer.alloc(5), order])
    framed.writeUInt32BE(order.length, 1)
    for (const stream of streams) stream.write(framed)
  })
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", 4_096, () => resolve((server.address() as AddressInfo).port))
  })
}

const pass = (bytes: Buffer) => bytes
const definition: Grpc.ServiceDefinition = {
  subscribe: {
    ...{ path: subscribePath, requestStream: true, responseStream: true },
    ...{ requestSerialize: pass, requestDeserialize: pass, responseSerialize: pass, responseDeserialize: pass }
  }
}

const grpcjs = (): Promise<number> => {
  const streams = new Set<Grpc.ServerDuplexStream<Buffer, Buffer>>()
  const server = new Grpc.Server({ "grpc.max_concurrent_streams": 256 })
  server.addService(definition, {
    subscribe: (call: Grpc.ServerDuplexStream<Buffer, Buffer>) => {
      streams.add(call)
      call.on("error", () => {})
      call.on("cancelled", () => streams.delete(call))
      call.on("data", () => {})
      call.sendMetadata(new Grpc.Metadata())
    }
  })
  process.on("message", () => {
    const order = nextOrder()
    for (const stream of streams) stream.write(order)
  })
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error)
    )
  })
}

process.on("disconnect", () => process.exit(0))
process.stdout.write(`ready ${await (name === "http2" ? raw() : grpcjs())}\n`)

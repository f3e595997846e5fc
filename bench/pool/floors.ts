/**
 * The floors: what node:http2 and plain grpc-js need to send one message to many streams and to answer a call, and
 * nothing else.
 *
 * `floors.ts http2|grpcjs SIZE`. Both take the pool's paths, so the same herd measures them, and send orders of the pool's
 * size. The raw server writes one shared buffer; grpc-js gets encoded bytes, which spares it the work that a plain service
 * with generated code would add: both are harder to beat than what is usual. Shares are acknowledged unread, in calls of
 * their own or in the subscription: there the raw server answers all of a chunk at once, grpc-js each message.
 */
import { createServer, type ServerHttp2Stream } from "node:http2"
import type { AddressInfo } from "node:net"
import * as Grpc from "@grpc/grpc-js"
import { defaultBoard } from "../../actors/pool/PoolSettings.ts"
import { framed } from "./Http2.ts"
import { fakeAck, fakeAnswer, fakeOrder, isShare, submitPath, subscribePath } from "./Messages.ts"

const [name, size = "0"] = process.argv.slice(2)
let sent = 0
const nextOrder = () =>
  fakeOrder(`floor-${++sent}`, BigInt(sent), Date.now() + defaultBoard.lifetimeMillis, Number(size))

const response = { ":status": 200, "content-type": "application/grpc" }
const ack = framed(fakeAck)

const raw = (): Promise<number> => {
  const streams = new Set<ServerHttp2Stream>()
  const server = createServer({ settings: { maxConcurrentStreams: 256 } })
  server.on("stream", (stream, headers) => {
    stream.on("error", () => {})
    if (headers[":path"] === submitPath) {
      stream.resume()
      stream.on("end", () => {
        stream.respond(response, { waitForTrailers: true })
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }))
        stream.end(ack)
      })
      return
    }
    stream.on("close", () => streams.delete(stream))
    let rest: Buffer = Buffer.alloc(0)
    stream.on("data", (chunk: Buffer) => {
      const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let shares = 0
      let at = 0
      while (all.length - at >= 5) {
        const end = at + 5 + all.readUInt32BE(at + 1)
        if (end > all.length) break
        if (isShare(all.subarray(at + 5, end))) shares += 1
        at = end
      }
      rest = all.subarray(at)
      if (shares > 0) stream.write(framed(Buffer.concat(Array.from({ length: shares }, () => fakeAnswer))))
    })
    stream.respond(response)
    stream.write(framed(nextOrder()))
    streams.add(stream)
  })
  process.on("message", () => {
    const order = framed(nextOrder())
    for (const stream of streams) stream.write(order)
  })
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", 4_096, () => resolve((server.address() as AddressInfo).port))
  })
}

const pass = (bytes: Buffer) => bytes
const bytes = { requestSerialize: pass, requestDeserialize: pass, responseSerialize: pass, responseDeserialize: pass }
const definition: Grpc.ServiceDefinition = {
  subscribe: { ...bytes, path: subscribePath, requestStream: true, responseStream: true },
  submitWork: { ...bytes, path: submitPath, requestStream: false, responseStream: false }
}

const grpcjs = (): Promise<number> => {
  const streams = new Set<Grpc.ServerDuplexStream<Buffer, Buffer>>()
  const server = new Grpc.Server({ "grpc.max_concurrent_streams": 256 })
  server.addService(definition, {
    subscribe: (call: Grpc.ServerDuplexStream<Buffer, Buffer>) => {
      streams.add(call)
      call.on("error", () => {})
      call.on("cancelled", () => streams.delete(call))
      call.on("data", (message: Buffer) => {
        if (isShare(message)) call.write(fakeAnswer)
      })
      call.write(nextOrder())
    },
    submitWork: (_: Grpc.ServerUnaryCall<Buffer, Buffer>, callback: Grpc.sendUnaryData<Buffer>) =>
      callback(null, fakeAck)
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

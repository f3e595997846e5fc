/**
 * The standard health service (grpc.health.v1.Health) of the pool's gRPC port.
 *
 * "" and "pool.MiningPool" are SERVING while the pool has work for miners and NOT_SERVING while it has none or drains, so
 * a load balancer that asks sends miners elsewhere. The messages have one field each and are written here: the package
 * grpc-health-check reads a .proto file beside its own source, which does not exist in a bundle. Watch is bounded.
 */
import * as Grpc from "@grpc/grpc-js"
import type { Sockets } from "./Sockets.ts"

export type Health = "SERVING" | "NOT_SERVING"

const numbers = { SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } as const
const services = ["", "pool.MiningPool"]
/** Streams that may watch at the same time. */
const mostWatchers = 64
const longestName = 200

const encoded = (status: keyof typeof numbers): Buffer => Buffer.from([8, numbers[status]])

/** HealthCheckRequest { string service = 1 }; null for anything else. */
const serviceOf = (request: Buffer): string | null => {
  if (request.length === 0) return ""
  const length = request[1] ?? 0
  return request[0] === 10 && length <= longestName && request.length === length + 2
    ? request.subarray(2).toString("utf8")
    : null
}

const passThrough = (bytes: Buffer) => bytes

export interface HealthService {
  readonly set: (status: Health) => void
}

export const addTo = (server: Grpc.Server, sockets: Pick<Sockets, "touch" | "hold" | "release">): HealthService => {
  let present: Health = "NOT_SERVING"
  const watchers = new Set<Grpc.ServerWritableStream<Buffer, Buffer>>()
  const path = (method: string) => `/grpc.health.v1.Health/${method}`
  const base = {
    requestSerialize: passThrough,
    requestDeserialize: passThrough,
    responseSerialize: passThrough,
    responseDeserialize: passThrough,
    requestStream: false
  }
  server.addService(
    {
      check: { ...base, path: path("Check"), responseStream: false },
      watch: { ...base, path: path("Watch"), responseStream: true }
    },
    {
      check: (call: Grpc.ServerUnaryCall<Buffer, Buffer>, callback: Grpc.sendUnaryData<Buffer>) => {
        sockets.touch(call.getPeer())
        const service = serviceOf(call.request)
        if (service !== null && services.includes(service)) callback(null, encoded(present))
        else callback({ code: Grpc.status.NOT_FOUND, details: "no such service" })
      },
      watch: (call: Grpc.ServerWritableStream<Buffer, Buffer>) => {
        call.on("error", () => {})
        const service = serviceOf(call.request)
        if (service === null || !services.includes(service)) {
          // The protocol keeps the stream open, in case the service comes; ours is fixed.
          call.write(encoded("SERVICE_UNKNOWN"))
          call.end()
          return
        }
        if (watchers.size >= mostWatchers) {
          call.emit("error", { code: Grpc.status.RESOURCE_EXHAUSTED, details: "too many watchers" })
          return
        }
        const peer = call.getPeer()
        sockets.hold(peer)
        watchers.add(call)
        call.on("cancelled", () => {
          watchers.delete(call)
          sockets.release(peer)
        })
        call.write(encoded(present))
      }
    }
  )
  return {
    set: (status) => {
      if (status === present) return
      present = status
      for (const watcher of watchers) watcher.write(encoded(status))
    }
  }
}

/**
 * Asks a Nockchain node over its private gRPC: NockAppService/Peek, one path in, one noun out.
 *
 * Plaintext HTTP/2 without authentication on the node's own machine, port 5555 by default; answers have at most 16 MiB.
 * PeekResponse.data is the jam of the kernel's double unit: [0 [0 value]], [0 0] for a known path without a value, 0 for
 * a path that the node does not know. The answer is untrusted: sizes and counts are bounded and a wrong shape is an error
 * that says what is wrong. Source: protocols/nockchain.md sections 2.1, 2.2 and 2.7.
 */
import * as Grpc from "@grpc/grpc-js"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Endpoint from "../miner/Endpoint.ts"
import { Reader, tag, WireError, Writer } from "../pool/grpc/Wire.ts"
import { isCell, list, type Noun, text } from "./Noun.ts"

export const defaultPort = 5555

/** A node gave no answer, or one that is of no use. */
export class NodeFailed extends Data.TaggedError("NodeFailed")<{ readonly node: string; readonly problem: string }> {
  override get message() {
    return `node ${this.node}: ${this.problem}`
  }
}

export interface NodeApi {
  /** The value at a path of texts; its last 0 is added. */
  readonly peek: (path: ReadonlyArray<string>) => Effect.Effect<Noun, NodeFailed>
}

export interface Limits {
  /** Longest wait for an answer, connecting included, milliseconds. */
  readonly patienceMillis: number
  /** Of a message; the most that a node sends. */
  readonly maxBytes: number
  /** Cells and atoms of an answer; a note has about 40. */
  readonly maxNouns: number
}

export const defaultLimits: Limits = { patienceMillis: 30_000, maxBytes: 16 * 2 ** 20, maxNouns: 8_000_000 }

const method = "/nockchain.private.v1.NockAppService/Peek"
/** Only for the node's log; the official clients send the same. */
const pid = 1

/** ErrorStatus.code by number (common.v1). */
const errorNames = [
  "UNSPECIFIED",
  "INVALID_REQUEST",
  "PEEK_FAILED",
  "PEEK_RETURNED_NO_DATA",
  "POKE_FAILED",
  "NACKAPP_ERROR",
  "TIMEOUT",
  "INTERNAL_ERROR",
  "NOT_FOUND",
  "PERMISSION_DENIED",
  "INVALID_WIRE",
  "KERNEL_ERROR"
]
const maxText = 4_096
const maxProblem = 400

type Reply = { readonly data: Buffer } | { readonly error: string } | null

const errorOf = (bytes: Buffer): string => {
  const reader = new Reader(bytes, "ErrorStatus")
  let code = 0
  let message = ""
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(1, 0)) code = reader.small("the code")
    else if (next === tag(2, 2)) message = reader.text("the message", maxText)
    else reader.skip(next & 7)
  }
  const name = errorNames[code] ?? `code ${code}`
  return message === "" ? name : `${name}: ${message}`
}

/** PeekResponse; null when it holds neither data nor an error. Throws `WireError`. */
const replyOf = (bytes: Buffer, maxBytes: number): Reply => {
  const reader = new Reader(bytes, "PeekResponse")
  let reply: Reply = null
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(1, 2)) reply = { data: reader.data("data", maxBytes) }
    else if (next === tag(2, 2)) reply = { error: errorOf(reader.data("error", 4 * maxText)) }
    else reader.skip(next & 7)
  }
  return reply
}

const explain = ({ code, details }: Grpc.ServiceError, endpoint: Endpoint.Endpoint, limits: Limits): string => {
  const { status } = Grpc
  const port = `is --node the address of its private gRPC (port ${defaultPort} unless the node was told otherwise)?`
  const seconds = limits.patienceMillis / 1000
  if (code === status.UNIMPLEMENTED)
    return `something answers there that is no Nockchain node, or its public API; ${port}`
  if (code === status.DEADLINE_EXCEEDED) {
    return /LB pick|resolution/.test(details) && !details.includes("remote_addr")
      ? `no connection within ${seconds} s; ${port}`
      : `no answer within ${seconds} s; it may be busy, or still loading its state`
  }
  if (/larger than max|message length too large/i.test(details)) {
    return `the answer is larger than ${limits.maxBytes / 2 ** 20} MiB, the most that a node sends: this address has too many notes to be asked for at once`
  }
  if (/ECONNREFUSED/.test(details)) return `connection refused: nothing listens on port ${endpoint.port}; ${port}`
  if (/ENOTFOUND|EAI_AGAIN|Name resolution/i.test(details)) return `the name ${endpoint.host} cannot be resolved`
  if (
    /Protocol error|HTTP status|content-type|Failed to connect|ECONNRESET/i.test(details) ||
    code === status.UNAVAILABLE
  ) {
    return `what listens there does not speak gRPC, or hangs up (${details.slice(0, 120)}); ${port}`
  }
  return `it refused: ${status[code] ?? code} ${details.slice(0, 300)}`
}

const passThrough = (bytes: Buffer) => bytes

const call = (client: Grpc.Client, message: Buffer, patience: number) =>
  Effect.async<Buffer, Grpc.ServiceError>((resume) => {
    const deadline = Date.now() + patience
    const made = client.makeUnaryRequest(method, passThrough, passThrough, message, { deadline }, (error, bytes) =>
      resume(error === null ? Effect.succeed(bytes ?? Buffer.alloc(0)) : Effect.fail(error))
    )
    return Effect.sync(() => made.cancel())
  })

/** The value of the kernel's double unit. */
const valueOf = (noun: Noun, path: string): { readonly value: Noun } | { readonly problem: string } => {
  if (noun === 0n) return { problem: `it does not know the question ${path}: it is another version of the node` }
  if (isCell(noun) && noun[0] === 0n) {
    const [, inner] = noun
    if (inner === 0n) return { problem: `it has no answer to ${path} now; it may have no chain yet` }
    if (isCell(inner) && inner[0] === 0n) return { value: inner[1] }
  }
  return { problem: `its answer to ${path} is no double unit` }
}

/** Nothing is sent before the first question. */
export const connect = (
  native: NockPowNative,
  endpoint: Endpoint.Endpoint,
  limits: Limits = defaultLimits
): Effect.Effect<NodeApi, never, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new Grpc.Client(Endpoint.target(endpoint), Grpc.credentials.createInsecure(), {
            "grpc.max_receive_message_length": limits.maxBytes,
            "grpc.enable_retries": 0,
            "grpc.enable_http_proxy": 0,
            "grpc.use_local_subchannel_pool": 1,
            "grpc.enable_channelz": 0
          })
      ),
      (open) => Effect.sync(() => open.close())
    )
    // Some of it is what the node says: one line, whatever that is.
    const failed = (problem: string) =>
      new NodeFailed({ node: Endpoint.format(endpoint), problem: problem.replace(/\s+/g, " ").slice(0, maxProblem) })
    const peek: NodeApi["peek"] = (path) =>
      Effect.gen(function* () {
        const shown = `%${path[0] ?? ""}`
        const jam = native.jam(list(path.map(text)))
        if (jam === null) return yield* Effect.dieMessage("a path with more than four million parts")
        const request = new Writer().number(1, pid).bytes(2, jam).done()
        const bytes = yield* Effect.mapError(call(client, request, limits.patienceMillis), (error) =>
          failed(explain(error, endpoint, limits))
        )
        const reply = yield* Effect.try({
          try: () => replyOf(bytes, limits.maxBytes),
          catch: (cause) => failed(`its answer is no PeekResponse: ${cause instanceof WireError ? cause.message : "?"}`)
        })
        if (reply === null) return yield* failed(`its answer to ${shown} is empty`)
        if ("error" in reply) return yield* failed(`it cannot answer ${shown}: ${reply.error}`)
        const cued = native.cue(reply.data, limits.maxNouns)
        if ("problem" in cued) return yield* failed(`its answer to ${shown} is no jam: ${cued.problem}`)
        const found = valueOf(cued.noun, shown)
        return "problem" in found ? yield* failed(found.problem) : found.value
      })
    return { peek }
  })

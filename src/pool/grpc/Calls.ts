/**
 * The two calls of pool.MiningPool on grpc-js streams, feeding the pool's actors without a fiber per miner.
 *
 * A subscription is a bidirectional stream: heartbeats go to its connection, pushes of the pool are written as they come.
 * A client may close its side after the first message, as clients of the original protocol do: jobs go on. A share is a
 * unary call; it finds its subscription by the session, else by the transport connection and the account, so nobody can
 * hand in shares in another connection's name. Every answer of the pool reaches the caller; nothing throws.
 */
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Job } from "../../../actors/pool/Job.ts"
import type { ConnectionRefused, PoolConnection, PoolServiceShape, Push } from "../../../actors/pool/PoolService.ts"
import type { DisconnectReason, RefusalReason } from "../../../actors/pool/PoolStatus.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import { Outbox, type PostOffice, type Writable } from "./Outbox.ts"
import { ipOf, type Sockets } from "./Sockets.ts"
import * as Wire from "./Wire.ts"

export interface Context {
  readonly pool: PoolServiceShape
  readonly post: PostOffice
  readonly sockets: Pick<Sockets, "touch" | "hold" | "release" | "cut">
  /** The encoding of a job that all connections share. */
  readonly encode: (job: Job) => Buffer
  /** Run an effect that does not fail; most end before this returns. */
  readonly run: (effect: Effect.Effect<void>) => void
}

type Stream = Grpc.ServerDuplexStream<Buffer, Buffer>

/** Heartbeats of one subscription per window; more is abuse. */
const heartbeats = { most: 100, windowMillis: 10_000 }

const statusOf: Readonly<Record<DisconnectReason, Grpc.status>> = {
  left: Grpc.status.CANCELLED,
  idle: Grpc.status.DEADLINE_EXCEEDED,
  "pre-auth-timeout": Grpc.status.DEADLINE_EXCEEDED,
  unauthorised: Grpc.status.UNAUTHENTICATED,
  malformed: Grpc.status.INVALID_ARGUMENT,
  banned: Grpc.status.PERMISSION_DENIED,
  "slow-reader": Grpc.status.RESOURCE_EXHAUSTED,
  superseded: Grpc.status.ABORTED,
  operator: Grpc.status.UNAVAILABLE,
  internal: Grpc.status.INTERNAL,
  stopping: Grpc.status.UNAVAILABLE
}

const statusOfRefusal: Readonly<Record<RefusalReason, Grpc.status>> = {
  banned: Grpc.status.PERMISSION_DENIED,
  "too-many": Grpc.status.RESOURCE_EXHAUSTED,
  "too-many-from-address": Grpc.status.RESOURCE_EXHAUSTED,
  "too-fast": Grpc.status.RESOURCE_EXHAUSTED,
  stopping: Grpc.status.UNAVAILABLE
}

const ignore = () => {}

/** End a stream with a status; the way that grpc-js documents. */
const end = (call: Stream, code: Grpc.status, details: string, retryAfterMillis: number | null = null) => {
  const metadata = new Grpc.Metadata()
  if (retryAfterMillis !== null) metadata.set("grpc-retry-pushback-ms", String(Math.ceil(retryAfterMillis)))
  call.emit("error", { code, details, metadata })
}

/** The bearer token of the metadata; "" for none. */
const bearer = (metadata: Grpc.Metadata): string => {
  const [value] = metadata.get("authorization")
  const found = typeof value === "string" ? /^Bearer +(\S{1,256})$/i.exec(value)?.[1] : undefined
  return found ?? ""
}

const reportOf = (status: Wire.MinerStatus, metadata: Grpc.Metadata) => {
  const token = status.token === "" ? bearer(metadata) : status.token
  return {
    minerId: status.minerId,
    worker: status.worker,
    threads: status.threads,
    rate: status.hashrate,
    version: status.version,
    token: token === "" ? null : Redacted.make(token),
    resume: status.resume === "" ? null : status.resume
  }
}

/** One subscription: what is written to it, and what comes from it once the pool has let it in. */
class Subscription implements Writable {
  connection: PoolConnection | null = null
  private readonly context: Context
  private readonly call: Stream
  private readonly peer: string
  private readonly outbox: Outbox
  private session: string | null = null
  private own: { readonly target: bigint; readonly bytes: Buffer } | null = null
  private count = 0
  private since = 0
  private over = false

  constructor(context: Context, call: Stream) {
    this.context = context
    this.call = call
    this.peer = call.getPeer()
    this.outbox = new Outbox(this, context.post)
    call.on("cancelled", () => this.left())
    // grpc-js reports a broken stream as "cancelled" too; without a listener the event would end the process.
    call.on("error", ignore)
  }

  write(message: Buffer, sent: () => void): void {
    this.call.write(message, sent)
  }

  readonly push = (push: Push): void => {
    if (push._tag === "Welcome") {
      this.session = push.session
    } else if (push._tag === "Closed") {
      this.finish(statusOf[push.reason], push.detail)
      if (push.reason === "slow-reader") this.context.sockets.cut(this.peer)
    } else {
      this.work(push)
    }
  }

  private work({ clean, job, prefix, shareTarget }: Extract<Push, { readonly _tag: "Work" }>): void {
    if (this.over) return
    if (this.own?.target !== shareTarget) this.own = { target: shareTarget, bytes: Wire.encodeOwn(prefix, shareTarget) }
    const parts = [this.context.encode(job), this.own.bytes]
    if (clean !== job.clean) parts.push(Wire.encodeClean(clean))
    if (this.session !== null) parts.push(Wire.encodeSession(this.session))
    this.session = null
    this.outbox.put(Buffer.concat(parts))
  }

  /** Let in: heartbeats flow from now on; those that came before have waited. */
  admitted(connection: PoolConnection): void {
    if (this.over) {
      connection.close("left", "the stream ended")
      return
    }
    this.connection = connection
    this.context.sockets.hold(this.peer)
    this.call.on("data", (bytes: Buffer) => this.heard(bytes))
  }

  refused(error: ConnectionRefused): void {
    this.finish(statusOfRefusal[error.reason], error.message, error.retryAfterMillis)
  }

  private heard(bytes: Buffer): void {
    const { connection } = this
    if (this.over || connection === null) return
    const now = performance.now()
    if (now - this.since > heartbeats.windowMillis) {
      this.since = now
      this.count = 0
    }
    this.count += 1
    try {
      if (this.count > heartbeats.most) throw new Wire.WireError({ detail: "too many heartbeats" })
      connection.report(reportOf(Wire.decodeMinerStatus(bytes), this.call.metadata))
    } catch (error) {
      if (!(error instanceof Wire.WireError)) throw error
      this.refuse(error.message)
    }
  }

  private refuse(detail: string): void {
    this.connection?.close("malformed", detail)
    this.finish(Grpc.status.INVALID_ARGUMENT, detail)
  }

  /** The reader is too slow: its connection goes at once, with all that is queued for it. */
  overrun(detail: string): void {
    this.over = true
    this.connection?.close("slow-reader", detail)
    this.context.sockets.cut(this.peer)
  }

  private left(): void {
    // The stream is gone, whoever ended it.
    if (this.connection !== null) this.context.sockets.release(this.peer)
    if (this.over) return
    this.over = true
    this.outbox.close()
    this.connection?.close("left", "the stream ended")
  }

  private finish(code: Grpc.status, details: string, retryAfterMillis: number | null = null): void {
    if (this.over) return
    this.over = true
    this.outbox.close()
    end(this.call, code, details, retryAfterMillis)
  }
}

export const subscribe =
  (context: Context) =>
  (call: Stream): void => {
    const subscription = new Subscription(context, call)
    const address = call.getPeer()
    context.run(
      context.pool.connect({ address, ip: ipOf(address) }, subscription.push).pipe(
        Effect.match({
          onFailure: (error) => subscription.refused(error),
          onSuccess: (connection) => subscription.admitted(connection)
        })
      )
    )
  }

const unauthorised: ShareAnswer = {
  code: "unauthorised",
  reason: "no subscription of this account on this connection: subscribe first, or send the session of the first order",
  newDifficulty: null
}

export const submitWork =
  (context: Context) =>
  (call: Grpc.ServerUnaryCall<Buffer, Buffer>, callback: Grpc.sendUnaryData<Buffer>): void => {
    const answer = (given: ShareAnswer) => callback(null, Wire.encodeAck(given))
    try {
      const { minerId, nonce, session, workId } = Wire.decodeWorkResult(call.request)
      const claim = { session: session === "" ? null : session, address: call.getPeer(), minerId }
      const connection = context.pool.route(claim)
      if (connection === undefined) {
        answer(unauthorised)
      } else {
        context.sockets.touch(claim.address)
        connection.unsafeSubmit(workId, nonce, answer)
      }
    } catch (error) {
      if (!(error instanceof Wire.WireError)) throw error
      answer({ code: "malformed", reason: error.message, newDifficulty: null })
    }
  }

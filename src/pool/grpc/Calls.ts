/**
 * The two calls of pool.MiningPool on grpc-js, feeding the pool's actors without a fiber or a Node stream per miner.
 *
 * A subscription is a bidirectional call: heartbeats and shares go to its connection, pushes of the pool are written as
 * they come, and the answers to shares once per turn of the event loop, all of a group commit in one message. It is taken
 * over by an interceptor, before grpc-js wraps it in a Duplex, which costs a miner more memory than all of this file and
 * every message a pass through two queues. A client may close its side after the first message, as clients of the
 * original protocol do: jobs go on. Those hand in each share as a call of its own (SubmitCall.ts). Every answer of the
 * pool reaches the caller; nothing throws.
 */
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Job } from "../../../actors/pool/Job.ts"
import type { ConnectionRefused, PoolConnection, PoolServiceShape, Push } from "../../../actors/pool/PoolService.ts"
import type { DisconnectReason, RefusalReason } from "../../../actors/pool/PoolStatus.ts"
import { Outbox, type PostOffice, type Writable } from "./Outbox.ts"
import { ipOf, type Silence, type Sockets } from "./Sockets.ts"
import { SubmitCall, submitPath } from "./SubmitCall.ts"
import * as Wire from "./Wire.ts"

export interface Context {
  readonly pool: PoolServiceShape
  readonly post: PostOffice
  readonly sockets: Pick<Sockets, "begin" | "touch" | "hold" | "release" | "ended" | "cut">
  /** The encoding of a job that all connections share. */
  readonly encode: (job: Job) => Buffer
  /** Run an effect that does not fail; most end before this returns. */
  readonly run: (effect: Effect.Effect<void>) => void
}

/** Heartbeats of one subscription per window; more is abuse. */
const heartbeats = { most: 100, windowMillis: 10_000 }
/** Shares of one subscription without an answer; with so many, nothing more is read of it. */
const mostUnanswered = 256

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

/** The bearer token of the metadata; "" for none. */
const bearer = (metadata: Grpc.Metadata): string => {
  const [value] = metadata.get("authorization")
  const found = typeof value === "string" ? /^Bearer +(\S{1,256})$/i.exec(value)?.[1] : undefined
  return found ?? ""
}

const reportOf = (status: Wire.MinerStatus, header: string) => {
  const token = status.token === "" ? header : status.token
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

type Listener = Parameters<Grpc.ServerInterceptingCallInterface["start"]>[0]

/** One subscription: what is written to it, and what comes from it once the pool has let it in. */
class Subscription implements Writable, Listener {
  private connection: PoolConnection | null = null
  private readonly context: Context
  private readonly call: Grpc.ServerInterceptingCallInterface
  private readonly peer: string
  private readonly outbox: Outbox
  /** The token of the metadata; "" for none. */
  private token = ""
  private session: string | null = null
  /** Its own part of an order, for shares of this target. */
  private own: Wire.Text = ""
  private target: bigint | null = null
  private count = 0
  private since = 0
  private over = false
  /** Shares of it that the pool has and has not answered. */
  private unanswered = 0
  /** Answers for the end of this turn of the event loop; null: none, and nobody is asked to send them. */
  private answers: Array<Wire.Answered> | null = null
  private reading = false
  private readOn = false

  constructor(context: Context, call: Grpc.ServerInterceptingCallInterface) {
    this.context = context
    this.call = call
    this.peer = call.getPeer()
    this.outbox = new Outbox(this, context.post)
  }

  onReceiveMetadata(metadata: Grpc.Metadata): void {
    this.token = bearer(metadata)
    const { context, peer } = this
    context.run(
      context.pool.connect({ address: peer, ip: ipOf(peer) }, this.push).pipe(
        Effect.match({
          onFailure: (error) => this.refused(error),
          onSuccess: (connection) => this.admitted(connection)
        })
      )
    )
  }

  onReceiveMessage(message: Buffer): void {
    this.heard(message)
    this.read()
  }

  /** Ask for the next message. Those that have come already are given at once, from in here: a loop, not a recursion. */
  private read(): void {
    this.readOn = true
    if (this.reading) return
    this.reading = true
    while (this.readOn && !this.over && this.unanswered < mostUnanswered) {
      this.readOn = false
      this.call.startRead()
    }
    this.reading = false
  }

  /** The client has said all that it will say; it still listens. */
  onReceiveHalfClose(): void {}

  /** The call is over, whoever ended it. */
  onCancel(): void {
    if (this.connection !== null) this.context.sockets.release(this.peer)
    if (this.over) return
    this.over = true
    this.outbox.close()
    this.connection?.close("left", "the stream ended")
  }

  write(message: Buffer, sent: () => void): void {
    this.call.sendMessage(message, sent)
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

  private work({ clean, job, prefix, session, shareTarget }: Extract<Push, { readonly _tag: "Work" }>): void {
    if (this.over) return
    if (this.target !== shareTarget) {
      this.target = shareTarget
      this.own = Wire.encodeOwn(prefix, shareTarget)
    }
    let { own } = this
    if (clean !== job.clean) own += Wire.encodeClean(clean)
    const ticket = session ?? this.session
    if (ticket !== null) own += Wire.encodeSession(ticket)
    this.session = null
    this.outbox.put(Wire.encodeOrder(this.context.encode(job), own))
  }

  /** Let in: heartbeats are read from now on; those that came before have waited. */
  private admitted(connection: PoolConnection): void {
    if (this.over) {
      connection.close("left", "the stream ended")
      return
    }
    this.connection = connection
    this.context.sockets.hold(this.peer)
    this.read()
  }

  private refused(error: ConnectionRefused): void {
    this.finish(statusOfRefusal[error.reason], error.message, error.retryAfterMillis)
  }

  private heard(bytes: Buffer): void {
    const { connection } = this
    if (this.over || connection === null) return
    try {
      const status = Wire.decodeMinerStatus(bytes)
      if (status.shares.length > 0) {
        for (const share of status.shares) this.submit(connection, share)
        return
      }
      const now = performance.now()
      if (now - this.since > heartbeats.windowMillis) {
        this.since = now
        this.count = 0
      }
      this.count += 1
      if (this.count > heartbeats.most) throw new Wire.WireError({ detail: "too many heartbeats" })
      connection.report(reportOf(status, this.token))
    } catch (error) {
      // grpc-js calls this from a promise that nobody waits for: nothing may be thrown.
      const known = error instanceof Wire.WireError
      const detail = known ? error.message : "internal error"
      connection.close(known ? "malformed" : "internal", known ? detail : String(error))
      this.finish(known ? Grpc.status.INVALID_ARGUMENT : Grpc.status.INTERNAL, detail)
    }
  }

  private submit(connection: PoolConnection, { nonce, sequence, workId }: Wire.WorkResult): void {
    this.unanswered += 1
    connection.unsafeSubmit(workId, nonce, (answer) => {
      this.unanswered -= 1
      if (this.over) return
      if (this.answers === null) {
        this.answers = []
        setImmediate(() => this.tell())
      }
      this.answers.push({ sequence, answer })
      if (this.answers.length >= mostUnanswered) this.flush()
    })
  }

  /** What was answered in this turn, and on with reading if it had to wait for that. */
  private tell(): void {
    this.flush()
    this.answers = null
    if (this.readOn) this.read()
  }

  private flush(): void {
    if (this.over || this.answers === null || this.answers.length === 0) return
    const message = Wire.encodeAcks(this.answers)
    this.answers = []
    this.outbox.put(message)
  }

  /** The reader is too slow: its connection goes at once, with all that is queued for it. */
  overrun(detail: string): void {
    this.over = true
    this.connection?.close("slow-reader", detail)
    this.context.sockets.cut(this.peer)
  }

  private finish(code: Grpc.status, details: string, retryAfterMillis: number | null = null): void {
    if (this.over) return
    this.flush()
    this.over = true
    this.outbox.close()
    const metadata = new Grpc.Metadata()
    if (retryAfterMillis !== null) metadata.set("grpc-retry-pushback-ms", String(Math.ceil(retryAfterMillis)))
    this.call.sendStatus({ code, details, metadata })
    // A pool that stops tells everybody on a connection.
    if (code !== Grpc.status.UNAVAILABLE) this.context.sockets.ended(this.peer)
  }
}

/** What grpc-js makes its own objects of; ours is the listener instead. */
class TakenOver extends Grpc.ServerInterceptingCall {
  private readonly listener: Listener
  private readonly inner: Grpc.ServerInterceptingCallInterface

  constructor(inner: Grpc.ServerInterceptingCallInterface, listener: Listener) {
    super(inner)
    this.inner = inner
    this.listener = listener
  }

  override start(): void {
    this.inner.start(this.listener)
  }
}

export const subscribePath = "/pool.MiningPool/Subscribe"

/** Takes over the pool's own calls; every other one goes on to its handler. */
export const interceptor =
  (context: Context): Grpc.ServerInterceptor =>
  ({ path }, call) => {
    if (path === subscribePath) return new TakenOver(call, new Subscription(context, call))
    const peer = call.getPeer()
    const silence = context.sockets.begin(peer)
    if (silence === null) {
      // A refusal would leave its half of the call open, and with it the memory.
      context.sockets.cut(peer)
      return new TakenOver(call, over)
    }
    if (path === submitPath) return new TakenOver(call, new SubmitCall(context, call, silence))
    return new Grpc.ServerInterceptingCall(call, whileSilent(silence))
  }

/** Of a call whose connection has ended. */
const over: Listener = {
  onReceiveMetadata: () => {},
  onReceiveMessage: () => {},
  onReceiveHalfClose: () => {},
  onCancel: () => {}
}

/** Lets a call pass, and notes when it says something. */
const whileSilent = (silence: Silence): Grpc.Responder => {
  let silent = true
  const end = () => {
    if (silent) silence.end()
    silent = false
  }
  const listener = new Grpc.ServerListenerBuilder()
    .withOnReceiveMessage((message, next) => {
      end()
      next(message)
    })
    .withOnCancel(end)
    .build()
  return new Grpc.ResponderBuilder().withStart((next) => next(listener)).build()
}

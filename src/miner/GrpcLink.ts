/**
 * The link to a pool over gRPC: grpc-js streams and calls as sessions of the miner's port.
 *
 * Each session has a channel of its own under explicit limits and a keep-alive that notices a dead peer within half a
 * minute; grpc-js is given no retries and no reconnects of its own, because the miner decides about both. The secret of
 * a session is kept per pool, so that the next session with it goes on where the last one ended. Shares go up in the
 * subscription where the pool takes them there, and as calls of their own to one that knows only the original protocol.
 */
import * as Grpc from "@grpc/grpc-js"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  LinkLost,
  type MinerJob,
  type MinerReport,
  PoolLink,
  type PoolLinkService,
  type PoolSession
} from "../../actors/miner/PoolLink.ts"
import type { ShareAnswer } from "../../actors/pool/Share.ts"
import { WireError } from "../pool/grpc/Wire.ts"
import * as Endpoint from "./Endpoint.ts"
import * as Messages from "./Messages.ts"

/** Keys as PEM, for pools with TLS. */
export interface Tls {
  /** Certificates to trust instead of the system's. */
  readonly ca: Buffer | null
  /** Shown to a pool that asks for a certificate. */
  readonly cert: Buffer | null
  readonly key: Buffer | null
}

export interface Options {
  /** Who is paid. */
  readonly account: string
  /** Name of this machine. */
  readonly worker: string
  /** Name and version of the program. */
  readonly version: string
  /** Read again for every session, so that a new token needs no restart; the error is one sentence. */
  readonly token: Effect.Effect<Redacted.Redacted | null, { readonly message: string }>
  readonly tls: Tls
}

const connectMillis = 10_000
/** Answers come when a share is durable; a pool that needs longer is as good as gone. */
const answerMillis = 15_000
const mostSequence = 2 ** 32 - 1
/** Orders that wait while the miner is busy; it only ever wants the newest. */
const waitingOrders = 64

const channelOptions: Grpc.ChannelOptions = {
  "grpc.max_receive_message_length": 65_536,
  "grpc.max_send_message_length": 2_048,
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.keepalive_permit_without_calls": 0,
  "grpc.enable_retries": 0,
  "grpc.enable_http_proxy": 0,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_channelz": 0
}

const passThrough = (bytes: Buffer) => bytes

const isFinal = (code: Grpc.status): boolean =>
  code === Grpc.status.UNAUTHENTICATED ||
  code === Grpc.status.PERMISSION_DENIED ||
  code === Grpc.status.UNIMPLEMENTED ||
  code === Grpc.status.INVALID_ARGUMENT

/** What an operator can do about it, from what grpc-js says. */
const explain = (code: Grpc.status, details: string, endpoint: Endpoint.Endpoint): string => {
  const text = bare(details).slice(0, 300)
  if (code === Grpc.status.UNIMPLEMENTED) return `something answers there that is no mining pool (${text})`
  if (code === Grpc.status.DEADLINE_EXCEEDED && text.includes("Deadline")) return "it does not answer in time"
  if (code !== Grpc.status.UNAVAILABLE) return text
  if (text.includes("ECONNREFUSED")) return `connection refused: no pool-server listens on port ${endpoint.port} there`
  if (/ENOTFOUND|EAI_AGAIN|Name resolution/i.test(text)) return `the name ${endpoint.host} cannot be resolved`
  if (/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/.test(text)) return unreachable(endpoint)
  if (endpoint.tls && /SSL|TLS|EPROTO|certificate|self.signed/i.test(text)) return explainTls(text, endpoint)
  if (text.includes("Protocol error"))
    return "something answers there that does not speak gRPC: is this the pool's port?"
  if (text.includes("Failed to connect") && !endpoint.tls) {
    return `it hangs up at once: it may want TLS (https://${endpoint.host}:${endpoint.port}), or be no pool`
  }
  return text
}

/** The words of OpenSSL without its addresses, numbers and file names. */
const plainTls = (text: string): string =>
  text.replace(/^Error: /, "").replace(/[0-9A-F]{6,}:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):.*$/s, "$1")

const explainTls = (text: string, { host, port }: Endpoint.Endpoint): string => {
  if (/wrong version number|packet length too long/i.test(text)) {
    return `port ${port} there does not speak TLS: leave out https://, or is it another port?`
  }
  if (/alert.*certificate|certificate required|alert.*unknown ca|handshake failure/i.test(text)) {
    return `the pool wants a certificate that it knows (--tls-cert, --tls-key): ${plainTls(text)}`
  }
  if (/self.signed|unable to (get|verify)|issuer/i.test(text)) {
    return `the pool's certificate cannot be checked: ${plainTls(text)}; --tls-ca FILE names an authority to trust`
  }
  if (/altnames/i.test(text)) return `the pool's certificate is not one for ${host}: ${plainTls(text)}`
  return `TLS does not work: ${plainTls(text)}`
}

/** Without grpc-js's frame around the error, whose time stamp makes every one another one. */
const bare = (details: string): string =>
  details
    .replace(/^No connection established\. Last error: /, "")
    .replace(/ \(\d{4}-[^)]*Z\)/, "")
    .replace(/\.? Resolution note:.*$/s, "")

const unreachable = ({ port }: Endpoint.Endpoint) =>
  `it cannot be reached: is the address right, and does the firewall of the pool let TCP ${port} in?`

const credentialsOf = ({ tls: secure }: Endpoint.Endpoint, tls: Tls) =>
  secure ? Grpc.credentials.createSsl(tls.ca, tls.key, tls.cert) : Grpc.credentials.createInsecure()

type Call = Grpc.ClientDuplexStream<Buffer, Buffer>

const openClient = (endpoint: Endpoint.Endpoint, tls: Tls) =>
  Effect.acquireRelease(
    Effect.sync(() => new Grpc.Client(Endpoint.target(endpoint), credentialsOf(endpoint, tls), channelOptions)),
    (client) => Effect.sync(() => client.close())
  )

/** Ready when the pool speaks HTTP/2 with us; the call's own error comes first when there is one. */
const ready = (client: Grpc.Client, call: Call, lost: (error: Grpc.ServiceError) => LinkLost, late: LinkLost) =>
  Effect.async<void, LinkLost>((resume) => {
    const deadline = Date.now() + connectMillis
    const channel = client.getChannel()
    const onError = (error: Grpc.ServiceError) => resume(Effect.fail(lost(error)))
    const look = () => {
      const state = channel.getConnectivityState(true)
      if (state === Grpc.connectivityState.READY) {
        call.off("error", onError)
        resume(Effect.void)
      } else {
        channel.watchConnectivityState(state, deadline, (error) => {
          if (error === undefined || error === null) look()
          else resume(Effect.fail(late))
        })
      }
    }
    call.on("error", onError)
    look()
    return Effect.sync(() => call.off("error", onError))
  })

const connect =
  (options: Options, sessions: Map<string, string>) =>
  (address: string, report: MinerReport): Effect.Effect<PoolSession, LinkLost, Scope.Scope> =>
    Effect.gen(function* () {
      const endpoint = Endpoint.parse(address)
      const gone = (detail: string, final = false) => new LinkLost({ address, detail, final })
      if (endpoint === null) return yield* gone("this is no address", true)
      const lost = ({ code, details }: Grpc.ServiceError) => gone(explain(code, details, endpoint), isFinal(code))
      const token = yield* Effect.mapError(options.token, (error) => gone(error.message, true))
      const statusOf = ({ rate, threads }: MinerReport) =>
        Messages.encodeStatus({
          minerId: options.account,
          worker: options.worker,
          version: options.version,
          threads,
          rate,
          token: token === null ? "" : Redacted.value(token),
          resume: sessions.get(address) ?? ""
        })
      const orders = yield* Mailbox.make<Either.Either<MinerJob, string>, LinkLost>({
        capacity: waitingOrders,
        strategy: "sliding"
      })
      const client = yield* openClient(endpoint, options.tls)
      const shares = new Shares()
      const call = yield* Effect.acquireRelease(
        Effect.sync(() => {
          const made: Call = client.makeBidiStreamRequest("/pool.MiningPool/Subscribe", passThrough, passThrough)
          made.on("data", (bytes: Buffer) => {
            const order = Either.try({ try: () => Messages.decodeOrder(bytes, Date.now()), catch: whatIsWrong })
            if (Either.isLeft(order)) return orders.unsafeOffer(Either.left(order.left))
            const { answers, job, session, takesShares } = order.right
            if (session !== "") sessions.set(address, session)
            if (takesShares) shares.open = true
            for (const { answer, sequence } of answers) shares.answered(sequence, answer)
            return job !== null && orders.unsafeOffer(Either.right(job))
          })
          const over = (error: LinkLost) => {
            orders.unsafeDone(Exit.fail(error))
            shares.fail(error)
          }
          made.on("error", (error: Grpc.ServiceError) => over(lost(error)))
          made.on("end", () => over(gone("the pool ended the session")))
          made.write(statusOf(report))
          return made
        }),
        (made) => Effect.sync(() => made.cancel())
      )
      yield* ready(client, call, lost, gone(unreachable(endpoint)))
      return {
        address,
        jobs: Stream.mapEffect(Mailbox.toStream(orders), (order) =>
          Either.isRight(order)
            ? Effect.succeed(order.right)
            : Effect.as(Effect.logWarning(`pool ${address} sent a job that cannot be read: ${order.left}`), null)
        ).pipe(Stream.filter((job): job is MinerJob => job !== null)),
        submit: (jobId, nonce) =>
          Effect.suspend(() => {
            if (shares.open) return shares.submit(call, jobId, nonce, gone("it does not answer in time"))
            const { account } = options
            return submit(client, Messages.encodeResult(jobId, nonce, account, sessions.get(address) ?? ""), lost, gone)
          }),
        heartbeat: (next) => Effect.sync(() => void call.write(statusOf(next)))
      }
    })

/** The shares that are on their way in a subscription. */
class Shares {
  /** The pool takes them there. */
  open = false
  private over: LinkLost | null = null
  private next = 0
  private readonly waiting = new Map<number, (answer: Effect.Effect<ShareAnswer, LinkLost>) => void>()

  submit(call: Call, jobId: string, nonce: Uint8Array, late: LinkLost): Effect.Effect<ShareAnswer, LinkLost> {
    return Effect.async<ShareAnswer, LinkLost>((resume) => {
      if (this.over !== null) return resume(Effect.fail(this.over))
      this.next = (this.next % mostSequence) + 1
      const sequence = this.next
      this.waiting.set(sequence, resume)
      call.write(Messages.encodeShare(jobId, nonce, sequence))
      return Effect.sync(() => this.waiting.delete(sequence))
    }).pipe(Effect.timeoutFail({ duration: answerMillis, onTimeout: () => late }))
  }

  /** An answer that nobody waits for any more changes nothing: the share is handed in again. */
  answered(sequence: number, answer: ShareAnswer): void {
    const resume = this.waiting.get(sequence)
    this.waiting.delete(sequence)
    resume?.(Effect.succeed(answer))
  }

  fail(error: LinkLost): void {
    this.over = error
    for (const resume of this.waiting.values()) resume(Effect.fail(error))
    this.waiting.clear()
  }
}

const submit = (
  client: Grpc.Client,
  message: Buffer,
  lost: (error: Grpc.ServiceError) => LinkLost,
  gone: (detail: string) => LinkLost
) =>
  Effect.async<ShareAnswer, LinkLost>((resume) => {
    const call = client.makeUnaryRequest(
      "/pool.MiningPool/SubmitWork",
      passThrough,
      passThrough,
      message,
      { deadline: Date.now() + answerMillis },
      (error, bytes) => {
        if (error !== null) return resume(Effect.fail(lost(error)))
        const answer = Either.try({ try: () => Messages.decodeAck(bytes ?? Buffer.alloc(0)), catch: whatIsWrong })
        resume(Either.isRight(answer) ? Effect.succeed(answer.right) : Effect.fail(gone(answer.left)))
      }
    )
    return Effect.sync(() => call.cancel())
  })

const whatIsWrong = (cause: unknown): string => {
  if (cause instanceof WireError) return cause.message
  throw cause
}

export const make = (options: Options): PoolLinkService => ({ connect: connect(options, new Map()) })

export const layer = (options: Options): Layer.Layer<PoolLink> => Layer.sync(PoolLink, () => make(options))

/**
 * The pool as its edges see it: miners connect through it, readers take their pictures from it.
 *
 * A transport calls `connect` for every subscription, hands on what the miner says (`report`, `submit`) and writes what is
 * pushed. Pushes are plain synchronous calls: no stream and no fiber per miner, and the same `Job` object goes to all
 * connections, so its encoding can be made once and shared.
 *
 * ```ts
 * const connection = yield* pool.connect({ address: call.getPeer(), ip }, (push) => {
 *   if (push._tag === "Work") call.write(encode(push))
 *   else if (push._tag === "Closed") call.end()
 * })
 * call.on("data", (status) => connection.report(decode(status)))     // the first identifies, later ones are heartbeats
 * call.on("close", () => connection.close("left", "the stream ended"))
 * ```
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import type { Job, NoncePrefix } from "./Job.ts"
import type { ConnectionStatus, DisconnectReason, PoolEvent, PoolStatus, RefusalReason } from "./PoolStatus.ts"
import type { ShareAnswer } from "./Share.ts"

export interface Peer {
  /** Address and port, the same for everything that comes over one transport connection. */
  readonly address: string
  /** For limits and bans. */
  readonly ip: string
}

/** What a miner says of itself, with every heartbeat. Claims: nothing that is paid depends on them. */
export interface MinerReport {
  /** Account name: who is paid. `ACCOUNT.WORKER` is taken apart when `worker` is empty. */
  readonly minerId: string
  readonly worker: string
  readonly threads: number
  /** Measured by the miner, digests per second; null when it does not tell. */
  readonly rate: number | null
  readonly version: string
  readonly token: Redacted.Redacted | null
  /** `session` of an earlier connection: its prefix and difficulty go on, its outstanding shares still count. */
  readonly resume: string | null
}

/** What a connection is told. The callback must neither block nor throw. */
export type Push =
  | {
      /** Once, in answer to the first report; a `Work` follows as soon as there is a job. */
      readonly _tag: "Welcome"
      /** Ticket that resumes this session, with this process or the next one on the same data. */
      readonly session: string
      readonly resumed: boolean
      readonly prefix: NoncePrefix
      readonly shareTarget: bigint
    }
  | {
      readonly _tag: "Work"
      readonly job: Job
      /** True when what the connection was given before is worthless; false: keep searching earlier jobs if you like. */
      readonly clean: boolean
      readonly shareTarget: bigint
      readonly prefix: NoncePrefix
      /** A new ticket, when the difficulty is not what the last one says; null: the last one stands. */
      readonly session: string | null
    }
  /** The last push: the pool has ended the connection. Not sent for a `close` by the transport. */
  | { readonly _tag: "Closed"; readonly reason: DisconnectReason; readonly detail: string }

export interface PoolConnection {
  /** Short, unique in the process. */
  readonly id: string
  /** The first report identifies; what becomes of it is pushed (`Welcome`, or `Closed`). Later ones are heartbeats. */
  readonly report: (report: MinerReport) => void
  /** Hand in a share. `answer` is called exactly once, after an accepted share is durable. */
  readonly unsafeSubmit: (jobId: string, nonce: Uint8Array, answer: (answer: ShareAnswer) => void) => void
  readonly submit: (jobId: string, nonce: Uint8Array) => Effect.Effect<ShareAnswer>
  /** The transport ended it, or must end it. Idempotent. */
  readonly close: (reason: DisconnectReason, detail: string) => void
}

/** Not let in. `retryAfterMillis` is when asking again may help; null: not known. */
export class ConnectionRefused extends Data.TaggedError("ConnectionRefused")<{
  readonly peer: string
  readonly reason: RefusalReason
  readonly detail: string
  readonly retryAfterMillis: number | null
}> {
  override get message() {
    const next = this.retryAfterMillis === null ? "" : `; may try again in ${Math.ceil(this.retryAfterMillis / 1000)} s`
    return `${this.peer} was not let in: ${this.detail}${next}`
  }
}

export interface PoolServiceShape {
  readonly connect: (peer: Peer, push: (push: Push) => void) => Effect.Effect<PoolConnection, ConnectionRefused>
  /**
   * The connection that a share handed in beside its subscription belongs to (a unary call): by session secret, or by the
   * transport's address together with the account name. Undefined: answer "unauthorised".
   */
  readonly route: (claim: {
    readonly session: string | null
    readonly address: string
    readonly minerId: string
  }) => PoolConnection | undefined
  readonly status: Effect.Effect<PoolStatus>
  /** The present picture, then a new one at most every 250 ms while something changes. */
  readonly changes: Stream.Stream<PoolStatus>
  /** In order of connection; `after` is the id of the last one seen. `minerId`: those of one account. */
  readonly connections: (page: {
    readonly limit: number
    readonly after: string | null
    readonly minerId?: string | null
  }) => Effect.Effect<ReadonlyArray<ConnectionStatus>>
  /** Events from now on; a reader that falls behind loses the oldest. */
  readonly events: Stream.Stream<PoolEvent>
  /** End a connection; false when there is none of this id. */
  readonly disconnect: (id: string) => Effect.Effect<boolean>
  /** By IP or account; the number of bans lifted. */
  readonly unban: (whom: string) => Effect.Effect<number>
  readonly bans: Effect.Effect<ReadonlyArray<{ readonly whom: string; readonly until: number; readonly why: string }>>
  /** Plan and pay now instead of at the next interval; returns when the round is over. */
  readonly payNow: Effect.Effect<void>
  /** Let nobody in, end every connection with "stopping" after shares in the check are answered. Idempotent. */
  readonly drain: Effect.Effect<void>
}

export class PoolService extends Context.Tag("pitboss/pool/PoolService")<PoolService, PoolServiceShape>() {}

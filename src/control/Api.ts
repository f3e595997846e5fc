/**
 * What a running program can be asked and told, as typed remote calls.
 *
 * The same schemas type the program's side, the socket's bytes and the `pitboss status` family. Node ids or labels come
 * from people, so a node is named by text and looked up by the program. Everything is bounded: a request is small, a
 * status is as large as its fleet.
 */
import * as Rpc from "@effect/rpc/Rpc"
import * as RpcGroup from "@effect/rpc/RpcGroup"
import * as Schema from "effect/Schema"
import { FleetStatus } from "../../actors/nexus/FleetStatus.ts"
import { MinerPicture } from "./MinerPicture.ts"
import { PoolPicture } from "./PoolPicture.ts"

/** Which program this is. */
export const About = Schema.Struct({
  /** "batch-file", "start", "orchestrator", "pool-server", "miner". */
  program: Schema.String,
  pid: Schema.Int,
  version: Schema.String,
  /** Milliseconds since 1970. */
  startedAt: Schema.Number
})
export type About = typeof About.Type

/** Resident bytes, measured: of the program itself, and with all the processes it started. */
const Memory = Schema.Struct({ processBytes: Schema.Number, treeBytes: Schema.Number })

/** Null where the program is of another kind; absent from programs that are older than the field. */
const part = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(Schema.NullOr(schema), { default: () => null })

export const ProgramStatus = Schema.Struct({
  about: About,
  at: Schema.Number,
  memory: Memory,
  /** Of a program with nodes. */
  fleet: part(FleetStatus),
  pool: part(PoolPicture),
  miner: part(MinerPicture)
})
export type ProgramStatus = typeof ProgramStatus.Type

/** One supervised thing; the fields are those of the runtime's supervision tree. */
export const TreeRow = Schema.Struct({
  path: Schema.String,
  type: Schema.Literal("worker", "supervisor"),
  restart: Schema.Literal("permanent", "transient", "temporary"),
  state: Schema.String,
  generation: Schema.Number,
  restartsTotal: Schema.Number,
  restartsInWindow: Schema.Number,
  lastFailure: Schema.NullOr(Schema.String),
  mailboxDepth: Schema.NullOr(Schema.Number),
  mailboxHighWater: Schema.NullOr(Schema.Number),
  bytes: Schema.Number,
  since: Schema.Number
})
export type TreeRow = typeof TreeRow.Type

export const ReloadReport = Schema.Struct({
  added: Schema.Array(Schema.String),
  retiring: Schema.Array(Schema.String),
  relabelled: Schema.Array(Schema.String),
  unchanged: Schema.Number
})
export type ReloadReport = typeof ReloadReport.Type

/** The program understood and will not do it; it goes on as before. */
export class ControlRefused extends Schema.TaggedError<ControlRefused>()("ControlRefused", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

/** No node has this id or label. */
export class UnknownNode extends Schema.TaggedError<UnknownNode>()("UnknownNode", { node: Schema.String }) {
  override get message() {
    return `no node has the id or label "${this.node}"; pitboss nodes lists them`
  }
}

const named = { node: Schema.String.pipe(Schema.maxLength(200)) }

export class Api extends RpcGroup.make(
  Rpc.make("about", { success: About }),
  Rpc.make("status", { success: ProgramStatus }),
  /** The status now, then again whenever something changed, at most `perSecond` times a second. */
  Rpc.make("watch", {
    payload: { perSecond: Schema.Number.pipe(Schema.between(0.1, 10)) },
    success: ProgramStatus,
    stream: true
  }),
  Rpc.make("pause", { payload: named, success: Schema.Void, error: Schema.Union(UnknownNode, ControlRefused) }),
  Rpc.make("resume", { payload: named, success: Schema.Void, error: Schema.Union(UnknownNode, ControlRefused) }),
  Rpc.make("restart", { payload: named, success: Schema.Void, error: Schema.Union(UnknownNode, ControlRefused) }),
  Rpc.make("concurrency", {
    payload: { limit: Schema.Int.pipe(Schema.between(1, 100_000)) },
    success: Schema.Void,
    error: ControlRefused
  }),
  Rpc.make("reload", { success: ReloadReport, error: ControlRefused }),
  Rpc.make("stop", { success: Schema.Void }),
  Rpc.make("tree", { success: Schema.Array(TreeRow) })
) {}

/** The largest request and the largest answer that either side reads, bytes. */
export const limits = { request: 65_536, answer: 256 * 2 ** 20 } as const

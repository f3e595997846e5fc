/**
 * What a miner looks like over the control socket and on its own terminal: `MinerStatus`, and what it was told to do.
 *
 * States and codes are plain texts, as in PoolPicture.ts: an older `pitboss` can still read a newer miner.
 */
import * as Schema from "effect/Schema"

const nullable = Schema.NullOr
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** actors/miner/MinerStatus.ts says what each field means. Times are milliseconds since 1970. */
export const Status = Schema.Struct({
  at: Schema.Number,
  startedAt: Schema.Number,
  /** `_tag` is Connecting, Connected or Waiting; which of the others are there depends on it. */
  link: Schema.Struct({
    _tag: Schema.String,
    since: Schema.Number,
    address: optional(Schema.String),
    until: optional(Schema.Number),
    detail: optional(Schema.String)
  }),
  sessions: Schema.Number,
  job: nullable(
    Schema.Struct({
      jobId: Schema.String,
      height: Schema.Number,
      version: Schema.Number,
      address: Schema.String,
      shareDifficulty: Schema.BigInt,
      networkDifficulty: Schema.BigInt,
      since: Schema.Number
    })
  ),
  idle: nullable(Schema.String),
  threads: Schema.Array(
    Schema.Struct({ thread: Schema.Number, state: Schema.String, rate: Schema.Number, tried: Schema.Number })
  ),
  rate: Schema.Number,
  tried: Schema.Number,
  shares: Schema.Struct({
    found: Schema.Number,
    accepted: Schema.Number,
    stale: Schema.Number,
    rejected: Schema.Number,
    duplicate: Schema.Number,
    lost: Schema.Number,
    pending: Schema.Number
  }),
  acceptedDifficulty: Schema.BigInt,
  lastAcceptedAt: nullable(Schema.Number),
  latencyMillis: nullable(Schema.Number)
})

export const MinerPicture = Schema.Struct({
  status: Status,
  /** In order of preference. */
  pools: Schema.Array(Schema.String),
  /** Who is paid. */
  account: Schema.String,
  worker: Schema.String,
  stopping: Schema.Boolean
})
export type MinerPicture = typeof MinerPicture.Type

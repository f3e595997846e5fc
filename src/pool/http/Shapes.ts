/**
 * What the HTTP API answers, as schemas: the documented shapes of the original pool and those of /api/v1.
 *
 * The same schemas type the code that fills them and make the OpenAPI document. Times are UTC texts to the second.
 * Numbers that can pass 2^53 (difficulties, nicks, share counts of /api/v1) are decimal texts.
 */
import * as Schema from "effect/Schema"

const nullable = Schema.NullOr
/** "2023-07-23T12:58:30Z" */
const Time = Schema.String
/** A whole number of at most 320 bits as decimal text. */
const Whole = Schema.String.pipe(Schema.pattern(/^\d{1,97}$/))

/** /api/basic of the original pool. */
export const Basic = Schema.Struct({
  miners: Schema.Number,
  hashrate: Schema.Number,
  blocks: Schema.Number,
  current_height: Schema.Number
})
export type Basic = typeof Basic.Type

/** /api/status of the original pool. */
export const Status = Schema.Struct({
  server_start_time: Time,
  uptime_seconds: Schema.Number,
  current_block_height: Schema.Number,
  last_block_time: nullable(Time),
  latest_block_hash: Schema.String,
  sync_status: Schema.String,
  sync_percentage: Schema.Number,
  network_latest_block_height: nullable(Schema.Number),
  connected_miners: Schema.Number,
  total_threads: Schema.Number,
  estimated_hashrate: Schema.Number,
  blocks_found: Schema.Number,
  blocks_accepted: Schema.Number,
  current_difficulty: Schema.String,
  current_work_id: Schema.String,
  work_updates_count: Schema.Number,
  work_last_update: nullable(Time),
  cpu_usage_percent: Schema.Number,
  memory_usage_mb: Schema.Number
})
export type Status = typeof Status.Type

/** /api/sync of the original pool. */
export const Sync = Schema.Struct({
  current_block_height: Schema.Number,
  network_block_height: nullable(Schema.Number),
  sync_percentage: Schema.Number,
  sync_status: Schema.String,
  latest_block_hash: Schema.String,
  last_block_time: nullable(Time),
  remaining_blocks: nullable(Schema.Number),
  estimated_time_remaining: nullable(Schema.Number)
})
export type Sync = typeof Sync.Type

export const Pool = Schema.Struct({
  chain: Schema.Struct({ kind: Schema.Literal("devnet", "node"), name: Schema.String, maturity: Schema.Number }),
  sync: Schema.Struct({ state: Schema.String, networkHeight: nullable(Schema.Number), detail: Schema.String }),
  /** How miners reach the pool; null while their port is closed. */
  listening: nullable(Schema.Struct({ port: Schema.Number, tls: Schema.Boolean, token: Schema.Boolean })),
  /** Why miners have nothing to do; null while they have. */
  idle: nullable(Schema.String),
  connections: Schema.Struct({ active: Schema.Number, pending: Schema.Number, bans: Schema.Number }),
  job: nullable(
    Schema.Struct({
      jobId: Schema.String,
      height: Schema.Number,
      parent: Schema.String,
      networkDifficulty: Whole,
      issuedAt: Time
    })
  ),
  /** By code, since the process began. */
  shares: Schema.Record({ key: Schema.String, value: Schema.Number }),
  hashrate: Schema.Number,
  payout: Schema.Struct({
    enabled: Schema.Boolean,
    last: nullable(Schema.String),
    problem: nullable(Schema.String)
  })
})
export type Pool = typeof Pool.Type

export const Miner = Schema.Struct({
  minerId: Schema.String,
  immatureNicks: Whole,
  payableNicks: Whole,
  paidNicks: Whole
})
export type Miner = typeof Miner.Type

/** A machine of a miner over the life of the data folder. */
export const Worker = Schema.Struct({
  minerId: Schema.String,
  worker: Schema.String,
  accepted: Whole,
  stale: Whole,
  rejected: Whole,
  /** Sum of the difficulties of its accepted shares. */
  difficulty: Whole,
  lastShareAt: nullable(Time)
})
export type Worker = typeof Worker.Type

/** A subscription that is open now. */
export const Connection = Schema.Struct({
  id: Schema.String,
  minerId: Schema.String,
  worker: Schema.String,
  version: Schema.String,
  threads: Schema.Number,
  /** As the miner says. */
  claimedRate: nullable(Schema.Number),
  /** From its accepted shares. */
  hashrate: Schema.Number,
  difficulty: Whole,
  accepted: Schema.Number,
  stale: Schema.Number,
  rejected: Schema.Number,
  connectedAt: Time,
  lastShareAt: nullable(Time)
})
export type Connection = typeof Connection.Type

export const Share = Schema.Struct({
  id: Schema.Number,
  jobId: Schema.String,
  height: Schema.Number,
  minerId: Schema.String,
  worker: Schema.String,
  /** 40 bytes in hexadecimal. */
  nonce: Schema.String,
  difficulty: Whole,
  winner: Schema.Boolean,
  receivedAt: Time
})
export type Share = typeof Share.Type

export const Block = Schema.Struct({
  id: Schema.Number,
  state: Schema.String,
  height: Schema.Number,
  jobId: Schema.String,
  blockId: nullable(Schema.String),
  minerId: Schema.String,
  worker: Schema.String,
  rewardNicks: Whole,
  foundAt: Time,
  detail: Schema.String
})
export type Block = typeof Block.Type

const Output = Schema.Struct({ minerId: Schema.String, nicks: Whole })

export const Payout = Schema.Struct({
  id: Schema.String,
  state: Schema.String,
  outputs: Schema.Array(Output),
  createdAt: Time,
  txId: nullable(Schema.String)
})
export type Payout = typeof Payout.Type

/** What would be paid now; nothing is booked by asking. */
export const Plan = Schema.Struct({ chain: Schema.String, totalNicks: Whole, outputs: Schema.Array(Output) })
export type Plan = typeof Plan.Type

/** A page of rows, newest first; ask again with `before` = `next` until that is null. */
export const page = <A, I>(row: Schema.Schema<A, I>) =>
  Schema.Struct({ items: Schema.Array(row), next: nullable(Schema.Union(Schema.Number, Schema.String)) })

export const Note = Schema.Struct({
  name: Schema.String,
  nicks: Whole,
  height: Schema.Number,
  coinbase: Schema.Boolean,
  spendableFrom: Schema.Number
})
export type Note = typeof Note.Type

export const Notes = Schema.Struct({
  chain: Schema.String,
  pkh: Schema.String,
  /** Of the tip that this is the state of: another one on the next page means that the pages do not belong together. */
  height: Schema.Number,
  blockId: Schema.String,
  /** Of all notes, whatever the page shows. */
  count: Schema.Number,
  totalNicks: Whole,
  ...page(Note).fields
})
export type Notes = typeof Notes.Type

export const Ready = Schema.Struct({ ready: Schema.Boolean, reason: nullable(Schema.String) })
export type Ready = typeof Ready.Type

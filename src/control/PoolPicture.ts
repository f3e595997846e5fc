/**
 * What a pool server looks like over the control socket: the pool's own status, and what only the program knows.
 *
 * The status is `PoolStatus`, field by field, so that the summary of the log, HTTP, the metrics and this picture can not
 * differ. States, codes and reasons are plain texts and counts by name: a `pitboss` that is older than the program shows
 * a word that it does not know, and still everything else.
 */
import * as Schema from "effect/Schema"

const nullable = Schema.NullOr
const Counts = Schema.Record({ key: Schema.String, value: Schema.Number })

/** actors/pool/PoolStatus.ts says what each field means. Times are milliseconds since 1970. */
const Status = Schema.Struct({
  startedAt: Schema.Number,
  source: Schema.Struct({ kind: Schema.String, name: Schema.String, maturity: Schema.Number }),
  sync: Schema.Struct({ state: Schema.String, networkHeight: nullable(Schema.Number), detail: Schema.String }),
  tip: nullable(Schema.Struct({ height: Schema.Number, blockId: Schema.String, timestamp: Schema.Number })),
  job: nullable(
    Schema.Struct({
      jobId: Schema.String,
      height: Schema.Number,
      parent: Schema.String,
      networkDifficulty: Schema.BigInt,
      issuedAt: Schema.Number
    })
  ),
  jobs: Schema.Number,
  lastJobAt: nullable(Schema.Number),
  idle: nullable(Schema.String),
  connections: Schema.Struct({
    active: Schema.Number,
    pending: Schema.Number,
    total: Schema.Number,
    refused: Counts,
    threads: Schema.Number,
    bans: Schema.Number
  }),
  hashrate: Schema.Number,
  shares: Counts,
  waiting: Schema.Number,
  ledger: nullable(
    Schema.Struct({
      shares: Schema.BigInt,
      found: Schema.Number,
      accepted: Schema.Number,
      orphaned: Schema.Number
    })
  ),
  winners: Schema.Array(
    Schema.Struct({
      blockId: nullable(Schema.String),
      height: Schema.Number,
      state: Schema.String,
      minerId: Schema.String,
      foundAt: Schema.Number,
      detail: Schema.String
    })
  ),
  lastOwnBlockAt: nullable(Schema.Number),
  payout: Schema.Struct({
    enabled: Schema.Boolean,
    last: nullable(Schema.String),
    problem: nullable(Schema.String)
  })
})

/** Sums over all accounts, nicks (65,536 are 1 NOCK). */
const Balances = Schema.Struct({
  accounts: Schema.Number,
  immatureNicks: Schema.BigInt,
  payableNicks: Schema.BigInt,
  paidNicks: Schema.BigInt
})

export const PoolPicture = Schema.Struct({
  status: Status,
  /** The same answer as GET /ready; `reason` is one sentence, null when miners can work. */
  ready: Schema.Struct({ ready: Schema.Boolean, reason: nullable(Schema.String) }),
  /** Null while the books cannot be read. */
  balances: nullable(Balances),
  /** "0.0.0.0:7777" as bound; null while not listening. */
  ports: Schema.Struct({ miners: nullable(Schema.String), http: nullable(Schema.String) }),
  stopping: Schema.Boolean
})
export type PoolPicture = typeof PoolPicture.Type

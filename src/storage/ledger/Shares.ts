/**
 * The share side of the ledger: append shares, refuse those that are there already, and count per worker.
 *
 * A batch is written inside the group commit, and with it what it adds to the totals of its workers. What is new is what
 * the database says it inserted; a nonce that comes twice in one batch is new once. Reading the inserted rows back costs
 * as much as inserting them, so that is done only when some were not new.
 */
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as Effect from "effect/Effect"
import type { ParseError } from "effect/ParseResult"
import * as Schema from "effect/Schema"
import type { LedgerService, MinerTotals, PoolBlock, ShareRow } from "../../../actors/pool/Ledger.ts"
import type { AcceptedShare } from "../../../actors/pool/Share.ts"
import { Integer } from "../Database.ts"
import { type Books, bounds, failingTo, inserter, reader, rowsOf, Whole } from "./Common.ts"
import { sharesPerGroup } from "./LedgerSchema.ts"

/** Workers whose counts may wait in memory; those of more are not kept, because anybody can make up names. */
const mostWaiting = 1_000
/** Accounts that are remembered as open; beyond, the database is asked again. */
const maxKnown = 65_536

interface Tally {
  readonly miner_id: string
  readonly worker: string
  accepted: bigint
  stale: bigint
  rejected: bigint
  difficulty: bigint
  last_share_at: number | null
}

const keyOf = (minerId: string, worker: string) => JSON.stringify([minerId, worker])

/** Adds up what changed per worker, for one upsert. */
class Tallies {
  readonly #rows = new Map<string, Tally>()

  get size(): number {
    return this.#rows.size
  }

  of(minerId: string, worker: string): Tally {
    const key = keyOf(minerId, worker)
    const found = this.#rows.get(key)
    if (found !== undefined) return found
    const fresh: Tally = {
      miner_id: minerId,
      worker,
      accepted: 0n,
      stale: 0n,
      rejected: 0n,
      difficulty: 0n,
      last_share_at: null
    }
    this.#rows.set(key, fresh)
    return fresh
  }

  add(other: Tally): void {
    const mine = this.of(other.miner_id, other.worker)
    mine.accepted += other.accepted
    mine.stale += other.stale
    mine.rejected += other.rejected
    mine.difficulty += other.difficulty
    mine.last_share_at = other.last_share_at ?? mine.last_share_at
  }

  take(): ReadonlyArray<Tally> {
    const rows = [...this.#rows.values()]
    this.#rows.clear()
    return rows
  }
}

const jobAndNonce = (jobId: string, nonce: Uint8Array) => `${jobId} ${Buffer.from(nonce).toString("base64")}`

const readKept = reader(Schema.Struct({ job_id: Schema.String, nonce: Schema.Uint8ArrayFromSelf }))
const readIds = reader(Schema.Struct({ id: Integer }))
const readWorkers = reader(
  Schema.Struct({
    id: Integer,
    miner_id: Schema.String,
    worker: Schema.String,
    accepted: Whole,
    stale: Whole,
    rejected: Whole,
    difficulty: Whole,
    last_share_at: Schema.NullOr(Integer)
  })
)
const readSpan = reader(Schema.Struct({ oldest: Schema.NullOr(Integer), newest: Schema.NullOr(Integer) }))
const KeptShare = Schema.Struct({
  id: Integer,
  job_id: Schema.String,
  height: Integer,
  miner_id: Schema.String,
  worker: Schema.String,
  nonce: Schema.Uint8ArrayFromSelf,
  difficulty: Whole,
  winner: Integer,
  received_at: Integer
})
const readShares = reader(KeptShare)

export const make = (
  { commits, sql }: Books,
  keepBlocks: (shares: ReadonlyArray<AcceptedShare>) => Effect.Effect<ReadonlyArray<PoolBlock>, SqlError | ParseError>
) => {
  const unflushed = new Tallies()
  /** Miners whose accounts are in the database, as of the last commit that succeeded. */
  const known = new Set<string>()

  const addToWorkers = inserter(sql, {
    table: "ledger_workers",
    columns: ["miner_id", "worker", "accepted", "stale", "rejected", "difficulty", "last_share_at"],
    ending: `ON CONFLICT (miner_id, worker) DO UPDATE SET
      accepted = ledger_workers.accepted + excluded.accepted,
      stale = ledger_workers.stale + excluded.stale,
      rejected = ledger_workers.rejected + excluded.rejected,
      difficulty = ledger_workers.difficulty + excluded.difficulty,
      last_share_at = COALESCE(excluded.last_share_at, ledger_workers.last_share_at)`
  })
  const addAccounts = inserter(sql, {
    table: "ledger_accounts",
    columns: ["miner_id", "immature", "payable", "planned", "paid"],
    ending: "ON CONFLICT (miner_id) DO NOTHING"
  })
  /** One row for each that was new, with its number; unread, because nearly always only their count matters. */
  const addShares = inserter(sql, {
    table: "ledger_shares",
    columns: [
      ...["job_id", "nonce", "digest", "height", "miner_id", "worker"],
      ...["difficulty", "winner", "received_at"]
    ],
    ending: "ON CONFLICT (job_id, nonce) DO NOTHING RETURNING id"
  })

  /** A worker's row comes with its first accepted share; what was rejected before that is not counted by worker. */
  const upsert = (tallies: ReadonlyArray<Tally>) =>
    Effect.gen(function* () {
      for (const { accepted, miner_id, rejected, stale, worker } of tallies) {
        if (accepted > 0n) continue
        yield* sql`
          UPDATE ledger_workers SET stale = stale + ${stale}, rejected = rejected + ${rejected}
          WHERE miner_id = ${miner_id} AND worker = ${worker}`
      }
      const earned = tallies.filter(({ accepted }) => accepted > 0n)
      yield* addToWorkers(
        earned.map((tally) => [
          ...[tally.miner_id, tally.worker, tally.accepted, tally.stale],
          ...[tally.rejected, tally.difficulty, tally.last_share_at]
        ])
      )
      // A miner has an account from its first share on: a list of miners shows those who have earned nothing yet.
      const names = new Set(earned.map(({ miner_id }) => miner_id).filter((name) => !known.has(name)))
      yield* addAccounts(Array.from(names, (name) => [name, 0n, 0n, 0n, 0n]))
    })

  /** Insert, and say which were new: all of them nearly always, and then nothing has to be read back. */
  const insert = (shares: ReadonlyArray<AcceptedShare>) =>
    Effect.gen(function* () {
      const parts = yield* addShares<{ readonly id: unknown }>(
        shares.map((share) => [
          ...[share.jobId, share.nonce, share.digest, share.height, share.minerId, share.worker],
          ...[share.difficulty, share.block === null ? 0 : 1, share.receivedAt]
        ])
      )
      const fresh: Array<boolean> = []
      for (const { from, returned, to } of parts) {
        fresh.push(...(yield* whichAreNew(shares.slice(from, to), returned)))
      }
      return fresh
    })

  const whichAreNew = (shares: ReadonlyArray<AcceptedShare>, inserted: ReadonlyArray<{ readonly id: unknown }>) =>
    Effect.gen(function* () {
      if (inserted.length === shares.length) return shares.map(() => true)
      const kept = (yield* readIds(Effect.succeed(inserted))).map(({ id }) => id)
      const rows =
        kept.length === 0
          ? []
          : yield* readKept(sql`SELECT job_id, nonce FROM ledger_shares WHERE ${sql.in("id", kept)}`)
      const fresh = new Set(rows.map((row) => jobAndNonce(row.job_id, row.nonce)))
      return shares.map((share) => fresh.delete(jobAndNonce(share.jobId, share.nonce)))
    })

  /** Counts that could not be written wait for the next time. */
  const keepFor = (rows: ReadonlyArray<Tally>) =>
    Effect.sync(() => {
      for (const row of rows) unflushed.add(row)
    })

  /** Inside a transaction: the outcome of every share, the blocks, and the counts that follow. */
  const recordNow = (shares: ReadonlyArray<AcceptedShare>, counted: ReadonlyArray<Tally>) =>
    Effect.gen(function* () {
      const fresh = yield* insert(shares)
      const tallies = new Tallies()
      for (const tally of counted) tallies.add(tally)
      const outcomes = shares.map((share, index) => {
        if (fresh[index] !== true) return "duplicate" as const
        const tally = tallies.of(share.minerId, share.worker)
        tally.accepted += 1n
        tally.difficulty += share.difficulty
        tally.last_share_at = share.receivedAt
        return "recorded" as const
      })
      yield* upsert(tallies.take())
      return { outcomes, blocks: yield* keepBlocks(shares) }
    })

  const record: LedgerService["record"] = (shares) => {
    if (shares.length === 0) return Effect.succeed({ outcomes: [], blocks: [] })
    const counted = unflushed.take()
    return commits.write(recordNow(shares, counted)).pipe(
      Effect.tapError(() => keepFor(counted)),
      Effect.tap(({ outcomes }) => remember(shares.filter((_, index) => outcomes[index] === "recorded"))),
      failingTo(`record ${shares.length} shares`)
    )
  }

  /** That their accounts are there. */
  const remember = (recorded: ReadonlyArray<AcceptedShare>) =>
    Effect.sync(() => {
      if (known.size > maxKnown) known.clear()
      for (const { minerId } of recorded) known.add(minerId)
    })

  /** Counts that were kept in memory reach the disk with the next shares, or when somebody looks, or at the end. */
  const flush = Effect.suspend(() => {
    const rows = unflushed.take()
    if (rows.length === 0) return Effect.void
    return commits.write(upsert(rows)).pipe(
      Effect.tapError(() => keepFor(rows)),
      failingTo("count rejected shares")
    )
  })

  const countRejected: LedgerService["countRejected"] = (minerId, worker, code) =>
    Effect.sync(() => {
      if (unflushed.size >= mostWaiting) return
      const tally = unflushed.of(minerId, worker)
      if (code === "stale") tally.stale += 1n
      else tally.rejected += 1n
    })

  const miners: LedgerService["miners"] = (page, minerId) => {
    const { limit, where } = rowsOf(sql, page, minerId)
    return Effect.zipRight(
      flush,
      readWorkers(sql`
        SELECT id, miner_id, worker, CAST(accepted AS TEXT) AS accepted, CAST(stale AS TEXT) AS stale,
          CAST(rejected AS TEXT) AS rejected, CAST(difficulty AS TEXT) AS difficulty, last_share_at
        FROM ledger_workers WHERE ${where} ORDER BY id DESC LIMIT ${limit}`).pipe(
        Effect.map((rows) =>
          rows.map(
            (row): MinerTotals => ({
              position: row.id,
              minerId: row.miner_id,
              worker: row.worker,
              accepted: row.accepted,
              stale: row.stale,
              rejected: row.rejected,
              difficulty: row.difficulty,
              lastShareAt: row.last_share_at
            })
          )
        ),
        failingTo("list the workers")
      )
    )
  }

  const newestOf = (limit: number, where: Statement.Fragment) =>
    readShares(sql`
      SELECT id, job_id, height, miner_id, worker, nonce, CAST(difficulty AS TEXT) AS difficulty, winner, received_at
      FROM ledger_shares WHERE ${where} ORDER BY id DESC LIMIT ${limit}`)

  /** Group by group, as the index has them. */
  const newestOfMiner = (limit: number, before: number, minerId: string) =>
    Effect.gen(function* () {
      const [span] = yield* readSpan(
        sql`
          SELECT (SELECT MIN(id) FROM ledger_shares) AS oldest,
            (SELECT MAX(id) FROM ledger_shares WHERE id < ${before}) AS newest`
      )
      const found: Array<typeof KeptShare.Type> = []
      const groupOf = (id: number | null | undefined) => Math.floor((id ?? 0) / sharesPerGroup)
      for (let group = groupOf(span?.newest); group >= groupOf(span?.oldest) && found.length < limit; group--) {
        const inGroup = sql`id / ${sql.literal(String(sharesPerGroup))} = ${group}`
        const where = sql`${inGroup} AND miner_id = ${minerId} AND id < ${before}`
        found.push(...(yield* newestOf(limit - found.length, where)))
      }
      return found
    })

  const shares: LedgerService["shares"] = (page, minerId) => {
    const { before, limit } = bounds(page)
    const rows = minerId === null ? newestOf(limit, sql`id < ${before}`) : newestOfMiner(limit, before, minerId)
    return rows.pipe(
      Effect.map((rows) =>
        rows.map(
          (row): ShareRow => ({
            id: row.id,
            jobId: row.job_id,
            height: row.height,
            minerId: row.miner_id,
            worker: row.worker,
            nonce: row.nonce,
            difficulty: row.difficulty,
            winner: row.winner === 1,
            receivedAt: row.received_at
          })
        )
      ),
      failingTo("list the shares")
    )
  }

  return { record, countRejected, flush, miners, shares }
}

/**
 * The block side of the ledger: what became of each found block, and who earns its reward.
 *
 * A reward is shared out once, over the window of shares that ended with the winning one (PPLNS). Where its credits count
 * follows from the block's state alone: nowhere, among the immature, or among the payable. A change of state moves them,
 * so an orphaned block takes back exactly what it gave, and a block that returns gives it again.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LedgerService, MinerBalance, PayRule, PoolBlock } from "../../../actors/pool/Ledger.ts"
import type { AcceptedShare } from "../../../actors/pool/Share.ts"
import { Integer } from "../Database.ts"
import * as EventLoop from "../EventLoop.ts"
import { type Books, bounds, failingTo, inserter, reader, rowsOf, Whole } from "./Common.ts"
import { split, windowOf } from "./Pplns.ts"

const BlockStates = Schema.Literal(
  "found",
  "proving",
  "submitted",
  "accepted",
  "mature",
  "orphaned",
  "stale",
  "refused",
  "lost"
)
const Held = Schema.Literal("none", "immature", "payable")
type Held = typeof Held.Type

const readBlocks = reader(
  Schema.Struct({
    id: Integer,
    state: BlockStates,
    height: Integer,
    job_id: Schema.String,
    commitment: Schema.Uint8ArrayFromSelf,
    nonce: Schema.Uint8ArrayFromSelf,
    miner_id: Schema.String,
    worker: Schema.String,
    block_id: Schema.NullOr(Schema.String),
    reward: Whole,
    network_difficulty: Whole,
    found_at: Integer,
    detail: Schema.String,
    credited: Integer,
    held: Held
  })
)
const readCredits = reader(Schema.Struct({ miner_id: Schema.String, nicks: Whole }))
const readWindow = reader(Schema.Struct({ id: Integer, miner_id: Schema.String, difficulty: Whole }))
const readIds = reader(Schema.Struct({ id: Integer }))
const readBalances = reader(
  Schema.Struct({ id: Integer, miner_id: Schema.String, immature: Whole, payable: Whole, paid: Whole })
)
const readSums = reader(Schema.Struct({ accounts: Integer, immature: Whole, payable: Whole, paid: Whole }))
const readTotals = reader(Schema.Struct({ shares: Whole, found: Integer, accepted: Integer, orphaned: Integer }))

/** Shares that are read at a time while a window is added up: a few milliseconds. */
const windowPage = 1_000

/** States in which work on a block is still to be done or its fate still to be learnt. */
export const openStates = ["found", "proving", "submitted", "accepted"] as const

/** Where the credits of a block in this state count. */
export const heldIn = (state: string): Held =>
  state === "accepted" ? "immature" : state === "mature" ? "payable" : "none"

export const make = ({ commits, sql }: Books) => {
  const columns = sql.literal(
    "id, state, height, job_id, commitment, nonce, miner_id, worker, block_id, CAST(reward AS TEXT) AS reward, " +
      "CAST(network_difficulty AS TEXT) AS network_difficulty, found_at, detail, credited, held"
  )
  type Row = Effect.Effect.Success<ReturnType<typeof readBlocks>>[number]
  const shown = (row: Row): PoolBlock => ({
    id: row.id,
    state: row.state,
    height: row.height,
    jobId: row.job_id,
    commitment: row.commitment,
    nonce: row.nonce,
    minerId: row.miner_id,
    worker: row.worker,
    blockId: row.block_id,
    rewardNicks: row.reward,
    networkDifficulty: row.network_difficulty,
    foundAt: row.found_at,
    detail: row.detail
  })
  const blockOf = (id: number) => readBlocks(sql`SELECT ${columns} FROM ledger_blocks WHERE id = ${id}`)

  /** Inside the transaction that keeps the shares: their blocks, each before anything is done about it. */
  const found = (shares: ReadonlyArray<AcceptedShare>) =>
    Effect.gen(function* () {
      const blocks: Array<PoolBlock> = []
      for (const { block, height, jobId, minerId, nonce, receivedAt, worker } of shares) {
        if (block === null) continue
        yield* sql`
          INSERT INTO ledger_blocks ${sql.insert({
            state: "found",
            height,
            job_id: jobId,
            commitment: block.commitment,
            nonce,
            miner_id: minerId,
            worker,
            block_id: null,
            reward: 0n,
            fee: 0n,
            network_difficulty: block.networkDifficulty,
            found_at: receivedAt,
            detail: "a share met the network's target",
            credited: 0,
            held: "none"
          })}
          ON CONFLICT (commitment, nonce) DO NOTHING`
        const [row] = yield* readBlocks(
          sql`SELECT ${columns} FROM ledger_blocks WHERE commitment = ${block.commitment} AND nonce = ${nonce}`
        )
        if (row !== undefined) blocks.push(shown(row))
      }
      return blocks
    })

  const addCredits = inserter(sql, { table: "ledger_credits", columns: ["block", "miner_id", "nicks"], ending: "" })
  const addToAccounts = inserter(sql, {
    table: "ledger_accounts",
    columns: ["miner_id", "immature", "payable", "planned", "paid"],
    ending: `ON CONFLICT (miner_id) DO UPDATE SET
      immature = ledger_accounts.immature + excluded.immature,
      payable = ledger_accounts.payable + excluded.payable`
  })

  /** Move a block's credits to where its state says that they count. */
  const settle = (id: number) =>
    Effect.gen(function* () {
      const [block] = yield* blockOf(id)
      if (block === undefined || block.credited === 0) return
      const target = heldIn(block.state)
      if (target === block.held) return
      const credits = yield* readCredits(
        sql`SELECT miner_id, CAST(nicks AS TEXT) AS nicks FROM ledger_credits WHERE block = ${id}`
      )
      yield* addToAccounts(
        credits.map(({ miner_id, nicks }) => {
          const moved = (place: Held) => (target === place ? nicks : 0n) - (block.held === place ? nicks : 0n)
          return [miner_id, moved("immature"), moved("payable"), 0n, 0n]
        })
      )
      yield* sql`UPDATE ledger_blocks SET held = ${target} WHERE id = ${id}`
    })

  const blockState: LedgerService["blockState"] = (id, state, detail, known) =>
    commits
      .write(
        Effect.gen(function* () {
          yield* sql`UPDATE ledger_blocks SET ${sql.update({ state, detail })} WHERE id = ${id}`
          if (known !== undefined) {
            // A reward that was shared out is not changed any more: the credits would not add up to it.
            yield* sql`UPDATE ledger_blocks SET block_id = ${known.blockId} WHERE id = ${id}`
            yield* sql`UPDATE ledger_blocks SET reward = ${known.rewardNicks} WHERE id = ${id} AND credited = 0`
          }
          yield* settle(id)
        })
      )
      .pipe(failingTo(`mark block ${id} as ${state}`))

  /** The difficulty of each miner in the window; shares that are recorded never change, so no transaction is needed. */
  const windowShares = (block: Row, rule: PayRule) =>
    Effect.gen(function* () {
      const [winning] = yield* readIds(
        sql`SELECT id FROM ledger_shares WHERE job_id = ${block.job_id} AND nonce = ${block.nonce}`
      )
      const window = windowOf(block.network_difficulty, rule.windowFactor)
      for (let before = (winning?.id ?? 0) + 1; !window.full && before > 0; ) {
        const rows = yield* readWindow(sql`
          SELECT id, miner_id, CAST(difficulty AS TEXT) AS difficulty FROM ledger_shares
          WHERE id < ${before} ORDER BY id DESC LIMIT ${windowPage}`)
        for (const row of rows) window.add(row.miner_id, row.difficulty)
        before = rows.length < windowPage ? 0 : (rows.at(-1)?.id ?? 0)
        // A window holds minutes of shares, and is added up just when there is new work to send.
        yield* EventLoop.turn
      }
      return window.shares
    })

  const credit: LedgerService["credit"] = (id, rule) =>
    Effect.gen(function* () {
      const [block] = yield* blockOf(id)
      if (block === undefined || block.credited === 1) return
      const { credits, fee } = split(block.reward, yield* windowShares(block, rule), rule.feeBasisPoints)
      yield* commits.write(
        Effect.gen(function* () {
          const [again] = yield* blockOf(id)
          if (again === undefined || again.credited === 1 || again.reward !== block.reward) return
          yield* addCredits(credits.map(([miner_id, nicks]) => [id, miner_id, nicks]))
          yield* sql`UPDATE ledger_blocks SET ${sql.update({ credited: 1, fee })} WHERE id = ${id}`
          yield* settle(id)
        })
      )
    }).pipe(failingTo(`share out the reward of block ${id}`))

  const openBlocks: LedgerService["openBlocks"] = readBlocks(
    sql`SELECT ${columns} FROM ledger_blocks WHERE ${sql.in("state", openStates)} ORDER BY id`
  ).pipe(
    Effect.map((rows) => rows.map(shown)),
    failingTo("list the open blocks")
  )

  const blocks: LedgerService["blocks"] = (page) => {
    const { before, limit } = bounds(page)
    return readBlocks(
      sql`SELECT ${columns} FROM ledger_blocks WHERE id < ${before} ORDER BY id DESC LIMIT ${limit}`
    ).pipe(
      Effect.map((rows) => rows.map(shown)),
      failingTo("list the blocks")
    )
  }

  const balances: LedgerService["balances"] = (page, minerId) => {
    const { limit, where } = rowsOf(sql, page, minerId)
    return readBalances(sql`
      SELECT id, miner_id, CAST(immature AS TEXT) AS immature, CAST(payable AS TEXT) AS payable, CAST(paid AS TEXT) AS paid
      FROM ledger_accounts WHERE ${where} ORDER BY id DESC LIMIT ${limit}`).pipe(
      Effect.map((rows) =>
        rows.map(
          (row): MinerBalance => ({
            position: row.id,
            minerId: row.miner_id,
            immatureNicks: row.immature,
            payableNicks: row.payable,
            paidNicks: row.paid
          })
        )
      ),
      failingTo("list the balances")
    )
  }

  const balanceSums: LedgerService["balanceSums"] = readSums(sql`
    SELECT COUNT(*) AS accounts, CAST(SUM(immature) AS TEXT) AS immature, CAST(SUM(payable) AS TEXT) AS payable,
      CAST(SUM(paid) AS TEXT) AS paid
    FROM ledger_accounts`).pipe(
    Effect.map(([row]) => ({
      accounts: row?.accounts ?? 0,
      immatureNicks: row?.immature ?? 0n,
      payableNicks: row?.payable ?? 0n,
      paidNicks: row?.paid ?? 0n
    })),
    failingTo("add up the balances")
  )

  const totals: LedgerService["totals"] = readTotals(sql`
    SELECT
      (SELECT CAST(SUM(accepted) AS TEXT) FROM ledger_workers) AS shares,
      COUNT(*) AS found,
      COUNT(CASE WHEN state IN ('accepted', 'mature') THEN 1 END) AS accepted,
      COUNT(CASE WHEN state = 'orphaned' THEN 1 END) AS orphaned
    FROM ledger_blocks`).pipe(
    Effect.map(([row]) => row ?? { shares: 0n, found: 0, accepted: 0, orphaned: 0 }),
    failingTo("add up the books")
  )

  return { found, blockState, credit, openBlocks, blocks, balances, balanceSums, totals }
}

/**
 * Which shares the books keep, and the dropping of the others. What they counted stays.
 *
 * One rule goes before all limits: a share that may still take part in a block is kept. That is the window of a block
 * found now, and of the oldest one that is not shared out yet, for the largest difficulty that the network has had here
 * and some times more, because it may rise. So a hard network and a small pool make longer books, never a short window.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { LedgerService } from "../../../actors/pool/Ledger.ts"
import { Integer } from "../Database.ts"
import * as EventLoop from "../EventLoop.ts"
import { openStates } from "./Blocks.ts"
import { type Books, failingTo, reader, Whole } from "./Common.ts"
import { sizeOf } from "./Pplns.ts"

/** What is kept beyond the window. */
export interface Retention {
  /** At most so many shares. */
  readonly shares: number
  /** And none that is older, but of the newest `least`: a clock may be wrong for a while. */
  readonly millis: number
  readonly least: number
}
export const standard: Retention = { shares: 5_000_000, millis: 7 * 86_400_000, least: 250_000 }

/** A window of so many times the largest one known is kept. */
const headroom = 4
/** Rows of one step: a few hundredths of a second. */
const step = 2_000
/** Shares whose difficulties are added up between two turns of the event loop: a few milliseconds. */
const slice = 4_096
/** The window is looked at again when so much of it is new: of 5,000,000 shares, 16 are read for each that came. */
const renewed = 1 / 16

const readEnds = reader(
  Schema.Struct({
    newest: Schema.NullOr(Integer),
    oldest: Schema.NullOr(Integer),
    oldest_at: Schema.NullOr(Integer),
    waiting: Schema.NullOr(Integer),
    hardest: Whole
  })
)
const readSums = reader(
  Schema.Struct({ edge: Schema.NullOr(Integer), first: Schema.NullOr(Integer), total: Schema.NullOr(Schema.Number) })
)

export const make = ({ commits, sql }: Books, retention: Retention): { readonly prune: LedgerService["prune"] } => {
  /** The oldest share of a window of `size` that ended with share `end` or before; later windows begin later. */
  let known: { readonly edge: number; readonly end: number; readonly size: number } | null = null

  /** Difficulties are added up as doubles: of one slice they may pass 2^63, and the headroom is larger than the error. */
  const edgeOf = (end: number, size: number) =>
    Effect.gen(function* () {
      let left = size
      for (let before = end + 1; ; yield* EventLoop.turn) {
        const [sums] = yield* readSums(sql`
          SELECT MAX(CASE WHEN total >= ${left} THEN id END) AS edge, MIN(id) AS first, MAX(total) AS total
          FROM (SELECT id, SUM(CAST(difficulty AS DOUBLE PRECISION)) OVER (ORDER BY id DESC) AS total
            FROM (SELECT id, difficulty FROM ledger_shares WHERE id < ${before} ORDER BY id DESC LIMIT ${slice}) AS page
          ) AS sums`)
        if (sums === undefined || sums.first === null) return 0
        if (sums.edge !== null) return sums.edge
        left -= sums.total ?? 0
        before = sums.first
      }
    })

  const prune: LedgerService["prune"] = (windowFactor, networkDifficulty) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const [ends] = yield* readEnds(sql`
        SELECT (SELECT MAX(id) FROM ledger_shares) AS newest,
          (SELECT MIN(id) FROM ledger_shares) AS oldest,
          (SELECT received_at FROM ledger_shares ORDER BY id LIMIT 1) AS oldest_at,
          (SELECT MIN(s.id) FROM ledger_blocks b JOIN ledger_shares s ON s.job_id = b.job_id AND s.nonce = b.nonce
            WHERE b.credited = 0 AND ${sql.in("b.state", openStates)}) AS waiting,
          (SELECT CAST(MAX(network_difficulty) AS TEXT) FROM ledger_blocks) AS hardest`)
      if (ends === undefined || ends.newest === null || ends.oldest === null) return false
      const tooMany = ends.newest - retention.shares
      const mayBeOld = ends.newest - retention.least
      const before = now - retention.millis
      const due = ends.oldest <= tooMany || (ends.oldest <= mayBeOld && (ends.oldest_at ?? now) < before)
      if (!due) return false

      const difficulty = ends.hardest > networkDifficulty ? ends.hardest : networkDifficulty
      const size = Number(sizeOf(difficulty, windowFactor)) * headroom
      const end = ends.waiting ?? ends.newest
      const stands =
        known !== null &&
        size <= known.size &&
        (ends.oldest < known.edge || end - known.end < (known.end - known.edge) * renewed)
      if (!stands) known = { edge: yield* edgeOf(end, size), end, size }
      const edge = known?.edge ?? 0
      if (ends.oldest >= edge) return false

      const gone = yield* commits.write(sql`
        DELETE FROM ledger_shares WHERE id IN (
          SELECT id FROM (SELECT id, received_at FROM ledger_shares ORDER BY id LIMIT ${step}) AS oldest
          WHERE id < ${edge} AND (id <= ${tooMany} OR (received_at < ${before} AND id <= ${mayBeOld})))
        RETURNING id`)
      return gone.length === step
    }).pipe(failingTo("prune old shares"))

  return { prune }
}

/**
 * The audit of the ledger: every nick that a block brought in is somewhere, once.
 *
 * It adds up the same money from both ends, blocks and balances, and reports each sum that differs. Each check is one
 * query that finds what is wrong, so an audit of correct books reads and returns nothing.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { BooksUnbalanced } from "../../../actors/pool/Errors.ts"
import type { LedgerService } from "../../../actors/pool/Ledger.ts"
import { type Books, failingTo, reader } from "./Common.ts"

const readFindings = reader(Schema.Struct({ finding: Schema.String }))

/** At most so many findings of each kind go into the message. */
const most = 3

export const make = ({ sql }: Books): { readonly audit: LedgerService["audit"] } => {
  const checks = [
    // A block that is shared out: fee and credits are its reward.
    sql`
      SELECT 'block ' || b.id || ': fee and credits are not its reward' AS finding FROM ledger_blocks b
      WHERE b.credited = 1
        AND b.reward <> b.fee + COALESCE((SELECT SUM(c.nicks) FROM ledger_credits c WHERE c.block = b.id), 0)
      LIMIT ${most}`,
    sql`
      SELECT 'block ' || b.id || ': has credits but is not shared out' AS finding FROM ledger_blocks b
      WHERE b.credited = 0 AND EXISTS (SELECT 1 FROM ledger_credits c WHERE c.block = b.id) LIMIT ${most}`,
    // Credits count where the block's state says.
    sql`
      SELECT 'block ' || id || ': its credits count as ' || held || ' although it is ' || state AS finding
      FROM ledger_blocks
      WHERE credited = 1 AND held <> CASE state WHEN 'accepted' THEN 'immature' WHEN 'mature' THEN 'payable' ELSE 'none' END
      LIMIT ${most}`,
    // Balances against blocks, and balances against payouts: both sides of one sum, so each is read once, and an account
    // that is missing shows as one that has nothing.
    sql`
      SELECT 'account ' || miner_id || ': ' || CASE
        WHEN SUM(immature) <> 0 THEN 'immature is not what its blocks say'
        ELSE 'payable, planned and paid are not what its mature blocks say' END AS finding
      FROM (
        SELECT miner_id, immature, payable + planned + paid AS settled FROM ledger_accounts
        UNION ALL
        SELECT c.miner_id, CASE b.held WHEN 'immature' THEN -c.nicks ELSE 0 END,
          CASE b.held WHEN 'payable' THEN -c.nicks ELSE 0 END
        FROM ledger_credits c JOIN ledger_blocks b ON b.id = c.block) AS entries
      GROUP BY miner_id HAVING SUM(immature) <> 0 OR SUM(settled) <> 0 LIMIT ${most}`,
    sql`
      SELECT 'account ' || miner_id || ': ' || CASE
        WHEN SUM(planned) <> 0 THEN 'planned is not what its open payouts say'
        ELSE 'paid is not what its payouts say' END AS finding
      FROM (
        SELECT miner_id, planned, paid FROM ledger_accounts
        UNION ALL
        SELECT o.miner_id, CASE WHEN p.state IN ('planned', 'sent') THEN -o.nicks ELSE 0 END,
          CASE p.state WHEN 'confirmed' THEN -o.nicks ELSE 0 END
        FROM ledger_outputs o JOIN ledger_payouts p ON p.id = o.payout) AS entries
      GROUP BY miner_id HAVING SUM(planned) <> 0 OR SUM(paid) <> 0 LIMIT ${most}`
  ]

  return {
    // One transaction: all checks look at the same books.
    audit: sql.withTransaction(Effect.forEach(checks, readFindings)).pipe(
      failingTo("audit the books"),
      Effect.map((found) => found.flat().map((row) => row.finding)),
      Effect.filterOrFail(
        (findings) => findings.length === 0,
        (findings) => new BooksUnbalanced({ detail: findings.join("; ") })
      ),
      Effect.asVoid
    )
  }
}

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
    // Balances, seen from the blocks.
    sql`
      SELECT 'account ' || a.miner_id || ': immature is not what its blocks say' AS finding FROM ledger_accounts a
      WHERE a.immature <> COALESCE((
        SELECT SUM(c.nicks) FROM ledger_credits c JOIN ledger_blocks b ON b.id = c.block
        WHERE c.miner_id = a.miner_id AND b.held = 'immature'), 0) LIMIT ${most}`,
    sql`
      SELECT 'account ' || a.miner_id || ': payable, planned and paid are not what its mature blocks say' AS finding
      FROM ledger_accounts a
      WHERE a.payable + a.planned + a.paid <> COALESCE((
        SELECT SUM(c.nicks) FROM ledger_credits c JOIN ledger_blocks b ON b.id = c.block
        WHERE c.miner_id = a.miner_id AND b.held = 'payable'), 0) LIMIT ${most}`,
    sql`
      SELECT 'block ' || c.block || ': credits ' || c.miner_id || ', who has no account' AS finding
      FROM ledger_credits c JOIN ledger_blocks b ON b.id = c.block
      WHERE b.held <> 'none' AND NOT EXISTS (SELECT 1 FROM ledger_accounts a WHERE a.miner_id = c.miner_id)
      LIMIT ${most}`,
    // Balances, seen from the payouts.
    sql`
      SELECT 'account ' || a.miner_id || ': planned is not what its open payouts say' AS finding FROM ledger_accounts a
      WHERE a.planned <> COALESCE((
        SELECT SUM(o.nicks) FROM ledger_outputs o JOIN ledger_payouts p ON p.id = o.payout
        WHERE o.miner_id = a.miner_id AND p.state IN ('planned', 'sent')), 0) LIMIT ${most}`,
    sql`
      SELECT 'account ' || a.miner_id || ': paid is not what its payouts say' AS finding FROM ledger_accounts a
      WHERE a.paid <> COALESCE((
        SELECT SUM(o.nicks) FROM ledger_outputs o JOIN ledger_payouts p ON p.id = o.payout
        WHERE o.miner_id = a.miner_id AND p.state = 'confirmed'), 0) LIMIT ${most}`
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

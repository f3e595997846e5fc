/**
 * What is wrong with the books, by five queries over the whole of them: simple enough to be right, too slow for months of
 * books. The audit must find whatever these find.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export const findings = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const checks = [
    // A block that is shared out: fee and credits are its reward.
    sql<{ readonly finding: string }>`
      SELECT 'block ' || b.id || ': fee and credits are not its reward' AS finding FROM ledger_blocks b
      WHERE b.credited = 1
        AND b.reward <> b.fee + COALESCE((SELECT SUM(c.nicks) FROM ledger_credits c WHERE c.block = b.id), 0)
     `,
    sql<{ readonly finding: string }>`
      SELECT 'block ' || b.id || ': has credits but is not shared out' AS finding FROM ledger_blocks b
      WHERE b.credited = 0 AND EXISTS (SELECT 1 FROM ledger_credits c WHERE c.block = b.id)`,
    // Credits count where the block's state says.
    sql<{ readonly finding: string }>`
      SELECT 'block ' || id || ': its credits count as ' || held || ' although it is ' || state AS finding
      FROM ledger_blocks
      WHERE credited = 1 AND held <> CASE state WHEN 'accepted' THEN 'immature' WHEN 'mature' THEN 'payable' ELSE 'none' END
     `,
    // Balances against blocks, and balances against payouts: both sides of one sum, so each is read once, and an account
    // that is missing shows as one that has nothing.
    sql<{ readonly finding: string }>`
      SELECT 'account ' || miner_id || ': ' || CASE
        WHEN SUM(immature) <> 0 THEN 'immature is not what its blocks say'
        ELSE 'payable, planned and paid are not what its mature blocks say' END AS finding
      FROM (
        SELECT miner_id, immature, payable + planned + paid AS settled FROM ledger_accounts
        UNION ALL
        SELECT c.miner_id, CASE b.held WHEN 'immature' THEN -c.nicks ELSE 0 END,
          CASE b.held WHEN 'payable' THEN -c.nicks ELSE 0 END
        FROM ledger_credits c JOIN ledger_blocks b ON b.id = c.block) AS entries
      GROUP BY miner_id HAVING SUM(immature) <> 0 OR SUM(settled) <> 0`,
    sql<{ readonly finding: string }>`
      SELECT 'account ' || miner_id || ': ' || CASE
        WHEN SUM(planned) <> 0 THEN 'planned is not what its open payouts say'
        ELSE 'paid is not what its payouts say' END AS finding
      FROM (
        SELECT miner_id, planned, paid FROM ledger_accounts
        UNION ALL
        SELECT o.miner_id, CASE WHEN p.state IN ('planned', 'sent') THEN -o.nicks ELSE 0 END,
          CASE p.state WHEN 'confirmed' THEN -o.nicks ELSE 0 END
        FROM ledger_outputs o JOIN ledger_payouts p ON p.id = o.payout) AS entries
      GROUP BY miner_id HAVING SUM(planned) <> 0 OR SUM(paid) <> 0`
  ]
  return (yield* Effect.all(checks)).flat().map(({ finding }) => finding)
})

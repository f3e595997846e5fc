/**
 * Pool books for tests: shares and blocks by a number, and any order of what can happen to them.
 */
import { assert } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import type { BlockState, LedgerService, PayRule } from "../../../../actors/pool/Ledger.ts"
import type { AcceptedShare } from "../../../../actors/pool/Share.ts"

export const rule: PayRule = {
  windowFactor: 2,
  feeBasisPoints: 150,
  minimumPayoutNicks: 10n,
  payable: (id) => id !== "nobody"
}
export const newest = { limit: 1_000, before: null }

export const limbs = (n: number): Uint8Array => {
  const bytes = new Uint8Array(40)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(n), true)
  return bytes
}

export const share = (n: number, minerId = "ann", more: Partial<AcceptedShare> = {}): AcceptedShare => ({
  jobId: "job-1",
  height: 7,
  nonce: limbs(n),
  digest: limbs(n + 1),
  minerId,
  worker: "rig",
  difficulty: 1_000n,
  block: null,
  receivedAt: 1_000_000 + n,
  ...more
})

/** The same share, found to be a block; its own nonce serves as the commitment. */
export const winning = (one: AcceptedShare): AcceptedShare => ({
  ...one,
  block: { commitment: one.nonce, networkDifficulty: 1_000n }
})

/** Keep shares, the last of which is a block. */
export const find = (ledger: LedgerService, shares: ReadonlyArray<AcceptedShare>) =>
  Effect.gen(function* () {
    const last = shares.at(-1) ?? share(0)
    const { blocks } = yield* ledger.record([...shares.slice(0, -1), winning(last)])
    return blocks[0] ?? assert.fail("no block")
  })

/** A mature block of `reward`, earned by the given shares. */
export const earn = (ledger: LedgerService, shares: ReadonlyArray<AcceptedShare>, reward: bigint, state: BlockState) =>
  Effect.gen(function* () {
    const block = yield* find(ledger, shares)
    yield* ledger.blockState(block.id, "accepted", "seen", { blockId: `b${block.id}`, rewardNicks: reward })
    yield* ledger.credit(block.id, rule)
    if (state !== "accepted") yield* ledger.blockState(block.id, state, "")
    return block.id
  })

export const balanceOf = (ledger: LedgerService, minerId: string) =>
  Effect.map(ledger.balances(newest, minerId), ([row]) => row)

const states: ReadonlyArray<BlockState> = ["accepted", "mature", "orphaned", "stale", "refused", "lost"]
export const step = FastCheck.oneof(
  FastCheck.record({
    do: FastCheck.constant("share" as const),
    miner: FastCheck.constantFrom("ann", "bob", "nobody"),
    difficulty: FastCheck.bigInt({ min: 1n, max: 5_000n })
  }),
  FastCheck.record({ do: FastCheck.constant("block" as const), reward: FastCheck.bigInt({ min: 0n, max: 2n ** 48n }) }),
  FastCheck.record({
    do: FastCheck.constant("state" as const),
    block: FastCheck.nat(3),
    state: FastCheck.constantFrom(...states)
  }),
  FastCheck.record({ do: FastCheck.constant("plan" as const) }),
  FastCheck.record({
    do: FastCheck.constant("payout" as const),
    payout: FastCheck.nat(2),
    state: FastCheck.constantFrom("sent" as const, "confirmed" as const, "failed" as const)
  })
)

export type StepTaken = typeof step extends FastCheck.Arbitrary<infer A> ? A : never

/** Whatever happens in whatever order, the books balance, and no money is made or lost. */
export const randomBooks = (ledger: LedgerService, steps: ReadonlyArray<StepTaken>) =>
  Effect.gen(function* () {
    const blocks: Array<{ readonly id: number; readonly reward: bigint; state: BlockState }> = []
    const payouts: Array<string> = []
    let nonce = 0
    for (const taken of steps) {
      switch (taken.do) {
        case "share":
          yield* ledger.record([share(nonce++, taken.miner, { difficulty: taken.difficulty })])
          break
        case "block": {
          const { id } = yield* find(ledger, [share(nonce++, "bob")])
          yield* ledger.blockState(id, "accepted", "", { blockId: String(id), rewardNicks: taken.reward })
          yield* ledger.credit(id, rule)
          blocks.push({ id, reward: taken.reward, state: "accepted" })
          break
        }
        case "state": {
          const block = blocks[taken.block]
          if (block === undefined) break
          block.state = taken.state
          // A second reward for a block that is shared out changes nothing.
          yield* ledger.blockState(block.id, taken.state, "", { blockId: "x", rewardNicks: block.reward + 1n })
          break
        }
        case "plan": {
          const id = `p${payouts.length}`
          if ((yield* ledger.planPayout(id, rule)) !== null) payouts.push(id)
          break
        }
        case "payout": {
          const id = payouts[taken.payout]
          if (id !== undefined) yield* ledger.payoutState(id, taken.state, null)
        }
      }
      yield* ledger.audit
    }
    const rows = yield* ledger.balances(newest, null)
    const sum = (of: (row: (typeof rows)[number]) => bigint) => rows.reduce((total, row) => total + of(row), 0n)
    assert.deepStrictEqual(yield* ledger.balanceSums, {
      accounts: rows.length,
      immatureNicks: sum((row) => row.immatureNicks),
      payableNicks: sum((row) => row.payableNicks),
      paidNicks: sum((row) => row.paidNicks)
    })
    const planned = (yield* ledger.openPayouts).flatMap((payout) => payout.outputs)
    const held =
      rows.reduce((sum, row) => sum + row.immatureNicks + row.payableNicks + row.paidNicks, 0n) +
      planned.reduce((sum, output) => sum + output.nicks, 0n)
    const earned = blocks
      .filter(({ state }) => state === "accepted" || state === "mature")
      .reduce((sum, { reward }) => sum + reward - (reward * 150n) / 10_000n, 0n)
    assert.strictEqual(held, earned)
  })

import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { AccountBudgets, RequestBudget } from "../../../actors/nexus/AccountBudget.ts"
import { node } from "../../harness/Harness.ts"

/** Every caller comes back when it was told to (plus its lateness) and again after its work; returns request times. */
const play = (
  budget: RequestBudget,
  callers: ReadonlyArray<{ readonly late: number; readonly work: number }>,
  until: number
) => {
  const fired: Array<{ readonly at: number; readonly caller: number }> = []
  const next = callers.map((_, caller) => ({ caller, at: 0 }))
  for (;;) {
    next.sort((a, b) => a.at - b.at || a.caller - b.caller)
    const first = next[0]
    if (first === undefined || first.at > until) return fired
    const { late, work } = callers[first.caller] ?? { late: 0, work: 1 }
    const again = budget.take(node(first.caller), first.at)
    if (again === 0) {
      fired.push({ at: first.at, caller: first.caller })
      first.at += work
    } else {
      assert.isAbove(again, first.at, "told to come back in the past")
      first.at = again + late
    }
  }
}

const most = (times: ReadonlyArray<number>, window: number): number => {
  let best = 0
  let from = 0
  for (let to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= window) from++
    best = Math.max(best, to - from + 1)
  }
  return best
}

describe("RequestBudget", () => {
  it("never lets more than the limit through in any 60 s, however many callers and however late they come", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.integer({ min: 1, max: 120 }),
        FastCheck.array(
          FastCheck.record({ late: FastCheck.nat(20_000), work: FastCheck.integer({ min: 1, max: 9_000 }) }),
          {
            minLength: 1,
            maxLength: 40
          }
        ),
        (perMinute, callers) => {
          const fired = play(new RequestBudget(perMinute, 0), callers, 300_000)
          assert.isAtMost(
            most(
              fired.map(({ at }) => at),
              60_000
            ),
            perMinute
          )
        }
      ),
      { numRuns: 60 }
    )
  })

  it("is used up when there is demand: at least 85 % of the limit over ten minutes", () => {
    const callers = Array.from({ length: 30 }, () => ({ late: 0, work: 1 }))
    const fired = play(new RequestBudget(60, 0), callers, 600_000)
    assert.isAtLeast(fired.length, 0.85 * 600)
  })

  it("is shared fairly: ten callers that always want get the same, give or take one", () => {
    const callers = Array.from({ length: 10 }, () => ({ late: 0, work: 1 }))
    const fired = play(new RequestBudget(60, 0), callers, 600_000)
    const counts = callers.map((_, caller) => fired.filter((f) => f.caller === caller).length)
    assert.isAtMost(Math.max(...counts) - Math.min(...counts), 1)
  })

  it("closed, it lets nobody through, and then one first", () => {
    const budget = new RequestBudget(60, 0)
    assert.strictEqual(budget.take(node(1), 0), 0)
    budget.close(30_000, 0)
    const told = [1, 2, 3, 4].map((id) => budget.take(node(id), 10))
    assert.strictEqual(told[0], 30_000)
    const gaps = told.slice(1).map((at, i) => at - (told[i] ?? 0))
    assert.isTrue(
      gaps.every((gap) => gap >= 1_000),
      `${gaps}`
    )
    assert.isAbove(budget.take(node(9), 29_999), 29_999)
    assert.strictEqual(budget.take(node(1), 30_000), 0)
    assert.isAbove(budget.take(node(2), 30_001), 30_001)
  })

  it("closures do not mint tokens: a server that answers 429 with no delay at all is not asked faster", () => {
    const budget = new RequestBudget(60, 0)
    const fired: Array<number> = []
    for (let now = 0; now < 120_000; now += 50) {
      if (budget.take(node(1), now) !== 0) continue
      fired.push(now)
      budget.close(now + 1, now)
    }
    assert.isAtMost(most(fired, 60_000), 60)
    assert.isAtLeast(fired.length, 90)
  })

  it("a newcomer does not take the token of a node whose turn has come", () => {
    const budget = new RequestBudget(10, 0)
    assert.strictEqual(budget.take(node(1), 0), 0)
    const due = budget.take(node(2), 0)
    assert.isAbove(budget.take(node(3), due), due)
    assert.strictEqual(budget.take(node(2), due), 0)
  })

  it("a second closure never shortens the first", () => {
    const budget = new RequestBudget(60, 0)
    budget.close(50_000, 0)
    budget.close(20_000, 0)
    assert.strictEqual(budget.closedUntil, 50_000)
  })

  it("a ticket whose holder never comes back blocks nobody for ever", () => {
    const budget = new RequestBudget(10, 0)
    budget.take(node(0), 0)
    const due = budget.take(node(1), 0)
    assert.isAbove(due, 0)
    // Node 1 is gone without a word; its token is kept for it, then given on.
    let at = due
    for (let tries = 0; tries < 50; tries++) {
      const again = budget.take(node(2), at)
      if (again === 0) break
      at = again
    }
    assert.isAtMost(at, due + 61_000)
    budget.take(node(3), at)
    budget.cancel(node(3))
    assert.isAtMost(budget.waiting, 1)
  })
})

describe("AccountBudgets", () => {
  const limits = { fetchesPerMinute: 10, submitsPerMinute: 20 }

  it("nodes of one account share, others do not, and fetch and submit are separate", () => {
    const budgets = new AccountBudgets(limits)
    budgets.assign(node(1), "wallet", 0)
    budgets.assign(node(2), "wallet", 0)
    budgets.assign(node(3), null, 0)
    assert.strictEqual(budgets.take(node(1), "fetch", 0), 0)
    assert.isAbove(budgets.take(node(2), "fetch", 0), 0)
    assert.strictEqual(budgets.take(node(3), "fetch", 0), 0)
    assert.strictEqual(budgets.take(node(2), "submit", 0), 0)
    budgets.close(node(1), "submit", 60_000, 0)
    assert.isAtLeast(budgets.take(node(2), "submit", 1), 60_000)
    assert.strictEqual(budgets.take(node(3), "submit", 1), 0)
  })

  it("a node that turns out to belong to an account moves into its budget; empty accounts are forgotten", () => {
    const budgets = new AccountBudgets(limits)
    budgets.assign(node(1), "wallet", 0)
    budgets.assign(node(2), null, 0)
    assert.strictEqual(budgets.size, 2)
    budgets.take(node(1), "fetch", 0)
    budgets.assign(node(2), "wallet", 0)
    assert.strictEqual(budgets.size, 1)
    assert.isAbove(budgets.take(node(2), "fetch", 0), 0)
    budgets.remove(node(1))
    budgets.remove(node(2))
    assert.strictEqual(budgets.size, 0)
  })
})

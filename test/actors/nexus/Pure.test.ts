/** The small pure cores: promotion, rates, and what a new node list means. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Promotion from "../../../actors/nexus/Promotion.ts"
import { RateMeter } from "../../../actors/nexus/Rate.ts"
import * as Roster from "../../../actors/nexus/Roster.ts"
import { difficulties } from "../../../config/Difficulties.ts"
import { entries, entry, node } from "../../harness/Harness.ts"

describe("Promotion", () => {
  it("starts at SMALL_MEDIUM and goes up one class per quick success, by what the server assigned", () => {
    assert.strictEqual(Promotion.first(null), "SMALL_MEDIUM")
    assert.strictEqual(Promotion.afterSuccess(null, "SMALL_MEDIUM", "SMALL_MEDIUM", 10_000), "MEDIUM")
    // Reputation gating: asked for LARGE, was given SMALL: next is one above SMALL.
    assert.strictEqual(Promotion.afterSuccess(null, "LARGE", "SMALL", 10_000), "SMALL_MEDIUM")
    assert.strictEqual(Promotion.afterSuccess(null, "EXTRA_LARGE_5", "EXTRA_LARGE_5", 0), "EXTRA_LARGE_5")
    assert.strictEqual(Promotion.afterSuccess(null, "MEDIUM", null, 0), "LARGE")
  })

  it("stays after 420 s of work, not before", () => {
    assert.strictEqual(Promotion.afterSuccess(null, "MEDIUM", "MEDIUM", 419_999), "LARGE")
    assert.strictEqual(Promotion.afterSuccess(null, "MEDIUM", "MEDIUM", 420_000), "MEDIUM")
  })

  it("asks for an easier class when there is no room, and never below the easiest", () => {
    assert.strictEqual(Promotion.afterNoRoom(null, "LARGE", "LARGE"), "MEDIUM")
    assert.strictEqual(Promotion.afterNoRoom(null, "SMALL", "SMALL"), "SMALL")
  })

  it("a configured maximum fixes the request whatever happens", () => {
    for (const fixed of difficulties) {
      assert.strictEqual(Promotion.first(fixed), fixed)
      assert.strictEqual(Promotion.afterSuccess(fixed, "SMALL", "EXTRA_LARGE", 1), fixed)
      assert.strictEqual(Promotion.afterNoRoom(fixed, "LARGE", "LARGE"), fixed)
    }
  })
})

describe("RateMeter", () => {
  it("counts what a list of all times would count", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(FastCheck.nat(120_000), { maxLength: 80 }),
        FastCheck.nat(400_000),
        (gaps, idle) => {
          const start = 1_000_000
          const meter = new RateMeter(start)
          let now = start
          const times = gaps.map((gap) => {
            now += gap
            meter.add(now)
            return now
          })
          now += idle
          // The window is whole seconds: the last 300 of them, the present one included.
          const oldest = Math.floor(now / 1000) - 299
          const recent = times.filter((time) => Math.floor(time / 1000) >= oldest).length
          const minutes = Math.max(1_000, now - start) / 60_000
          const rate = meter.read(now)
          assert.closeTo(rate.overall, times.length / minutes, 1e-9)
          assert.closeTo(rate.lastFiveMinutes, recent / Math.min(minutes, 5), 1e-9)
          assert.strictEqual(meter.total, times.length)
        }
      )
    )
  })

  it("a clock that steps back loses nothing and counts nothing twice", () => {
    const meter = new RateMeter(1_000_000)
    meter.add(1_100_000)
    meter.add(1_050_000)
    assert.strictEqual(meter.total, 2)
    assert.closeTo(meter.read(1_100_000).lastFiveMinutes, 2 / (100 / 60), 1e-9)
  })
})

describe("Roster", () => {
  const present = (ids: ReadonlyArray<number>, more: Partial<Roster.Present> = {}): ReadonlyArray<Roster.Present> =>
    ids.map((id) => ({ entry: entry(id), spare: false, retiring: false, ...more }))

  it("the same list changes nothing", () => {
    const plan = Roster.plan(present([1, 2, 3]), entries(3), null)
    assert.deepStrictEqual([plan.add, plan.retire, plan.recall, plan.relabel], [[], [], [], []])
    assert.strictEqual(plan.unchanged, 3)
  })

  it("added, removed, relabelled and recalled nodes are told apart; the new order is the list's", () => {
    const now = [...present([1, 2]), ...present([3], { retiring: true })]
    const plan = Roster.plan(now, [entry(4), entry(3), entry(1, { label: "attic" })], null)
    assert.deepStrictEqual(plan.add, [entry(4)])
    assert.deepStrictEqual(plan.retire, [node(2)])
    assert.deepStrictEqual(plan.recall, [node(3)])
    assert.deepStrictEqual(plan.relabel, [entry(1, { label: "attic" })])
    assert.deepStrictEqual(plan.order, [node(4), node(3), node(1), node(2)])
  })

  it("a spare at work stays while it is still named, or no list of spares was given", () => {
    const now = [...present([1]), ...present([9], { spare: true })]
    assert.deepStrictEqual(Roster.plan(now, entries(1), null).retire, [])
    assert.deepStrictEqual(Roster.plan(now, entries(1), [entry(9)]).retire, [])
    assert.deepStrictEqual(Roster.plan(now, entries(1), [entry(8)]).retire, [node(9)])
  })

  it("afterwards exactly the list (and named spares) is there, whatever it was before", () => {
    const ids = FastCheck.uniqueArray(FastCheck.nat(8))
    FastCheck.assert(
      FastCheck.property(ids, ids, (before, after) => {
        const plan = Roster.plan(
          present(before),
          after.map((id) => entry(id)),
          null
        )
        const left = before.map((id) => node(id)).filter((id) => !plan.retire.includes(id))
        const there = new Set([...left, ...plan.add.map(({ id }) => id)])
        assert.deepStrictEqual(there, new Set(after.map((id) => node(id))))
        assert.strictEqual(new Set(plan.order).size, plan.order.length)
      })
    )
  })
})

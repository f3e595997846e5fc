import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { split, windowOf } from "../../../../src/storage/ledger/Pplns.ts"

const amounts = FastCheck.bigInt({ min: 0n, max: 2n ** 48n })
const shares = FastCheck.array(
  FastCheck.tuple(FastCheck.constantFrom("ann", "bob", "cyd", "dan"), FastCheck.bigInt({ min: 1n, max: 2n ** 60n })),
  { maxLength: 40 }
)
const sum = (values: Iterable<bigint>) => [...values].reduce((total, value) => total + value, 0n)

describe("split", () => {
  it("is exact, never negative, and fair to one nick", () => {
    FastCheck.assert(
      FastCheck.property(amounts, shares, FastCheck.integer({ min: 0, max: 10_000 }), (reward, list, basisPoints) => {
        const by = new Map<string, bigint>()
        for (const [miner, difficulty] of list) by.set(miner, (by.get(miner) ?? 0n) + difficulty)
        const { credits, fee } = split(reward, by, basisPoints)
        assert.strictEqual(fee + sum(credits.map(([, nicks]) => nicks)), reward)
        if (by.size === 0) return assert.strictEqual(fee, reward)
        assert.strictEqual(fee, (reward * BigInt(basisPoints)) / 10_000n)
        const total = sum(by.values())
        for (const [miner, difficulty] of by) {
          const got = credits.find(([name]) => name === miner)?.[1] ?? 0n
          const floor = ((reward - fee) * difficulty) / total
          assert.isTrue(got === floor || got === floor + 1n, `${miner} got ${got}, floor ${floor}`)
        }
      })
    )
  })

  it("does not depend on the order of the shares", () => {
    const forwards = new Map([
      ["ann", 1n],
      ["bob", 1n],
      ["cyd", 1n]
    ])
    const backwards = new Map([...forwards].reverse())
    assert.deepStrictEqual(split(100n, forwards, 0), split(100n, backwards, 0))
    assert.deepStrictEqual(split(100n, forwards, 0).credits, [
      ["ann", 34n],
      ["bob", 33n],
      ["cyd", 33n]
    ])
  })
})

describe("window", () => {
  it("holds the newest shares up to its size, the last of them in part", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.bigInt({ min: 1n, max: 2n ** 50n }),
        FastCheck.integer({ min: 1, max: 5_000 }),
        shares,
        (network, thousandths, list) => {
          const size = (network * BigInt(thousandths)) / 1_000n
          const window = windowOf(network, thousandths / 1_000)
          for (const [miner, difficulty] of list) window.add(miner, difficulty)
          const all = sum(list.map(([, difficulty]) => difficulty))
          const expected = all < size ? all : size < 1n ? (all < 1n ? all : 1n) : size
          assert.strictEqual(sum(window.shares.values()), expected)
          assert.strictEqual(window.full, expected === (size < 1n ? 1n : size))
        }
      )
    )
  })

  it("gives the far edge to the oldest share that still fits, not to a newer one", () => {
    const window = windowOf(100n, 1)
    window.add("new", 70n)
    window.add("old", 70n)
    window.add("older", 70n)
    assert.deepStrictEqual(
      [...window.shares],
      [
        ["new", 70n],
        ["old", 30n]
      ]
    )
  })
})

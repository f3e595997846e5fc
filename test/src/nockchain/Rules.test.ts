/** Emission, split, clock, targets and work against the chain's own numbers. */
import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { maxTarget } from "../../../actors/pool/Job.ts"
import * as Difficulty from "../../../src/nockchain/Difficulty.ts"
import * as Digest from "../../../src/nockchain/Digest.ts"
import * as Emission from "../../../src/nockchain/Emission.ts"
import { nicksPerNock } from "../../../src/nockchain/Nicks.ts"
import * as Time from "../../../src/nockchain/Time.ts"
import { anyDigest, hasShared, native, vectors, withShared } from "./Support.ts"
import * as History from "./History.ts"

const seeded = { seed: 4, numRuns: 200 }

describe("emission", () => {
  it("makes exactly 2^32 NOCK over the life of the chain", () => {
    // One height per era stands for all of it.
    const lasts = [
      0,
      13_150,
      39_448,
      65_500,
      ...Array.from({ length: 10 }, (_, i) => 170_500 + 210_000 * i),
      16_144_876
    ]
    let sum = 0n
    lasts.forEach((last, index) => {
      const before = lasts[index - 1] ?? -1
      assert.strictEqual(Emission.emission(before + 1), Emission.emission(last))
      sum += BigInt(last - before) * Emission.emission(last)
    })
    assert.strictEqual(sum, 2n ** 32n * nicksPerNock)
    assert.strictEqual(Emission.emission(16_144_877), 0n)
  })

  it.skipIf(!hasShared)(withShared("knows the boundaries"), () => {
    const rows = vectors("emission.json") as ReadonlyArray<{ height: number; emission_nicks: number; fund: number }>
    assert.isAtLeast(rows.length, 18)
    for (const row of rows) {
      assert.strictEqual(Emission.emission(row.height), BigInt(row.emission_nicks), `emission at ${row.height}`)
      assert.strictEqual(Emission.fund(row.height), BigInt(row.fund), `fund at ${row.height}`)
    }
  })

  it("splits without losing or making a nick, by parts, and gives one key everything", () => {
    const part = fc.bigInt({ min: 1n, max: 1n << 40n })
    fc.assert(
      fc.property(
        anyDigest,
        anyDigest,
        part,
        part,
        fc.bigInt({ min: 0n, max: 1n << 50n }),
        fc.nat({ max: 200_000 }),
        (first, second, a, b, fees, height) => {
          fc.pre(!Digest.equal(first, second))
          const shares = [
            { pkh: first, share: a },
            { pkh: second, share: b }
          ]
          const payees = Emission.coinbase(native, height, fees, shares)
          const total = payees.reduce((sum, { nicks }) => sum + nicks, 0n)
          assert.strictEqual(total, Emission.emission(height) + fees)
          assert.strictEqual(payees.length, height < Emission.fundFrom ? 2 : 3)
          const miners = total - Emission.fund(height)
          const got = payees.find(({ pkh }) => Digest.equal(pkh, first))?.nicks ?? -1n
          const fair = (miners * a) / (a + b)
          assert.isTrue(got - fair >= 0n && got - fair <= 1n, `${got} of ${miners}, fair ${fair}`)
          assert.deepStrictEqual(Emission.coinbase(native, height, fees, [...shares].reverse()), payees)
        }
      ),
      seeded
    )
    const alone = Emission.split(native, 1001n, [{ pkh: Digest.zero, share: 7n }])
    assert.deepStrictEqual(alone, [{ pkh: Digest.zero, nicks: 1001n }])
  })
})

describe("the clock", () => {
  it("counts as Urbit does", () => {
    // The main network's genesis and its ASERT anchor.
    assert.strictEqual(Time.fromMillis(Date.parse("2025-05-22T00:15:01Z")), 9223372093608720901n)
    assert.strictEqual(new Date(Time.toMillis(9223372093639027842n)).toISOString(), "2026-05-07T18:50:42.000Z")
    assert.strictEqual(Time.fromMillis(1999), Time.fromMillis(1000))
  })

  it("takes the middle time, whatever the order", () => {
    assert.strictEqual(Time.median([5n]), 5n)
    assert.strictEqual(Time.median([11n, 1n, 10n, 2n, 9n, 3n, 8n, 4n, 7n, 5n, 6n]), 6n)
  })
})

describe("targets", () => {
  const anchor: Difficulty.Anchor = {
    height: 65_499,
    timestamp: 9223372093639027842n,
    target: 2n ** 291n,
    ideal: 150n,
    halfLife: 43_200n,
    maxTarget
  }

  it.skipIf(!hasShared)(withShared("follows the main network's ASERT blocks"), () => {
    const { vectors: rows } = vectors("asert_mainnet.json") as {
      vectors: ReadonlyArray<{ height: number; parent_min_ts: number; target: string }>
    }
    // The file has plain JSON numbers; what is beyond 2^53 is in the last digits only, so they are taken from its text.
    const offsets = [0n, 30n, 415n, 1033n, 1109n, 1865n, 2409n]
    assert.strictEqual(rows.length, offsets.length)
    rows.forEach((row, index) => {
      const latest = anchor.timestamp + (offsets[index] ?? 0n)
      assert.strictEqual(Difficulty.asert(anchor, row.height, latest), BigInt(row.target), `height ${row.height}`)
    })
  })

  it("knows one of them by heart", () => {
    assert.strictEqual(
      Difficulty.asert(anchor, 65_502, 9223372093639028257n),
      3985931608027021675292472200509743151669390807238947642088445230819601207928699198898176n
    )
  })

  it("halves and doubles with the half-life, is monotone, and stays in its bounds", () => {
    const at = (seconds: bigint) => Difficulty.asert(anchor, 65_500, anchor.timestamp + seconds)
    assert.strictEqual(at(43_200n), 2n * anchor.target)
    assert.strictEqual(at(-86_400n), anchor.target / 4n)
    assert.strictEqual(at(1n << 60n), maxTarget)
    assert.strictEqual(at(-(1n << 60n)), 1n)
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(1n << 30n), max: 1n << 30n }),
        fc.bigInt({ min: 0n, max: 1n << 20n }),
        (x, more) => {
          const low = at(x)
          assert.isTrue(at(x + more) >= low && low >= 1n && low <= maxTarget)
        }
      ),
      seeded
    )
  })

  it.skipIf(!hasShared)(withShared("does the main network's retargets within their clamp"), () => {
    const { epoch_retargets: rows } = vectors("small_blocks_sample.json") as {
      epoch_retargets: ReadonlyArray<{ prev_target: string; target: string }>
    }
    // Retargets of 2016, 4032, 6048 and 8064: seconds follow from the targets; the first epochs were far too fast.
    assert.strictEqual(rows.length, 5)
    for (const row of rows) {
      const previous = BigInt(row.prev_target)
      const seconds = (BigInt(row.target) * 1_209_600n) / previous + 1n
      assert.isTrue(
        [seconds - 1n, seconds].some((each) => History.retarget(previous, each) === BigInt(row.target)),
        row.target
      )
    }
  })

  it("clamps a retarget to a factor of four and to the easiest target", () => {
    assert.strictEqual(History.retarget(1_000_000n, 0n), 250_000n)
    assert.strictEqual(History.retarget(1_000_000n, 1n << 40n), 4_000_000n)
    assert.strictEqual(History.retarget(maxTarget, 1n << 40n), maxTarget)
  })

  it("values the anchor of version 5 as the specification says", () => {
    const target = 5493793810273389665851259858908398676672107719039465617368341183437285024349963580n
    assert.strictEqual(Difficulty.work(target), 388_799_999_999_999n)
    assert.strictEqual(Difficulty.work(maxTarget), 1n)
    assert.isFalse(Difficulty.heavier(5n, 5n))
    assert.isTrue(Difficulty.heavier(6n, 5n))
  })
})

/** The first 11,250 heights of the main network, forks included, by our rules: map, links, clock, targets, work, coins. */
import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import { maxTarget } from "../../../actors/pool/Job.ts"
import * as Bignum from "../../../src/nockchain/Bignum.ts"
import * as Difficulty from "../../../src/nockchain/Difficulty.ts"
import * as Emission from "../../../src/nockchain/Emission.ts"
import { isCell } from "../../../src/nockchain/Noun.ts"
import * as Page from "../../../src/nockchain/Page.ts"
import * as Time from "../../../src/nockchain/Time.ts"
import * as ZTree from "../../../src/nockchain/ZTree.ts"
import { cued, hasShared, native, sharedBytes, withShared } from "./Support.ts"
import * as History from "./History.ts"

describe("the main network's history", () => {
  it.skipIf(!hasShared)(withShared("rebuilds to the same map and keeps every rule"), () => {
    const noun = cued(sharedBytes("golden", "small-blocks.jam"))
    const entries = ZTree.items(noun, 20_000).filter(isCell)
    assert.strictEqual(entries.length, 11_412)
    assert.deepStrictEqual(native.jam(ZTree.map(native, [...entries].reverse())), native.jam(noun))

    const pages = entries
      .map(([, value]) => Either.getOrThrow(Page.decode(native, value)))
      .sort((a, b) => a.height - b.height)
    const byId = new Map(pages.map((page) => [String(page.digest), page]))
    const parentOf = (page: Page.Page) => byId.get(String(page.parent))
    const medianOf = (page: Page.Page) => {
      const times: Array<bigint> = []
      for (
        let at: Page.Page | undefined = page;
        at !== undefined && times.length < Time.medianSpan;
        at = parentOf(at)
      ) {
        times.push(at.timestamp)
      }
      return Time.median(times)
    }
    const above = (page: Page.Page, heights: number) => {
      let at: Page.Page | undefined = page
      for (let left = heights; left > 0 && at !== undefined; left--) at = parentOf(at)
      return at
    }

    let withFees = 0
    let retargets = 0
    for (const page of pages) {
      const target = Bignum.toValue(page.target)
      const work = Bignum.toValue(page.accumulatedWork)
      const paid = History.coinbaseSum(page.coinbase)
      assert.isTrue(paid >= Emission.emission(page.height))
      if (paid > Emission.emission(page.height)) withFees++
      const parent = parentOf(page)
      if (parent === undefined) {
        assert.strictEqual(page.height, 0)
        assert.strictEqual(work, Difficulty.work(target))
        assert.strictEqual(target, maxTarget / 2n ** 14n)
        continue
      }
      assert.strictEqual(page.height, parent.height + 1)
      assert.strictEqual(page.epochCounter, Difficulty.nextEpoch(parent.epochCounter))
      assert.strictEqual(work, Bignum.toValue(parent.accumulatedWork) + Difficulty.work(target))
      assert.isTrue(page.timestamp > medianOf(parent), `time of ${page.height}`)
      if (page.epochCounter !== 0) {
        assert.deepStrictEqual(page.target, parent.target)
        continue
      }
      retargets++
      const before = above(parent, Difficulty.epochBlocks) ?? above(parent, parent.height)
      assert.isDefined(before)
      const seconds = medianOf(parent) - (before === undefined ? 0n : medianOf(before))
      assert.strictEqual(target, History.retarget(Bignum.toValue(parent.target), seconds), `height ${page.height}`)
    }
    assert.strictEqual(withFees, 25)
    assert.isAtLeast(retargets, 5)
  })
})

/**
 * Half an hour of a small pool in virtual time: miners of very different strength, tips, refreshes, reconnects, outages.
 *
 * Miners find shares as random as real ones, against the target that they were told last. What is checked is what miners
 * care about: nobody's work is refused, everybody is credited what he worked, about 20 shares come per minute, the
 * measured rate is the true one, and the books hold exactly what was acknowledged.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { difficultyOf, maxTarget } from "../../../actors/pool/Job.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import { FakeChain, report, start, TestMiner } from "../../harness/pool/PoolHarness.ts"

/** mulberry32, as a stream of numbers in (0, 1). */
const random = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) + 1) / (2 ** 32 + 2)
  }
}

const second: Effect.Effect<void> = Effect.gen(function* () {
  yield* TestClock.adjust(1_000)
  for (let i = 0; i < 3; i++) yield* Effect.promise(() => new Promise<void>((done) => setImmediate(done)))
})

interface Rig {
  readonly name: string
  /** Digests per second. */
  readonly rate: number
  miner: TestMiner
  /** Digests until the next share at its target, as a multiple of the difficulty. */
  until: number
  work: number
  readonly shares: Array<number>
}

describe("a pool in virtual time", () => {
  it.scoped(
    "work is credited as done, 20 shares per minute, nothing refused, books exact",
    () =>
      Effect.gen(function* () {
        const next = random(7)
        const gap = () => -Math.log(next())
        const seconds = 2_100
        const warm = 600
        // So hard that no share is a block: tips come from elsewhere.
        const chain = yield* FakeChain.make(maxTarget / 10n ** 15n)
        const { kernel, ledger, pool } = yield* start({ chain, vardiff: { startDifficulty: 32_768n } })
        const rigs: Array<Rig> = []
        for (const [name, rate] of [
          ["laptop", 800],
          ["desktop", 25_000],
          ["server", 400_000],
          ["card", 10_000_000],
          ["boaster", 50_000]
        ] as const) {
          const miner = yield* TestMiner.connect(pool, { minerId: name, rate: name === "boaster" ? 1e12 : null })
          rigs.push({ name, rate, miner, until: gap(), work: 0, shares: [] })
        }
        const answers: Array<ShareAnswer> = []
        for (let now = 0; now < seconds; now++) {
          for (const rig of rigs) {
            rig.work += rig.rate
            const difficulty = Number(difficultyOf(rig.miner.work.shareTarget))
            rig.until -= rig.rate / difficulty
            while (rig.until <= 0) {
              // How lucky a digest that meets the target is has a distribution of its own.
              const worth = BigInt(Math.ceil(difficulty / next()))
              const { jobId } = rig.miner.work.job
              const { length } = answers
              rig.miner.connection.unsafeSubmit(jobId, rig.miner.nonce(worth), (answer) => answers.push(answer))
              rig.shares.push(now)
              rig.until += gap()
              assert.isAtMost(answers.length, length + 1)
            }
            if (now % 30 === 0) rig.miner.connection.report(report({ minerId: rig.name }))
          }
          if (now % 150 === 149) yield* chain.extend()
          if (now % 300 === 100) yield* chain.refresh
          if (now === 1_700) ledger.failing.set("record", 1)
          if (now % 1_000 === 999) {
            const [rig] = rigs.splice(0, 1)
            if (rig === undefined) continue
            const session = rig.miner.ticket
            rig.miner.connection.close("left", "the cable")
            rig.miner = yield* TestMiner.connect(pool, { minerId: rig.name, resume: session })
            rigs.push(rig)
          }
          yield* second
        }
        yield* second
        const by = (code: string) => answers.filter((answer) => answer.code === code).length
        const found = rigs.reduce((sum, { shares }) => sum + shares.length, 0)
        assert.strictEqual(answers.length, found)
        assert.strictEqual(ledger.shares.length, by("accepted"))
        assert.isAtMost(found - by("accepted"), 5, "only the failed write of the ledger was refused")
        assert.strictEqual(by("low-difficulty"), 0)
        assert.isBelow(kernel.batches.length, found)
        for (const { name, shares, work } of rigs) {
          const late = shares.filter((at) => at >= warm).length / ((seconds - warm) / 60)
          assert.isTrue(late > 13 && late < 28, `${name} had ${late} shares per minute`)
          const credited = ledger.shares
            .filter(({ minerId }) => minerId === name)
            .reduce((sum, { difficulty }) => sum + Number(difficulty), 0)
          const part = credited / work
          // Who claims a rate that he does not have waits for his first easy share; nobody gets more than his work.
          const least = name === "boaster" ? 0.7 : 0.88
          assert.isTrue(part > least && part < 1.12, `${name} was credited ${credited} for ${work}`)
        }
        const total = rigs.reduce((sum, { rate }) => sum + rate, 0)
        assert.approximately((yield* pool.status).hashrate / total, 1, 0.25)
      }),
    120_000
  )
})

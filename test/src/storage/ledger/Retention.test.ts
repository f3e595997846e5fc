import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, TestClock } from "effect"
import type { LedgerService } from "../../../../actors/pool/Ledger.ts"
import * as Database from "../../../../src/storage/Database.ts"
import { migrations } from "../../../../src/storage/ledger/LedgerSchema.ts"
import type { Retention } from "../../../../src/storage/ledger/Retention.ts"
import * as PoolLedger from "../../../../src/storage/PoolLedger.ts"
import * as Postgres from "../../../harness/Postgres.ts"
import { newest, rule, share } from "./RandomBooks.ts"

const books = Database.layer({ file: ":memory:", what: "pool ledger", migrations })
const kept = Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.map(sql<{ readonly n: number }>`SELECT COUNT(*) AS n FROM ledger_shares`, ([row]) => row?.n ?? 0)
)
const pruned = (ledger: LedgerService, networkDifficulty: bigint) =>
  ledger.prune(rule.windowFactor, networkDifficulty).pipe(Effect.repeat({ until: (more) => !more }))
/** Nothing beyond the window. */
const none: Retention = { shares: 0, millis: 1e12, least: 0 }

describe("pruning", () => {
  it.effect("old shares go step by step, what they counted stays", () =>
    Effect.gen(function* () {
      const ledger = yield* PoolLedger.make({ retention: { shares: 1_000, millis: 1e12, least: 200 } })
      yield* ledger.record(Array.from({ length: 6_000 }, (_, n) => share(n)))
      const steps: Array<readonly [boolean, number]> = []
      for (let n = 0; n < 4; n++) steps.push([yield* ledger.prune(2, 1n), yield* kept])
      assert.deepStrictEqual(steps, [
        [true, 4_000],
        [true, 2_000],
        [false, 1_000],
        [false, 1_000]
      ])
      assert.strictEqual((yield* ledger.totals).shares, 6_000n)
      yield* TestClock.setTime(1e12 + 1_005_500)
      yield* ledger.prune(2, 1n)
      assert.strictEqual(yield* kept, 500)
      // A clock that is years ahead: the newest stay.
      yield* TestClock.setTime(1e14)
      yield* ledger.prune(2, 1n)
      assert.strictEqual(yield* kept, 200)
    }).pipe(Effect.scoped, Effect.provide(books))
  )

  it.effect("a window that is longer than all limits is kept, four times over", () =>
    Effect.gen(function* () {
      const ledger = yield* PoolLedger.make({ retention: none })
      for (let n = 0; n < 3; n++) {
        yield* ledger.record(Array.from({ length: 4_000 }, (_, m) => share(n * 4_000 + m)))
      }
      // Shares of 1,000 each: two of a difficulty of 1,000,000 are 2,000 shares.
      yield* pruned(ledger, 1_000_000n)
      assert.strictEqual(yield* kept, 8_000)
      // It follows the shares that come, not at each of them.
      yield* ledger.record(Array.from({ length: 1_000 }, (_, m) => share(20_000 + m)))
      yield* pruned(ledger, 1_000_000n)
      assert.strictEqual(yield* kept, 8_000)
      // An easier network leaves fewer.
      yield* pruned(ledger, 500_000n)
      yield* ledger.record(Array.from({ length: 600 }, (_, m) => share(30_000 + m)))
      yield* pruned(ledger, 500_000n)
      assert.strictEqual(yield* kept, 4_000)
    }).pipe(Effect.scoped, Effect.provide(books))
  )

  it.effect("a network that is easier for a while may be as hard again as it was at any block", () =>
    Effect.gen(function* () {
      const ledger = yield* PoolLedger.make({ retention: none })
      const winner = { ...share(0), block: { commitment: share(0).nonce, networkDifficulty: 1_000_000n } }
      const { blocks } = yield* ledger.record([winner])
      yield* ledger.blockState(blocks[0]?.id ?? 0, "stale", "too late")
      yield* ledger.record(Array.from({ length: 9_000 }, (_, n) => share(1 + n)))
      yield* pruned(ledger, 1n)
      assert.strictEqual(yield* kept, 8_000)
    }).pipe(Effect.scoped, Effect.provide(books))
  )

  it.effect("the window of a block that is not shared out yet is kept until it is", () =>
    Effect.gen(function* () {
      const ledger = yield* PoolLedger.make({ retention: none })
      const winner = { ...share(99, "bob"), block: { commitment: share(99).nonce, networkDifficulty: 50_000n } }
      const { blocks } = yield* ledger.record([...Array.from({ length: 99 }, (_, n) => share(n)), winner])
      yield* ledger.record(Array.from({ length: 9_000 }, (_, n) => share(1_000 + n, "cyd")))
      yield* pruned(ledger, 50_000n)
      assert.strictEqual(yield* kept, 9_100)
      const id = blocks[0]?.id ?? 0
      yield* ledger.blockState(id, "accepted", "", { blockId: "b", rewardNicks: 1_000n })
      yield* ledger.credit(id, { ...rule, feeBasisPoints: 0 })
      const credited = (yield* ledger.balances(newest, null)).map((row) => [row.minerId, row.immatureNicks])
      assert.sameDeepMembers(credited, [
        ["ann", 990n],
        ["bob", 10n],
        ["cyd", 0n]
      ])
      yield* pruned(ledger, 50_000n)
      assert.strictEqual(yield* kept, 400)
    }).pipe(Effect.scoped, Effect.provide(books))
  )

  const anyStep = FastCheck.oneof(
    {
      weight: 6,
      arbitrary: FastCheck.record({
        do: FastCheck.constant("share" as const),
        miner: FastCheck.constantFrom("ann", "bob", "cyd"),
        difficulty: FastCheck.bigInt({ min: 1n, max: 900n })
      })
    },
    {
      weight: 2,
      arbitrary: FastCheck.record({
        do: FastCheck.constant("found" as const),
        // Difficulties rise at most fourfold from one block to the next.
        difficulty: FastCheck.bigInt({ min: 1_000n, max: 4_000n })
      })
    },
    { weight: 2, arbitrary: FastCheck.record({ do: FastCheck.constant("shared" as const) }) },
    { weight: 4, arbitrary: FastCheck.record({ do: FastCheck.constant("prune" as const) }) }
  )

  it.effect("takes nothing of what any miner earns, whatever comes in whatever order", () =>
    Effect.promise(async () => {
      let dropped = 0
      const live =
        (retention: Retention | null) =>
        (steps: ReadonlyArray<typeof anyStep extends FastCheck.Arbitrary<infer A> ? A : never>) =>
          Effect.gen(function* () {
            const ledger = yield* PoolLedger.make(retention === null ? {} : { retention })
            const waiting: Array<number> = []
            let nonce = 0
            let hardness = 1_000n
            for (const step of steps) {
              nonce += 1
              if (step.do === "share") yield* ledger.record([share(nonce, step.miner, { difficulty: step.difficulty })])
              if (step.do === "prune" && retention !== null) yield* pruned(ledger, hardness)
              if (step.do === "found") {
                hardness = step.difficulty
                const one = share(nonce, "dan", { difficulty: 10n })
                const block = { commitment: one.nonce, networkDifficulty: hardness }
                const { blocks } = yield* ledger.record([{ ...one, block }])
                waiting.push(...blocks.map(({ id }) => id))
              }
              const oldest = step.do === "shared" ? waiting.shift() : undefined
              if (oldest === undefined) continue
              yield* ledger.blockState(oldest, "accepted", "", { blockId: `b${oldest}`, rewardNicks: 1_000_000n })
              yield* ledger.credit(oldest, rule)
            }
            dropped += retention === null ? 0 : nonce - (yield* kept)
            return yield* ledger.balances(newest, null)
          }).pipe(
            Effect.scoped,
            Effect.provide(Database.layer({ file: ":memory:", what: "books", migrations })),
            Effect.runPromise
          )
      await FastCheck.assert(
        FastCheck.asyncProperty(FastCheck.array(anyStep, { minLength: 60, maxLength: 160 }), async (steps) => {
          assert.deepStrictEqual(await live(none)(steps), await live(null)(steps))
        }),
        { numRuns: 12, seed: 5 }
      )
      assert.isAbove(dropped, 100)
    })
  )

  it.effect.skipIf(!Postgres.isThere)("is the same on Postgres", () =>
    Effect.gen(function* () {
      const ledger = yield* PoolLedger.make({ retention: none })
      yield* ledger.record(Array.from({ length: 6_000 }, (_, n) => share(n)))
      yield* pruned(ledger, 100_000n)
      assert.strictEqual(Number(yield* kept), 800)
    }).pipe(Effect.scoped, Effect.provide(Postgres.database(migrations)))
  )
})

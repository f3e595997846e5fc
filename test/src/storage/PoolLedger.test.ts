/**
 * The ledger against a model that keeps the same books in maps, on SQLite and, when PITBOSS_TEST_POSTGRES names a server,
 * on Postgres; and a `kill -9` loop over a real process.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, FastCheck, Layer, Scope, TestClock } from "effect"
import type { LedgerService, ShareRow } from "../../../actors/pool/Ledger.ts"
import { Ledger } from "../../../actors/pool/Ledger.ts"
import type { AcceptedShare } from "../../../actors/pool/Share.ts"
import * as Database from "../../../src/storage/Database.ts"
import { migrations } from "../../../src/storage/ledger/LedgerSchema.ts"
import * as PoolLedger from "../../../src/storage/PoolLedger.ts"
import * as Postgres from "../../harness/Postgres.ts"
import { balanceOf, earn, find, limbs, newest, randomBooks, rule, share, step, winning } from "./ledger/RandomBooks.ts"

/** The database beside the ledger, to look into it and to break it. */
const memory = Layer.scoped(Ledger, PoolLedger.make()).pipe(
  Layer.provideMerge(Database.layer({ file: ":memory:", what: "pool ledger", migrations }))
)
const scoped = <E>(name: string, body: (ledger: LedgerService) => Effect.Effect<void, E, SqlClient.SqlClient>) =>
  it.effect(name, () => Effect.flatMap(Ledger, body).pipe(Effect.provide(memory)))

describe("shares", () => {
  scoped("a nonce counts once, in one batch, in two, and never for two jobs alike", (ledger) =>
    Effect.gen(function* () {
      const outcomes = (...shares: ReadonlyArray<AcceptedShare>) =>
        Effect.map(ledger.record(shares), (recorded) => recorded.outcomes)
      assert.deepStrictEqual(yield* outcomes(share(1), share(2), share(1)), ["recorded", "recorded", "duplicate"])
      assert.deepStrictEqual(yield* outcomes(share(2), share(3)), ["duplicate", "recorded"])
      assert.deepStrictEqual(yield* outcomes(share(2, "ann", { jobId: "job-2" })), ["recorded"])
      const [worker] = yield* ledger.miners(newest, null)
      assert.strictEqual(worker?.accepted, 4n)
      assert.strictEqual(worker?.difficulty, 4_000n)
      assert.strictEqual((yield* ledger.totals).shares, 4n)
    })
  )

  scoped("workers and balances of one account, and of nobody", (ledger) =>
    Effect.gen(function* () {
      yield* ledger.record([share(1, "ann"), share(2, "bob"), share(3, "ann")])
      const workers = (minerId: string | null) =>
        Effect.map(ledger.miners(newest, minerId), (rows) => rows.map((row) => `${row.minerId} ${row.accepted}`))
      assert.deepStrictEqual(yield* workers("ann"), ["ann 2"])
      assert.deepStrictEqual(yield* workers("an"), [])
      assert.sameMembers(yield* workers(null), ["ann 2", "bob 1"])
      const accounts = (minerId: string | null) =>
        Effect.map(ledger.balances(newest, minerId), (rows) => rows.map((row) => row.minerId))
      assert.deepStrictEqual(yield* accounts("bob"), ["bob"])
      assert.sameMembers(yield* accounts(null), ["ann", "bob"])
    })
  )

  scoped("difficulties beyond 2^53 stay exact", (ledger) =>
    Effect.gen(function* () {
      const difficulty = 2n ** 61n + 1n
      yield* ledger.record([share(1, "ann", { difficulty })])
      assert.strictEqual((yield* ledger.miners(newest, null))[0]?.difficulty, difficulty)
      assert.strictEqual((yield* ledger.shares(newest, "ann"))[0]?.difficulty, difficulty)
    })
  )

  scoped("more shares than one statement takes are all there, newest first, page by page", (ledger) =>
    Effect.gen(function* () {
      const { outcomes } = yield* ledger.record(Array.from({ length: 4_500 }, (_, n) => share(n)))
      assert.isTrue(outcomes.every((outcome) => outcome === "recorded"))
      const first = yield* ledger.shares({ limit: 1_000, before: null }, null)
      const second = yield* ledger.shares({ limit: 1_000, before: first.at(-1)?.id ?? 0 }, null)
      assert.deepStrictEqual([first[0]?.nonce, second[0]?.nonce], [limbs(4_499), limbs(3_499)])
      assert.lengthOf(yield* ledger.shares(newest, "bob"), 0)
    })
  )

  scoped("the shares of one miner among many are found page by page, newest first", (ledger) =>
    Effect.gen(function* () {
      // More than two groups of the index, with none of bob's in one of them.
      const ofBob = (n: number) => n % 500 === 7 && (n < 4_000 || n > 8_500)
      const all = Array.from({ length: 10_000 }, (_, n) => share(n, ofBob(n) ? "bob" : "ann"))
      for (let at = 0; at < all.length; at += 3_000) yield* ledger.record(all.slice(at, at + 3_000))
      const found: Array<Uint8Array> = []
      for (let before: number | null = null; ; ) {
        const page: ReadonlyArray<ShareRow> = yield* ledger.shares({ limit: 4, before }, "bob")
        found.push(...page.map((row) => row.nonce))
        const last = page.at(-1)
        if (last === undefined) break
        before = last.id
      }
      const nonces = all.filter(({ minerId }) => minerId === "bob").map(({ nonce }) => nonce)
      assert.deepStrictEqual(found, nonces.reverse())
      assert.lengthOf(yield* ledger.shares({ limit: 1_000, before: null }, "ann"), 1_000)
      assert.lengthOf(yield* ledger.shares(newest, "nobody"), 0)
    })
  )

  scoped("rejected shares are counted by kind, of workers that have had an accepted one", (ledger) =>
    Effect.gen(function* () {
      yield* ledger.countRejected("ann", "rig", "stale")
      yield* ledger.countRejected("ann", "rig", "duplicate")
      yield* ledger.countRejected("ann", "rig", "low-difficulty")
      yield* ledger.record([share(1)])
      yield* ledger.countRejected("ann", "rig", "stale")
      // Names are free: anybody could fill the books with them.
      yield* ledger.countRejected("bob", "", "stale")
      const rows = yield* ledger.miners(newest, null)
      assert.lengthOf(rows, 1)
      assert.deepInclude(rows[0], { minerId: "ann", accepted: 1n, stale: 2n, rejected: 2n })
    })
  )
})

describe("money", () => {
  scoped("a reward is immature, then payable, and an orphaned block takes back what it gave", (ledger) =>
    Effect.gen(function* () {
      const id = yield* earn(ledger, [share(1, "ann"), share(2, "bob")], 10_000n, "accepted")
      // 1.5 % fee, two equal shares inside the window.
      assert.deepInclude(yield* balanceOf(ledger, "ann"), { immatureNicks: 4_925n, payableNicks: 0n })
      yield* ledger.blockState(id, "orphaned", "another branch won")
      assert.deepInclude(yield* balanceOf(ledger, "ann"), { immatureNicks: 0n, payableNicks: 0n })
      yield* ledger.blockState(id, "accepted", "it came back")
      yield* ledger.blockState(id, "mature", "100 blocks")
      yield* ledger.credit(id, rule)
      assert.deepInclude(yield* balanceOf(ledger, "bob"), { immatureNicks: 0n, payableNicks: 4_925n })
      yield* ledger.audit
    })
  )

  scoped("only the window that ends with the winning share takes part", (ledger) =>
    Effect.gen(function* () {
      const block = yield* find(ledger, [share(1, "too old"), share(2, "ann"), share(3, "bob")])
      // Comes after the winning share: for the next block.
      yield* ledger.record([share(4, "too new")])
      yield* ledger.blockState(block.id, "accepted", "", { blockId: "b", rewardNicks: 1_000n })
      yield* ledger.credit(block.id, { ...rule, feeBasisPoints: 0 })
      const names = (yield* ledger.balances(newest, null)).map((row) => [row.minerId, row.immatureNicks])
      assert.sameDeepMembers(names, [
        ["too old", 0n],
        ["ann", 500n],
        ["bob", 500n],
        ["too new", 0n]
      ])
    })
  )

  scoped("a long window of many accounts is added up in turns with everything else, to the nick", (ledger) =>
    Effect.gen(function* () {
      const shares = Array.from({ length: 6_000 }, (_, n) => share(n, `miner-${n % 2_500}`))
      const last = share(6_000, "miner-0")
      const block = { commitment: last.nonce, networkDifficulty: 10_000_000n }
      const { blocks } = yield* ledger.record([...shares, { ...last, block }])
      const id = blocks[0]?.id ?? assert.fail("no block")
      yield* ledger.blockState(id, "accepted", "seen", { blockId: "b", rewardNicks: 6_001n * 1_000n })
      let turns = 0
      let waiting = setImmediate(function next() {
        turns += 1
        waiting = setImmediate(next)
      })
      yield* ledger.credit(id, { ...rule, feeBasisPoints: 0 })
      clearImmediate(waiting)
      assert.isAbove(turns, 5)
      assert.strictEqual((yield* balanceOf(ledger, "miner-0"))?.immatureNicks, 4_000n)
      assert.strictEqual((yield* balanceOf(ledger, "miner-2499"))?.immatureNicks, 2_000n)
      assert.strictEqual((yield* ledger.balanceSums).immatureNicks, 6_001_000n)
      yield* ledger.audit
      yield* ledger.blockState(id, "orphaned", "")
      assert.strictEqual((yield* ledger.balanceSums).immatureNicks, 0n)
      yield* ledger.audit
    })
  )

  scoped("a block is kept with its share; found again it is the same block", (ledger) =>
    Effect.gen(function* () {
      const first = yield* ledger.record([share(1), winning(share(2))])
      assert.deepStrictEqual(yield* ledger.openBlocks, first.blocks)
      assert.deepInclude(first.blocks[0], { state: "found", nonce: limbs(2), networkDifficulty: 1_000n })
      const again = yield* ledger.record([winning(share(2))])
      assert.deepStrictEqual(again, { outcomes: ["duplicate"], blocks: first.blocks })
      assert.strictEqual((yield* ledger.totals).found, 1)
    })
  )

  scoped("a payout holds its amounts until it ends, once", (ledger) =>
    Effect.gen(function* () {
      yield* earn(ledger, [share(1, "ann"), share(2, "nobody")], 10_000n, "mature")
      const plan = yield* ledger.planPayout("p1", rule)
      assert.deepStrictEqual(plan?.outputs, [{ minerId: "ann", nicks: 4_925n }])
      assert.deepStrictEqual(yield* ledger.planPayout("p1", rule), plan)
      assert.isNull(yield* ledger.planPayout("p2", rule))
      yield* ledger.payoutState("p1", "failed", null)
      yield* ledger.payoutState("p1", "confirmed", "late report")
      assert.deepInclude(yield* balanceOf(ledger, "ann"), { payableNicks: 4_925n, paidNicks: 0n })
      yield* ledger.planPayout("p3", rule)
      yield* ledger.payoutState("p3", "sent", "tx")
      assert.lengthOf(yield* ledger.openPayouts, 1)
      yield* ledger.payoutState("p3", "confirmed", null)
      assert.deepInclude(yield* balanceOf(ledger, "ann"), { payableNicks: 0n, paidNicks: 4_925n })
      assert.deepStrictEqual(
        (yield* ledger.payouts(newest)).map(({ id, outputs, state, txId }) => [id, state, txId, outputs]),
        [
          ["p3", "confirmed", "tx", [{ minerId: "ann", nicks: 4_925n }]],
          ["p1", "failed", null, [{ minerId: "ann", nicks: 4_925n }]]
        ]
      )
      assert.lengthOf(yield* ledger.openPayouts, 0)
      yield* ledger.audit
    })
  )

  const tamper = {
    "a balance": "UPDATE ledger_accounts SET payable = payable + 1",
    "a credit": "UPDATE ledger_credits SET nicks = nicks + 1",
    "a fee": "UPDATE ledger_blocks SET fee = fee - 1",
    "a state": "UPDATE ledger_blocks SET state = 'orphaned'",
    "a payout": "UPDATE ledger_payouts SET state = 'failed'",
    "an output": "UPDATE ledger_outputs SET nicks = nicks + 1",
    "an account away": "DELETE FROM ledger_accounts WHERE miner_id = 'bob'"
  }
  for (const [what, statement] of Object.entries(tamper)) {
    scoped(`the audit notices that somebody changed ${what}`, (ledger) =>
      Effect.gen(function* () {
        yield* earn(ledger, [share(1, "ann"), share(2, "bob")], 10_000n, "mature")
        yield* ledger.planPayout("p1", rule)
        yield* ledger.audit
        const sql = yield* SqlClient.SqlClient
        yield* sql.unsafe(statement)
        const error = yield* Effect.flip(ledger.audit)
        assert.strictEqual(error._tag, "BooksUnbalanced")
      })
    )
  }
})

describe("any order of events", () => {
  it.effect(
    "keeps the books balanced",
    () =>
      Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(FastCheck.array(step, { maxLength: 25 }), (steps) =>
            Effect.runPromise(
              Effect.flatMap(Ledger, (ledger) => randomBooks(ledger, steps)).pipe(Effect.provide(memory))
            )
          ),
          { numRuns: 60 }
        )
      ),
    120_000
  )
})

describe.skipIf(!Postgres.isThere)("on Postgres", () => {
  it.scoped("the same books: no share twice, and money is neither made nor lost", () =>
    Effect.gen(function* () {
      for (const steps of FastCheck.sample(FastCheck.array(step, { minLength: 20, maxLength: 25 }), {
        numRuns: 3,
        seed: 7
      })) {
        const url = yield* Postgres.freshDatabase
        const body = Effect.flatMap(Ledger, (ledger) =>
          Effect.gen(function* () {
            yield* randomBooks(ledger, steps)
            const twice = [share(9_000), share(9_001), share(9_000)]
            assert.deepStrictEqual((yield* ledger.record(twice)).outcomes, ["recorded", "recorded", "duplicate"])
            assert.isFalse(yield* ledger.prune(2, 1n))
            assert.isAtLeast((yield* ledger.miners(newest, null)).length, 1)
          })
        )
        yield* Effect.provide(body, PoolLedger.postgres(url))
      }
    })
  )

  it.scoped("the books have one owner", () =>
    Effect.gen(function* () {
      const url = yield* Postgres.freshDatabase
      const open = Layer.build(PoolLedger.postgres(url))
      const first = yield* Scope.make()
      yield* Scope.extend(open, first)
      const second = yield* Effect.flip(Effect.scoped(open))
      assert.strictEqual(second._tag, "BooksTaken")
      // The lock's connection breaks: it is taken again, and held as before.
      const holders = (statement: string) =>
        Effect.map(Postgres.ask<{ readonly pid: number }>(url, statement), (rows) => rows.map(({ pid }) => pid))
      const locks = `
        SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
        WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()`
      const [before] = yield* holders(locks)
      yield* holders(`SELECT ${before} AS pid, pg_terminate_backend(${before})`)
      const again = yield* Effect.gen(function* () {
        yield* TestClock.adjust("5 seconds")
        return yield* holders(locks)
      }).pipe(Effect.repeat({ until: (pids) => pids.length === 1 && pids[0] !== before, times: 200 }))
      assert.notDeepEqual(again, [before])
      assert.strictEqual(again.length, 1)
      yield* Scope.close(first, Exit.void)
      yield* Effect.scoped(open)
    })
  )
})

describe("kill -9", () => {
  const writer = fileURLToPath(new URL("ledgerWriter.ts", import.meta.url))

  /** Run the writer until it has acknowledged some shares, then kill it without warning. */
  const killed = (file: string, from: number, atLeast: number) =>
    new Promise<ReadonlyArray<number>>((resolve, reject) => {
      const acknowledged: Array<number> = []
      const child = spawn(process.execPath, ["--import", "tsx", writer, file, String(from)], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      createInterface({ input: child.stdout }).on("line", (line) => {
        acknowledged.push(...line.split(" ").map(Number))
        if (acknowledged.length >= atLeast) child.kill("SIGKILL")
      })
      child.on("close", (code) =>
        code === null ? resolve(acknowledged) : reject(new Error(`the writer ended: ${code}`))
      )
    })

  it.live("every acknowledged share is in the books exactly once", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "pitboss-ledger-"))
      const file = join(folder, "ledger.sqlite")
      const acknowledged: Array<number> = []
      for (let round = 0; round < 3; round++) {
        acknowledged.push(...(yield* Effect.promise(() => killed(file, round * 1_000_000, 300))))
      }
      assert.strictEqual(statSync(file).mode & 0o777, 0o600)
      yield* Effect.flatMap(Ledger, (ledger) =>
        Effect.gen(function* () {
          const { outcomes } = yield* ledger.record(acknowledged.map((n) => share(n)))
          assert.isTrue(outcomes.every((outcome) => outcome === "duplicate"))
          yield* ledger.audit
        })
      ).pipe(Effect.provide(PoolLedger.sqlite(file)))
      rmSync(folder, { recursive: true })
    })
  )
})

import * as FileSystem from "node:fs"
import * as OperatingSystem from "node:os"
import * as Path from "node:path"
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck, Fiber, Layer } from "effect"
import { Ledger } from "../../../../actors/pool/Ledger.ts"
import * as Database from "../../../../src/storage/Database.ts"
import { migrations } from "../../../../src/storage/ledger/LedgerSchema.ts"
import * as PoolLedger from "../../../../src/storage/PoolLedger.ts"
import * as Snapshot from "../../../../src/storage/Snapshot.ts"
import * as Postgres from "../../../harness/Postgres.ts"
import * as AuditOracle from "./AuditOracle.ts"
import { earn, randomBooks, share, step } from "./RandomBooks.ts"

/** One row is changed, or taken away. */
const columns = {
  ledger_accounts: ["immature", "payable", "planned", "paid", "miner_id"],
  ledger_credits: ["nicks", "miner_id", "block"],
  ledger_outputs: ["nicks", "miner_id", "payout"],
  ledger_blocks: ["reward", "fee", "credited", "state", "held", "id"],
  ledger_payouts: ["state", "id"]
} as const
const places = Object.entries(columns).flatMap(([table, names]) => [
  { table, change: null },
  ...names.map((name) => ({ table, change: name }))
])
const texts: Readonly<Record<string, ReadonlyArray<string>>> = {
  miner_id: ["ann", "bob", "nobody", "zoe", ""],
  state: ["accepted", "mature", "orphaned", "lost", "planned", "sent", "confirmed", "failed", "?"],
  held: ["none", "immature", "payable", "?"]
}
const tampering = FastCheck.record({
  place: FastCheck.constantFrom(...places),
  row: FastCheck.nat(50),
  delta: FastCheck.oneof(
    FastCheck.constantFrom(-1n, 1n, -2n, 2n),
    FastCheck.bigInt({ min: -(2n ** 48n), max: 2n ** 48n })
  ),
  text: FastCheck.nat(8)
})
type Tampering = typeof tampering extends FastCheck.Arbitrary<infer A> ? A : never

const tamper = ({ delta, place: { change, table }, row, text }: Tampering) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    // Whoever opens the file with another program is not held up by foreign keys.
    yield* sql`PRAGMA foreign_keys = OFF`
    const rows = yield* sql<{ readonly at: number }>`SELECT rowid AS at FROM ${sql(table)} ORDER BY rowid`
    const at = rows[row % rows.length]?.at
    if (at === undefined) return
    const choices = change === null ? undefined : texts[change]
    // A key that is taken: nothing was changed, so nothing can be found.
    if (change === null) yield* sql`DELETE FROM ${sql(table)} WHERE rowid = ${at}`
    else if (choices !== undefined) {
      yield* Effect.ignore(
        sql`UPDATE ${sql(table)} SET ${sql(change)} = ${choices[text % choices.length] ?? ""} WHERE rowid = ${at}`
      )
    } else if (table === "ledger_outputs" || table === "ledger_payouts") {
      const changed = change === "nicks" ? sql`nicks + ${delta}` : sql`${`p${text % 3}`}`
      yield* Effect.ignore(sql`UPDATE ${sql(table)} SET ${sql(change)} = ${changed} WHERE rowid = ${at}`)
    } else
      yield* Effect.ignore(sql`UPDATE ${sql(table)} SET ${sql(change)} = ${sql(change)} + ${delta} WHERE rowid = ${at}`)
  })

const memory = () =>
  Layer.scoped(Ledger, PoolLedger.make()).pipe(
    Layer.provideMerge(Database.layer({ file: ":memory:", what: "pool ledger", migrations }))
  )

const inFolder = <A, E, R>(use: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => FileSystem.mkdtempSync(Path.join(OperatingSystem.tmpdir(), "pitboss-audit-"))),
    (folder) => use(Path.join(folder, "ledger.sqlite")),
    (folder) => Effect.sync(() => FileSystem.rmSync(folder, { recursive: true }))
  )

/** Months of books in no time: `blocks` blocks, each shared out over `accounts` accounts. */
const fill = (blocks: number, accounts: number) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${blocks})
      INSERT INTO ledger_blocks (id, state, height, job_id, commitment, nonce, miner_id, worker, block_id, reward, fee,
        network_difficulty, found_at, detail, credited, held)
      SELECT i, 'mature', i, 'j', CAST(i AS BLOB), CAST(i AS BLOB), 'm1', '', 'b', ${accounts}, 0, 1, 0, '', 1, 'payable' FROM n`
    yield* sql`
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${accounts})
      INSERT INTO ledger_credits SELECT b.id, 'm' || i, 1 FROM ledger_blocks b, n ORDER BY b.id`
    yield* sql`
      INSERT INTO ledger_accounts (miner_id, immature, payable, planned, paid)
      SELECT miner_id, 0, SUM(nicks), 0, 0 FROM ledger_credits GROUP BY miner_id`
  })

describe("an audit", () => {
  it.effect(
    "finds whatever five queries over all books find, whatever row of random books was tampered with",
    () =>
      Effect.promise(async () => {
        let both = 0
        let runs = 0
        await FastCheck.assert(
          FastCheck.asyncProperty(FastCheck.array(step, { minLength: 5, maxLength: 25 }), tampering, (steps, change) =>
            Effect.gen(function* () {
              const ledger = yield* Ledger
              yield* randomBooks(ledger, steps)
              assert.deepStrictEqual(yield* AuditOracle.findings, [])
              yield* tamper(change)
              const known = yield* AuditOracle.findings
              const found = yield* Effect.either(ledger.audit)
              if (known.length > 0) assert.strictEqual(found._tag, "Left", known.join("; "))
              runs += 1
              if (known.length > 0) both += 1
            }).pipe(Effect.provide(memory()), Effect.runPromise)
          ),
          { numRuns: 150, seed: 11 }
        )
        assert.isAbove(both, runs / 4)
      }),
    120_000
  )

  it.live("of many slices finds one nick in the last of them, and says where", () =>
    Effect.gen(function* () {
      const ledger = yield* Ledger
      yield* fill(2_500, 3)
      yield* ledger.audit
      const sql = yield* SqlClient.SqlClient
      yield* sql`UPDATE ledger_credits SET nicks = 2 WHERE block = 2500 AND miner_id = 'm3'`
      const error = yield* Effect.flip(ledger.audit)
      assert.match(error.message, /block 2500: fee and credits are not its reward; account m3: payable/)
    }).pipe(Effect.provide(memory()))
  )

  it.live("holds up no share, and looks at one moment whatever changes meanwhile", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const ledger = yield* PoolLedger.make({ snapshot: Snapshot.ofFile(file) })
        yield* fill(100, 300)
        const audit = yield* Effect.fork(ledger.audit)
        // Thirty thousand credits are many turns; a block that is taken back and money that is planned are a few.
        yield* ledger.record([share(1)])
        yield* ledger.blockState(100, "orphaned", "taken back")
        yield* ledger.blockState(1, "orphaned", "taken back")
        const meanwhile = yield* Fiber.poll(audit)
        assert.strictEqual(meanwhile._tag, "None")
        yield* Fiber.join(audit)
        yield* ledger.audit
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE ledger_accounts SET paid = 1 WHERE miner_id = 'm7'`
        assert.include((yield* Effect.flip(ledger.audit)).message, "account m7")
      }).pipe(Effect.scoped, Effect.provide(Database.layer({ file, what: "pool ledger", migrations })))
    )
  )

  it.live("of a file that has gone is a failure of the ledger, not a defect", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const ledger = yield* PoolLedger.make({ snapshot: Snapshot.ofFile(`${file}.gone`) })
        assert.strictEqual((yield* Effect.flip(ledger.audit))._tag, "LedgerFailed")
      }).pipe(Effect.scoped, Effect.provide(Database.layer({ file, what: "pool ledger", migrations })))
    )
  )

  it.scoped.skipIf(!Postgres.isThere)("on Postgres is the same", () =>
    Effect.gen(function* () {
      const url = yield* Postgres.freshDatabase
      yield* Effect.gen(function* () {
        const ledger = yield* Ledger
        yield* earn(ledger, [share(1, "ann"), share(2, "bob")], 10_000n, "mature")
        yield* ledger.audit
        yield* Postgres.ask(url, "UPDATE ledger_credits SET nicks = nicks + 1 WHERE miner_id = 'bob'")
        const { message } = yield* Effect.flip(ledger.audit)
        assert.match(message, /block 1: fee and credits.*account bob: payable/)
      }).pipe(Effect.provide(PoolLedger.postgres(url)))
    })
  )
})

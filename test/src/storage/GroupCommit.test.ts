import { assert, describe, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Either, Fiber } from "effect"
import * as Database from "../../../src/storage/Database.ts"
import * as GroupCommit from "../../../src/storage/GroupCommit.ts"

const migrations: Database.Migrations = {
  "1_rows": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE rows (id INTEGER PRIMARY KEY, body ${Database.bytesType(sql)})`
  })
}

/** An open database that counts its transactions (not the savepoints in them). */
const counted = Effect.gen(function* () {
  const sql = yield* Database.open({ file: ":memory:", what: "rows", migrations })
  let transactions = 0
  let depth = 0
  const spied = new Proxy(sql, {
    get: (target, key, receiver) =>
      key !== "withTransaction"
        ? Reflect.get(target, key, receiver)
        : (effect: Effect.Effect<unknown, unknown>) =>
            Effect.suspend(() => {
              if (depth === 0) transactions += 1
              depth += 1
              return Effect.ensuring(
                target.withTransaction(effect),
                Effect.sync(() => {
                  depth -= 1
                })
              )
            })
  })
  return { sql, spied, transactions: () => transactions }
})

const ids = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ readonly id: number }>`SELECT id FROM rows ORDER BY id`, (rows) => rows.map((row) => row.id))

describe("GroupCommit", () => {
  it.scoped("shares transactions between writers that are ready together, and serves everybody", () =>
    Effect.gen(function* () {
      const { spied, sql, transactions } = yield* counted
      const commits = GroupCommit.make(spied, 100)
      const all = Array.from({ length: 1000 }, (_, id) => id)
      const got = yield* Effect.forEach(
        all,
        (id) => commits.write(Effect.as(sql`INSERT INTO rows (id) VALUES (${id})`, id)),
        {
          concurrency: "unbounded"
        }
      )
      assert.deepStrictEqual(got, all)
      assert.deepStrictEqual(yield* ids(sql), all)
      assert.isAtLeast(transactions(), 10)
      assert.isAtMost(transactions(), 20)
    })
  )

  it.scoped("rolls back one failed writer alone", () =>
    Effect.gen(function* () {
      const { sql } = yield* counted
      const commits = GroupCommit.make(sql)
      const write = (id: number) =>
        commits.write(
          Effect.gen(function* () {
            yield* sql`INSERT INTO rows (id) VALUES (${id})`
            if (id % 3 === 1) return yield* Effect.fail(`no ${id}`)
            if (id % 3 === 2) return yield* Effect.die(`dead ${id}`)
          })
        )
      const exits = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (id) => Effect.exit(write(id)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(yield* ids(sql), [0, 3])
      assert.deepStrictEqual(
        exits.map((exit) => exit._tag),
        ["Success", "Failure", "Failure", "Success", "Failure", "Failure"]
      )
      // Alone in its batch, without a savepoint.
      assert.deepStrictEqual(yield* Effect.flip(write(7)), "no 7")
      yield* write(9)
      assert.deepStrictEqual(yield* ids(sql), [0, 3, 9])
    })
  )

  it.scoped("survives interrupted writers: what was queued is written, and the lead is never lost", () =>
    Effect.gen(function* () {
      const { sql } = yield* counted
      const commits = GroupCommit.make(sql, 4)
      const fibers = yield* Effect.forEach(
        Array.from({ length: 40 }, (_, id) => id),
        (id) => Effect.fork(commits.write(sql`INSERT INTO rows (id) VALUES (${id})`))
      )
      yield* Effect.yieldNow()
      yield* Effect.forEach(fibers, (fiber, id) => (id % 2 === 0 ? Fiber.interruptFork(fiber) : Effect.void))
      yield* Effect.forEach(fibers, Fiber.await)
      yield* commits.write(sql`INSERT INTO rows (id) VALUES (1000)`)
      const written = yield* ids(sql)
      assert.isTrue(written.includes(1000))
      for (let id = 1; id < 40; id += 2) assert.isTrue(written.includes(id))
    })
  )

  it.scoped("acknowledges nothing that a full disk refused, and works again when there is room", () =>
    Effect.gen(function* () {
      const { sql } = yield* counted
      const commits = GroupCommit.make(sql, 8)
      yield* sql`PRAGMA max_page_count = 40`
      const write = (id: number) =>
        commits.write(sql`INSERT INTO rows ${sql.insert({ id, body: new Uint8Array(3000) })}`)
      const results = yield* Effect.forEach(
        Array.from({ length: 80 }, (_, id) => id),
        (id) => Effect.either(Effect.as(write(id), id)),
        { concurrency: "unbounded" }
      )
      const acknowledged = results.filter(Either.isRight).map((result) => result.right)
      const refused = results.filter(Either.isLeft)
      assert.isNotEmpty(acknowledged)
      assert.isNotEmpty(refused)
      assert.deepStrictEqual(yield* ids(sql), acknowledged)
      // One at a time, without savepoints, until there is no room for one.
      const alone: Array<number> = []
      for (let id = 600; Either.isRight(yield* Effect.either(write(id))); id++) alone.push(id)
      assert.deepStrictEqual(yield* ids(sql), [...acknowledged, ...alone])
      yield* sql`PRAGMA max_page_count = 4000`
      yield* write(500)
      assert.include(yield* ids(sql), 500)
    })
  )
})

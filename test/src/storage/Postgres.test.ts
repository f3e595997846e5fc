/**
 * The repositories that are embedded on SQLite today, run unchanged on a Postgres server.
 *
 * Needs PITBOSS_TEST_POSTGRES, the URL of a server on which databases may be made and dropped; skipped without it.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, TestClock } from "effect"
import { NodeId, type Proof, type Task } from "../../../actors/nexus/Task.ts"
import * as Books from "../../../src/nexus/orchestrator/Books.ts"
import * as BooksSchema from "../../../src/nexus/orchestrator/BooksSchema.ts"
import * as Issue from "../../../src/nexus/orchestrator/Issue.ts"
import * as Registry from "../../../src/nexus/orchestrator/Registry.ts"
import * as GroupCommit from "../../../src/storage/GroupCommit.ts"
import * as NexusSpool from "../../../src/storage/NexusSpool.ts"
import * as NexusSpoolSchema from "../../../src/storage/NexusSpoolSchema.ts"
import * as Postgres from "../../harness/Postgres.ts"

const node = (id: number) => NodeId.make(String(id))
const task = (taskId: string): Task => ({
  taskId,
  programId: "fib_input_initial",
  type: "PROOF_REQUIRED",
  difficulty: "MEDIUM",
  inputs: [new Uint8Array([1, 0, 255]), new Uint8Array(0)],
  createdAt: 1_790_000_000_123
})
const proof: Proof = { kind: "receipt", bytes: new Uint8Array([9, 8, 7]), hash: "ab" }

describe.skipIf(!Postgres.isThere)("on Postgres", () => {
  it.effect("the spool keeps, proves, closes, counts and prunes", () =>
    Effect.gen(function* () {
      const spool = yield* NexusSpool.make({ closedTasks: 10, closedFor: "1 day" })
      yield* Effect.forEach(
        Array.from({ length: 40 }, (_, id) => id),
        (id) =>
          Effect.gen(function* () {
            yield* spool.keepTask(node(id), task(`t${id}`))
            yield* spool.keepTask(node(id), task(`t${id}`))
            yield* spool.keepProof(node(id), `t${id}`, 0, proof)
            yield* spool.keepProof(node(id), `t${id}`, 0, proof)
            if (id % 2 === 0) yield* spool.keepProof(node(id), `t${id}`, 1, proof)
          }),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(yield* spool.openTask(node(3)), {
        node: node(3),
        task: task("t3"),
        proofs: [proof, null],
        fetchedAt: 0
      })
      assert.deepInclude(yield* spool.totals, { open: 40, proven: 20 })
      assert.strictEqual((yield* spool.openNodes).length, 40)
      assert.isTrue(Exit.isFailure(yield* Effect.exit(spool.keepProof(node(3), "t99", 0, proof))))
      for (let round = 0; round < 7; round++) {
        yield* Effect.forEach(
          Array.from({ length: 40 }, (_, id) => id),
          (id) =>
            Effect.gen(function* () {
              const taskId = round === 0 ? `t${id}` : `t${id}r${round}`
              yield* spool.keepTask(node(id), task(taskId))
              yield* spool.close(node(id), taskId, "accepted", "")
              yield* spool.close(node(id), taskId, "refused", "")
            }),
          { concurrency: "unbounded" }
        )
        yield* TestClock.adjust("1 second")
      }
      assert.deepInclude(yield* spool.totals, { open: 0, proven: 0 })
      assert.strictEqual((yield* spool.totals).outcomes.accepted, 280)
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql<{ readonly n: string }>`SELECT count(*) AS n FROM spool_tasks`
      assert.isBelow(Number(rows[0]?.n), 280)
    }).pipe(Effect.provide(Postgres.database(NexusSpoolSchema.migrations)))
  )

  it.effect("the group commit rolls back one failed writer alone", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE rows (id INTEGER PRIMARY KEY)`
      const commits = GroupCommit.make(sql)
      const exits = yield* Effect.forEach(
        [1, 2, 2, 3, 1, 4],
        (id) => Effect.exit(commits.write(sql`INSERT INTO rows (id) VALUES (${id})`)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(exits.filter(Exit.isSuccess).length, 4)
      assert.deepStrictEqual(yield* sql`SELECT id FROM rows ORDER BY id`, [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }])
    }).pipe(Effect.provide(Postgres.database({ "1_none": Effect.void })))
  )

  it.effect("the books issue, accept once, expire, count and register", () =>
    Effect.gen(function* () {
      const books = yield* Books.make({
        groups: new Map([["2", "us"]]),
        openTasksPerNode: 2,
        taskLifetimeMillis: 60_000,
        settledTasks: 1_000
      })
      const issue = (id: number) =>
        books.issue({
          node: node(id),
          publicKey: new Uint8Array(32).fill(id),
          again: false,
          make: (serial, now) => Issue.issue("seed", serial, "MEDIUM", { maxInputs: 4, legacyReplies: 0 }, now)
        })
      const issued = yield* Effect.forEach([1, 2, 3, 4, 5], issue, { concurrency: "unbounded" })
      assert.strictEqual(new Set(issued.map(({ task }) => task.taskId)).size, 5)
      const entry = yield* books.find(issued[0]?.task.taskId ?? "")
      if (entry === null) return yield* Effect.dieMessage("the task is not in the books")
      assert.deepStrictEqual(entry.task, issued[0]?.task)
      const verdicts = yield* Effect.all(
        Array.from({ length: 12 }, () => books.accept(entry, "ab")),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(verdicts.sort(), ["accepted", ...Array.from({ length: 11 }, () => "duplicate")])
      yield* TestClock.adjust("1 minute")
      assert.deepInclude(yield* books.totals, { issued: 5, accepted: 1, duplicates: 11, expired: 4, open: 0, nodes: 5 })
      assert.strictEqual((yield* books.tallies("", 10)).length, 5)
      assert.strictEqual((yield* books.tasks(0, 10)).length, 5)
      assert.strictEqual(yield* books.remember("seed", "a"), "a")
      assert.strictEqual(yield* books.remember("seed", "b"), "a")

      const registry = Registry.make(books, "seed", 1)
      const uuid = "123e4567-e89b-42d3-a456-426614174000"
      const wallet = `0x${"ab".repeat(20)}`
      yield* registry.register(uuid, wallet)
      assert.strictEqual((yield* Effect.flip(registry.register(uuid, `0x${"cd".repeat(20)}`)))._tag, "Refusal")
      const registered = yield* registry.registerNode(uuid)
      assert.strictEqual(yield* books.accountOf(registered), wallet)
      assert.strictEqual((yield* Effect.flip(registry.registerNode(uuid)))._tag, "Refusal")
    }).pipe(Effect.provide(Postgres.database(BooksSchema.migrations)))
  )
})

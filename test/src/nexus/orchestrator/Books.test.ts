import { assert, describe, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, FastCheck, TestClock } from "effect"
import { NodeId } from "../../../../actors/nexus/Task.ts"
import * as Books from "../../../../src/nexus/orchestrator/Books.ts"
import { migrations } from "../../../../src/nexus/orchestrator/BooksSchema.ts"
import * as Issue from "../../../../src/nexus/orchestrator/Issue.ts"
import * as Database from "../../../../src/storage/Database.ts"

const rules: Books.Rules = { groups: new Map(), openTasksPerNode: 2, taskLifetimeMillis: 10_000, settledTasks: 100 }
const inMemory = Database.layer({ file: ":memory:", what: "books", migrations })
const publicKey = new Uint8Array(32)
const make = (serial: number, now: number) =>
  Issue.issue("seed", serial, "SMALL", { maxInputs: 1, legacyReplies: 0 }, now)
const node = (id: number) => NodeId.make(String(id))
const issue = (books: Books.Books, id: number) => books.issue({ node: node(id), publicKey, again: false, make })

interface Modelled {
  readonly id: string
  readonly node: number
  readonly expiresAt: number
  state: Books.TaskState
}

describe("Books", () => {
  it.effect("agree with a naive model whatever happens (property)", () =>
    Effect.gen(function* () {
      const step = FastCheck.oneof(
        FastCheck.record({ do: FastCheck.constant("issue" as const), at: FastCheck.nat(2) }),
        FastCheck.record({ do: FastCheck.constant("accept" as const), at: FastCheck.nat(30) }),
        FastCheck.record({ do: FastCheck.constant("vanish" as const), at: FastCheck.nat(30) }),
        FastCheck.record({ do: FastCheck.constant("wait" as const), at: FastCheck.integer({ min: 1, max: 6_000 }) })
      )
      const samples = FastCheck.sample(FastCheck.array(step, { minLength: 5, maxLength: 50 }), { numRuns: 40, seed: 3 })
      yield* Effect.forEach(samples, (steps) =>
        Effect.gen(function* () {
          const books = yield* Books.make(rules)
          const tasks: Array<Modelled> = []
          const tally = { issued: 0, reissued: 0, accepted: 0, duplicates: 0, vanished: 0 }
          let now = yield* TestClock.currentTimeMillis
          for (const action of steps) {
            for (const task of tasks) if (task.state === "open" && task.expiresAt <= now) task.state = "expired"
            const task = tasks[action.at % Math.max(1, tasks.length)]
            if (action.do === "wait") {
              yield* TestClock.adjust(action.at)
              now += action.at
            } else if (action.do === "issue") {
              const open = tasks.filter((held) => held.node === action.at && held.state === "open")
              const issued = yield* issue(books, action.at)
              if (open.length >= 2) {
                assert.strictEqual(issued.task.taskId, open[0]?.id)
                tally.reissued += 1
              } else {
                assert.isFalse(tasks.some((held) => held.id === issued.task.taskId))
                tasks.push({ id: issued.task.taskId, node: action.at, expiresAt: now + 10_000, state: "open" })
                tally.issued += 1
              }
            } else if (task !== undefined) {
              const entry = yield* books.find(task.id)
              assert.strictEqual(entry?.state, task.state)
              if (entry === null || task.state === "expired") continue
              if (action.do === "vanish") {
                assert.strictEqual(yield* books.vanish(entry), task.state === "open")
                if (task.state !== "open") continue
                task.state = "vanished"
                tally.vanished += 1
              } else {
                const verdict = yield* books.accept(entry, "hash")
                if (task.state === "open") {
                  assert.strictEqual(verdict, "accepted")
                  task.state = "accepted"
                  tally.accepted += 1
                } else if (task.state === "accepted") {
                  assert.strictEqual(verdict, "duplicate")
                  tally.duplicates += 1
                } else {
                  assert.strictEqual(verdict, "gone")
                }
              }
            }
          }
          for (const task of tasks) if (task.state === "open" && task.expiresAt <= now) task.state = "expired"
          const count = (state: Books.TaskState) => tasks.filter((task) => task.state === state).length
          assert.deepInclude(yield* books.totals, { ...tally, expired: count("expired"), open: count("open") })
          const listed = yield* books.tasks(0, 1_000)
          assert.deepStrictEqual(
            listed.map((row) => [row.task_id, row.state]),
            tasks.map((task) => [task.id, task.state])
          )
        }).pipe(Effect.provide(inMemory))
      )
    })
  )

  it.effect("prune settled tasks, keep open ones, and never use a serial number twice", () =>
    Effect.gen(function* () {
      const books = yield* Books.make({ ...rules, openTasksPerNode: 1_000_000, taskLifetimeMillis: 1e9 })
      const forever = yield* issue(books, 7)
      for (let round = 0; round < 1_100; round++) {
        const { task } = yield* issue(books, 1)
        const entry = yield* books.find(task.taskId)
        if (entry !== null) yield* books.accept(entry, "hash")
      }
      const rows = yield* books.tasks(0, 10_000)
      assert.isBelow(rows.length, 100 + 1_100 - 1_024 + 3)
      assert.deepInclude(rows[0], { serial: 1, task_id: forever.task.taskId, state: "open" })
      assert.strictEqual(rows.at(-1)?.serial, 1_101)
      assert.deepInclude(yield* books.totals, { issued: 1_101, accepted: 1_100, open: 1 })
      yield* issue(books, 1)
      assert.strictEqual((yield* books.tasks(1_101, 10))[0]?.serial, 1_102)
    }).pipe(Effect.provide(inMemory))
  )

  it.effect("acknowledge nothing that a full disk refused", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const books = yield* Books.make({ ...rules, openTasksPerNode: 1_000_000 })
      yield* sql`PRAGMA max_page_count = 60`
      const issued = new Set<string>()
      let failures = 0
      for (let id = 0; id < 600; id++) {
        const outcome = yield* Effect.either(issue(books, id))
        if (outcome._tag === "Right") issued.add(outcome.right.task.taskId)
        else failures += 1
      }
      assert.isAbove(failures, 0)
      yield* sql`PRAGMA max_page_count = 10000`
      const rows = yield* books.tasks(0, 10_000)
      assert.deepStrictEqual(new Set(rows.map((row) => row.task_id)), issued)
      assert.deepInclude(yield* books.totals, { issued: issued.size, nodes: issued.size })
    }).pipe(Effect.provide(inMemory))
  )
})

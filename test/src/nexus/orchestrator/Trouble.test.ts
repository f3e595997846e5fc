import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Fiber, Option, TestClock } from "effect"
import * as Faults from "../../../../src/nexus/orchestrator/Faults.ts"
import { call, fetchAnswer, fetchTask, refusalOf, serve, submission, submit } from "./support.ts"

const faults = (text: string) => Either.getOrThrow(Faults.parse(text))

/** An orchestrator whose faults can be switched while it runs. */
const switchable = Effect.gen(function* () {
  const probability: Record<Faults.Kind, number> = { ...Faults.none.probability, error: 1 }
  const serving = yield* serve({ faults: { ...faults("rate=1,late-ms=15000"), probability }, openTasksPerNode: 5 })
  // isNone is asked once, at the start: it has to see a fault then.
  return {
    ...serving,
    only: (kind: Faults.Kind | null) => {
      for (const each of Faults.kinds) probability[each] = each === kind ? 1 : 0
    }
  }
})

describe("embedded orchestrator: trouble on purpose", () => {
  it.scoped("error: 5xx with the usual body, some with Retry-After; health is never touched", () =>
    Effect.gen(function* () {
      const { url } = yield* serve({ faults: faults("error=1") })
      const answers = yield* Effect.forEach(Array.from({ length: 30 }), () => fetchAnswer(url, "1"))
      assert.deepStrictEqual([...new Set(answers.map((answer) => answer.status))].sort(), [500, 502, 503])
      const withHeader = answers.filter((answer) => answer.headers["retry-after"] !== undefined)
      assert.isTrue(withHeader.length > 0 && withHeader.length < 30)
      assert.strictEqual(refusalOf(answers[0] ?? withHeader[0] ?? raise()).name, "InjectedError")
      assert.strictEqual((yield* call(url, "GET", "/health")).status, 200)
      assert.strictEqual((yield* call(url, "GET", "/books")).status, 200)
    })
  )

  it.scoped("drop: no answer and nothing done; lost and truncate: done, but the answer never arrives whole", () =>
    Effect.gen(function* () {
      const server = yield* serve({ faults: faults("drop=1") })
      assert.isTrue(Either.isLeft(yield* Effect.either(fetchAnswer(server.url, "1"))))
      assert.deepInclude(yield* server.books.totals, { issued: 0 })
      for (const kind of ["lost", "truncate"]) {
        const spoiling = yield* serve({ faults: faults(`${kind}=1`) })
        for (let turn = 0; turn < 3; turn++) {
          assert.isTrue(Either.isLeft(yield* Effect.either(fetchAnswer(spoiling.url, "1"))), kind)
        }
        assert.deepInclude(yield* spoiling.books.totals, { issued: 3, open: 3 })
      }
    })
  )

  it.scoped("a lost answer to a submit is settled by 409", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { books, url } = yield* serve({ faults: faults("lost=0.5,truncate=0.2"), openTasksPerNode: 1 })
      for (let node = 1; node <= 20; node++) {
        const task = yield* Effect.retry(fetchTask(url, String(node)), { times: 20 })
        const answer = yield* Effect.retry(submit(url, submission(task)), { times: 20 })
        seen.push(String(answer.status))
      }
      assert.deepStrictEqual([...new Set(seen)].sort(), ["200", "409"])
      const totals = yield* books.totals
      assert.strictEqual(totals.accepted, 20)
      assert.isAtLeast(totals.duplicates, seen.filter((status) => status === "409").length)
    })
  )

  it.scoped("vanish: no task on a fetch, gone for good on a submit", () =>
    Effect.gen(function* () {
      const { books, only, url } = yield* switchable
      only(null)
      const task = yield* fetchTask(url, "1")
      only("vanish")
      const none = yield* fetchAnswer(url, "1")
      assert.strictEqual(none.status, 404)
      assert.strictEqual(refusalOf(none).message, "Task not found")
      assert.strictEqual((yield* submit(url, submission(task))).status, 404)
      // Whoever owns the node is not made a stranger by it.
      assert.strictEqual((yield* call(url, "GET", "/v3/nodes/1")).status, 200)
      only(null)
      assert.strictEqual((yield* submit(url, submission(task))).status, 404)
      assert.deepInclude(yield* books.totals, { issued: 1, vanished: 1, accepted: 0, open: 0 })
    })
  )

  it.scoped("again: an open or even an accepted task comes once more", () =>
    Effect.gen(function* () {
      const { books, only, url } = yield* switchable
      only(null)
      const task = yield* fetchTask(url, "1")
      only("again")
      assert.deepStrictEqual(yield* fetchTask(url, "1"), task)
      assert.strictEqual((yield* submit(url, submission(task))).status, 200)
      assert.deepStrictEqual(yield* fetchTask(url, "1"), task)
      assert.strictEqual((yield* submit(url, submission(task))).status, 409)
      assert.deepInclude(yield* books.totals, { issued: 1, reissued: 2, accepted: 1, duplicates: 1 })
    })
  )

  it.scoped("late: the books are written long before the answer comes", () =>
    Effect.gen(function* () {
      const { books, only, url } = yield* switchable
      only("late")
      const waiting = yield* Effect.fork(fetchTask(url, "1"))
      while ((yield* books.totals).issued === 0) yield* Effect.promise(() => new Promise(setImmediate))
      yield* TestClock.adjust("14 seconds")
      assert.isTrue(Option.isNone(yield* Fiber.poll(waiting)))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(waiting)
    })
  )
})

const raise = (): never => {
  throw new Error("no answers")
}

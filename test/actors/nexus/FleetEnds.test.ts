/** How a fleet starts and ends, and what it leaves behind. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { Forbidden, RateLimited } from "../../../actors/nexus/Errors.ts"
import type { Task } from "../../../actors/nexus/Task.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number) => ({ nodes: Harness.entries(count), settings })

const forbidden = new Forbidden({ operation: "fetch task", status: 403, detail: "blocked" })

/** Refuses every request of a node for good, or of all. */
const refusing = (only?: string) =>
  new Harness.FakeOrchestrator({
    script: ({ node }) => (only === undefined || node === only ? forbidden : null)
  })

describe("start and end", () => {
  it.scoped("nodes of an earlier list finish their task and go", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      const orchestrator = new Harness.FakeOrchestrator()
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Harness.batchFile(list(2), { spool, orchestrator })
          yield* Harness.pass(3_000, 500)
        })
      )
      assert.strictEqual(spool.open.size, 2)
      const { fleet } = yield* Harness.batchFile({ nodes: [Harness.entry(1)], settings }, { spool, orchestrator })
      yield* Harness.settle
      assert.deepStrictEqual(
        (yield* fleet.status).nodes.map(({ id, retiring }) => [id, retiring]),
        [
          ["1", false],
          ["2", true]
        ]
      )
      yield* Harness.pass(8_000, 500)
      assert.deepStrictEqual(Object.keys(yield* Harness.states(fleet)), ["1"])
      assert.strictEqual(orchestrator.of("fetch", Harness.node(2)).length, 1)
      assert.strictEqual(orchestrator.of("submit", Harness.node(2)).length, 1)
      assert.strictEqual(spool.outcomes.accepted, orchestrator.accepted)
    }).pipe(Harness.onPaper(15))
  )

  it.scoped("drain takes no new task, sees every task in hand through, and ends", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator } = yield* Harness.batchFile(list(4))
      yield* Harness.pass(3_000, 500)
      yield* fleet.drain
      yield* Harness.pass(6_000, 500)
      const report = yield* fleet.finished
      assert.deepStrictEqual(report, { unproven: [], unsubmitted: [], interrupted: false, givenUp: [] })
      assert.strictEqual(orchestrator.accepted, 4)
      assert.strictEqual(orchestrator.of("fetch").length, 4)
      assert.strictEqual((yield* fleet.status).mode, "stopped")
    }).pipe(Harness.onPaper(16))
  )

  it.scoped("--max-tasks: exactly so many are accepted, then it ends", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ faultRate: 0.3 })
      const config = { nodes: Harness.entries(3), settings: { ...settings, maxTasks: 5 } }
      const { fleet, spool } = yield* Harness.batchFile(config, { orchestrator })
      for (let i = 0; i < 200 && (yield* fleet.status).mode !== "stopped"; i++) yield* Harness.pass(10_000)
      const report = yield* fleet.finished
      assert.deepStrictEqual(report.unsubmitted, [])
      assert.strictEqual(orchestrator.accepted, 5)
      assert.strictEqual(spool.outcomes.accepted + spool.outcomes.duplicate, 5)
    }).pipe(Harness.onPaper(17))
  )

  it.scoped("stop: work in progress is finished and submitted before the deadline", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator } = yield* Harness.batchFile(list(2))
      yield* Harness.pass(3_000, 500)
      const stopping = yield* Effect.fork(fleet.stop("30 seconds"))
      yield* Harness.pass(4_000, 500)
      const report = yield* Fiber.join(stopping)
      assert.deepStrictEqual(report, { unproven: [], unsubmitted: [], interrupted: false, givenUp: [] })
      assert.strictEqual(orchestrator.accepted, 2)
      assert.strictEqual(orchestrator.of("fetch").length, 2)
    }).pipe(Harness.onPaper(18))
  )

  it.scoped("stop: what is not done at the deadline is interrupted, named, and goes on at the next start", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      const orchestrator = Harness.neverAccepting()
      const slow = (task: Task) => orchestrator.books.get(task.taskId)?.node === "2"
      const prover = new Harness.FakeProver({ time: (task) => (slow(task) ? "1 hour" : "5 seconds") })
      const { fleet } = yield* Harness.batchFile(list(3), { spool, orchestrator, prover })
      yield* Harness.pass(8_000, 500)
      yield* fleet.pause(Harness.node(3))
      const stopping = yield* Effect.fork(fleet.stop("10 seconds"))
      yield* Harness.pass(10_000, 500)
      const report = yield* Fiber.join(stopping)
      assert.deepStrictEqual(report.unproven, [Harness.node(2)])
      assert.deepStrictEqual([...report.unsubmitted].sort(), [Harness.node(1), Harness.node(3)])
      assert.isTrue(report.interrupted)
      assert.strictEqual(prover.running, 0)
      orchestrator.script = () => null
      const next = yield* Harness.batchFile(list(3), { spool, orchestrator })
      yield* Harness.pass(6_000, 500)
      assert.strictEqual(spool.outcomes.accepted, 3)
      const old = ["task-0", "task-1", "task-2"].filter((id) => next.prover.attempts.has(`${id}/0`))
      const owners = old.map((id) => String(orchestrator.books.get(id)?.node))
      assert.deepStrictEqual(owners, ["2"], "a spooled proof is never made again")
    }).pipe(Harness.onPaper(19))
  )

  it.scoped("stop during a fetch: the task is kept for the next start, proving does not begin", () =>
    Effect.gen(function* () {
      const { fleet, prover, spool } = yield* Harness.batchFile(list(1))
      yield* Harness.pass(500)
      const stopping = yield* Effect.fork(fleet.stop("10 minutes"))
      yield* Harness.pass(500)
      const report = yield* Fiber.join(stopping)
      assert.deepStrictEqual(report, { unproven: [Harness.node(1)], unsubmitted: [], interrupted: false, givenUp: [] })
      assert.strictEqual(prover.attempts.size, 0)
      assert.strictEqual(spool.open.size, 1)
    }).pipe(Harness.onPaper(27))
  )

  it.scoped("a second stop hurries the first", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ time: "1 hour" })
      const { fleet } = yield* Harness.batchFile(list(2), { prover })
      yield* Harness.pass(3_000, 500)
      const first = yield* Effect.fork(fleet.stop("10 minutes"))
      yield* Harness.pass(1_000)
      assert.strictEqual((yield* fleet.status).mode, "stopping")
      const second = yield* Effect.fork(fleet.stop(0))
      yield* Harness.settle
      assert.isTrue((yield* Fiber.join(second)).interrupted)
      assert.isTrue((yield* Fiber.join(first)).interrupted)
    }).pipe(Harness.onPaper(20))
  )

  it.scoped("at the end all proofs are interrupted together, not one after the other; with and without a stop", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ time: "1 hour", stopTime: "200 millis" })
      const scope = yield* Scope.make()
      const first = yield* Scope.extend(Harness.batchFile(list(10), { prover }), scope)
      yield* Harness.pass(3_000, 500)
      const stopping = yield* Effect.fork(first.fleet.stop(0))
      yield* Harness.pass(200, 100)
      assert.strictEqual((yield* Fiber.join(stopping)).unproven.length, 10)
      yield* Scope.extend(Harness.batchFile(list(10), { prover }), scope)
      yield* Harness.pass(3_000, 500)
      assert.strictEqual(prover.running, 10)
      const closing = yield* Effect.fork(Scope.close(scope, Exit.void))
      yield* Harness.pass(200, 100)
      assert.strictEqual(prover.running, 0)
      yield* Fiber.join(closing)
    }).pipe(Harness.onPaper(29))
  )

  it.scoped("an idle fleet stops at once", () =>
    Effect.gen(function* () {
      const orchestrator = Harness.neverAccepting()
      const { fleet } = yield* Harness.batchFile(list(2), { orchestrator })
      yield* Harness.pass(7_000, 500)
      const stopping = yield* Effect.fork(fleet.stop("5 minutes"))
      yield* Harness.settle
      const report = yield* Fiber.join(stopping)
      assert.isFalse(report.interrupted)
      assert.strictEqual(report.unsubmitted.length, 2)
    }).pipe(Harness.onPaper(21))
  )

  it.scoped("stop submits what is proved and may be submitted before the deadline", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ index, operation }) =>
          operation === "submit" && index === 0
            ? new RateLimited({ operation: "submit proof", retryAfterMillis: 5_000, detail: "" })
            : null
      })
      const { fleet } = yield* Harness.batchFile(list(1), { orchestrator })
      yield* Harness.pass(7_000, 500)
      const stopping = yield* Effect.fork(fleet.stop("30 seconds"))
      yield* Harness.pass(6_000, 500)
      assert.deepStrictEqual((yield* Fiber.join(stopping)).unsubmitted, [])
      assert.strictEqual(orchestrator.accepted, 1)
    }).pipe(Harness.onPaper(22))
  )

  it.scoped("closing the scope without a stop interrupts every proof and loses no task", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ time: "1 hour" })
      const spool = new Harness.MemorySpool()
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* Harness.batchFile(list(5), { prover, spool })
          yield* Harness.pass(3_000, 500)
        })
      )
      assert.strictEqual(prover.running, 0)
      assert.strictEqual(spool.open.size, 5)
    }).pipe(Harness.onPaper(23))
  )

  it.scoped("a fleet whose nodes are all given up goes on: an operator may revive them or change the list", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator } = yield* Harness.batchFile(list(2), { orchestrator: refusing() })
      yield* Harness.pass(3_600_000, 60_000)
      assert.deepStrictEqual(yield* Harness.states(fleet), { 1: "Quarantined", 2: "Quarantined" })
      assert.strictEqual((yield* fleet.status).mode, "running")
      orchestrator.script = () => null
      yield* fleet.restart(Harness.node(2))
      yield* Harness.pass(10_000, 500)
      assert.strictEqual(orchestrator.accepted, 1)
      const { givenUp } = yield* fleet.stop(0)
      assert.deepStrictEqual(
        givenUp.map(({ error, node }) => [error, node]),
        [["Forbidden", Harness.node(1)]]
      )
    }).pipe(Harness.onPaper(27))
  )

  it.scoped("a fleet that ends with its last node says which it gave up, and why", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(2), settings: { ...settings, endsWithLastNode: true } }
      const { fleet, orchestrator } = yield* Harness.batchFile(config, { orchestrator: refusing("1") })
      yield* Harness.pass(60_000, 1_000)
      assert.deepStrictEqual((yield* Harness.states(fleet))[1], "Quarantined")
      assert.isAbove(orchestrator.accepted, 1)
      orchestrator.script = refusing().script
      yield* Harness.pass(60_000, 1_000)
      const { givenUp } = yield* fleet.finished
      assert.deepStrictEqual(
        givenUp.map(({ error, node }) => [error, node]),
        [
          ["Forbidden", Harness.node(1)],
          ["Forbidden", Harness.node(2)]
        ]
      )
      assert.include(givenUp[0]?.reason, "blocked")
    }).pipe(Harness.onPaper(28))
  )

  it.scoped("a node whose actor keeps failing is told from one that is refused", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(1), settings: { ...settings, endsWithLastNode: true } }
      const prover = new Harness.FakeProver({ time: 0, script: () => "die" })
      const { fleet } = yield* Harness.batchFile(config, { prover })
      yield* Harness.pass(120_000, 1_000)
      const { givenUp, unproven } = yield* fleet.finished
      assert.deepStrictEqual(
        givenUp.map(({ error, node }) => [error, node]),
        [["Defect", Harness.node(1)]]
      )
      assert.deepStrictEqual(unproven, [Harness.node(1)])
    }).pipe(Harness.onPaper(29))
  )
})

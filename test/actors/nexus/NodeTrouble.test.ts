/** A node that is refused for good, keeps failing, or works on a disk that fails. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Forbidden, NotFound } from "../../../actors/nexus/Errors.ts"
import { Orchestrator, type OrchestratorService } from "../../../actors/nexus/Orchestrator.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const one = { nodes: Harness.entries(1), settings }

describe("a node in trouble", () => {
  it.scoped("refused for good: quarantined by name, replaced by the next spare, its proof stays in the spool", () =>
    Effect.gen(function* () {
      const forbidden = new Forbidden({ operation: "submit proof", status: 403, detail: "blocked" })
      const unknown = new NotFound({ operation: "fetch task", what: "node", detail: "Node not found" })
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ node, operation }) =>
          node === "1" && operation === "submit" ? forbidden : node === "8" && operation === "fetch" ? unknown : null
      })
      const spares = [Harness.entry(8, { label: "first" }), Harness.entry(9)]
      const { fleet, spool, tree } = yield* Harness.batchFile({ ...one, spares }, { orchestrator })
      yield* Harness.pass(20_000, 500)
      const status = yield* fleet.status
      assert.deepStrictEqual(
        status.nodes.map(({ id, spare, state }) => [id, spare, state._tag === "Quarantined"]),
        [
          ["1", false, true],
          ["8", true, true],
          ["9", true, false]
        ]
      )
      const reasons = status.nodes.map(({ state }) => (state._tag === "Quarantined" ? state.reason : ""))
      assert.match(reasons[0] ?? "", /403.*blocked/)
      assert.match(reasons[1] ?? "", /no such node/)
      assert.strictEqual(status.sparesLeft, 0)
      assert.strictEqual(spool.open.get(Harness.node(1))?.proofs.length, 1)
      assert.isAbove(orchestrator.accepted, 0)
      const children = yield* tree.children("/fleet/nodes")
      assert.strictEqual(children.find(({ id }) => id === "1")?.state, "quarantined")
    }).pipe(Harness.onPaper(17))
  )

  it.scoped(
    "a defect restarts the node's actor with a growing wait; a spent budget quarantines it, a spare takes over",
    () =>
      Effect.gen(function* () {
        const prover = new Harness.FakeProver({ time: 0, script: ({ taskId }) => (taskId === "task-0" ? "die" : null) })
        const config = { ...one, spares: [Harness.entry(2)] }
        const { fleet, spool } = yield* Harness.batchFile(config, { prover })
        yield* Harness.pass(1_000)
        const first = yield* Harness.row(fleet, 1)
        assert.strictEqual(first.state._tag, "Restarting")
        assert.strictEqual(first.lastError?.tag, "Defect")
        yield* Harness.pass(120_000, 1_000)
        const row = yield* Harness.row(fleet, 1)
        assert.strictEqual(row.state._tag, "Quarantined")
        assert.strictEqual(row.counters.restarts, 5)
        assert.strictEqual(prover.attempts.get("task-0/0"), 6)
        assert.isTrue(spool.open.has(Harness.node(1)), "its task is still there")
        assert.isAbove((yield* Harness.row(fleet, 2)).counters.accepted, 0)
      }).pipe(Harness.onPaper(18))
  )

  it.scoped("a disk that fails restarts the node; a task that was not kept is not proved", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      let failed = 0
      spool.failing = (operation) => operation === "keep task" && failed++ === 0
      const { fleet, orchestrator, prover } = yield* Harness.batchFile(one, { spool })
      yield* Harness.pass(1_000)
      const row = yield* Harness.row(fleet, 1)
      assert.strictEqual(row.lastError?.tag, "SpoolFailed")
      yield* Harness.pass(10_000, 500)
      assert.isFalse(prover.attempts.has("task-0/0"))
      assert.strictEqual(orchestrator.accepted, 1)
      assert.strictEqual((yield* Harness.row(fleet, 1)).counters.restarts, 1)
    }).pipe(Harness.onPaper(19))
  )

  it.scoped("an acceptance that the disk refused to note is noted after the restart, not asked for again", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      let failed = 0
      spool.failing = (operation) => operation === "close" && failed++ < 2
      const { fleet, orchestrator } = yield* Harness.batchFile(one, { spool })
      yield* Harness.pass(12_000, 500)
      assert.strictEqual(spool.closed.get("1/task-0"), "accepted")
      assert.strictEqual(orchestrator.books.get("task-0")?.submissions, 1)
      assert.isAtLeast((yield* Harness.row(fleet, 1)).counters.accepted, 1)
      assert.strictEqual((yield* fleet.status).totals.accepted, spool.outcomes.accepted)
    }).pipe(Harness.onPaper(20))
  )

  it.scoped("a task that is issued again after it was done is not proved again", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator()
      const { service } = orchestrator
      const repeating: OrchestratorService = {
        ...service,
        fetchTask: (node, difficulty) =>
          Effect.suspend(() => {
            const known = orchestrator.books.get("task-0")
            return known?.state === "accepted" ? Effect.succeed(known.task) : service.fetchTask(node, difficulty)
          })
      }
      const swaps = { orchestrator: Layer.succeed(Orchestrator, repeating) }
      const { fleet, prover } = yield* Harness.batchFile(one, swaps)
      yield* Harness.pass(60_000, 1_000)
      assert.strictEqual(prover.attempts.get("task-0/0"), 1)
      assert.strictEqual(orchestrator.of("submit").length, 1)
      const { state } = yield* Harness.row(fleet, 1)
      assert.deepInclude(state, { _tag: "Waiting", reason: "no-task" })
    }).pipe(Harness.onPaper(21))
  )
})

/** What an operator may ask of a running fleet. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number) => ({ nodes: Harness.entries(count), settings })

describe("commands", () => {
  it.scoped("pause lets the present turn end, keeps the state; resume goes on", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator } = yield* Harness.batchFile(list(2))
      yield* Harness.pass(3_000, 500)
      yield* fleet.pause(Harness.node(1))
      assert.strictEqual((yield* Harness.row(fleet, 1)).state._tag, "Proving")
      yield* Harness.pass(20_000, 500)
      const paused = yield* Harness.row(fleet, 1)
      assert.strictEqual(paused.state._tag, "Paused")
      assert.strictEqual(paused.counters.accepted, 1)
      assert.strictEqual((yield* fleet.status).totals.paused, 1)
      assert.isAbove((yield* Harness.row(fleet, 2)).counters.accepted, 1)
      yield* fleet.resume(Harness.node(1))
      yield* Harness.pass(10_000, 500)
      assert.isAbove((yield* Harness.row(fleet, 1)).counters.accepted, 1)
      assert.isAbove(orchestrator.accepted, 3)
    }).pipe(Harness.onPaper(6))
  )

  it.scoped("a pause during a wait does not shorten the wait", () =>
    Effect.gen(function* () {
      const orchestrator = Harness.neverAccepting()
      const { fleet } = yield* Harness.batchFile(list(1), { orchestrator })
      yield* Harness.pass(7_000, 500)
      yield* fleet.pause(Harness.node(1))
      yield* Harness.pass(10_000)
      yield* fleet.resume(Harness.node(1))
      yield* Harness.settle
      const { state } = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual(state, { _tag: "Waiting", until: 606_500, reason: "rate-limit" })
      assert.strictEqual(orchestrator.of("submit").length, 1)
      yield* Harness.pass(600_000, 10_000)
      assert.strictEqual(orchestrator.of("submit").length, 2)
    }).pipe(Harness.onPaper(7))
  )

  it.scoped("a node that is paused in line gives its place in line away", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(3), settings: { ...settings, maxConcurrent: 1 } }
      const { fleet, orchestrator } = yield* Harness.batchFile(config)
      yield* Harness.settle
      yield* fleet.pause(Harness.node(2))
      yield* Harness.settle
      assert.deepStrictEqual(yield* Harness.states(fleet), { 1: "Fetching", 2: "Paused", 3: "Queued" })
      yield* Harness.pass(20_000, 500)
      assert.strictEqual(orchestrator.of("fetch", Harness.node(2)).length, 0)
      assert.isAbove(orchestrator.of("fetch", Harness.node(3)).length, 0)
    }).pipe(Harness.onPaper(8))
  )

  it.scoped("restart interrupts the proof, keeps the task, and proves only what is missing", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ inputs: () => 2 })
      const { fleet, prover } = yield* Harness.batchFile(list(1), { orchestrator })
      yield* Harness.pass(7_000, 500)
      yield* fleet.restart(Harness.node(1))
      yield* Harness.pass(6_000, 500)
      assert.strictEqual(prover.interrupted, 1)
      assert.deepStrictEqual([prover.attempts.get("task-0/0"), prover.attempts.get("task-0/1")], [1, 2])
      const row = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual([row.counters.accepted, row.counters.restarts], [1, 1])
    }).pipe(Harness.onPaper(9))
  )

  it.scoped("restart is the way out of quarantine", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ time: 0, script: () => "die" })
      const { fleet } = yield* Harness.batchFile(list(1), { prover })
      yield* Harness.pass(120_000, 1_000)
      assert.deepStrictEqual(yield* Harness.states(fleet), { 1: "Quarantined" })
      prover.script = () => null
      yield* fleet.restart(Harness.node(1))
      yield* Harness.pass(5_000, 500)
      assert.isAbove((yield* Harness.row(fleet, 1)).counters.accepted, 0)
    }).pipe(Harness.onPaper(10))
  )

  it.scoped("a name that is not in the fleet is a typed error", () =>
    Effect.gen(function* () {
      const { fleet } = yield* Harness.batchFile(list(1))
      for (const command of [fleet.pause, fleet.resume, fleet.restart]) {
        const result = yield* Effect.either(command(Harness.node(77)))
        assert(Either.isLeft(result))
        assert.strictEqual(result.left._tag, "NoSuchNode")
      }
    }).pipe(Harness.onPaper(11))
  )

  it.scoped("reload: new nodes start, removed ones finish and submit and take no new task, labels apply", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator } = yield* Harness.batchFile(list(3))
      yield* Harness.pass(3_000, 500)
      const report = yield* fleet.reload([Harness.entry(2, { label: "attic" }), Harness.entry(4), Harness.entry(1)])
      assert.deepStrictEqual(report, {
        added: [Harness.node(4)],
        retiring: [Harness.node(3)],
        relabelled: [Harness.node(2)],
        unchanged: 1
      })
      yield* Harness.settle
      const rows = (yield* fleet.status).nodes
      assert.deepStrictEqual(
        rows.map(({ id, label, retiring }) => [id, label, retiring]),
        [
          ["2", "attic", false],
          ["4", null, false],
          ["1", null, false],
          ["3", null, true]
        ]
      )
      assert.strictEqual((yield* Harness.row(fleet, 3)).state._tag, "Proving")
      yield* Harness.pass(30_000, 500)
      assert.notInclude(Object.keys(yield* Harness.states(fleet)), "3")
      assert.deepStrictEqual(orchestrator.of("fetch", Harness.node(3)).length, 1, "a removed node takes no new task")
      assert.strictEqual(orchestrator.of("submit", Harness.node(3)).length, 1)
      assert.isAbove(orchestrator.of("submit", Harness.node(4)).length, 0)
    }).pipe(Harness.onPaper(12))
  )

  it.scoped("a node that is removed and listed again before it is done simply stays", () =>
    Effect.gen(function* () {
      const { fleet } = yield* Harness.batchFile(list(2))
      yield* Harness.pass(3_000, 500)
      yield* fleet.reload(Harness.entries(1))
      yield* fleet.reload(Harness.entries(2))
      yield* Harness.pass(30_000, 500)
      const row = yield* Harness.row(fleet, 2)
      assert.isFalse(row.retiring)
      assert.isAbove(row.counters.accepted, 1)
    }).pipe(Harness.onPaper(13))
  )

  it.scoped(
    "removed while it waits with nothing in hand: gone at once; with a proof in hand: when it is accepted",
    () =>
      Effect.gen(function* () {
        const orchestrator = Harness.neverAccepting()
        const { fleet, spool } = yield* Harness.batchFile(list(1), { orchestrator })
        yield* Harness.pass(7_000, 500)
        yield* fleet.reload([])
        yield* Harness.pass(60_000)
        assert.deepStrictEqual(yield* Harness.states(fleet), { 1: "Waiting" })
        orchestrator.script = () => null
        yield* Harness.pass(600_000, 10_000)
        assert.deepStrictEqual(yield* Harness.states(fleet), {})
        assert.strictEqual(spool.outcomes.accepted, 1)
        yield* fleet.reload([Harness.entry(5)])
        yield* Harness.pass(7_000, 500)
        yield* fleet.pause(Harness.node(5))
        yield* Harness.pass(10_000, 500)
        yield* fleet.reload([])
        yield* Harness.settle
        assert.deepStrictEqual(yield* Harness.states(fleet), {})
      }).pipe(Harness.onPaper(14))
  )
})

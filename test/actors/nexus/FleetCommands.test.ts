/** What an operator may ask of a running fleet, and how it starts and ends. */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { RateLimited } from "../../../actors/nexus/Errors.ts"
import type { FleetEvent } from "../../../actors/nexus/FleetStatus.ts"
import * as ProofBudget from "../../../actors/nexus/ProofBudget.ts"
import type { Task } from "../../../actors/nexus/Task.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number) => ({ nodes: Harness.entries(count), settings })

const states = (fleet: Harness.BatchFile["fleet"]) =>
  Effect.map(fleet.status, ({ nodes }) => Object.fromEntries(nodes.map(({ id, state }) => [id, state._tag])))

/** Submissions are rate limited for ever. */
const never = new Harness.FakeOrchestrator({
  script: ({ operation }) =>
    operation === "submit"
      ? new RateLimited({ operation: "submit proof", retryAfterMillis: 600_000, detail: "" })
      : null
})
const neverAccepting = () => new Harness.FakeOrchestrator({ script: never.script })

describe("turns", () => {
  it.scoped("first starts are spaced by the start delay", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(4), settings: { startDelayMillis: 500 } }
      const { fleet, orchestrator } = yield* Harness.batchFile(config)
      yield* Harness.settle
      assert.deepStrictEqual(yield* states(fleet), { 1: "Fetching", 2: "Starting", 3: "Starting", 4: "Starting" })
      yield* Harness.pass(2_000, 100)
      assert.deepStrictEqual(
        orchestrator.of("fetch").map(({ at, node }) => [at, node]),
        [
          [0, "1"],
          [500, "2"],
          [1_000, "3"],
          [1_500, "4"]
        ]
      )
    }).pipe(Harness.onPaper(1))
  )

  it.scoped("a node that waits gives its place away, and all get their turns", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ node, operation }) =>
          node === "1" && operation === "fetch"
            ? new RateLimited({ operation: "fetch task", retryAfterMillis: 3_000_000, detail: "" })
            : null
      })
      const config = { nodes: Harness.entries(5), settings: { ...settings, maxConcurrent: 1 } }
      const { fleet } = yield* Harness.batchFile(config, { orchestrator })
      yield* Harness.pass(60_000, 500)
      const { nodes, turnstile } = yield* fleet.status
      assert.strictEqual(turnstile.busy, 1)
      const accepted = nodes.slice(1).map(({ counters }) => counters.accepted)
      assert.isAtLeast(Math.min(...accepted), 2)
      assert.isAtMost(Math.max(...accepted) - Math.min(...accepted), 1)
    }).pipe(Harness.onPaper(2))
  )

  it.scoped("a 429 of one node keeps the other nodes of its account away as long, and only those", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        fetchLatency: 0,
        script: ({ index, operation }) =>
          operation === "fetch" && index === 0
            ? new RateLimited({ operation: "fetch task", retryAfterMillis: 60_000, detail: "" })
            : null
      })
      const nodes = [1, 2, 3].map((id) => Harness.entry(id, { account: id === 3 ? "other" : "one" }))
      const config = { nodes, settings: { startDelayMillis: 100 } }
      const { fleet } = yield* Harness.batchFile(config, { orchestrator })
      yield* Harness.pass(1_000, 100)
      const { state } = yield* Harness.row(fleet, 2)
      assert(state._tag === "Waiting")
      assert.deepStrictEqual([state.reason, state.until >= 60_000], ["budget", true])
      assert.strictEqual(orchestrator.of("fetch", Harness.node(3)).length, 1)
      yield* Harness.pass(65_000, 500)
      const at = orchestrator.requests
        .filter(({ node, operation }) => node !== "3" && operation === "fetch")
        .slice(0, 3)
      assert.strictEqual(at[1]?.at, 60_000, "one probes when the account opens again")
      assert.isAbove(at[2]?.at ?? 0, 60_500, "the other a token later")
    }).pipe(Harness.onPaper(28))
  )

  it.scoped("concurrency changes at once when raised, as nodes leave when lowered", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(6), settings: { ...settings, maxConcurrent: 2 } }
      const { fleet } = yield* Harness.batchFile(config)
      yield* Harness.settle
      assert.deepStrictEqual((yield* fleet.status).turnstile, { limit: 2, busy: 2, queued: 4 })
      yield* fleet.setConcurrency(4)
      yield* Harness.settle
      assert.deepStrictEqual((yield* fleet.status).turnstile, { limit: 4, busy: 4, queued: 2 })
      yield* fleet.setConcurrency(1)
      yield* Harness.settle
      assert.strictEqual((yield* fleet.status).turnstile.busy, 4)
      yield* Harness.pass(10_000, 500)
      assert.strictEqual((yield* fleet.status).turnstile.busy, 1)
    }).pipe(Harness.onPaper(3))
  )

  it.scoped("proofs wait for memory where everybody can see it", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ bytes: () => 600 })
      const { fleet } = yield* Harness.batchFile(list(2), { prover, memory: ProofBudget.layer(1_000) })
      yield* Harness.pass(1_000)
      const { memory, nodes } = yield* fleet.status
      assert.deepStrictEqual(
        nodes.map(({ state }) => (state._tag === "AwaitingProver" ? state.for : state._tag)).sort(),
        ["Proving", "memory"]
      )
      assert.strictEqual(memory.reservedBytes, 600)
      assert.strictEqual(memory.waiting.length, 1)
      yield* Harness.pass(5_000, 500)
      assert.strictEqual((yield* fleet.status).memory.waiting.length, 0)
      assert.strictEqual(prover.most, 1)
    }).pipe(Harness.onPaper(4))
  )

  it.scoped("the prover's slots bound how many proofs run, whatever the number of nodes", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ slots: 2 })
      yield* Harness.batchFile(list(8), { prover })
      yield* Harness.pass(30_000, 500)
      assert.strictEqual(prover.most, 2)
    }).pipe(Harness.onPaper(5))
  )
})

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
      const orchestrator = neverAccepting()
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
      assert.deepStrictEqual(yield* states(fleet), { 1: "Fetching", 2: "Paused", 3: "Queued" })
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
      assert.deepStrictEqual(yield* states(fleet), { 1: "Quarantined" })
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
      assert.notInclude(Object.keys(yield* states(fleet)), "3")
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
        const orchestrator = neverAccepting()
        const { fleet, spool } = yield* Harness.batchFile(list(1), { orchestrator })
        yield* Harness.pass(7_000, 500)
        yield* fleet.reload([])
        yield* Harness.pass(60_000)
        assert.deepStrictEqual(yield* states(fleet), { 1: "Waiting" })
        orchestrator.script = () => null
        yield* Harness.pass(600_000, 10_000)
        assert.deepStrictEqual(yield* states(fleet), {})
        assert.strictEqual(spool.outcomes.accepted, 1)
        yield* fleet.reload([Harness.entry(5)])
        yield* Harness.pass(7_000, 500)
        yield* fleet.pause(Harness.node(5))
        yield* Harness.pass(10_000, 500)
        yield* fleet.reload([])
        yield* Harness.settle
        assert.deepStrictEqual(yield* states(fleet), {})
      }).pipe(Harness.onPaper(14))
  )
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
      assert.deepStrictEqual(Object.keys(yield* states(fleet)), ["1"])
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
      assert.deepStrictEqual(report, { unproven: [], unsubmitted: [], interrupted: false })
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
      assert.deepStrictEqual(report, { unproven: [], unsubmitted: [], interrupted: false })
      assert.strictEqual(orchestrator.accepted, 2)
      assert.strictEqual(orchestrator.of("fetch").length, 2)
    }).pipe(Harness.onPaper(18))
  )

  it.scoped("stop: what is not done at the deadline is interrupted, named, and goes on at the next start", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      const orchestrator = neverAccepting()
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
      assert.deepStrictEqual(report, { unproven: [Harness.node(1)], unsubmitted: [], interrupted: false })
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
      const orchestrator = neverAccepting()
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
})

describe("readers", () => {
  it.scoped("changes start with the present status and are at least 100 ms apart", () =>
    Effect.gen(function* () {
      const { fleet } = yield* Harness.batchFile(list(20))
      const reader = yield* Effect.fork(Stream.runCollect(Stream.take(fleet.changes, 20)))
      yield* Harness.pass(30_000, 100)
      const seen = Chunk.toReadonlyArray(yield* Fiber.join(reader)).map(({ at }) => at)
      assert.strictEqual(seen.length, 20)
      assert.isTrue(seen.slice(1).every((at, i) => at - (seen[i] ?? 0) >= 100 || i === 0))
    }).pipe(Harness.onPaper(24))
  )

  it.scoped("the first reader gets each event once, in order, from the start of the fleet on", () =>
    Effect.gen(function* () {
      const { fleet } = yield* Harness.batchFile(list(1))
      yield* Harness.pass(9_000, 500)
      const early = yield* fleet.events
      const late = yield* fleet.events
      yield* Harness.pass(9_000, 500)
      const read = (events: Stream.Stream<FleetEvent>, count: number) =>
        Effect.map(Stream.runCollect(Stream.take(events, count)), Chunk.toReadonlyArray)
      const all = yield* read(early, 6)
      assert.deepStrictEqual(
        all.map(({ _tag }) => _tag),
        ["NodeStarted", "TaskFetched", "InputProved", "TaskClosed", "TaskFetched", "InputProved"]
      )
      // Whoever comes later sees what comes later.
      const [next] = yield* read(late, 1)
      assert.isAbove(next?.at ?? 0, all[0]?.at ?? 0)
      assert.notStrictEqual(next?._tag, "NodeStarted")
    }).pipe(Harness.onPaper(25))
  )

  it.scoped("totals are the sums of what nodes counted, and rates follow them", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ faultRate: 0.2 })
      const { fleet, spool } = yield* Harness.batchFile(list(10), { orchestrator })
      yield* Harness.pass(300_000, 5_000)
      const { nodes, totals } = yield* fleet.status
      for (const counter of ["fetched", "accepted", "duplicate", "rateLimited", "failedFetches", "proofs"] as const) {
        assert.strictEqual(
          totals[counter],
          nodes.reduce((sum, { counters }) => sum + counters[counter], 0),
          counter
        )
      }
      assert.strictEqual(totals.accepted, spool.outcomes.accepted)
      assert.strictEqual(totals.fetched, totals.accepted + totals.duplicate + totals.tasksInHand)
      assert.closeTo(totals.tasksPerMinute.overall, (totals.accepted + totals.duplicate) / 5, 1e-9)
      assert.closeTo(totals.proofsPerMinute.lastFiveMinutes, totals.proofs / 5, 1)
    }).pipe(Harness.onPaper(26))
  )
})

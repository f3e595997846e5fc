/**
 * The defects of the existing batch client that live in actors, one test each.
 *
 * Numbers are those of the list in protocols/nexus-orchestrator.md section 8; docs/defects.md has the whole table.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { NotFound, RateLimited, ServerTrouble, Unreachable, UnsupportedTask } from "../../../actors/nexus/Errors.ts"
import { Orchestrator } from "../../../actors/nexus/Orchestrator.ts"
import * as ProofBudget from "../../../actors/nexus/ProofBudget.ts"
import * as Harness from "../../harness/Harness.ts"
import { simulated } from "../../harness/SimulatedClock.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number, more: object = {}) => ({
  nodes: Harness.entries(count),
  settings: { ...settings, ...more }
})

const limited = (operation: "fetch task" | "submit proof", retryAfterMillis: number | null) =>
  new RateLimited({ operation, retryAfterMillis, detail: "limit" })

describe("defects of the existing batch client", () => {
  it.scoped(
    "defect 2: between a finished proof and its submission nothing is called that could fail but the spool",
    () =>
      Effect.gen(function* () {
        const calls: Array<string> = []
        const orchestrator = new Harness.FakeOrchestrator({ local: false, url: "https://example.invalid" })
        const spool = new Harness.MemorySpool()
        spool.failing = (operation) => {
          calls.push(operation)
          return false
        }
        const prover = new Harness.FakeProver({
          kind: "stark",
          script: () => {
            calls.push("proved")
            return null
          }
        })
        orchestrator.script = ({ operation }) => {
          calls.push(operation)
          return null
        }
        yield* Harness.batchFile(list(1), { orchestrator, prover, spool })
        yield* Harness.pass(6_500, 500)
        const proved = calls.indexOf("proved")
        assert.deepStrictEqual(calls.slice(proved, proved + 4), ["proved", "keep proof", "submit", "close"])
      }).pipe(Harness.onPaper(2))
  )

  it.effect("defect 4: nodes beyond --max-concurrent run, all of them, again and again", () =>
    simulated((clock) =>
      Effect.gen(function* () {
        const { fleet } = yield* Harness.batchFile(list(200, { maxConcurrent: 10 }))
        yield* clock.pass("20 minutes")
        const { nodes, turnstile } = yield* fleet.status
        assert.strictEqual(turnstile.busy, 10)
        const accepted = nodes.map(({ counters }) => counters.accepted)
        assert.isAtLeast(Math.min(...accepted), 7)
        assert.isAtMost(Math.max(...accepted) - Math.min(...accepted), 1)
      }).pipe(Effect.scoped)
    ).pipe(Harness.seeded(4))
  )

  it.scoped("defect 5: --workers-per-node is the number of inputs that are proved at the same time", () =>
    Effect.gen(function* () {
      for (const workers of [1, 3]) {
        const orchestrator = new Harness.FakeOrchestrator({ inputs: () => 6 })
        const prover = new Harness.FakeProver()
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Harness.batchFile(list(1, { workersPerNode: workers }), { orchestrator, prover })
            yield* Harness.pass(1_000 + (6 / workers) * 5_000 + 500, 500)
          })
        )
        assert.strictEqual(prover.most, workers)
        assert.strictEqual(orchestrator.accepted, 1)
      }
    }).pipe(Harness.onPaper(5))
  )

  it.scoped("defect 6: all nodes share one prover and its slots", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ slots: 3 })
      const { orchestrator } = yield* Harness.batchFile(list(30, { maxConcurrent: 30 }), { prover })
      yield* Harness.pass(30_000, 1_000)
      assert.strictEqual(prover.most, 3)
      assert.isAbove(orchestrator.accepted, 10)
    }).pipe(Harness.onPaper(6))
  )

  it.scoped("defect 7: while every place is taken by a proof that never ends, timers, status and commands go on", () =>
    Effect.gen(function* () {
      const prover = new Harness.FakeProver({ time: "1000 days" })
      const { fleet } = yield* Harness.batchFile(list(20, { maxConcurrent: 20 }), { prover })
      yield* Harness.pass(60_000, 10_000)
      assert.strictEqual((yield* fleet.status).totals.active, 20)
      yield* fleet.setConcurrency(30)
      yield* fleet.reload([...Harness.entries(20), Harness.entry(99)])
      yield* Harness.pass(2_000, 500)
      assert.strictEqual((yield* Harness.row(fleet, 99)).state._tag, "Proving")
      const stopping = yield* Effect.fork(fleet.stop("1 second"))
      yield* Harness.pass(1_000, 100)
      assert.strictEqual((yield* Fiber.join(stopping)).unproven.length, 21)
    }).pipe(Harness.onPaper(7))
  )

  it.scoped("defect 8: proofs never reserve more than the limit; what can never fit is refused by name", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ assign: (_, task) => (task === 3 ? "EXTRA_LARGE" : "SMALL") })
      const prover = new Harness.FakeProver({ bytes: ({ difficulty }) => (difficulty === "SMALL" ? 300 : 5_000) })
      const swaps = { orchestrator, prover, memory: ProofBudget.make(1_000) }
      const { fleet, spool } = yield* Harness.batchFile(list(12, { maxConcurrent: 12 }), swaps)
      for (let i = 0; i < 60; i++) {
        yield* Harness.pass(500)
        const { memory } = yield* fleet.status
        assert.isAtMost(memory.reservedBytes, 1_000)
      }
      assert.strictEqual(prover.most, 3)
      assert.isAbove(orchestrator.accepted, 8)
      const large = orchestrator.books.get("task-3")
      assert.strictEqual(spool.closed.get(`${large?.node}/task-3`), "abandoned")
      assert.isUndefined(prover.attempts.get("task-3/0"))
      const row = yield* Harness.row(fleet, large?.node ?? Harness.node(0))
      assert.strictEqual(row.counters.abandoned, 1)
    }).pipe(Harness.onPaper(8))
  )

  it.scoped("defect 9: a change of state asks nobody for memory figures; only a reader's picture does", () =>
    Effect.gen(function* () {
      let pictures = 0
      const real = ProofBudget.make(10_000)
      const counting = {
        ...real,
        picture: Effect.tap(real.picture, () =>
          Effect.sync(() => {
            pictures += 1
          })
        )
      }
      const { fleet, orchestrator } = yield* Harness.batchFile(list(20), { memory: counting })
      yield* Harness.pass(30_000, 1_000)
      assert.isAbove(orchestrator.accepted, 10)
      assert.strictEqual(pictures, 0)
      yield* fleet.status
      assert.strictEqual(pictures, 1)
    }).pipe(Harness.onPaper(9))
  )

  it.scoped("defect 10: nodes that wait for the same budget are told different moments and do not fire together", () =>
    Effect.gen(function* () {
      const nodes = Harness.entries(12).map((entry) => ({ ...entry, account: "one wallet" }))
      const budget = { fetchesPerMinute: 12, submitsPerMinute: 100 }
      const config = { nodes, settings: { ...settings, maxConcurrent: 12, budget, proofIntervalMillis: 0 } }
      const { orchestrator } = yield* Harness.batchFile(config)
      yield* Harness.pass(180_000, 1_000)
      const at = orchestrator.of("fetch").map((request) => request.at)
      for (const [i, from] of at.entries()) {
        assert.isAtMost(at.filter((moment) => moment >= from && moment < from + 60_000).length, 12, `window from ${i}`)
      }
      const later = at.filter((moment) => moment > 0)
      assert.strictEqual(new Set(later).size, later.length, "two fetches of one account at the same moment")
      assert.isAtLeast(at.length, 30)
    }).pipe(Harness.onPaper(10))
  )

  it.scoped("defect 11: back-off grows, and one proof is not submitted forty times", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        submitLatency: 0,
        script: ({ operation }) =>
          operation === "submit"
            ? new ServerTrouble({ operation: "submit proof", status: 500, retryAfterMillis: null, detail: "verifier" })
            : null
      })
      yield* Harness.batchFile(list(1), { orchestrator })
      yield* Harness.pass(606_000, 6_000)
      const at = orchestrator.of("submit").map((request) => request.at)
      const gaps = at.slice(1).map((moment, i) => moment - (at[i] ?? 0))
      assert.isAtMost(at.length, 14)
      for (let i = 1; i < 6; i++) assert.isAbove(gaps[i] ?? 0, 1.2 * (gaps[i - 1] ?? 0), `${gaps}`)
    }).pipe(Harness.onPaper(11))
  )

  it.scoped("defect 12: a proof survives a hundred 429s and two restarts, and is made once", () =>
    Effect.gen(function* () {
      const spool = new Harness.MemorySpool()
      const prover = new Harness.FakeProver()
      const orchestrator = new Harness.FakeOrchestrator()
      orchestrator.script = ({ index, operation }) =>
        operation === "submit" && index < 100 ? limited("submit proof", 20_000) : null
      for (const minutes of [10, 20, 90]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* Harness.batchFile(list(1), { spool, prover, orchestrator })
            yield* Harness.pass(minutes * 60_000, 60_000)
          })
        )
      }
      assert.isAtLeast(orchestrator.of("submit").length, 101)
      assert.strictEqual(orchestrator.books.get("task-0")?.state, "accepted")
      assert.strictEqual(prover.attempts.get("task-0/0"), 1)
    }).pipe(Harness.onPaper(12))
  )

  it.scoped("defect 13: counters count events, not texts", () =>
    Effect.gen(function* () {
      const nodes = [Harness.entry(1, { label: "✅ success 429 failed accepted" }), Harness.entry(2)]
      const detail = "success: accepted 429 failed, all attempts failed"
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ index, operation }) =>
          operation === "submit" && index === 0 ? new Unreachable({ operation: "submit proof", detail }) : null
      })
      const { fleet } = yield* Harness.batchFile({ nodes, settings }, { orchestrator })
      yield* Harness.pass(9_000, 500)
      const { totals } = yield* fleet.status
      assert.deepStrictEqual(
        [totals.accepted, totals.duplicate, totals.refused, totals.expired, totals.rateLimited, totals.failedSubmits],
        [2, 0, 0, 0, 0, 1]
      )
      assert.strictEqual(orchestrator.accepted, 2)
    }).pipe(Harness.onPaper(13))
  )

  it.scoped("defect 14: a status has the moment it was taken, a row the moment its state began", () =>
    Effect.gen(function* () {
      const { fleet } = yield* Harness.batchFile(list(1))
      yield* Harness.pass(1_000)
      yield* Harness.pass(2_500)
      const { at, nodes } = yield* fleet.status
      assert.deepStrictEqual([at, nodes[0]?.since], [3_500, 1_000])
      yield* Harness.pass(2_500)
      assert.strictEqual((yield* Harness.row(fleet, 1)).since, 6_000)
    }).pipe(Harness.onPaper(14))
  )

  it.scoped("defect 15: a stop does not wait for the waits of nodes", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({ script: () => limited("fetch task", 80_000) })
      const { fleet } = yield* Harness.batchFile(list(20, { startDelayMillis: 500 }), { orchestrator })
      yield* Harness.pass(4_000, 500)
      const before = (yield* fleet.status).at
      const stopping = yield* Effect.fork(fleet.stop("10 minutes"))
      yield* Harness.pass(1_000, 500)
      yield* Fiber.join(stopping)
      assert.isAtMost((yield* fleet.status).at - before, 1_000)
    }).pipe(Harness.onPaper(15))
  )

  it.scoped("defect 16: no task is asked for every 15 s to 2 min, not every 2 s", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        fetchLatency: 0,
        script: () => new NotFound({ operation: "fetch task", what: "task", detail: "none" })
      })
      yield* Harness.batchFile(list(1), { orchestrator })
      yield* Harness.pass(3_600_000, 60_000)
      const fetches = orchestrator.of("fetch").length
      assert.isTrue(fetches <= 42 && fetches >= 28, `${fetches} fetches in an hour`)
    }).pipe(Harness.onPaper(16))
  )

  it.effect(
    "defect 16: ten nodes of one account keep to its limit by themselves, found out from the orchestrator",
    () =>
      simulated((clock) =>
        Effect.gen(function* () {
          const orchestrator = new Harness.FakeOrchestrator({
            local: false,
            url: "https://example.invalid",
            fetchLatency: "50 millis",
            wallet: (node) =>
              node === "5" ? new Unreachable({ operation: "read node", detail: "refused" }) : "0xshared"
          })
          const prover = new Harness.FakeProver({ kind: "stark", time: "100 millis" })
          const { fleet } = yield* Harness.batchFile(list(10, { proofIntervalMillis: 0 }), { orchestrator, prover })
          yield* clock.pass("10 minutes")
          const at = orchestrator.of("fetch").flatMap((request) => (request.node === "5" ? [] : [request.at]))
          let most = 0
          for (let from = 0, to = 0; to < at.length; to++) {
            while ((at[to] ?? 0) - (at[from] ?? 0) >= 60_000) from += 1
            most = Math.max(most, to - from + 1)
          }
          // Nine nodes share from their first fetch on; the tenth, whose look-up fails, is an account of its own.
          assert.isAtMost(most, 60)
          assert.isAtLeast(at.length, 500)
          const { nodes } = yield* fleet.status
          const shares = nodes.filter(({ id }) => id !== "5").map(({ counters }) => counters.fetched)
          assert.isAtMost(Math.max(...shares) - Math.min(...shares), 3)
          assert.isAbove(nodes[4]?.counters.accepted ?? 0, 100, "not knowing the wallet is not fatal")
          assert.strictEqual(nodes[0]?.account, "0xshared")
          assert.strictEqual(nodes[4]?.account, null)
        }).pipe(Effect.scoped)
      ).pipe(Harness.seeded(17))
  )

  it.scoped("defect 17: all proofs of a task with several inputs are handed in, in the order of the inputs", () =>
    Effect.gen(function* () {
      const fake = new Harness.FakeOrchestrator({ inputs: () => 4 })
      const handedIn: Array<ReadonlyArray<string>> = []
      const watching = Layer.succeed(Orchestrator, {
        ...fake.service,
        submit: (node, proven) => {
          handedIn.push(proven.proofs.map(({ bytes }) => new TextDecoder().decode(bytes)))
          return fake.service.submit(node, proven)
        }
      })
      const prover = new Harness.FakeProver({ time: (_, input) => (4 - input) * 1_000 })
      yield* Harness.batchFile(list(1, { workersPerNode: 4 }), { orchestrator: watching, prover })
      yield* Harness.pass(6_000, 500)
      assert.deepStrictEqual(
        handedIn[0],
        [0, 1, 2, 3].map((input) => `proof of task-0/${input}`)
      )
    }).pipe(Harness.onPaper(18))
  )

  it.scoped("defect 18: an unknown program does not loop, and a defect in one node leaves the others alone", () =>
    Effect.gen(function* () {
      const orchestrator = new Harness.FakeOrchestrator({
        script: ({ node, operation }) =>
          node === "1" && operation === "fetch"
            ? new UnsupportedTask({ taskId: "x", detail: "program fast-fib-2" })
            : null
      })
      const prover = new Harness.FakeProver({
        script: ({ taskId }) => (orchestrator.books.get(taskId)?.node === "2" ? "die" : null)
      })
      const { fleet } = yield* Harness.batchFile(list(4), { orchestrator, prover })
      yield* Harness.pass(300_000, 5_000)
      assert.isAtMost(orchestrator.of("fetch", Harness.node(1)).length, 8)
      const { nodes } = yield* fleet.status
      assert.match(nodes[0]?.lastError?.message ?? "", /fast-fib-2/)
      assert.strictEqual(nodes[1]?.state._tag, "Quarantined")
      for (const { counters } of nodes.slice(2)) assert.isAbove(counters.accepted, 20)
    }).pipe(Harness.onPaper(19))
  )
})

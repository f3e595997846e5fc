import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Harness from "../../harness/Harness.ts"

const quick = { startDelayMillis: 0 }

describe("fleet", () => {
  it.scoped("one node fetches, proves, submits, waits the interval and goes on", () =>
    Effect.gen(function* () {
      const { fleet, orchestrator, spool } = yield* Harness.batchFile({ nodes: Harness.entries(1), settings: quick })
      yield* Harness.settle
      assert.strictEqual((yield* Harness.row(fleet, 1)).state._tag, "Fetching")
      yield* Harness.pass(1_000)
      const proving = yield* Harness.row(fleet, 1)
      assert.deepStrictEqual(proving.state, { _tag: "Proving", proven: 0, inputs: 1, fraction: 0, stage: "trace" })
      assert.strictEqual(proving.task?.taskId, "task-0")
      yield* Harness.pass(2_500)
      assert.deepStrictEqual((yield* Harness.row(fleet, 1)).state, {
        _tag: "Proving",
        proven: 0,
        inputs: 1,
        fraction: 0.5,
        stage: "commit"
      })
      yield* Harness.pass(2_500)
      assert.deepStrictEqual((yield* Harness.row(fleet, 1)).state, { _tag: "Submitting", attempt: 1 })
      yield* Harness.pass(500)
      const waiting = yield* Harness.row(fleet, 1)
      assert.strictEqual(waiting.state._tag, "Waiting")
      assert.strictEqual(waiting.counters.accepted, 1)
      assert.strictEqual(orchestrator.accepted, 1)
      assert.strictEqual(spool.outcomes.accepted, 1)
      yield* Harness.pass(1_000)
      assert.strictEqual((yield* Harness.row(fleet, 1)).state._tag, "Fetching")
    }).pipe(Harness.seeded(1))
  )
})

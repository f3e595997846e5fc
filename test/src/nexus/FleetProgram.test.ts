/** The composition of batch-file around fakes: its own tree, in the order of who needs whom. */
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/TestClock"
import { FakeProver } from "../../harness/FakeProver.ts"
import * as Harness from "../../harness/Harness.ts"
import { MemorySpool } from "../../harness/MemorySpool.ts"

it.effect("starts storage, then prover, then nodes, and ends by itself after --max-tasks", () =>
  Effect.gen(function* () {
    const made: Array<string> = []
    const spool = new MemorySpool()
    const running = yield* Effect.fork(
      Harness.program({ maxTasks: 3 }, Harness.entries(4), {
        spool: Effect.sync(() => {
          made.push("spool")
          return spool.service
        }),
        prover: Effect.sync(() => {
          made.push("prover")
          return new FakeProver().service
        })
      })
    )
    for (let at = 0; at < 2_000 && running.unsafePoll() === null; at++) yield* TestClock.adjust("1 second")
    const report = yield* Fiber.join(running)
    assert.deepStrictEqual(report.unproven, [])
    assert.deepStrictEqual(made, ["spool", "prover"])
    const { open, outcomes } = yield* spool.service.totals
    assert.strictEqual(open, 0)
    assert.strictEqual(outcomes.accepted + outcomes.duplicate, 3)
  }).pipe(Harness.seeded(3))
)

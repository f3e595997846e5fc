import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as counter from "../../../actors/runtime/examples/counter.ts"
import * as fleet from "../../../actors/runtime/examples/fleet.ts"
import * as tree from "../../../actors/runtime/examples/tree.ts"
import { scoped } from "./support.ts"
import { VirtualClock } from "./VirtualClock.ts"

describe("the examples print what the documentation says", () => {
  it.effect("counter", () =>
    scoped(
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* counter.program, [
          "counted to 42",
          "after the crash: 0",
          "dead: 1 Add to /example/counter (crashed)"
        ])
      })
    )
  )

  it.effect("tree", () =>
    scoped(
      Effect.gen(function* () {
        const again = ["-job-board", "-http", "-tcp", "+job-board", "+tcp", "+http"]
        assert.deepStrictEqual(yield* tree.program, [
          "+ledger",
          "+job-board",
          "+tcp",
          "+http",
          "crash of job-board",
          ...again,
          ...again,
          ...again,
          "-job-board",
          "-http",
          "-tcp",
          "-ledger",
          "/server gave up because of job-board: no jobs",
          "/server is failed"
        ])
      })
    )
  )

  it("fleet", () => {
    const clock = new VirtualClock()
    return Effect.gen(function* () {
      const running = yield* Effect.fork(scoped(fleet.program))
      yield* clock.advance(12 * 60_000)
      assert.deepStrictEqual(yield* running, [
        "minute 0: /nodes/0 tries",
        "minute 1: /nodes/0 tries",
        "after 90 s: 10000 passivated",
        "minute 3: /nodes/0 tries",
        "after 12 min: 10000 quarantined"
      ])
    }).pipe(Effect.withClock(clock), Effect.runPromise)
  })
})

/** How often and when a supervisor restarts: intensity and back-off. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import { Quarantine } from "../../../actors/runtime/Errors.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, reports, Stage, scoped, settle, tags } from "./support.ts"

const second = 1_000
const fixed = (millis: number) => Backoff.make({ min: millis, max: millis, jitter: 0 })

describe("intensity", () => {
  it.effect("is a sliding window: one restart too many within the period ends the supervisor", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          intensity: 2,
          period: "10 seconds",
          children: [stage.fiber("a"), stage.fiber("b")]
        })
        // 0 s, 4 s, then 10.001 s: the first has left the window by then.
        yield* stage.order("a", "crash")
        yield* TestClock.adjust(4 * second)
        yield* stage.order("a", "crash")
        yield* TestClock.adjust(6 * second + 1)
        yield* stage.order("a", "crash")
        assert.strictEqual((yield* nodeAt("/s"))?.restartsInWindow, 2)
        // 14 s: exactly one period after the second one, which still counts.
        yield* TestClock.adjust(4 * second - 1)
        stage.take()
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a -b")
        const exit = yield* Effect.exit(supervisor.await)
        assert.isTrue(isFailure(exit, "IntensityReached"))
        assert.strictEqual((yield* nodeAt("/s"))?.state, "failed")
      })
    )
  )

  it.effect("0 allows no restart at all", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", { intensity: 0, children: [stage.fiber("a")] })
        yield* stage.order("a", "crash")
        assert.isTrue(isFailure(yield* Effect.exit(supervisor.await), "IntensityReached"))
        assert.strictEqual(stage.take(), "+a -a")
      })
    )
  )

  it.effect("escalates: the parent restarts the supervisor that gave up, and gives up itself in the end", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const seen = yield* reports
        const top = yield* Supervisor.make("top", {
          strategy: "rest_for_one",
          intensity: 1,
          children: [
            stage.fiber("x"),
            Supervisor.child("inner", { intensity: 1, children: [stage.fiber("a"), stage.fiber("b")] }),
            stage.fiber("y")
          ]
        })
        stage.take()
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a +a")
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a -b -y +a +b +y")
        assert.strictEqual((yield* nodeAt("/top/inner"))?.generation, 2)
        yield* stage.order("b", "crash")
        yield* stage.order("b", "crash")
        assert.isTrue(isFailure(yield* Effect.exit(top.await), "IntensityReached"))
        assert.strictEqual(stage.take(), "-b +b -b -a -y -x")
        assert.strictEqual(
          tags(seen),
          "child_terminated(a) child_terminated(a) reached_max_restart_intensity(a) child_terminated(inner) " +
            "child_terminated(b) child_terminated(b) reached_max_restart_intensity(b) child_terminated(inner) " +
            "reached_max_restart_intensity(inner)"
        )
      })
    )
  )

  it.effect("a child with its own budget is quarantined instead, and an operator can revive it", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          intensity: 0,
          children: [stage.fiber("a", { budget: { restarts: 2, period: "1 minute" } }), stage.fiber("b")]
        })
        stage.take()
        yield* stage.order("a", "crash")
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a +a -a +a")
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a")
        const node = yield* nodeAt("/s/a")
        assert.strictEqual(node?.state, "quarantined")
        assert.include(node?.lastFailure ?? "", "more than 2 restarts")
        yield* supervisor.restartChild("a")
        assert.strictEqual(stage.take(), "+a")
        assert.strictEqual((yield* nodeAt("/s/a"))?.state, "running")
      })
    )
  )

  it.effect("a child that raises Quarantine is kept, named, and left alone by a group restart", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const sick = { id: "q", start: Effect.succeed(Effect.fail(new Quarantine({ reason: "404" }))) }
        yield* Supervisor.make("s", { strategy: "one_for_all", children: [stage.fiber("a"), sick] })
        yield* settle
        stage.take()
        assert.strictEqual((yield* nodeAt("/s/q"))?.state, "quarantined")
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a +a")
        assert.strictEqual((yield* nodeAt("/s/q"))?.generation, 1)
      })
    )
  )
})

describe("back-off", () => {
  it.effect("waits, doubles, is capped, and is forgotten after a healthy time", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const backoff = Backoff.make({ min: 100, max: 400, jitter: 0, resetAfter: "10 seconds" })
        yield* Supervisor.make("s", { intensity: 100, children: [stage.fiber("a", { backoff })] })
        stage.take()
        const waits = (millis: number) =>
          Effect.gen(function* () {
            yield* stage.order("a", "crash")
            assert.strictEqual(stage.take(), "-a")
            const node = yield* nodeAt("/s/a")
            assert.strictEqual(node?.state, "waiting")
            assert.strictEqual((node?.until ?? 0) - (node?.since ?? 0), millis)
            yield* TestClock.adjust(millis - 1)
            yield* settle
            assert.strictEqual(stage.take(), "", `not before ${millis} ms`)
            yield* TestClock.adjust(1)
            yield* settle
            assert.strictEqual(stage.take(), "+a", `after ${millis} ms`)
          })
        for (const millis of [100, 200, 400, 400, 400]) yield* waits(millis)
        yield* TestClock.adjust(9_999)
        yield* waits(400)
        yield* TestClock.adjust(10_000)
        yield* waits(100)
        yield* waits(200)
      })
    )
  )

  it.effect("siblings of the group stay down with it, and a crash of an earlier sibling takes over", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        yield* Supervisor.make("s", {
          strategy: "rest_for_one",
          intensity: 10,
          children: [stage.fiber("a"), stage.fiber("b", { backoff: fixed(second) }), stage.fiber("c")]
        })
        stage.take()
        yield* stage.order("b", "crash")
        assert.strictEqual(stage.take(), "-b -c")
        yield* TestClock.adjust(500)
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "-a +a +b +c")
        // The timer of b belongs to a generation that is gone.
        yield* TestClock.adjust(second)
        yield* settle
        assert.strictEqual(stage.take(), "")
      })
    )
  )

  it.effect("a failed restart waits too, and terminateChild cancels the wait", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          intensity: 10,
          children: [stage.fiber("a", { backoff: fixed(second) })]
        })
        stage.take()
        stage.failStarts("a", 1)
        yield* stage.order("a", "crash")
        assert.isTrue(isFailure(yield* Effect.exit(supervisor.restartChild("a")), "ChildExists"))
        yield* TestClock.adjust(second)
        yield* settle
        assert.strictEqual(stage.take(), "-a !a")
        yield* TestClock.adjust(second)
        yield* settle
        assert.strictEqual(stage.take(), "+a")
        yield* stage.order("a", "crash")
        yield* supervisor.terminateChild("a")
        yield* TestClock.adjust("1 hour")
        yield* settle
        assert.strictEqual(stage.take(), "-a")
        assert.strictEqual((yield* nodeAt("/s/a"))?.state, "stopped")
      })
    )
  )
})

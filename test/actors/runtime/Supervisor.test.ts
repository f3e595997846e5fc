import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Scope, TestClock } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import { Quarantine } from "../../../actors/runtime/Errors.ts"
import { SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, reports, Stage, scoped, settle, tags } from "./support.ts"

const kinds = ["fiber", "actor"] as const
const second = 1_000
const fixed = (millis: number) => Backoff.make({ min: millis, max: millis, jitter: 0 })

for (const kind of kinds) {
  describe(`strategies, children are ${kind}s`, () => {
    const trio = (strategy: Supervisor.Strategy, stage: Stage) =>
      Supervisor.make("s", {
        strategy,
        intensity: 10,
        children: [stage[kind]("a"), stage[kind]("b"), stage[kind]("c")]
      })

    const orders = {
      one_for_one: "-b +b",
      rest_for_one: "-b -c +b +c",
      one_for_all: "-b -c -a +a +b +c"
    }
    for (const strategy of ["one_for_one", "rest_for_one", "one_for_all"] as const) {
      it.effect(`${strategy}: a crash of b gives ${orders[strategy]}`, () =>
        scoped(
          Effect.gen(function* () {
            const stage = new Stage()
            const supervisor = yield* trio(strategy, stage)
            assert.strictEqual(stage.take(), "+a +b +c")
            yield* stage.order("b", "crash")
            assert.strictEqual(stage.take(), orders[strategy])
            yield* supervisor.shutdown
            assert.strictEqual(stage.take(), "-c -b -a")
          })
        )
      )
    }

    it.effect("the Scope stops children in reverse order", () =>
      Effect.gen(function* () {
        const stage = new Stage()
        yield* scoped(trio("one_for_one", stage))
        assert.strictEqual(stage.take(), "+a +b +c -c -b -a")
      })
    )

    it.effect("a failed start stops what had started, in reverse order, and shows nothing", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          stage.failStarts("c", 1)
          const exit = yield* Effect.exit(trio("one_for_one", stage))
          assert.isTrue(isFailure(exit, "StartFailed"))
          assert.strictEqual(stage.take(), "+a +b !c -b -a")
          const tree = yield* SupervisionTree
          assert.deepStrictEqual(yield* tree.snapshot, [])
        })
      )
    )

    it.effect("restart types decide over normal, shutdown and abnormal exits", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          yield* Supervisor.make("s", {
            intensity: 100,
            children: [
              stage[kind]("p"),
              stage[kind]("t", { restart: "transient" }),
              stage[kind]("x", { restart: "temporary" })
            ]
          })
          stage.take()
          for (const order of ["finish", "shutdown", "crash", "interrupt"] as const) {
            yield* stage.order("p", order)
            assert.strictEqual(stage.take(), "-p +p", `permanent after ${order}`)
          }
          for (const order of ["crash", "interrupt"] as const) {
            yield* stage.order("t", order)
            assert.strictEqual(stage.take(), "-t +t", `transient after ${order}`)
          }
          yield* stage.order("t", "shutdown")
          assert.strictEqual(stage.take(), "-t")
          assert.strictEqual((yield* nodeAt("/s/t"))?.state, "stopped")
          yield* stage.order("x", "crash")
          assert.strictEqual(stage.take(), "-x")
          assert.isUndefined(yield* nodeAt("/s/x"))
        })
      )
    )

    it.effect("temporary siblings stopped with a group are forgotten, not started again", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          const supervisor = yield* Supervisor.make("s", {
            strategy: "one_for_all",
            children: [stage[kind]("a"), stage[kind]("x", { restart: "temporary" }), stage[kind]("c")]
          })
          stage.take()
          yield* stage.order("c", "crash")
          assert.strictEqual(stage.take(), "-c -x -a +a +c")
          assert.strictEqual((yield* supervisor.countChildren).specs, 2)
        })
      )
    )

    it.effect("requests: start, terminate, restart, delete, and what they refuse", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          const supervisor = yield* Supervisor.make("s", { children: [stage[kind]("a")] })
          yield* supervisor.startChild(stage[kind]("b"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.startChild(stage[kind]("b"))), "ChildExists"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.restartChild("b")), "ChildExists"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.deleteChild("b")), "ChildExists"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.terminateChild("z")), "ChildNotFound"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.restartChild("z")), "ChildNotFound"))
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.deleteChild("z")), "ChildNotFound"))
          yield* supervisor.terminateChild("b")
          yield* supervisor.terminateChild("b")
          assert.deepStrictEqual(yield* supervisor.countChildren, { specs: 2, active: 1, supervisors: 0, workers: 2 })
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.startChild(stage[kind]("b"))), "ChildExists"))
          yield* supervisor.restartChild("b")
          assert.deepStrictEqual(
            (yield* supervisor.whichChildren).map((child) => `${child.id} ${child.state} ${child.generation}`),
            ["a running 1", "b running 2"]
          )
          yield* supervisor.terminateChild("b")
          yield* supervisor.deleteChild("b")
          assert.isTrue(Option.isNone(yield* supervisor.getChildspec("b")))
          assert.isTrue(Option.isSome(yield* supervisor.getChildspec("a")))
          assert.strictEqual(stage.take(), "+a +b -b +b -b")
          yield* supervisor.shutdown
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.startChild(stage[kind]("d"))), "SupervisorStopped"))
        })
      )
    )

    it.effect("a failed startChild leaves nothing behind", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          const supervisor = yield* Supervisor.make("s", { children: [] })
          stage.failStarts("a", 1)
          const spec = stage[kind]("a")
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.startChild(spec)), "StartFailed"))
          assert.strictEqual((yield* supervisor.countChildren).specs, 0)
          assert.isUndefined(yield* nodeAt("/s/a"))
          yield* supervisor.startChild(spec)
          assert.strictEqual(stage.take(), "!a +a")
        })
      )
    )

    it.effect("a failed restart goes back through the mailbox, is counted, and lets requests in between", () =>
      scoped(
        Effect.gen(function* () {
          const stage = new Stage()
          const supervisor = yield* Supervisor.make("s", { intensity: 3, children: [stage[kind]("a")] })
          stage.take()
          stage.failStarts("a", 2)
          yield* stage.order("a", "crash")
          assert.strictEqual(stage.take(), "-a !a !a +a")
          assert.strictEqual((yield* nodeAt("/s"))?.restartsInWindow, 3)
          stage.failStarts("a", 100)
          yield* stage.order("a", "crash")
          assert.isTrue(isFailure(yield* Effect.exit(supervisor.await), "IntensityReached"))
        })
      )
    )
  })
}

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

describe("stopping", () => {
  it.effect("each child has its own time; whoever is still there is leaked, seen, and missed when it ends", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const seen = yield* reports
        const supervisor = yield* Supervisor.make("s", {
          children: [
            stage.stubborn("slow", 3 * second, { shutdown: "4 seconds" }),
            stage.stubborn("leaky", 7 * second, { shutdown: "2 seconds" })
          ]
        })
        const stopping = yield* Effect.fork(supervisor.terminateChild("leaky"))
        yield* settle
        assert.strictEqual((yield* nodeAt("/s/leaky"))?.state, "stopping")
        yield* TestClock.adjust(2 * second - 1)
        assert.isNull(yield* Fiber.poll(stopping).pipe(Effect.map(Option.getOrNull)))
        yield* TestClock.adjust(1)
        yield* Fiber.join(stopping)
        assert.strictEqual((yield* nodeAt("/s/leaky#1"))?.state, "leaked")
        assert.strictEqual((yield* nodeAt("/s/leaky"))?.state, "stopped")
        yield* supervisor.restartChild("leaky")
        assert.strictEqual((yield* nodeAt("/s/leaky"))?.generation, 2)
        assert.strictEqual((yield* nodeAt("/s/leaky#1"))?.state, "leaked")
        yield* TestClock.adjust(5 * second)
        yield* settle
        assert.isUndefined(yield* nodeAt("/s/leaky#1"))
        assert.strictEqual(tags(seen), "shutdown_error(leaky) leak_ended(leaky)")
        // The end of the leaked generation is no exit of the new one.
        assert.strictEqual((yield* nodeAt("/s/leaky"))?.state, "running")
        const slow = yield* Effect.fork(supervisor.terminateChild("slow"))
        yield* settle
        yield* TestClock.adjust(3 * second)
        yield* Fiber.join(slow)
        assert.isUndefined(yield* nodeAt("/s/slow#1"))
        const last = yield* Effect.fork(supervisor.shutdown)
        yield* settle
        yield* TestClock.adjust(2 * second)
        yield* Fiber.join(last)
      })
    )
  )

  it.effect("brutal gives no time on the clock, but a child that can unwind at once does", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          children: [stage.fiber("quick", { shutdown: "brutal" }), stage.stubborn("stuck", 1, { shutdown: "brutal" })]
        })
        yield* supervisor.terminateChild("quick")
        yield* supervisor.terminateChild("stuck")
        assert.isUndefined(yield* nodeAt("/s/quick#1"))
        assert.strictEqual((yield* nodeAt("/s/stuck#1"))?.state, "leaked")
        yield* TestClock.adjust(1)
      })
    )
  )

  it.effect("infinity waits as long as it takes", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          children: [stage.stubborn("a", 3_600_000, { shutdown: "infinity" })]
        })
        const stopping = yield* Effect.fork(supervisor.shutdown)
        yield* settle
        yield* TestClock.adjust(3_599_999)
        assert.isTrue(Option.isNone(yield* Fiber.poll(stopping)))
        yield* TestClock.adjust(1)
        yield* Fiber.join(stopping)
      })
    )
  )

  it.effect("a Scope that closes while a child starts interrupts the start and stops the rest", () =>
    Effect.gen(function* () {
      const stage = new Stage()
      const hanging = { id: "h", start: Effect.as(Effect.never, Effect.void) }
      const fiber = yield* Effect.fork(scoped(Supervisor.make("s", { children: [stage.fiber("a"), hanging] })))
      yield* settle
      assert.strictEqual(stage.take(), "+a")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(stage.take(), "-a")
    })
  )

  it.effect("what is asked while the supervisor ends is answered", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", { children: [stage.stubborn("a", second)] })
        const ending = yield* Effect.fork(supervisor.shutdown)
        yield* settle
        const asking = yield* Effect.fork(Effect.exit(supervisor.startChild(stage.fiber("b"))))
        yield* settle
        yield* TestClock.adjust(second)
        yield* Fiber.join(ending)
        assert.isTrue(isFailure(yield* Fiber.join(asking), "SupervisorStopped"))
      })
    )
  )
})

describe("generations", () => {
  it.effect("an exit that happened before a stop is no exit of the next generation", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", { intensity: 1, children: [stage.fiber("a"), stage.fiber("b")] })
        stage.take()
        // Crash and restart by request without a turn in between: the exit of generation 1 is still in the mailbox.
        const gate = yield* Deferred.make<void>()
        const blocking = { id: "g", restart: "temporary", start: Effect.as(Deferred.await(gate), Effect.void) } as const
        const blocked = yield* Effect.fork(supervisor.startChild(blocking))
        yield* settle
        const restart = yield* Effect.fork(Effect.andThen(supervisor.terminateChild("a"), supervisor.restartChild("a")))
        yield* settle
        yield* stage.order("a", "crash")
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(blocked)
        yield* Fiber.join(restart)
        yield* settle
        assert.strictEqual(stage.take(), "-a +a")
        assert.strictEqual((yield* nodeAt("/s"))?.restartsInWindow, 0)
        assert.strictEqual((yield* nodeAt("/s/a"))?.state, "running")
      })
    )
  )

  it.effect("counts incarnations, also those that failed to start", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        yield* Supervisor.make("s", { intensity: 5, children: [stage.fiber("a")] })
        stage.failStarts("a", 1)
        yield* stage.order("a", "crash")
        const node = yield* nodeAt("/s/a")
        assert.strictEqual(node?.generation, 3)
        assert.strictEqual(node?.restartsTotal, 2)
        assert.strictEqual(node?.lastFailure, "a can not start")
      })
    )
  )
})

describe("auto_shutdown", () => {
  const pair = (autoShutdown: "any_significant" | "all_significant", stage: Stage) =>
    Supervisor.make("s", {
      autoShutdown,
      children: [
        stage.fiber("a"),
        stage.fiber("x", { restart: "transient", significant: true }),
        stage.fiber("y", { restart: "temporary", significant: true })
      ]
    })

  it.effect("any_significant: the first one that ends by itself ends the supervisor, as a shutdown", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* pair("any_significant", stage)
        stage.take()
        yield* stage.order("x", "crash")
        assert.strictEqual(stage.take(), "-x +x")
        yield* stage.order("x", "finish")
        assert.strictEqual(stage.take(), "-x -y -a")
        assert.deepStrictEqual(yield* Effect.exit(supervisor.await), Exit.void)
      })
    )
  )

  it.effect("all_significant: the last one does; being stopped by request does not count", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* pair("all_significant", stage)
        stage.take()
        yield* stage.order("x", "finish")
        assert.strictEqual(stage.take(), "-x")
        yield* supervisor.terminateChild("y")
        yield* settle
        assert.strictEqual(stage.take(), "-y")
        yield* supervisor.restartChild("x")
        yield* stage.order("x", "finish")
        assert.strictEqual(stage.take(), "+x -x -a")
      })
    )
  )

  it.effect("a permanent significant child, and a significant child without autoShutdown, are refused", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const permanent = Supervisor.make("s", {
          autoShutdown: "any_significant",
          children: [stage.fiber("a", { significant: true })]
        })
        const useless = Supervisor.make("s", {
          children: [stage.fiber("a", { significant: true, restart: "transient" })]
        })
        for (const wrong of [permanent, useless]) {
          const exit = yield* Effect.exit(wrong)
          assert.isTrue(Exit.isFailure(exit) && exit.cause._tag === "Die")
        }
        assert.strictEqual(stage.take(), "")
      })
    )
  )
})

describe("duplicates", () => {
  it.effect("two children of one id do not start", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const exit = yield* Effect.exit(Supervisor.make("s", { children: [stage.fiber("a"), stage.fiber("a")] }))
        assert.isTrue(isFailure(exit, "StartFailed"))
        assert.strictEqual(stage.take(), "+a -a")
      })
    )
  )

  it.effect("two supervisors of one name do not either, until the first is gone", () =>
    scoped(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const make = Supervisor.make("s", { children: [] })
        yield* Scope.extend(make, scope)
        assert.isTrue(isFailure(yield* Effect.exit(make), "StartFailed"))
        yield* Scope.close(scope, Exit.void)
        yield* make
      })
    )
  )
})

describe("dynamic", () => {
  it.effect("starts from a template, forgets what ends for good, restarts what crashes", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const nodes = yield* Supervisor.dynamic("nodes", {
          intensity: 10,
          template: (id: string) => stage.fiber(id, { restart: "transient" }),
          initial: ["a", "b"]
        })
        yield* nodes.startChild("c")
        yield* nodes.startChildren(["d", "e"])
        assert.strictEqual(stage.take(), "+a +b +c +d +e")
        yield* stage.order("b", "crash")
        yield* stage.order("c", "finish")
        yield* nodes.terminateChild("d")
        assert.strictEqual(stage.take(), "-b +b -c -d")
        assert.deepStrictEqual(
          (yield* nodes.whichChildren).map((child) => child.path),
          ["/nodes/a", "/nodes/b", "/nodes/e"]
        )
        assert.isTrue(isFailure(yield* Effect.exit(nodes.restartChild("d")), "ChildNotFound"))
        assert.isTrue(isFailure(yield* Effect.exit(nodes.startChild("a")), "ChildExists"))
      })
    )
  )

  it.effect("stops all children at once: as long as the slowest, not as long as all of them", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const nodes = yield* Supervisor.dynamic("nodes", {
          template: (id: number) => stage.stubborn(`n${id}`, 4 * second)
        })
        yield* nodes.startChildren(Array.from({ length: 20 }, (_, i) => i))
        const stopping = yield* Effect.fork(nodes.shutdown)
        yield* settle
        yield* TestClock.adjust(4 * second)
        yield* settle
        assert.isTrue(Option.isSome(yield* Fiber.poll(stopping)))
        const leaking = yield* Supervisor.dynamic("leaking", {
          template: (id: number) => stage.stubborn(`m${id}`, "never")
        })
        yield* leaking.startChildren([1, 2, 3])
        const given = yield* Effect.fork(leaking.shutdown)
        yield* settle
        yield* TestClock.adjust(5 * second)
        yield* settle
        yield* settle
        assert.isTrue(Option.isSome(yield* Fiber.poll(given)))
      })
    )
  )

  it.effect("as a child, its initial children are started anew with every incarnation", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const got: Array<string> = []
        yield* Supervisor.make("top", {
          children: [
            Supervisor.dynamicChild("nodes", {
              intensity: 0,
              template: (id: string) => stage.fiber(id),
              initial: ["a", "b"],
              onStart: (nodes) => Effect.sync(() => got.push(nodes.path))
            })
          ]
        })
        yield* stage.order("a", "crash")
        assert.strictEqual(stage.take(), "+a +b -a -b +a +b")
        assert.deepStrictEqual(got, ["/top/nodes", "/top/nodes"])
      })
    )
  )
})

describe("nesting", () => {
  it.effect("a supervisor made inside a child hangs below it", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        yield* Supervisor.make("top", {
          children: [
            {
              id: "app",
              start: Effect.gen(function* () {
                yield* Supervisor.make("inside", { children: [stage.fiber("a")] })
                return Effect.never
              })
            }
          ]
        })
        assert.strictEqual((yield* nodeAt("/top/app/inside/a"))?.state, "running")
      })
    )
  )

  it.effect("a failed start of a grandchild names the whole way", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        stage.failStarts("b", 1)
        const failure = yield* Effect.flip(
          Supervisor.make("top", {
            children: [Supervisor.child("inner", { children: [stage.fiber("a"), stage.fiber("b")] })]
          })
        )
        assert.strictEqual(failure.path, "/top/inner")
        assert.include(failure.message, "/top/inner/b did not start (b can not start)")
        assert.strictEqual(stage.take(), "+a !b -a")
      })
    )
  )

  it.effect("a template that throws is the caller's defect, not the end of the supervisor", () =>
    scoped(
      Effect.gen(function* () {
        const nodes = yield* Supervisor.dynamic("nodes", {
          template: (id: string) => {
            if (id === "") throw new Error("no id")
            return { id, start: Effect.succeed(Effect.never) }
          }
        })
        assert.isTrue(Exit.isFailure(yield* Effect.exit(nodes.startChild(""))))
        yield* nodes.startChild("a")
        assert.strictEqual((yield* nodes.countChildren).active, 1)
      })
    )
  )
})

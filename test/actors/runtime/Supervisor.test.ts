/** Supervisors: strategies, stopping, generations, nesting. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, TestClock } from "effect"
import { SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, reports, Stage, scoped, settle, tags } from "./support.ts"

const kinds = ["fiber", "actor"] as const
const second = 1_000

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

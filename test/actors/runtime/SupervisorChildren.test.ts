/** Children that end a supervisor, have the same name, or come while it runs. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Scope, TestClock } from "effect"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, Stage, scoped, settle } from "./support.ts"

const second = 1_000

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

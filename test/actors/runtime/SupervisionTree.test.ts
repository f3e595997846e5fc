import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream, TestClock } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import * as CurrentNode from "../../../actors/runtime/CurrentNode.ts"
import { DeadLetters, MAX_COUNTERS, MAX_SAMPLES } from "../../../actors/runtime/DeadLetters.ts"
import { type Changes, SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { Stage, scoped, settle } from "./support.ts"

const collect = Effect.gen(function* () {
  const tree = yield* SupervisionTree
  const batches: Array<Changes> = []
  const fiber = yield* Effect.forkScoped(
    Stream.runForEach(tree.changes({ interval: 100 }), (batch) => Effect.sync(() => batches.push(batch)))
  )
  yield* settle
  return { batches, fiber }
})

const summary = (batch: Changes | undefined): string =>
  batch === undefined
    ? "none"
    : [
        ...batch.changed.map((node) => `${node.path}=${node.state}`),
        ...batch.removed.map((path) => `${path} gone`)
      ].join(" ")

describe("SupervisionTree", () => {
  it.effect("changes: first everything, then what changed, coalesced per interval", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const supervisor = yield* Supervisor.make("s", {
          intensity: 1_000,
          children: [stage.fiber("a"), stage.fiber("b")]
        })
        const { batches } = yield* collect
        assert.strictEqual(summary(batches[0]), "/s=running /s/a=running /s/b=running")
        assert.isTrue(batches[0]?.complete)
        for (let i = 0; i < 50; i++) yield* stage.order("b", "crash")
        assert.strictEqual(batches.length, 1)
        yield* TestClock.adjust(100)
        yield* settle
        assert.strictEqual(batches.length, 2)
        assert.strictEqual(summary(batches[1]), "/s/b=running")
        assert.strictEqual(batches[1]?.changed[0]?.restartsTotal, 50)
        yield* supervisor.terminateChild("a")
        yield* TestClock.adjust(100)
        yield* settle
        assert.strictEqual(summary(batches[2]), "/s/a=stopped")
        yield* supervisor.deleteChild("a")
        yield* TestClock.adjust(100)
        yield* settle
        assert.strictEqual(summary(batches[3]), "/s/a gone")
        yield* TestClock.adjust("1 hour")
        yield* settle
        assert.strictEqual(batches.length, 4)
      })
    )
  )

  it.effect("a node that was replaced under its path is not reported as gone", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const nodes = yield* Supervisor.dynamic("s", { template: (id: string) => stage.fiber(id), initial: ["a"] })
        const { batches, fiber } = yield* collect
        yield* nodes.terminateChild("a")
        yield* nodes.startChild("a")
        yield* TestClock.adjust(100)
        yield* settle
        assert.strictEqual(summary(batches[1]), "/s/a=running")
        yield* Fiber.interrupt(fiber)
      })
    )
  )

  it.effect("10,000 changes are one batch, and two subscribers do not disturb each other", () =>
    scoped(
      Effect.gen(function* () {
        const behaviour = Behaviour.of<"boom">()({
          initial: () => 0,
          reduce: () => {
            throw new Error("boom")
          }
        })
        const nodes = yield* Supervisor.dynamic("s", {
          intensity: 1_000_000,
          template: (id: number) => Actor.child(`${id}`, behaviour)
        })
        const specs = yield* nodes.startChildren(Array.from({ length: 10_000 }, (_, i) => i))
        const first = yield* collect
        const second = yield* collect
        for (const spec of specs) spec.ref.unsafeTell("boom")
        // The dispatcher hands the thread back every millisecond.
        const down = Effect.map(nodes.whichChildren, (children) => children.some((child) => child.generation === 1))
        yield* Effect.repeat(Effect.andThen(settle, down), { while: (some) => some })
        yield* TestClock.adjust(100)
        yield* settle
        for (const { batches } of [first, second]) {
          assert.strictEqual(batches.length, 2)
          assert.strictEqual(batches[1]?.changed.length, 10_000)
        }
      })
    )
  )

  it.effect("annotations, bytes, children, and what is not there", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const tree = yield* SupervisionTree
        yield* Supervisor.make("s", {
          children: [stage.fiber("a"), Supervisor.child("t", { children: [stage.fiber("x")] })]
        })
        yield* tree.annotate("/s/a", "phase", "proving")
        yield* tree.annotate("/s/a", "gone", 1)
        yield* tree.annotate("/s/a", "gone", undefined)
        yield* tree.annotate("/nobody", "phase", "x")
        yield* tree.account("/s/a", 4_096)
        const children = yield* tree.children("/s")
        assert.deepStrictEqual(
          children.map((node) => [node.id, node.type, node.childCount]),
          [
            ["a", "worker", 0],
            ["t", "supervisor", 1]
          ]
        )
        assert.deepStrictEqual(children[0]?.annotations, { phase: "proving" })
        assert.strictEqual(children[0]?.bytes, 4_096)
        assert.deepStrictEqual(yield* tree.children("/nobody"), [])
        assert.deepStrictEqual(
          (yield* tree.snapshot).map((node) => node.path),
          ["/s", "/s/a", "/s/t", "/s/t/x"]
        )
      })
    )
  )

  it.effect("every fiber of a child knows its path", () =>
    scoped(
      Effect.gen(function* () {
        const paths: Array<string> = []
        const look = Effect.map(CurrentNode.path, (path) => paths.push(path))
        const worker = { id: "w", start: Effect.as(look, Effect.andThen(look, Effect.never)) }
        const actor = Actor.child(
          "a",
          Behaviour.of<"look">()({ init: Effect.as(look, 0), receive: (n) => Effect.as(look, n) })
        )
        yield* Supervisor.make("s", { children: [worker, Supervisor.child("t", { children: [actor] })] })
        yield* Actor.tell(actor.ref, "look")
        yield* settle
        assert.strictEqual(yield* CurrentNode.path, "/")
        assert.deepStrictEqual(paths, ["/s/w", "/s/w", "/s/t", "/s/t/a"])
      })
    )
  )

  it.effect("events carry OTP's reports; the newest are kept", () =>
    scoped(
      Effect.gen(function* () {
        const stage = new Stage()
        const tree = yield* SupervisionTree
        const listening = yield* Effect.fork(Stream.runCollect(Stream.take(tree.events, 4)))
        yield* settle
        const supervisor = yield* Supervisor.make("s", { intensity: 5, children: [stage.fiber("a")] })
        stage.failStarts("a", 1)
        yield* stage.order("a", "crash")
        const seen = Chunk.toReadonlyArray(yield* Fiber.join(listening))
        assert.deepStrictEqual(
          seen.map(
            (report) => `${report._tag} ${report.supervisor} ${report.offender} ${report.generation} ${report.reason}`
          ),
          [
            "child_started /s a 1 ",
            "child_terminated /s a 1 Error: a crashed",
            "start_error /s a 2 a can not start",
            "child_started /s a 3 "
          ]
        )
        yield* supervisor.shutdown
        assert.deepStrictEqual(
          (yield* tree.recentEvents).map((report) => report._tag),
          ["child_terminated", "start_error"]
        )
      })
    )
  )
})

describe("DeadLetters", () => {
  it.effect("is bounded: counters, samples, previews; and prints no secrets", () =>
    scoped(
      Effect.gen(function* () {
        const letters = yield* DeadLetters
        for (let i = 0; i < MAX_COUNTERS + 500; i++) yield* letters.publish(`/n/${i}`, { _tag: "T", i }, "stopped")
        yield* letters.publish("/n/0", { _tag: "T", token: "x".repeat(1_000), nested: { secret: 1 }, i: 7 }, "stopped")
        const snapshot = yield* letters.snapshot
        assert.strictEqual(snapshot.total, MAX_COUNTERS + 501)
        assert.isAtMost(snapshot.counters.length, MAX_COUNTERS + 1)
        assert.strictEqual(
          snapshot.counters.reduce((sum, counter) => sum + counter.count, 0),
          snapshot.total
        )
        assert.strictEqual(snapshot.samples.length, MAX_SAMPLES)
        assert.strictEqual(snapshot.samples.at(-1)?.preview, "{ _tag: T, token, nested, i: 7 }")
        assert.strictEqual(snapshot.counters[0]?.count, 2)
        yield* letters.publish("/n", "s".repeat(500), "late")
        assert.strictEqual((yield* letters.snapshot).samples.at(-1)?.preview.length, 200)
      })
    )
  )
})

/** How actors end, and who is told. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Scope, TestClock } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import * as Protocol from "../../../actors/runtime/Protocol.ts"
import * as Registry from "../../../actors/runtime/Registry.ts"
import { SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, scoped, settle } from "./support.ts"
import { type Message, common, forms, add, boom, get, letters } from "./Counting.ts"

describe("watching", () => {
  it.effect("tells once, with the generation and the reason, also when there is nobody", () =>
    scoped(
      Effect.gen(function* () {
        const spec = Actor.child("n", forms.receive)
        const before = yield* Actor.monitor(spec.ref)
        assert.strictEqual(before.reason.kind, "noproc")
        yield* Supervisor.make("s", { intensity: 5, children: [spec] })
        const watching = yield* Effect.fork(Actor.monitor(spec.ref))
        yield* settle
        yield* Actor.tell(spec.ref, boom)
        const down = yield* Fiber.join(watching)
        assert.strictEqual(`${down.path} ${down.generation} ${down.reason.kind}`, "/s/n 1 crashed")
        yield* settle
        const second = yield* Effect.fork(Actor.monitor(spec.ref))
        yield* settle
        yield* Actor.tell(spec.ref, { _tag: "Stop" })
        assert.strictEqual((yield* Fiber.join(second)).reason.kind, "normal")
      })
    )
  )

  type Watch = { readonly _tag: "Down"; readonly down: Actor.Down } | { readonly _tag: "Unwatch" }
  const watcher = (target: Actor.ActorRef<Message>, seen: Array<string>) =>
    Behaviour.of<Watch>()({
      initial: (context) => context.watch(target, (down) => ({ _tag: "Down", down })),
      reduce: (_, message, context) => {
        if (message._tag === "Unwatch") context.unwatch(target)
        else {
          seen.push(`${message.down.generation} ${message.down.reason.kind}`)
          context.watch(target, (down) => ({ _tag: "Down", down }))
        }
      }
    })

  it.effect("an actor watches another as a message, watches again, and can stop watching", () =>
    scoped(
      Effect.gen(function* () {
        const seen: Array<string> = []
        const spec = Actor.child("n", forms.reduce, { backoff: Backoff.make({ min: 1, max: 1 }) })
        yield* Supervisor.make("s", { intensity: 50, children: [spec] })
        const ref = yield* Actor.spawn("w", watcher(spec.ref, seen))
        yield* settle
        yield* Actor.tell(spec.ref, boom)
        // Down while it waits for its restart: told again and again would be a busy loop, so nobody is there: noproc.
        yield* Effect.yieldNow()
        yield* Actor.tell(ref, { _tag: "Unwatch" })
        yield* settle
        assert.strictEqual(seen[0], "1 crashed")
        assert.strictEqual(seen[1], "1 noproc")
      })
    )
  )

  it.effect("a watch is told once, however often the other crashes", () =>
    scoped(
      Effect.gen(function* () {
        const seen: Array<number> = []
        const spec = Actor.child("n", forms.reduce)
        yield* Supervisor.make("s", { intensity: 50, children: [spec] })
        yield* Actor.spawn(
          "w",
          Behaviour.of<Actor.Down>()({
            initial: (context) => context.watch(spec.ref, (down) => down),
            reduce: (_, down) => {
              seen.push(down.generation)
            }
          })
        )
        for (let i = 0; i < 3; i++) {
          yield* Actor.tell(spec.ref, boom)
          yield* settle
        }
        assert.deepStrictEqual(seen, [1])
      })
    )
  )

  it.effect("a watcher that ends is forgotten by those it watched", () =>
    scoped(
      Effect.gen(function* () {
        const seen: Array<string> = []
        const target = yield* Actor.spawn("n", forms.reduce)
        const scope = yield* Scope.make()
        yield* Scope.extend(Actor.spawn("w", watcher(target, seen)), scope)
        yield* Scope.close(scope, Exit.void)
        yield* Actor.tell(target, { _tag: "Stop" })
        yield* settle
        assert.deepStrictEqual(seen, [])
        assert.strictEqual((yield* letters).total, 0)
      })
    )
  )
})

describe("ending", () => {
  it.effect("runs the stop hook with the last state, then the finalizers of init; a crash skips the hook", () =>
    scoped(
      Effect.gen(function* () {
        const trail: Array<string> = []
        const behaviour = Behaviour.of<Message>()({
          init: Effect.as(
            Effect.acquireRelease(
              Effect.sync(() => trail.push("open")),
              () => Effect.sync(() => trail.push("close"))
            ),
            0
          ),
          reduce: common,
          onStop: (n, reason) => Effect.sync(() => trail.push(`${reason.kind} at ${n}`))
        })
        const spec = Actor.child("n", behaviour)
        const supervisor = yield* Supervisor.make("s", { intensity: 5, children: [spec] })
        yield* Actor.tell(spec.ref, add(3))
        yield* settle
        yield* supervisor.terminateChild("n")
        assert.deepStrictEqual(trail.splice(0), ["open", "shutdown at 3", "close"])
        yield* supervisor.restartChild("n")
        yield* Actor.tell(spec.ref, boom)
        yield* settle
        assert.deepStrictEqual(trail.splice(0), ["open", "close", "open"])
        yield* Actor.tell(spec.ref, add(1))
        yield* Actor.tell(spec.ref, { _tag: "Stop" })
        yield* settle
        assert.deepStrictEqual(trail.splice(0), ["normal at 1", "close", "open"])
      })
    )
  )

  it.effect("a stop interrupts the handler; its message is a dead letter, waiting ones survive a restart", () =>
    scoped(
      Effect.gen(function* () {
        const spec = Actor.child("n", forms.receive)
        const supervisor = yield* Supervisor.make("s", {
          strategy: "one_for_all",
          intensity: 5,
          children: [Actor.child("other", forms.reduce), spec]
        })
        yield* Actor.tell(spec.ref, { _tag: "Hold", until: Effect.never })
        yield* settle
        yield* Actor.tell(spec.ref, add(9))
        const other = yield* supervisor.getChildspec("other")
        assert.isTrue(Option.isSome(other))
        yield* supervisor.terminateChild("other")
        yield* supervisor.restartChild("other")
        const tree = yield* SupervisionTree
        const subject = yield* Registry.lookup("/s/other", Protocol.local<Message>("x")).pipe(Effect.flip)
        assert.include(subject.message, "no declared protocol")
        yield* supervisor.terminateChild("n")
        assert.strictEqual(
          (yield* letters).counters.map((counter) => `${counter.tag} ${counter.count}`).join(),
          "Hold 1,Add 1"
        )
        assert.strictEqual((yield* tree.get("/s/n")).pipe(Option.getOrThrow).state, "stopped")
      })
    )
  )

  it.effect("a stop hook that hangs is cut off at the deadline, and leaks only if it can not be interrupted", () =>
    scoped(
      Effect.gen(function* () {
        const hanging = Behaviour.of<Message>()({ initial: () => 0, reduce: common, onStop: () => Effect.never })
        const deaf = { ...hanging, onStop: () => Effect.uninterruptible(Effect.sleep("1 minute")) }
        const supervisor = yield* Supervisor.make("s", {
          children: [
            Actor.child("hanging", hanging, { shutdown: 1_000 }),
            Actor.child("deaf", deaf, { shutdown: 1_000 })
          ]
        })
        for (const id of ["hanging", "deaf"]) {
          const stopping = yield* Effect.fork(supervisor.terminateChild(id))
          yield* settle
          yield* TestClock.adjust(1_000)
          yield* Fiber.join(stopping)
        }
        assert.isUndefined(yield* nodeAt("/s/hanging#1"))
        assert.strictEqual((yield* nodeAt("/s/deaf#1"))?.state, "leaked")
        yield* TestClock.adjust("1 minute")
        yield* settle
        assert.isUndefined(yield* nodeAt("/s/deaf#1"))
      })
    )
  )

  it.effect("a spawned actor ends with its Scope, and a crash ends it for good", () =>
    scoped(
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const ref = yield* Scope.extend(Actor.spawn("n", forms.reduce), scope)
        yield* Actor.tell(ref, boom)
        yield* settle
        assert.strictEqual((yield* nodeAt("/n"))?.state, "failed")
        assert.strictEqual((yield* nodeAt("/n"))?.lastFailure, "Error: boom")
        yield* Scope.close(scope, Exit.void)
        assert.isUndefined(yield* nodeAt("/n"))
        assert.isTrue(isFailure(yield* Effect.exit(get(ref)), "ActorStopped"))
      })
    )
  )

  it.effect("an actor that can not begin, or is interrupted while it begins, leaves nothing", () =>
    scoped(
      Effect.gen(function* () {
        const trail: Array<string> = []
        const opening = Effect.acquireRelease(
          Effect.sync(() => trail.push("open")),
          () => Effect.sync(() => trail.push("close"))
        )
        const begin = (init: Effect.Effect<number, string, Scope.Scope>) =>
          Actor.spawn("n", Behaviour.of<Message>()({ init, reduce: common }))
        const failed = yield* Effect.exit(begin(Effect.andThen(opening, Effect.fail("no"))))
        assert.isTrue(isFailure(failed, "StartFailed"))
        const hanging = yield* Effect.fork(begin(Effect.andThen(opening, Effect.never)))
        yield* settle
        yield* Fiber.interrupt(hanging)
        assert.deepStrictEqual(trail, ["open", "close", "open", "close"])
        assert.isUndefined(yield* nodeAt("/n"))
        const throwing = Behaviour.of<Message>()({
          init: () => {
            throw new Error("no")
          },
          reduce: common
        })
        assert.isTrue(isFailure(yield* Effect.exit(Actor.spawn("n", throwing)), "StartFailed"))
        yield* begin(Effect.succeed(1))
      })
    )
  )

  it.effect("one specification is one actor: a second start of it is refused", () =>
    scoped(
      Effect.gen(function* () {
        const spec = Actor.child("n", forms.reduce)
        yield* Supervisor.make("s", { children: [spec] })
        assert.isTrue(isFailure(yield* Effect.exit(Supervisor.make("t", { children: [spec] })), "StartFailed"))
        assert.strictEqual(yield* get(spec.ref), 0)
      })
    )
  )
})

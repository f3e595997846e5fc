import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Option, Schema, Scope, TestClock } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import { DeadLetters } from "../../../actors/runtime/DeadLetters.ts"
import * as Protocol from "../../../actors/runtime/Protocol.ts"
import * as Registry from "../../../actors/runtime/Registry.ts"
import { SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, scoped, settle } from "./support.ts"

type Message =
  | { readonly _tag: "Add"; readonly by: number }
  | { readonly _tag: "Get"; readonly reply: Actor.Reply<number, string> }
  | { readonly _tag: "Hold"; readonly until: Effect.Effect<void> }
  | { readonly _tag: "Later"; readonly millis: number; readonly key: string; readonly by: number }
  | { readonly _tag: "Cancel"; readonly key: string }
  | { readonly _tag: "Boom" }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Mute"; readonly reply: Actor.Reply<number> }

const common = (n: number, message: Message, context: Actor.ActorContext<Message>): number => {
  switch (message._tag) {
    case "Add":
      return n + message.by
    case "Get":
      if (n < 0) message.reply.fail("negative")
      else message.reply.succeed(n)
      return n
    case "Later":
      context.after(message.millis, message.key, { _tag: "Add", by: message.by })
      return n
    case "Cancel":
      context.cancelTimer(message.key)
      return n
    case "Boom":
      throw new Error("boom")
    case "Stop":
      context.stop()
      return n
    case "Hold":
    case "Mute":
      return n
  }
}

const forms: Record<"reduce" | "reduceMany" | "receive" | "receiveMany", Behaviour.Behaviour<number, Message>> = {
  reduce: Behaviour.of<Message>()({ initial: () => 0, reduce: common }),
  reduceMany: Behaviour.of<Message>()({
    initial: () => 0,
    reduceMany: (n, messages, context) => messages.reduce((state, message) => common(state, message, context), n)
  }),
  receive: Behaviour.of<Message>()({
    init: Effect.as(Effect.yieldNow(), 0),
    receive: (n, message, context) =>
      Effect.andThen(
        message._tag === "Hold" ? message.until : Effect.void,
        Effect.sync(() => common(n, message, context))
      )
  }),
  receiveMany: Behaviour.of<Message>()({
    init: Effect.succeed(0),
    receiveMany: (n, messages, context) =>
      Effect.reduce(messages, n, (state, message) => Effect.sync(() => common(state, message, context)))
  })
}

const add = (by: number): Message => ({ _tag: "Add", by })
const boom: Message = { _tag: "Boom" }
const get = (ref: Actor.ActorRef<Message>, timeout?: number) =>
  Actor.ask(
    ref,
    (reply: Actor.Reply<number, string>) => ({ _tag: "Get", reply }),
    timeout === undefined ? {} : { timeout }
  )
const letters = Effect.flatMap(DeadLetters, (deadLetters) => deadLetters.snapshot)

for (const [form, behaviour] of Object.entries(forms)) {
  describe(`an actor that uses ${form}`, () => {
    it.effect("handles messages in order and answers questions", () =>
      scoped(
        Effect.gen(function* () {
          const ref = yield* Actor.spawn("n", behaviour)
          for (const by of [1, 2, 3]) yield* Actor.tell(ref, add(by))
          assert.strictEqual(yield* get(ref), 6)
          yield* Actor.tell(ref, add(-10))
          assert.strictEqual(yield* Effect.flip(get(ref)), "negative")
        })
      )
    )

    it.effect("is restarted with a fresh state; waiting messages survive, the guilty one is a dead letter", () =>
      scoped(
        Effect.gen(function* () {
          const spec = Actor.child("n", { ...behaviour, maxBatch: 1 })
          yield* Supervisor.make("s", { intensity: 5, children: [spec] })
          yield* Actor.tell(spec.ref, add(5))
          assert.strictEqual(yield* get(spec.ref), 5)
          for (const message of [boom, add(2), add(3)]) spec.ref.unsafeTell(message)
          assert.strictEqual(yield* get(spec.ref), 5)
          assert.strictEqual((yield* nodeAt("/s/n"))?.generation, 2)
          const { counters, total } = yield* letters
          assert.deepStrictEqual(counters, [{ path: "/s/n", tag: "Boom", reason: "crashed", count: 1 }])
          assert.strictEqual(total, 1)
        })
      )
    )

    it.effect("stops itself; later messages are dead letters and questions fail at once", () =>
      scoped(
        Effect.gen(function* () {
          const spec = Actor.child("n", behaviour, { restart: "transient" })
          yield* Supervisor.make("s", { children: [spec] })
          yield* Actor.tell(spec.ref, { _tag: "Stop" })
          yield* settle
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "stopped")
          yield* Actor.tell(spec.ref, add(1))
          assert.isFalse(spec.ref.unsafeTell(add(1)))
          assert.isTrue(isFailure(yield* Effect.exit(get(spec.ref)), "ActorStopped"))
          assert.deepStrictEqual((yield* letters).counters, [{ path: "/s/n", tag: "Add", reason: "stopped", count: 2 }])
        })
      )
    )

    it.effect("keeps timers by key, replaces and cancels them, and loses them with the incarnation", () =>
      scoped(
        Effect.gen(function* () {
          const spec = Actor.child("n", behaviour)
          yield* Supervisor.make("s", { intensity: 5, children: [spec] })
          const later = (millis: number, key: string, by: number) =>
            Actor.tell(spec.ref, { _tag: "Later", millis, key, by })
          yield* later(1_000, "x", 1)
          yield* later(2_000, "x", 10)
          yield* later(1_500, "y", 100)
          yield* later(1_500, "z", 1_000)
          yield* Actor.tell(spec.ref, { _tag: "Cancel", key: "z" })
          yield* settle
          yield* TestClock.adjust(1_499)
          assert.strictEqual(yield* get(spec.ref), 0)
          yield* TestClock.adjust(1)
          assert.strictEqual(yield* get(spec.ref), 100)
          yield* TestClock.adjust(500)
          assert.strictEqual(yield* get(spec.ref), 110)
          yield* later(100, "x", 1)
          yield* Actor.tell(spec.ref, boom)
          yield* settle
          yield* TestClock.adjust(1_000)
          assert.strictEqual(yield* get(spec.ref), 0)
        })
      )
    )

    it.effect("passivates when idle, keeps its state, and loses no message while it wakes", () =>
      scoped(
        Effect.gen(function* () {
          const trail: Array<string> = []
          const spec = Actor.child("n", {
            ...behaviour,
            passivateAfter: "10 seconds",
            onPassivate: (n: number) => {
              trail.push(`sleep ${n}`)
              return n
            },
            onActivate: (n: number) => {
              trail.push(`wake ${n}`)
              return n
            }
          })
          yield* Supervisor.make("s", { children: [spec] })
          yield* Actor.tell(spec.ref, add(1))
          yield* settle
          yield* TestClock.adjust(9_999)
          yield* Actor.tell(spec.ref, add(1))
          yield* settle
          yield* TestClock.adjust(9_999)
          yield* settle
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "running")
          yield* TestClock.adjust(1)
          yield* settle
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "passivated")
          for (let i = 0; i < 100; i++) spec.ref.unsafeTell(add(1))
          assert.strictEqual(yield* get(spec.ref), 102)
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "running")
          assert.deepStrictEqual(trail, ["sleep 2", "wake 2"])
        })
      )
    )

    it.effect("with passivateAfter 0 sleeps after every drain; a timer wakes it", () =>
      scoped(
        Effect.gen(function* () {
          const spec = Actor.child("n", { ...behaviour, passivateAfter: 0 })
          yield* Supervisor.make("s", { children: [spec] })
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "passivated")
          yield* Actor.tell(spec.ref, { _tag: "Later", millis: 3_600_000, key: "wake", by: 7 })
          yield* settle
          assert.strictEqual((yield* nodeAt("/s/n"))?.state, "passivated")
          yield* TestClock.adjust("1 hour")
          yield* settle
          assert.strictEqual(yield* get(spec.ref), 7)
        })
      )
    )
  })
}

describe("asking", () => {
  const hold = (until: Effect.Effect<void>): Message => ({ _tag: "Hold", until })

  it.effect("times out on the Clock; the late answer is a dead letter", () =>
    scoped(
      Effect.gen(function* () {
        const ref = yield* Actor.spawn("n", forms.receive)
        const gate = yield* Deferred.make<void>()
        yield* Actor.tell(ref, hold(Deferred.await(gate)))
        const asking = yield* Effect.fork(Effect.exit(get(ref, 2_000)))
        yield* settle
        yield* TestClock.adjust(1_999)
        assert.isTrue(Option.isNone(yield* Fiber.poll(asking)))
        yield* TestClock.adjust(1)
        assert.isTrue(isFailure(yield* Fiber.join(asking), "AskTimeout"))
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        assert.deepStrictEqual((yield* letters).counters, [{ path: "/n", tag: "number", reason: "late", count: 1 }])
      })
    )
  )

  it.effect("defaults to 5 seconds", () =>
    scoped(
      Effect.gen(function* () {
        const ref = yield* Actor.spawn("n", forms.reduce)
        const asking = yield* Effect.fork(
          Effect.exit(Actor.ask(ref, (reply: Actor.Reply<number>) => ({ _tag: "Mute", reply })))
        )
        yield* settle
        yield* TestClock.adjust(4_999)
        assert.isTrue(Option.isNone(yield* Fiber.poll(asking)))
        yield* TestClock.adjust(1)
        assert.isTrue(isFailure(yield* Fiber.join(asking), "AskTimeout"))
      })
    )
  )

  it.effect("fails at once when the incarnation that has the question crashes; others keep waiting", () =>
    scoped(
      Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const spec = Actor.child("n", forms.receive)
        yield* Supervisor.make("s", { intensity: 5, children: [spec] })
        yield* Actor.tell(spec.ref, hold(Deferred.await(gate)))
        const guilty = yield* Effect.fork(
          Effect.exit(Actor.ask(spec.ref, (reply: Actor.Reply<number>) => ({ _tag: "Mute", reply })))
        )
        yield* settle
        yield* Actor.tell(spec.ref, boom)
        const waiting = yield* Effect.fork(get(spec.ref))
        yield* settle
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        assert.isTrue(isFailure(yield* Fiber.join(guilty), "ActorStopped"))
        assert.strictEqual(yield* Fiber.join(waiting), 0)
      })
    )
  )

  it.effect("a chain of actors that ask each other does not overflow the stack", () =>
    scoped(
      Effect.gen(function* () {
        const length = 3_000
        const refs: Array<Actor.ActorRef<Actor.Reply<number>>> = []
        for (let i = 0; i < length; i++) {
          refs.push(
            yield* Actor.spawn(
              `link${i}`,
              Behaviour.of<Actor.Reply<number>>()({
                initial: () => 0,
                receive: (n, reply) => {
                  const next = refs[i + 1]
                  if (next === undefined)
                    return Effect.as(
                      Effect.sync(() => reply.succeed(1)),
                      n
                    )
                  return Effect.orDie(
                    Effect.map(
                      Actor.ask(next, (inner: Actor.Reply<number>) => inner),
                      (below) => {
                        reply.succeed(below + 1)
                        return n
                      }
                    )
                  )
                }
              })
            )
          )
        }
        const first = refs[0]
        assert.isDefined(first)
        if (first !== undefined) {
          assert.strictEqual(yield* Actor.ask(first, (reply: Actor.Reply<number>) => reply), length)
        }
      })
    )
  )

  it.effect("before the first start it waits, and times out too", () =>
    scoped(
      Effect.gen(function* () {
        const spec = Actor.child("n", forms.reduce)
        const lost = yield* Effect.fork(Effect.exit(get(spec.ref, 1_000)))
        yield* settle
        yield* TestClock.adjust(1_000)
        assert.isTrue(isFailure(yield* Fiber.join(lost), "AskTimeout"))
        yield* Actor.tell(spec.ref, add(4))
        const found = yield* Effect.fork(get(spec.ref, 1_000))
        yield* settle
        yield* Supervisor.make("s", { children: [spec] })
        assert.strictEqual(yield* Fiber.join(found), 4)
      })
    )
  )
})

describe("bounded mailboxes", () => {
  const parked = (mailbox: Behaviour.Behaviour<number, Message>["mailbox"] & object) =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const ref = yield* Actor.spawn("n", { ...forms.receive, mailbox })
      yield* Actor.tell(ref, { _tag: "Hold", until: Deferred.await(gate) })
      yield* settle
      return { ref, open: Deferred.succeed(gate, undefined) }
    })

  it.effect("back-pressure: tell waits for room, unsafeTell is refused, a waiting tell can be interrupted", () =>
    scoped(
      Effect.gen(function* () {
        const { open, ref } = yield* parked({ capacity: 2 })
        yield* Actor.tell(ref, add(1))
        yield* Actor.tell(ref, add(10))
        const third = yield* Effect.fork(Actor.tell(ref, add(100)))
        const fourth = yield* Effect.fork(Actor.tell(ref, add(1_000)))
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(third)))
        assert.isFalse(ref.unsafeTell(add(5)))
        yield* Fiber.interrupt(fourth)
        yield* open
        yield* Fiber.join(third)
        assert.strictEqual(yield* get(ref), 111)
        assert.deepStrictEqual((yield* letters).counters, [{ path: "/n", tag: "Add", reason: "full", count: 1 }])
      })
    )
  )

  it.effect("back-pressure: tellAll sends in order and waits as often as it must", () =>
    scoped(
      Effect.gen(function* () {
        const seen: Array<number> = []
        const ref = yield* Actor.spawn(
          "n",
          Behaviour.of<number>()({
            mailbox: { capacity: 3 },
            initial: () => 0,
            reduce: (n, message) => {
              seen.push(message)
              return n
            }
          })
        )
        const messages = Array.from({ length: 100 }, (_, i) => i)
        yield* Actor.tellAll(ref, messages)
        yield* settle
        assert.deepStrictEqual(seen, messages)
        assert.strictEqual((yield* letters).total, 0)
      })
    )
  )

  it.effect("back-pressure: a question waits for room and can time out there", () =>
    scoped(
      Effect.gen(function* () {
        const { open, ref } = yield* parked({ capacity: 1 })
        yield* Actor.tell(ref, add(1))
        const impatient = yield* Effect.fork(Effect.exit(get(ref, 1_000)))
        const patient = yield* Effect.fork(get(ref, 60_000))
        yield* settle
        yield* TestClock.adjust(1_000)
        assert.isTrue(isFailure(yield* Fiber.join(impatient), "AskTimeout"))
        yield* open
        assert.strictEqual(yield* Fiber.join(patient), 1)
        // The question that gave up was taken back: it is no late answer.
        assert.strictEqual((yield* letters).total, 0)
      })
    )
  )

  it.effect("drop-oldest and drop-new: the bound holds, and what is lost is counted", () =>
    scoped(
      Effect.gen(function* () {
        const oldest = yield* parked({ capacity: 2, policy: "drop-oldest" })
        for (const by of [1, 10, 100]) yield* Actor.tell(oldest.ref, add(by))
        assert.deepStrictEqual((yield* nodeAt("/n"))?.mailbox, { depth: 2, highWater: 2, capacity: 2 })
        yield* oldest.open
        yield* settle
        assert.strictEqual(yield* get(oldest.ref), 110)
        assert.strictEqual((yield* letters).counters[0]?.reason, "dropped")
      })
    )
  )

  it.effect("drop-new refuses tells, and questions with MailboxFull", () =>
    scoped(
      Effect.gen(function* () {
        const { open, ref } = yield* parked({ capacity: 1, policy: "drop-new" })
        yield* Actor.tell(ref, add(1))
        yield* Actor.tell(ref, add(10))
        assert.isTrue(isFailure(yield* Effect.exit(get(ref)), "MailboxFull"))
        yield* open
        yield* settle
        assert.strictEqual(yield* get(ref), 1)
        assert.strictEqual((yield* letters).total, 2)
      })
    )
  )

  it.effect("its own timers and watches are never refused", () =>
    scoped(
      Effect.gen(function* () {
        const { open, ref } = yield* parked({ capacity: 1, policy: "drop-new" })
        yield* open
        yield* settle
        yield* Actor.tell(ref, { _tag: "Later", millis: 10, key: "x", by: 10 })
        yield* settle
        const gate = yield* Deferred.make<void>()
        yield* Actor.tell(ref, { _tag: "Hold", until: Deferred.await(gate) })
        yield* settle
        yield* Actor.tell(ref, add(1))
        yield* TestClock.adjust(10)
        yield* Deferred.succeed(gate, undefined)
        yield* settle
        assert.strictEqual(yield* get(ref), 11)
      })
    )
  )
})

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

describe("edges", () => {
  const Amount = Schema.Struct({ _tag: Schema.Literal("Amount"), value: Schema.NumberFromString })
  type Amount = typeof Amount.Type
  const protocol = Protocol.make("Amount", Amount)
  const behaviour = Behaviour.of<Amount>()({
    protocol,
    initial: (context) => {
      context.annotate("sum", 0)
      return 0
    },
    reduce: (sum, { value }, context) => {
      context.annotate("sum", sum + value)
      context.account(8)
      return sum + value
    }
  })

  it.effect("what does not decode is a typed error and a dead letter; what does arrives as a message", () =>
    scoped(
      Effect.gen(function* () {
        const ref = yield* Actor.spawn("sum", behaviour)
        yield* Actor.deliver(ref, protocol, { _tag: "Amount", value: "12" })
        const wrong = yield* Effect.flip(Actor.deliver(ref, protocol, { _tag: "Amount", value: "twelve" }))
        assert.strictEqual(wrong._tag, "UndecodableMessage")
        assert.include(wrong.message, "Amount")
        yield* settle
        const node = yield* nodeAt("/sum")
        assert.deepStrictEqual(node?.annotations, { sum: 12 })
        assert.strictEqual(node?.bytes, 8)
        assert.deepStrictEqual((yield* letters).counters, [
          { path: "/sum", tag: "Amount", reason: "undecodable", count: 1 }
        ])
      })
    )
  )

  it.effect("the registry finds by path and protocol only", () =>
    scoped(
      Effect.gen(function* () {
        yield* Actor.spawn("sum", behaviour)
        const ref = yield* Registry.lookup("/sum", protocol)
        yield* Actor.tell(ref, { _tag: "Amount", value: 3 })
        yield* settle
        assert.deepStrictEqual((yield* nodeAt("/sum"))?.annotations, { sum: 3 })
        const nobody = yield* Effect.flip(Registry.lookup("/nobody", protocol))
        assert.include(nobody.message, "no actor lives there")
        const other = yield* Effect.flip(Registry.lookup("/sum", Protocol.make("Other", Amount)))
        assert.include(other.message, "it speaks Amount, not Other")
        yield* Registry.send("/nobody", protocol, { _tag: "Amount", value: 1 })
        assert.strictEqual((yield* letters).counters[0]?.reason, "unregistered")
      })
    )
  )
})

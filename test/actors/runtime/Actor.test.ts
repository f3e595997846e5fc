/** What every form of behaviour does alike, questions, and edges. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, Schema, TestClock } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import * as Protocol from "../../../actors/runtime/Protocol.ts"
import * as Registry from "../../../actors/runtime/Registry.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { isFailure, nodeAt, scoped, settle } from "./support.ts"
import { type Message, forms, add, boom, get, letters } from "./Counting.ts"

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

/** Bounded mailboxes: what is refused, lost or waits. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Option, TestClock } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import { isFailure, nodeAt, scoped, settle } from "./support.ts"
import { type Message, forms, add, get, letters } from "./Counting.ts"

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

import { assert, describe, it } from "@effect/vitest"
import { Duration, FastCheck as fc } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import { Mailbox, type Policy } from "../../../actors/runtime/Mailbox.ts"
import { RestartWindow } from "../../../actors/runtime/RestartWindow.ts"
import * as Strategy from "../../../actors/runtime/Strategy.ts"

const check = (property: fc.IProperty<[unknown]> | fc.IRawProperty<unknown>) =>
  fc.assert(property, { seed: 20261120, numRuns: 300 })

describe("Backoff", () => {
  const policies = fc
    .record({
      min: fc.integer({ min: 0, max: 10_000 }),
      more: fc.integer({ min: 0, max: 100_000 }),
      factor: fc.double({ min: 1, max: 4, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true })
    })
    .map(({ factor, jitter, min, more }) => Backoff.make({ min, max: min + more, factor, jitter }))

  it("never exceeds its cap, never goes below min less jitter, however many failures", () =>
    check(
      fc.property(
        fc.tuple(policies, fc.integer({ min: 0, max: 5_000 }), fc.double({ min: 0, max: 0.999999, noNaN: true })),
        ([policy, failures, random]) => {
          const delay = Backoff.delayMillis(policy, failures, random)
          assert.isAtMost(delay, policy.maxMillis)
          assert.isAtLeast(delay, Math.round(policy.minMillis * (1 - policy.jitter)) - 1)
        }
      )
    ))

  it("grows with the failures", () =>
    check(
      fc.property(fc.tuple(policies, fc.integer({ min: 0, max: 100 })), ([policy, failures]) => {
        assert.isAtLeast(Backoff.delayMillis(policy, failures + 1, 0), Backoff.delayMillis(policy, failures, 0))
      })
    ))

  it("forgets after exactly the healthy time, (min + max) / 2 by default", () => {
    const policy = Backoff.make({ min: 1_000, max: 9_000 })
    assert.strictEqual(Backoff.failuresBefore(policy, 7, 4_999), 7)
    assert.strictEqual(Backoff.failuresBefore(policy, 7, 5_000), 0)
  })

  it("can not be made without a cap, a reset, or sense", () => {
    for (const wrong of [
      { min: 1, max: Duration.infinity },
      { min: 2, max: 1 },
      { min: 1, max: 2, factor: 0.5 },
      { min: 1, max: 2, jitter: 2 },
      { min: 1, max: 2, resetAfter: Duration.infinity }
    ]) {
      assert.throws(() => Backoff.make(wrong), RangeError)
    }
  })
})

describe("RestartWindow", () => {
  it("counts what the naive definition counts, in bounded memory", () =>
    check(
      fc.property(
        fc.tuple(
          fc.integer({ min: 0, max: 5 }),
          fc.integer({ min: 1, max: 1_000 }),
          fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 })
        ),
        ([intensity, period, gaps]) => {
          const window = new RestartWindow(intensity, period)
          const times: Array<number> = []
          let now = 0
          for (const gap of gaps) {
            now += gap
            times.push(now)
            const naive = times.filter((time) => time >= now - period).length
            assert.strictEqual(window.add(now), naive <= intensity)
            assert.strictEqual(window.count(now), Math.min(naive, intensity + 1))
          }
          assert.strictEqual(window.count(now + period + 1), 0)
        }
      )
    ))
})

describe("Strategy", () => {
  it("groups in start order", () => {
    const children = ["a", "b", "c"]
    assert.deepStrictEqual(Strategy.group("one_for_one", children, "b"), ["b"])
    assert.deepStrictEqual(Strategy.group("rest_for_one", children, "b"), ["b", "c"])
    assert.deepStrictEqual(Strategy.group("one_for_all", children, "b"), ["a", "b", "c"])
  })
})

describe("Mailbox", () => {
  type Step =
    | { readonly _tag: "offer" | "force" | "wait" | "forget" | "take" | "release" }
    | { readonly _tag: "many"; readonly limit: number }
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant<Step>({ _tag: "offer" }) },
      { weight: 3, arbitrary: fc.constant<Step>({ _tag: "take" }) },
      fc.constantFrom<Step>({ _tag: "force" }, { _tag: "wait" }, { _tag: "forget" }, { _tag: "release" }),
      fc.integer({ min: 1, max: 5 }).map((limit): Step => ({ _tag: "many", limit }))
    ),
    { maxLength: 120 }
  )

  it("is a bounded queue under every policy, whatever is done to it", () =>
    check(
      fc.property(
        fc.tuple(
          fc.constantFrom<Policy>("back-pressure", "drop-oldest", "drop-new"),
          fc.integer({ min: 1, max: 9 }),
          steps
        ),
        ([policy, capacity, history]) => {
          const mailbox = new Mailbox<number>({ policy, capacity })
          let model: Array<number> = []
          let waiting: Array<{ message: number; admitted: () => void; done: boolean }> = []
          let next = 0
          let highWater = 0
          const admit = () => {
            while (waiting.length > 0 && model.length < capacity) {
              const first = waiting.shift()
              if (first !== undefined) model.push(first.message)
            }
            highWater = Math.max(highWater, model.length)
          }
          for (const step of history) {
            switch (step._tag) {
              case "offer": {
                const message = next++
                const offer = mailbox.offer(message)
                const oldest = model[0]
                if (model.length < capacity || oldest === undefined) {
                  assert.strictEqual(offer, "taken")
                  model.push(message)
                } else if (policy === "drop-oldest") {
                  model.shift()
                  assert.deepStrictEqual(offer, { pushedOut: oldest })
                  model.push(message)
                } else assert.strictEqual(offer, "full")
                break
              }
              case "force":
                mailbox.force(next)
                model.push(next++)
                break
              case "wait":
                if (policy === "back-pressure" && model.length >= capacity) {
                  const waiter = { message: next++, done: false, admitted: () => {} }
                  waiter.admitted = () => {
                    waiter.done = true
                  }
                  mailbox.waitForRoom(waiter)
                  waiting.push(waiter)
                }
                break
              case "forget": {
                const last = waiting.pop()
                if (last !== undefined) mailbox.forget(last)
                break
              }
              case "take":
                if (model.length > 0) {
                  assert.strictEqual(mailbox.take(), model.shift())
                  admit()
                }
                break
              case "many":
                assert.deepStrictEqual(mailbox.takeMany(step.limit), model.splice(0, step.limit))
                admit()
                break
              case "release":
                mailbox.release()
                break
            }
            highWater = Math.max(highWater, model.length)
            assert.strictEqual(mailbox.depth, model.length)
            assert.strictEqual(mailbox.highWater, highWater)
            for (const message of model) assert.isTrue(mailbox.has(message))
            assert.isFalse(mailbox.has(next))
          }
          assert.deepStrictEqual(mailbox.drain(), [...model, ...waiting.map((waiter) => waiter.message)])
          assert.isTrue(waiting.every((waiter) => waiter.done))
          model = []
          waiting = []
        }
      )
    ))

  it("refuses a capacity that makes no sense", () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Mailbox({ capacity }), RangeError)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import { Turnstile } from "../../../actors/nexus/Turnstile.ts"
import { node } from "../../harness/Harness.ts"

type Step = { readonly op: "ask" | "leave"; readonly id: number } | { readonly op: "limit"; readonly limit: number }

const step: FastCheck.Arbitrary<Step> = FastCheck.oneof(
  FastCheck.record({ op: FastCheck.constantFrom("ask" as const, "leave" as const), id: FastCheck.nat(6) }),
  FastCheck.record({ op: FastCheck.constant("limit" as const), limit: FastCheck.integer({ min: 1, max: 4 }) })
)

describe("Turnstile", () => {
  it("behaves as a plain queue with a bound, whatever happens", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.array(step, { maxLength: 60 }), (steps) => {
        const turnstile = new Turnstile(2)
        const granted: Array<number> = []
        const model = { limit: 2, line: [] as Array<number>, inside: [] as Array<number>, granted: [] as Array<number> }
        const admit = () => {
          while (model.inside.length < model.limit && model.line.length > 0) {
            const id = model.line.shift() ?? -1
            model.inside.push(id)
            model.granted.push(id)
          }
        }
        for (const s of steps) {
          if (s.op === "limit") {
            turnstile.setLimit(s.limit)
            model.limit = s.limit
          } else if (s.op === "ask") {
            turnstile.ask(node(s.id), () => granted.push(s.id))
            if (!model.inside.includes(s.id) && !model.line.includes(s.id)) model.line.push(s.id)
          } else {
            turnstile.leave(node(s.id))
            model.line = model.line.filter((id) => id !== s.id)
            model.inside = model.inside.filter((id) => id !== s.id)
          }
          admit()
          assert.deepStrictEqual(granted, model.granted)
          assert.strictEqual(turnstile.busy, model.inside.length)
          assert.strictEqual(turnstile.queued, model.line.length)
        }
      })
    )
  })

  it("lets everybody through in turn: over many rounds nobody is ahead by more than one", () => {
    const turnstile = new Turnstile(3)
    const turns = new Map<number, number>()
    const working: Array<number> = []
    const ask = (id: number) => turnstile.ask(node(id), () => working.push(id))
    for (let id = 0; id < 20; id++) ask(id)
    for (let round = 0; round < 1_000; round++) {
      const id = working.shift() ?? -1
      turns.set(id, (turns.get(id) ?? 0) + 1)
      turnstile.leave(node(id))
      ask(id)
    }
    const counts = [...turns.values()]
    assert.strictEqual(counts.length, 20)
    assert.isAtMost(Math.max(...counts) - Math.min(...counts), 1)
  })

  it("throws nobody out when the limit is lowered", () => {
    const turnstile = new Turnstile(3)
    for (let id = 0; id < 3; id++) turnstile.ask(node(id), () => {})
    turnstile.setLimit(1)
    assert.strictEqual(turnstile.busy, 3)
    let granted = false
    turnstile.ask(node(9), () => {
      granted = true
    })
    turnstile.leave(node(0))
    turnstile.leave(node(1))
    assert.isFalse(granted)
    turnstile.leave(node(2))
    assert.isTrue(granted)
  })

  it("a grant that is refused at once passes the place on", () => {
    const turnstile = new Turnstile(1)
    const granted: Array<number> = []
    turnstile.ask(node(1), () => {})
    turnstile.ask(node(2), () => turnstile.leave(node(2)))
    turnstile.ask(node(3), () => granted.push(3))
    turnstile.leave(node(1))
    assert.deepStrictEqual(granted, [3])
    assert.isTrue(turnstile.holds(node(3)))
  })

  it("needs at least one place", () => {
    for (const limit of [0, -1, 1.5, Number.NaN]) assert.throws(() => new Turnstile(limit), RangeError)
  })
})

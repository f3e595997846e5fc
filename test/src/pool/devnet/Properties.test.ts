/** Random lives of a devnet: mining, rival branches, payments and restarts in any order; coins are never made or lost. */
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Fiber, TestClock, TestContext } from "effect"
import * as Emission from "../../../../src/nockchain/Emission.ts"
import { text } from "../../../../src/nockchain/Noun.ts"
import * as Hash from "../../../../src/nockchain/Hash.ts"
import { makeDevnet, mine, miner, native, pkh, temporaryFolder, notesOf } from "./Support.ts"

type Step =
  | { readonly _tag: "Mine"; readonly count: number }
  | { readonly _tag: "Rival"; readonly depth: number; readonly length: number }
  | { readonly _tag: "Pay"; readonly nicks: bigint }
  | { readonly _tag: "Restart" }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ _tag: fc.constant("Mine" as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    _tag: fc.constant("Rival" as const),
    depth: fc.integer({ min: 0, max: 5 }),
    length: fc.integer({ min: 1, max: 6 })
  }),
  fc.record({ _tag: fc.constant("Pay" as const), nicks: fc.bigInt({ min: 1n, max: 3n * Emission.emission(1) }) }),
  fc.constant({ _tag: "Restart" as const })
)

const rival = native.base58(Hash.leaf(native, text("rival")))

/** Live through the steps; after each one the coins of all owners are the emission of the heaviest chain. */
const live = (file: string, steps: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.parse("2026-11-20T08:00:00Z"))
    const lives: Array<Array<Step>> = [[]]
    for (const step of steps) {
      if (step._tag === "Restart") lives.push([])
      else lives.at(-1)?.push(step)
    }
    const promised = new Map<string, bigint>()
    let count = 0
    for (const part of lives) {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { simulator, source } = yield* makeDevnet({ file })
          for (const step of part) {
            yield* TestClock.adjust("7 seconds")
            const { height } = yield* source.tip
            if (step._tag === "Mine") {
              for (let block = 0; block < step.count; block++) yield* mine(source, ++count)
            } else if (step._tag === "Rival") {
              yield* simulator?.branch({ from: Math.max(0, height - step.depth), length: step.length }) ?? Effect.void
            } else if (step._tag === "Pay") {
              const id = `payment ${++count}`
              const asked = yield* Effect.fork(
                Effect.either(source.pay?.(id, [{ pkh: miner, nicks: step.nicks }]) ?? Effect.never)
              )
              yield* TestClock.adjust(1)
              // Refused at once, or taken and waiting for its block.
              if ((yield* Fiber.poll(asked))._tag === "None") promised.set(id, step.nicks)
              yield* Fiber.interrupt(asked)
            }
            const tip = yield* source.tip
            const sum = (owner: string) =>
              Effect.map(notesOf(source, owner), (notes) => notes.reduce((all, { nicks }) => all + nicks, 0n))
            const paid = yield* sum(miner)
            const all = paid + (yield* sum(pkh)) + (yield* sum(rival))
            assert.strictEqual(all, BigInt(tip.height) * Emission.emission(1))
            const most = [...promised.values()].reduce((total, nicks) => total + nicks, 0n)
            assert.isTrue(paid <= most, `${paid} were paid of ${most}`)
          }
        })
      )
    }
  })

describe("a devnet's coins", () => {
  it("are neither made nor lost by reorgs, payments and restarts", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), (steps) =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          yield* live(Path.join(folder, "devnet.db"), steps)
        }).pipe(Effect.scoped, Effect.provide(TestContext.TestContext), Effect.runPromise)
      ),
      { seed: 20, numRuns: 12, endOnFailure: true }
    ))
})

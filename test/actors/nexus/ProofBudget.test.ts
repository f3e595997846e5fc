import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { type ProveError, ProverOutOfMemory } from "../../../actors/nexus/Errors.ts"
import type { MemoryBudgetService } from "../../../actors/nexus/MemoryBudget.ts"
import * as ProofBudget from "../../../actors/nexus/ProofBudget.ts"
import type { ProverService } from "../../../actors/nexus/Prover.ts"
import * as ProverPool from "../../../actors/nexus/ProverPool.ts"
import type { Task } from "../../../actors/nexus/Task.ts"
import * as Harness from "../../harness/Harness.ts"

/** A piece of work that holds its reservation until it is told to end. */
const hold = (budget: MemoryBudgetService, memoryClass: string, bytes: number, started: () => void = () => {}) =>
  Effect.gen(function* () {
    const end = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(
      Effect.scoped(
        Effect.gen(function* () {
          yield* budget.reserve(memoryClass, bytes, `${memoryClass} of ${bytes}`)
          started()
          yield* Deferred.await(end)
        })
      )
    )
    yield* Harness.settle
    return { fiber, end: Effect.andThen(Deferred.succeed(end, undefined), Harness.settle) }
  })

const reserved = (budget: MemoryBudgetService) => Effect.map(budget.picture, ({ reservedBytes }) => reservedBytes)

describe("ProofBudget", () => {
  it.effect("reserves, waits visibly, releases with the scope", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      const first = yield* hold(budget, "a", 700)
      const second = yield* hold(budget, "b", 400)
      assert.deepStrictEqual(yield* budget.picture, {
        limitBytes: 1_000,
        reservedBytes: 700,
        waiting: [{ what: "b of 400", bytes: 400 }]
      })
      yield* first.end
      assert.strictEqual(yield* reserved(budget), 400)
      yield* second.end
      assert.strictEqual(yield* reserved(budget), 0)
    })
  )

  it.effect("what can never fit is refused at once with what it is and what it needs", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      const result = yield* Effect.either(Effect.scoped(budget.reserve("a", 1_001, "proof of task 7")))
      assert(Either.isLeft(result))
      assert.deepStrictEqual(
        [result.left._tag, result.left.bytes, result.left.limitBytes],
        ["DoesNotFit", 1_001, 1_000]
      )
      assert.match(result.left.message, /proof of task 7/)
    })
  )

  it.effect("a measured peak counts for its class: up at once, down slowly, other classes not", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      yield* budget.observe("a", 800)
      const learnt = yield* hold(budget, "a", 100)
      assert.strictEqual(yield* reserved(budget), 800)
      yield* learnt.end
      yield* budget.observe("a", 400)
      const lower = yield* hold(budget, "a", 100)
      assert.strictEqual(yield* reserved(budget), 750)
      yield* lower.end
      const other = yield* hold(budget, "b", 100)
      assert.strictEqual(yield* reserved(budget), 100)
      yield* other.end
    })
  )

  it.effect("the memory of classes is bounded", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      yield* budget.observe("first", 900)
      for (let i = 0; i < ProofBudget.maxClasses; i++) yield* budget.observe(`class ${i}`, 500)
      const forgotten = yield* hold(budget, "first", 1)
      assert.strictEqual(yield* reserved(budget), 1)
      yield* forgotten.end
    })
  )

  it.effect("small ones use what is free, but a large one is not starved", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      const order: Array<string> = []
      let running = [yield* hold(budget, "s", 300), yield* hold(budget, "s", 300), yield* hold(budget, "s", 300)]
      const large = yield* hold(budget, "large", 1_000, () => order.push("large"))
      // A stream of small work that would fill every gap for ever.
      for (let i = 0; i < 30 && !order.includes("large"); i++) {
        const next = yield* hold(budget, "s", 300, () => order.push(`small ${i}`))
        const [oldest, ...rest] = running
        if (oldest !== undefined) yield* oldest.end
        running = [...rest, next]
      }
      for (const one of running) yield* one.end
      const place = order.indexOf("large")
      assert.strictEqual(place, ProofBudget.maxOvertakes, `${order}`)
      yield* large.end
      for (const one of running) yield* one.end
      yield* Harness.settle
      assert.strictEqual(yield* reserved(budget), 0)
    })
  )

  it.effect("an interrupted wait leaves the line and lets the next one in", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      const first = yield* hold(budget, "a", 600)
      const large = yield* hold(budget, "b", 900)
      yield* Fiber.interrupt(large.fiber)
      assert.strictEqual((yield* budget.picture).waiting.length, 0)
      yield* Fiber.interrupt(first.fiber)
      assert.strictEqual(yield* reserved(budget), 0)
    })
  )

  it.effect("a wait that was given up leaves the line at once, though the scope goes on", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(1_000)
      const first = yield* hold(budget, "a", 600)
      const scope = yield* Scope.make()
      const waiting = yield* Effect.fork(Scope.extend(budget.reserve("b", 900, "b"), scope))
      yield* Harness.settle
      assert.strictEqual((yield* budget.picture).waiting.length, 1)
      yield* Fiber.interrupt(waiting)
      assert.strictEqual((yield* budget.picture).waiting.length, 0)
      yield* first.end
      assert.strictEqual(yield* reserved(budget), 0)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* reserved(budget), 0)
    })
  )

  it.effect("never above the limit and nothing left over, whatever is started, ended and interrupted", () =>
    Effect.promise(() =>
      FastCheck.assert(
        FastCheck.asyncProperty(
          FastCheck.array(
            FastCheck.tuple(FastCheck.integer({ min: 1, max: 1_000 }), FastCheck.nat(3), FastCheck.nat(9)),
            {
              maxLength: 40
            }
          ),
          (steps) =>
            Effect.runPromise(
              Effect.gen(function* () {
                const budget = ProofBudget.make(1_000)
                const fibers: Array<Fiber.RuntimeFiber<void, unknown>> = []
                for (const [bytes, action, which] of steps) {
                  if (action === 3) {
                    const victim = fibers[which % Math.max(1, fibers.length)]
                    if (victim !== undefined) yield* Fiber.interrupt(victim)
                  } else {
                    const work = budget.reserve("x", bytes, "x").pipe(Effect.andThen(Effect.yieldNow()), Effect.scoped)
                    fibers.push(yield* Effect.fork(action === 2 ? Effect.delay(work, 0) : work))
                    yield* Effect.yieldNow()
                  }
                  assert.isAtMost(yield* reserved(budget), 1_000)
                }
                for (const fiber of fibers) assert.isTrue(Exit.isExit(yield* Fiber.await(fiber)))
                assert.deepStrictEqual(yield* budget.picture, { limitBytes: 1_000, reservedBytes: 0, waiting: [] })
              })
            )
        ),
        { numRuns: 60 }
      )
    )
  )
})

describe("ProverPool", () => {
  const task = (id: string): Task => ({
    taskId: id,
    programId: "fib_input_initial",
    type: "PROOF_HASH",
    difficulty: "SMALL",
    inputs: [new Uint8Array(12)],
    createdAt: null
  })
  const steps: Array<string> = []
  const prove = (pool: ProverPool.ProverPoolService, id: string) =>
    pool.prove(task(id), 0, (step) => steps.push(`${id} ${step._tag}`))

  it.effect("a proof waits for a slot, then for memory, and both come back, also when it is interrupted", () =>
    Effect.gen(function* () {
      steps.length = 0
      const budget = ProofBudget.make(1_000)
      const prover = new Harness.FakeProver({ slots: 2, bytes: () => 600 })
      const pool = yield* ProverPool.make(prover.service, budget)
      const fibers = yield* Effect.forEach(["a", "b", "c"], (id) => Effect.fork(prove(pool, id)))
      yield* Harness.settle
      assert.deepStrictEqual(
        ["a", "b", "c"].map((id) => steps.findLast((step) => step.startsWith(id))),
        ["a Proving", "b AwaitingMemory", "c AwaitingSlot"]
      )
      const [a, b, c] = fibers
      if (a !== undefined) yield* Fiber.interrupt(a)
      yield* Harness.settle
      assert.strictEqual(
        steps.findLast((step) => step.startsWith("b")),
        "b Proving"
      )
      assert.strictEqual(
        steps.findLast((step) => step.startsWith("c")),
        "c AwaitingMemory"
      )
      if (c !== undefined) yield* Fiber.interrupt(c)
      yield* Harness.pass(5_000)
      if (b !== undefined) yield* Fiber.join(b)
      assert.deepStrictEqual(yield* budget.picture, { limitBytes: 1_000, reservedBytes: 0, waiting: [] })
      assert.strictEqual(prover.running, 0)
    })
  )

  it.effect("the measured peak of a proof, and of one that ran out of memory, is what the next one reserves", () =>
    Effect.gen(function* () {
      const budget = ProofBudget.make(10_000)
      let failure: ProveError | null = null
      const prover: ProverService = {
        name: "fake",
        kind: "receipt",
        slots: 1,
        estimate: () => ({ memoryClass: "c", bytes: 100 }),
        prove: () =>
          Effect.suspend(() =>
            failure === null
              ? Effect.succeed({
                  proof: { kind: "receipt" as const, bytes: new Uint8Array(1), hash: "" },
                  peakBytes: 700
                })
              : Effect.fail(failure)
          )
      }
      const pool = yield* ProverPool.make(prover, budget)
      yield* prove(pool, "a")
      const first = yield* hold(budget, "c", 1)
      assert.strictEqual(yield* reserved(budget), 700)
      yield* first.end
      failure = new ProverOutOfMemory({ taskId: "b", peakBytes: 2_000, detail: "killed" })
      yield* Effect.either(prove(pool, "b"))
      const second = yield* hold(budget, "c", 1)
      assert.strictEqual(yield* reserved(budget), 2_000)
      yield* second.end
    })
  )
})

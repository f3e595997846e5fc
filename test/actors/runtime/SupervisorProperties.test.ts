import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, TestClock } from "effect"
import * as Backoff from "../../../actors/runtime/Backoff.ts"
import type { ChildSpec, Restart } from "../../../actors/runtime/ChildSpec.ts"
import * as Supervisor from "../../../actors/runtime/Supervisor.ts"
import { type Rules, type Seed, SupervisorModel } from "./SupervisorModel.ts"
import { isFailure, isolated, type Order, Stage, settle } from "./support.ts"

type Step =
  | { readonly _tag: "exit"; readonly id: string; readonly order: Order }
  | { readonly _tag: "fail"; readonly id: string; readonly times: number }
  | { readonly _tag: "start"; readonly seed: Seed }
  | { readonly _tag: "restart" | "terminate" | "delete"; readonly id: string }
  | { readonly _tag: "advance"; readonly millis: number }

const ids = ["a", "b", "c", "d", "e"] as const
const anId = fc.constantFrom(...ids)
const seedOf = (rules: Rules) => (id: string) =>
  fc
    .record({
      kind: fc.constantFrom("fiber" as const, "actor" as const),
      restart: fc.constantFrom<Restart>("permanent", "permanent", "transient", "temporary"),
      delay: fc.constantFrom(0, 0, 100, 250),
      significant: fc.boolean()
    })
    .map((seed) => ({
      ...seed,
      id,
      significant: seed.significant && seed.restart !== "permanent" && rules.autoShutdown !== "never"
    }))

const steps = (rules: Rules): fc.Arbitrary<ReadonlyArray<Step>> =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          _tag: fc.constant("exit" as const),
          id: anId,
          order: fc.constantFrom<Order>("crash", "crash", "interrupt", "finish", "shutdown")
        })
      },
      {
        weight: 2,
        arbitrary: fc.record({ _tag: fc.constant("fail" as const), id: anId, times: fc.integer({ min: 1, max: 3 }) })
      },
      { weight: 2, arbitrary: anId.chain(seedOf(rules)).map((seed) => ({ _tag: "start" as const, seed })) },
      {
        weight: 2,
        arbitrary: fc.record({
          _tag: fc.constantFrom("restart" as const, "terminate" as const, "delete" as const),
          id: anId
        })
      },
      {
        weight: 3,
        arbitrary: fc.record({ _tag: fc.constant("advance" as const), millis: fc.integer({ min: 1, max: 700 }) })
      }
    ),
    { minLength: 1, maxLength: 25 }
  )

const rulesOf = (strategy: Rules["strategy"], dynamic: boolean): fc.Arbitrary<Rules> =>
  fc.record({
    strategy: fc.constant(strategy),
    dynamic: fc.constant(dynamic),
    intensity: fc.constantFrom(0, 1, 2, 3, 5, 8),
    period: fc.constantFrom(300, 1_000, 5_000),
    autoShutdown: fc.constantFrom(
      "never" as const,
      "never" as const,
      "any_significant" as const,
      "all_significant" as const
    )
  })

const specOf = (stage: Stage, seed: Seed): ChildSpec => {
  const backoff = seed.delay > 0 ? { backoff: Backoff.make({ min: seed.delay, max: seed.delay, jitter: 0 }) } : {}
  return stage[seed.kind](seed.id, { restart: seed.restart, significant: seed.significant, ...backoff })
}

const compare = (rules: Rules, seeds: ReadonlyArray<Seed>, history: ReadonlyArray<Step>) =>
  Effect.gen(function* () {
    const stage = new Stage()
    const model = new SupervisorModel(rules)
    for (const seed of seeds) model.startChild(seed)
    const real = rules.dynamic
      ? yield* Supervisor.dynamic("s", { ...rules, template: (seed: Seed) => specOf(stage, seed), initial: seeds })
      : yield* Effect.map(
          Supervisor.make("s", { ...rules, children: seeds.map((seed) => specOf(stage, seed)) }),
          (supervisor) => ({ ...supervisor, startChild: (seed: Seed) => supervisor.startChild(specOf(stage, seed)) })
        )
    const check = (step: Step | "begin" | "end") =>
      Effect.gen(function* () {
        yield* settle
        // A dynamic supervisor stops its children all at once, in no order.
        const ending = rules.dynamic && (step === "end" || model.ended !== undefined)
        const order = (trace: string) => (ending ? trace.split(" ").sort().join(" ") : trace)
        assert.strictEqual(order(stage.take()), order(model.take()), JSON.stringify(step))
        if (model.ended !== undefined) return
        const table = (yield* real.whichChildren).map((child) => `${child.id} ${child.state} ${child.generation}`)
        assert.deepStrictEqual(table, model.table, JSON.stringify(step))
      })
    yield* check("begin")
    for (const step of history) {
      if (model.ended !== undefined) break
      switch (step._tag) {
        case "exit":
          // A message to an actor that waits for its restart is kept; the model has no messages.
          if (model.runs(step.id)) yield* stage.order(step.id, step.order)
          model.exit(step.id, step.order)
          break
        case "fail":
          stage.failStarts(step.id, step.times)
          model.failStarts(step.id, step.times)
          break
        case "start":
          // A known id is refused; the specification must not even be made, for the stage would send orders to it.
          if (!model.knows(step.seed.id)) yield* Effect.exit(real.startChild(step.seed))
          model.startChild(step.seed)
          break
        case "restart":
          yield* Effect.exit(real.restartChild(step.id))
          model.restartChild(step.id)
          break
        case "terminate":
          yield* Effect.exit(real.terminateChild(step.id))
          model.terminateChild(step.id)
          break
        case "delete":
          yield* Effect.exit(real.deleteChild(step.id))
          model.deleteChild(step.id)
          break
        case "advance":
          yield* TestClock.adjust(step.millis)
          model.advance(step.millis)
          break
      }
      yield* check(step)
    }
    const gaveUp = model.ended === "intensity"
    if (model.ended === undefined) yield* real.shutdown
    model.shutdown()
    yield* check("end")
    assert.strictEqual(isFailure(yield* Effect.exit(real.await), "IntensityReached"), gaveUp)
  })

const runs = Number(process.env["PITBOSS_PROPERTY_RUNS"] ?? 150)

describe("a supervisor behaves like the model, whatever happens", () => {
  for (const strategy of ["one_for_one", "rest_for_one", "one_for_all"] as const) {
    for (const dynamic of strategy === "one_for_one" ? [false, true] : [false]) {
      it(
        `${strategy}${dynamic ? ", dynamic" : ""}`,
        () =>
          fc.assert(
            fc.asyncProperty(
              rulesOf(strategy, dynamic).chain((rules) =>
                fc.record({
                  rules: fc.constant(rules),
                  seeds: fc
                    .shuffledSubarray([...ids], { minLength: 1, maxLength: 4 })
                    .chain((chosen) => fc.tuple(...chosen.map(seedOf(rules)))),
                  history: steps(rules)
                })
              ),
              ({ history, rules, seeds }) => isolated(compare(rules, seeds, history))
            ),
            { numRuns: runs, seed: 20261120 }
          ),
        120_000
      )
    }
  }
})

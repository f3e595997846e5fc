/**
 * Children that do what a test tells them, and a log of every start and stop.
 *
 * A `Stage` is the shared log; its children acquire ("+id"), wait for an order (crash, finish, ...), and release ("-id").
 * Both kinds of children of the runtime are offered: fibers and actors.
 */
import { Deferred, Effect, type Exit, Layer, Option, type Scope, Stream, TestContext } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import type { ChildOptions, ChildSpec } from "../../../actors/runtime/ChildSpec.ts"
import { Shutdown } from "../../../actors/runtime/Errors.ts"
import type { Report } from "../../../actors/runtime/Report.ts"
import { type NodeInfo, SupervisionTree } from "../../../actors/runtime/SupervisionTree.ts"

/** Let everything that can happen without time happen: microtasks, and twice round the event loop. */
export const settle: Effect.Effect<void> = Effect.suspend(() => Effect.andThen(round, round))

const round: Effect.Effect<void> = Effect.andThen(
  Effect.iterate(0, { while: (n) => n < 60, body: (n) => Effect.as(Effect.yieldNow(), n + 1) }),
  Effect.async<void>((resume) => {
    setImmediate(() => resume(Effect.void))
  })
)

/** The runtime under a TestClock, scoped. */
export const scoped = <A, E>(effect: Effect.Effect<A, E, ActorSystem.ActorSystem | Scope.Scope>): Effect.Effect<A, E> =>
  Effect.scoped(effect).pipe(Effect.provide(ActorSystem.layer))

/** The same for property tests, which run many times inside one test: a fresh clock each time. */
export const isolated = <A, E>(effect: Effect.Effect<A, E, ActorSystem.ActorSystem | Scope.Scope>): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(effect).pipe(Effect.provide(ActorSystem.layer.pipe(Layer.provideMerge(TestContext.TestContext))))
  )

export type Order = "crash" | "finish" | "shutdown" | "interrupt"

type Message = { readonly order: Order }

export class Stage {
  readonly log: Array<string> = []
  private readonly failing = new Map<string, number>()
  private readonly orders = new Map<string, (order: Order) => void>()
  private readonly generations = new Map<string, number>()

  take(): string {
    return this.log.splice(0).join(" ")
  }

  /** The next `times` starts of a child fail. */
  failStarts(id: string, times: number): void {
    this.failing.set(id, times)
  }

  order(id: string, order: Order): Effect.Effect<void> {
    return Effect.andThen(
      Effect.sync(() => this.orders.get(id)?.(order)),
      settle
    )
  }

  /** How often a child has been started. */
  starts(id: string): number {
    return this.generations.get(id) ?? 0
  }

  private acquire(id: string): Effect.Effect<void, string, Scope.Scope> {
    return Effect.suspend(() => {
      const left = this.failing.get(id) ?? 0
      if (left > 0) {
        this.failing.set(id, left - 1)
        this.log.push(`!${id}`)
        return Effect.fail(`${id} can not start`)
      }
      return Effect.acquireRelease(
        Effect.sync(() => {
          this.generations.set(id, this.starts(id) + 1)
          this.log.push(`+${id}`)
        }),
        () => Effect.sync(() => this.log.push(`-${id}`))
      )
    })
  }

  fiber(id: string, options?: ChildOptions): ChildSpec {
    return {
      ...options,
      id,
      start: Effect.gen(this, function* () {
        yield* this.acquire(id)
        const told = yield* Deferred.make<void, unknown>()
        this.orders.set(id, (order) => {
          if (order === "crash") Deferred.unsafeDone(told, Effect.fail(new Error(`${id} crashed`)))
          else if (order === "finish") Deferred.unsafeDone(told, Effect.void)
          else if (order === "interrupt") Deferred.unsafeDone(told, Effect.interrupt)
          else Deferred.unsafeDone(told, Effect.fail(new Shutdown({ reason: "told so" })))
        })
        return Deferred.await(told)
      })
    }
  }

  actor(id: string, options?: ChildOptions): Actor.ActorSpec<Message> {
    const spec = Actor.child(
      id,
      Behaviour.of<Message>()({
        init: this.acquire(id),
        receive: (_state, { order }, context): Effect.Effect<void, Shutdown | string> => {
          if (order === "finish") return Effect.sync(() => context.stop())
          if (order === "shutdown") return new Shutdown({ reason: "told so" })
          if (order === "interrupt") return Effect.interrupt
          return Effect.die(new Error(`${id} crashed`))
        }
      }),
      options
    )
    this.orders.set(id, (order) => spec.ref.unsafeTell({ order }))
    return spec
  }

  /** A child whose finalizer takes `millis` (or never ends) however it is interrupted. */
  stubborn(id: string, millis: number | "never", options?: ChildOptions): ChildSpec {
    return {
      ...options,
      id,
      start: Effect.gen(this, function* () {
        yield* this.acquire(id)
        return Effect.never.pipe(Effect.ensuring(millis === "never" ? Effect.never : Effect.sleep(millis)))
      })
    }
  }
}

export const nodeAt = (path: string): Effect.Effect<NodeInfo | undefined, never, SupervisionTree> =>
  Effect.flatMap(SupervisionTree, (tree) => Effect.map(tree.get(path), Option.getOrUndefined))

/** Every report from now on, collected in the background of the Scope. */
export const reports: Effect.Effect<Array<Report>, never, SupervisionTree | Scope.Scope> = Effect.gen(function* () {
  const tree = yield* SupervisionTree
  const seen: Array<Report> = []
  yield* Effect.forkScoped(Stream.runForEach(tree.events, (report) => Effect.sync(() => seen.push(report))))
  yield* settle
  return seen
})

export const tags = (seen: ReadonlyArray<Report>): string =>
  seen
    .filter((report) => report._tag !== "child_started")
    .map((report) => `${report._tag}(${report.offender})`)
    .join(" ")

export const isFailure = <A, E>(exit: Exit.Exit<A, E>, tag: string): boolean =>
  exit._tag === "Failure" && exit.cause._tag === "Fail" && hasTag(exit.cause.error, tag)

const hasTag = (error: unknown, tag: string): boolean =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === tag

/**
 * OTP's supervisor on Effect: one fiber that owns the table of its children and reads one mailbox.
 *
 * Children start in order, each ready before the next; they stop in reverse order, each with its own time. An exit, a due
 * restart and every request is a message to that one fiber, so there are no locks and no races: an exit of an old
 * generation is recognised and ignored, a failed restart goes back through the mailbox and counts against the
 * intensity. Too many restarts end the supervisor, and its own supervisor sees an ordinary crash.
 *
 * ```ts
 * const supervisor = yield* Supervisor.make("pool", {
 *   strategy: "rest_for_one",
 *   children: [ledger, jobBoard, Supervisor.child("listeners", { children: [tcp, http] })]
 * })
 * yield* supervisor.await                                  // fails with IntensityReached
 * ```
 */
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { Alarm } from "./Alarm.ts"
import type { AutoShutdown, ChildOptions, ChildSpec, Needs, Restart } from "./ChildSpec.ts"
import { DeadLetters } from "./DeadLetters.ts"
import {
  type ChildExists,
  type ChildNotFound,
  IntensityReached,
  StartFailed,
  type SupervisorStopped
} from "./Errors.ts"
import * as Runner from "./Runner.ts"
import type { Strategy } from "./Strategy.ts"
import { CurrentNode } from "./CurrentNode.ts"
import { SupervisionTree } from "./SupervisionTree.ts"
import { type Policy, SupervisorLoop } from "./SupervisorLoop.ts"
import type { State, TreeNode } from "./TreeNode.ts"

export type { Strategy } from "./Strategy.ts"

/** Services every supervisor needs; `ActorSystem.layer` provides them. */
export type Services = SupervisionTree | DeadLetters | Alarm

interface Limits {
  /** Restarts allowed within `period` before the supervisor gives up. Default 1. */
  readonly intensity?: number
  /** Default 5 seconds. */
  readonly period?: Duration.DurationInput
  /** Default `never`. */
  readonly autoShutdown?: AutoShutdown
}

export interface Options<Children extends ReadonlyArray<ChildSpec<unknown>>> extends Limits {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy
  /** Started in this order. */
  readonly children?: Children
}

/** Children of one kind, started on demand from a template (OTP's simple_one_for_one); up to 100,000 of them. */
export interface DynamicOptions<A, Spec> extends Limits {
  /** The specification of the child for an argument. Ids must be unique. */
  readonly template: (argument: A) => Spec
  /** Started at once, in order. */
  readonly initial?: Iterable<A>
}

export interface ChildInfo {
  readonly id: string
  readonly path: string
  readonly type: "worker" | "supervisor"
  readonly restart: Restart
  readonly state: State
  readonly generation: number
}

export interface ChildCounts {
  /** Specifications kept, running or not. */
  readonly specs: number
  /** Running children. */
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** What every supervisor can be asked. Requests are served in order; while a child is being stopped they wait. */
export interface Requests<Spec> {
  readonly path: string
  /** Start a stopped child that is kept (OTP restart_child); also what an operator does with a quarantined child. */
  readonly restartChild: (
    id: string
  ) => Effect.Effect<void, ChildNotFound | ChildExists | StartFailed | SupervisorStopped>
  /** Stop a child; its specification is kept unless it is temporary or the supervisor dynamic. Idempotent. */
  readonly terminateChild: (id: string) => Effect.Effect<void, ChildNotFound | SupervisorStopped>
  /** Forget a stopped child. */
  readonly deleteChild: (id: string) => Effect.Effect<void, ChildNotFound | ChildExists | SupervisorStopped>
  /** In start order. */
  readonly whichChildren: Effect.Effect<ReadonlyArray<ChildInfo>>
  readonly countChildren: Effect.Effect<ChildCounts>
  readonly getChildspec: (id: string) => Effect.Effect<Option.Option<Spec>>
  /** Stop all children in reverse order, then the supervisor. Waits for the end. */
  readonly shutdown: Effect.Effect<void>
  /** The end of the supervisor: success after a shutdown (asked for, or auto), IntensityReached when it gave up. */
  readonly await: Effect.Effect<void, IntensityReached>
}

export interface Supervisor<R = never> extends Requests<ChildSpec<R>> {
  /** Start one more child, after all others; returns when it is ready. A failed start leaves nothing behind. */
  readonly startChild: <Spec extends ChildSpec<R>>(
    spec: Spec
  ) => Effect.Effect<Spec, ChildExists | StartFailed | SupervisorStopped>
}

export interface DynamicSupervisor<A, Spec> extends Requests<Spec> {
  /** Start the child for an argument; returns its specification (of an actor: with its `ref`) when it is ready. */
  readonly startChild: (argument: A) => Effect.Effect<Spec, ChildExists | StartFailed | SupervisorStopped>
  /** Start many in one request; all that started before a failure stay. */
  readonly startChildren: (
    args: Iterable<A>
  ) => Effect.Effect<ReadonlyArray<Spec>, ChildExists | StartFailed | SupervisorStopped>
}

/**
 * Start a supervisor in the calling Scope: its children are ready when this returns, and stopped, in reverse order, when
 * the Scope closes. Fails with StartFailed when a child does not start; whatever had started is stopped again.
 */
export const make = <const Children extends ReadonlyArray<ChildSpec<unknown>> = []>(
  id: string,
  options: Options<Children>
): Effect.Effect<
  Supervisor<Needs<Children[number]>>,
  StartFailed,
  Needs<Children[number]> | Scope.Scope | Services
> => {
  type R = Needs<Children[number]>
  return Effect.map(root<R, ChildSpec<R>>(id, policyOf(options, false), specsOf<R>(options)), asSupervisor)
}

/** A supervisor of children of one kind, started on demand (OTP's simple_one_for_one). */
export const dynamic = <A, Spec extends ChildSpec<unknown>>(
  id: string,
  options: DynamicOptions<A, Spec>
): Effect.Effect<DynamicSupervisor<A, Spec>, StartFailed, Needs<Spec> | Scope.Scope | Services> => {
  const template = templateOf(options)
  return Effect.map(
    root<Needs<Spec>, Closed<Spec>>(id, policyOf(options, true), initial(options, template)),
    (handle) => asDynamic(handle, template)
  )
}

// NoInfer: what a supervisor needs is told by its children, not by the place it is used in.

/** A supervisor as the child of another. `onStart` is given the handle of every incarnation. */
export const child = <const Children extends ReadonlyArray<ChildSpec<unknown>> = [], R2 = never>(
  id: string,
  options: Options<Children> &
    ChildOptions & {
      readonly onStart?: (supervisor: Supervisor<Needs<Children[number]>>) => Effect.Effect<unknown, unknown, R2>
    }
): ChildSpec<Needs<Children[number]> | NoInfer<R2> | Services> => {
  type R = Needs<Children[number]>
  return nested<R, ChildSpec<R>, R2>(id, options, policyOf(options, false), specsOf<R>(options), (handle) =>
    options.onStart?.(asSupervisor(handle))
  )
}

/** A dynamic supervisor as the child of another. `onStart` is given the handle of every incarnation. */
export const dynamicChild = <A, Spec extends ChildSpec<unknown>, R2 = never>(
  id: string,
  options: DynamicOptions<A, Spec> &
    ChildOptions & {
      readonly onStart?: (supervisor: DynamicSupervisor<A, Spec>) => Effect.Effect<unknown, unknown, R2>
    }
): ChildSpec<NoInfer<Needs<Spec>> | NoInfer<R2> | Services> => {
  const template = templateOf(options)
  const start = initial(options, template)
  return nested<Needs<Spec>, Closed<Spec>, R2>(id, options, policyOf(options, true), start, (handle) =>
    options.onStart?.(asDynamic(handle, template))
  )
}

const DEFAULT_INTENSITY = 1
const DEFAULT_PERIOD_MILLIS = 5_000

const policyOf = (options: Limits & { readonly strategy?: Strategy }, dynamic: boolean): Policy => ({
  strategy: options.strategy ?? "one_for_one",
  intensity: options.intensity ?? DEFAULT_INTENSITY,
  periodMillis:
    options.period === undefined ? DEFAULT_PERIOD_MILLIS : Duration.toMillis(Duration.decode(options.period)),
  autoShutdown: options.autoShutdown ?? "never",
  dynamic
})

// What children need together is at least what each of them needs; TypeScript can not follow `Needs`, so it is told here.

type Closed<Spec> = Spec & ChildSpec<Needs<Spec>>

const specsOf =
  <R>(options: { readonly children?: ReadonlyArray<ChildSpec<unknown>> }) =>
  (): ReadonlyArray<ChildSpec<R>> =>
    (options.children ?? []) as ReadonlyArray<ChildSpec<R>>

const templateOf =
  <A, Spec extends ChildSpec<unknown>>(options: DynamicOptions<A, Spec>) =>
  (argument: A): Closed<Spec> =>
    options.template(argument) as Closed<Spec>

/** Specifications made anew for every incarnation, each when its predecessor is ready. */
const initial = <A, Spec>(
  options: DynamicOptions<A, unknown>,
  template: (argument: A) => Spec
): (() => Iterable<Spec>) => {
  const args = Array.from(options.initial ?? [])
  return () => mapped(args, template)
}

function* mapped<A, B>(items: Iterable<A>, make: (item: A) => B): Generator<B> {
  for (const item of items) yield make(item)
}

/** A running supervisor: its loop, and its end. */
interface Handle<R, Spec extends ChildSpec<R>> {
  readonly loop: SupervisorLoop<R, Spec>
  readonly end: Deferred.Deferred<void, IntensityReached>
}

/** Tell whoever awaits the end. True when the supervisor gave up. */
const settle = <R, Spec extends ChildSpec<R>>(
  handle: Handle<R, Spec>,
  exit: Exit.Exit<void, IntensityReached>
): boolean => {
  // Interruption is how a Scope stops a supervisor: an end like any other.
  const gaveUp = Exit.isFailure(exit) && exit.cause._tag === "Fail" && exit.cause.error instanceof IntensityReached
  Deferred.unsafeDone(handle.end, gaveUp ? exit : Exit.void)
  return gaveUp
}

const prepare = <R, Spec extends ChildSpec<R>>(node: TreeNode, policy: Policy) =>
  Effect.gen(function* () {
    const tree = yield* SupervisionTree
    const habitat = { runner: yield* Runner.make<R>(), alarm: yield* Alarm, deadLetters: yield* DeadLetters }
    const loop = new SupervisorLoop<R, Spec>(node, policy, tree, habitat)
    const handle: Handle<R, Spec> = { loop, end: yield* Deferred.make<void, IntensityReached>() }
    return handle
  })

const root = <R, Spec extends ChildSpec<R>>(
  id: string,
  policy: Policy,
  specs: () => Iterable<Spec>
): Effect.Effect<Handle<R, Spec>, StartFailed, R | Scope.Scope | Services> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const tree = yield* SupervisionTree
      const parent = (yield* CurrentNode).node ?? tree.root
      if (parent.children?.has(id)) {
        return yield* new StartFailed({ path: parent.path, reason: `the id "${id}" is taken`, cause: undefined })
      }
      const node = parent.add(id, "supervisor", "temporary")
      node.generation = 1
      const handle = yield* Effect.provideService(prepare<R, Spec>(node, policy), CurrentNode, { node })
      const { end, loop } = handle
      yield* Effect.onError(restore(loop.startAll(specs())), () => Effect.sync(() => node.detach()))
      node.enter("running")
      const runner = yield* Runner.make<R>()
      const running = runner.fork(
        Effect.onExit(loop.body, () => loop.terminateAll),
        (exit) => node.enter(settle(handle, exit) ? "failed" : "stopped")
      )
      yield* Effect.addFinalizer(() => {
        running.interrupt()
        return Effect.andThen(
          Effect.exit(Deferred.await(end)),
          Effect.sync(() => node.detach())
        )
      })
      return handle
    })
  )

const nested = <R, Spec extends ChildSpec<R>, R2>(
  id: string,
  options: ChildOptions,
  policy: Policy,
  specs: () => Iterable<Spec>,
  onStart: (handle: Handle<R, Spec>) => Effect.Effect<unknown, unknown, R2> | undefined
): ChildSpec<R | R2 | Services> => ({
  ...pickChildOptions(options),
  id,
  type: "supervisor",
  start: Effect.gen(function* () {
    const { node } = yield* CurrentNode
    if (node === undefined) return yield* Effect.dieMessage(`supervisor "${id}" was started outside of a supervisor`)
    const handle = yield* prepare<R, Spec>(node, policy)
    const { loop } = handle
    yield* Effect.addFinalizer(() => loop.terminateAll)
    yield* loop.startAll(specs())
    const started = onStart(handle)
    if (started !== undefined) yield* started
    return loop.body.pipe(
      Effect.onExit(() => loop.terminateAll),
      Effect.onExit((exit) => Effect.sync(() => settle(handle, exit)))
    )
  })
})

const pickChildOptions = ({ backoff, budget, restart, shutdown, significant }: ChildOptions): ChildOptions => ({
  ...(backoff === undefined ? undefined : { backoff }),
  ...(budget === undefined ? undefined : { budget }),
  ...(restart === undefined ? undefined : { restart }),
  ...(shutdown === undefined ? undefined : { shutdown }),
  ...(significant === undefined ? undefined : { significant })
})

const requests = <R, Spec extends ChildSpec<R>>({ end, loop }: Handle<R, Spec>): Requests<Spec> => ({
  path: loop.node.path,
  restartChild: (id) => loop.request(() => loop.revive(id)),
  terminateChild: (id) => loop.request(() => loop.halt(id)),
  deleteChild: (id) => loop.request(() => loop.remove(id)),
  whichChildren: Effect.sync(() =>
    Array.from(loop.table.children.values(), ({ generation, node, spec }) => ({
      id: spec.id,
      path: node.path,
      type: node.type,
      restart: node.restart,
      state: node.state,
      generation
    }))
  ),
  countChildren: Effect.sync(() => {
    let active = 0
    let supervisors = 0
    for (const { incarnation, node } of loop.table.children.values()) {
      if (incarnation !== undefined) active++
      if (node.type === "supervisor") supervisors++
    }
    return { specs: loop.table.children.size, active, supervisors, workers: loop.table.children.size - supervisors }
  }),
  getChildspec: (id) => Effect.sync(() => Option.fromNullable(loop.table.children.get(id)?.spec)),
  shutdown: Effect.suspend(() => {
    loop.shutdown()
    return Effect.asVoid(Effect.exit(Deferred.await(end)))
  }),
  await: Deferred.await(end)
})

const asSupervisor = <R>(handle: Handle<R, ChildSpec<R>>): Supervisor<R> => ({
  ...requests(handle),
  startChild: (spec) =>
    Effect.as(
      handle.loop.request(() => handle.loop.add(spec)),
      spec
    )
})

const asDynamic = <A, Spec extends ChildSpec<R>, R>(
  handle: Handle<R, Spec>,
  template: (argument: A) => Spec
): DynamicSupervisor<A, Spec> => {
  const { loop } = handle
  return {
    ...requests(handle),
    startChild: (argument) => loop.request(() => loop.add(template(argument))),
    startChildren: (args) => loop.request(() => loop.addAll(mapped(args, template)))
  }
}

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
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { Alarm } from "./Alarm.ts"
import type * as Backoff from "./Backoff.ts"
import type * as ChildSpec from "./ChildSpec.ts"
import type { DeadLetters } from "./DeadLetters.ts"
import type { ChildExists, ChildNotFound, IntensityReached, StartFailed, SupervisorStopped } from "./Errors.ts"
import type { SupervisionTree } from "./SupervisionTree.ts"
import type { State } from "./TreeNode.ts"

/**
 * What happens to siblings when `b` of (a, b, c) ends and is to be restarted (- stop, + start):
 *
 * ```
 * one_for_one    -b       +b
 * rest_for_one   -b -c    +b +c       b and what was started after it
 * one_for_all    -b -c -a +a +b +c    everything
 * shutdown       -c -b -a
 * ```
 */
export type Strategy = "one_for_one" | "rest_for_one" | "one_for_all"

interface Limits {
  /** Restarts allowed within `period` before the supervisor gives up. Default 1. */
  readonly intensity?: number
  /** Default 5 seconds. */
  readonly period?: Duration.DurationInput
  /** Default `never`. */
  readonly autoShutdown?: ChildSpec.AutoShutdown
}

export interface Options<R = never> extends Limits {
  /** Default `one_for_one`. */
  readonly strategy?: Strategy
  /** Started in this order. */
  readonly children?: ReadonlyArray<ChildSpec.ChildSpec<R>>
}

/** Children of one kind, started on demand from a template (OTP's simple_one_for_one); up to 100,000 of them. */
export interface DynamicOptions<A, Spec, _R = never> extends Limits {
  /** The specification of the child for an argument. Ids must be unique. */
  readonly template: (argument: A) => Spec
  /** Started at once, in order. */
  readonly initial?: Iterable<A>
}

export interface ChildInfo {
  readonly id: string
  readonly path: string
  readonly type: "worker" | "supervisor"
  readonly restart: ChildSpec.Restart
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

export interface Supervisor<R = never> extends Requests<ChildSpec.ChildSpec<R>> {
  /** Start one more child, after all others; returns when it is ready. A failed start leaves nothing behind. */
  readonly startChild: <Spec extends ChildSpec.ChildSpec<R>>(
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

/** Services every supervisor needs; `ActorSystem.layer` provides them. */
export type Services = SupervisionTree | DeadLetters | Alarm

export declare const make: <R = never>(
  id: string,
  options: Options<R>
) => Effect.Effect<Supervisor<R>, StartFailed, R | Scope.Scope | Services>

export declare const dynamic: <A, Spec extends ChildSpec.ChildSpec<R>, R = never>(
  id: string,
  options: DynamicOptions<A, Spec, R>
) => Effect.Effect<DynamicSupervisor<A, Spec>, StartFailed, R | Scope.Scope | Services>

/** Where and how a supervisor hangs below another. */
export interface ChildOptions {
  readonly restart?: ChildSpec.Restart
  readonly shutdown?: ChildSpec.Shutdown
  readonly significant?: boolean
  readonly backoff?: Backoff.Policy
  readonly budget?: ChildSpec.Budget
}

/** A supervisor as the child of another. `onStart` sees the handle of every incarnation. */
export declare const child: <R = never>(
  id: string,
  options: Options<R> &
    ChildOptions & { readonly onStart?: (supervisor: Supervisor<R>) => Effect.Effect<void, never, R> }
) => ChildSpec.ChildSpec<R | Services>

export declare const dynamicChild: <A, Spec extends ChildSpec.ChildSpec<R>, R = never>(
  id: string,
  options: DynamicOptions<A, Spec, R> &
    ChildOptions & { readonly onStart?: (supervisor: DynamicSupervisor<A, Spec>) => Effect.Effect<void, never, R> }
) => ChildSpec.ChildSpec<R | Services>

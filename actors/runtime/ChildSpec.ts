/**
 * What a supervisor must know to start, stop and restart one child.
 *
 * The fields, their names and their defaults are those of an OTP child specification. `start` is two-phase like
 * `start_link`: the outer effect acquires in a fresh Scope and its return means "ready"; the effect it returns is the
 * body that runs until the child ends. The Scope is closed when the incarnation has ended, in whatever way.
 *
 * ```ts
 * const sampler: ChildSpec.ChildSpec = {
 *   id: "sampler",
 *   start: Effect.gen(function* () {
 *     const file = yield* openCounters          // acquired before siblings that follow are started
 *     return Effect.forever(sampleOnce(file))   // runs in a fiber of its own
 *   })
 * }
 * ```
 */
import * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Backoff from "./Backoff.ts"
import { BadChildSpec } from "./Errors.ts"
import type { ProcessFactory } from "./Process.ts"

/**
 * | restart     | normal or shutdown exit | abnormal exit | stopped with a group |
 * |-------------|-------------------------|---------------|----------------------|
 * | `permanent` | restarted               | restarted     | started again        |
 * | `transient` | kept, stopped           | restarted     | started again        |
 * | `temporary` | forgotten               | forgotten     | forgotten            |
 */
export type Restart = "permanent" | "transient" | "temporary"

/**
 * How a child is asked to stop. A duration (or `infinity`) waits that long for its finalizers; `brutal` gives it no time
 * on the clock. JavaScript can not kill: a child that is still there afterwards is reported as `leaked`.
 */
export type Shutdown = "brutal" | "infinity" | Duration.DurationInput

/**
 * A budget of the child alone: more than `restarts` restarts within `period` put it into quarantine (stopped, named,
 * kept) instead of failing the supervisor. Restarts of such a child do not count against the supervisor's intensity.
 */
export interface Budget {
  readonly restarts: number
  readonly period: Duration.DurationInput
}

/** The fields of a specification that an actor or a nested supervisor leaves to its user. */
export interface ChildOptions {
  /** Default `permanent`. */
  readonly restart?: Restart
  /** Default 5 seconds for a worker, `infinity` for a supervisor. */
  readonly shutdown?: Shutdown
  /** Counts for the supervisor's `autoShutdown`; not allowed for permanent children. Default false. */
  readonly significant?: boolean
  /** Wait before restarts; default: none, restart at once. */
  readonly backoff?: Backoff.Policy
  /** Default: none, restarts count against the supervisor. */
  readonly budget?: Budget
}

export interface ChildSpec<R = never> extends ChildOptions {
  /** Unique within its supervisor; a segment of the path, so without "/". */
  readonly id: string
  /** Default `worker`. */
  readonly type?: "worker" | "supervisor"
  /** Acquire, then return the body. */
  readonly start: Effect.Effect<Effect.Effect<unknown, unknown, R>, unknown, R | Scope.Scope>
  /** Set by `Actor.child` only: a child without a fiber of its own. Takes the place of `start`. */
  readonly process?: ProcessFactory<R>
}

/** Identity function that fixes the type and lets `R` be inferred. */
export const make = <R = never>(spec: ChildSpec<R>): ChildSpec<R> => spec

export const DEFAULT_SHUTDOWN_MILLIS = 5_000

/** Milliseconds to wait for the end of a child: 0 for `brutal`, Infinity for `infinity`. */
export const shutdownMillis = <R>(spec: ChildSpec<R>): number => {
  const shutdown = spec.shutdown ?? (spec.type === "supervisor" ? "infinity" : DEFAULT_SHUTDOWN_MILLIS)
  if (shutdown === "brutal") return 0
  if (shutdown === "infinity") return Number.POSITIVE_INFINITY
  return Duration.toMillis(shutdown)
}

export const restartType = <R>(spec: ChildSpec<R>): Restart => spec.restart ?? "permanent"

/** What is wrong with the specification, if anything. */
export const check = <R>(spec: ChildSpec<R>, autoShutdown: AutoShutdown): BadChildSpec | undefined => {
  const bad = (reason: string) => new BadChildSpec({ id: spec.id, reason })
  if (spec.id === "" || spec.id.includes("/")) return bad("an id must be a non-empty path segment without '/'")
  if (spec.significant === true && restartType(spec) === "permanent") {
    return bad("a permanent child can not be significant: it never ends by itself for good")
  }
  if (spec.significant === true && autoShutdown === "never") {
    return bad("a significant child needs a supervisor with autoShutdown any_significant or all_significant")
  }
  if (spec.budget !== undefined && !(spec.budget.restarts >= 0)) return bad("budget.restarts must be >= 0")
  return undefined
}

/** When a supervisor ends because its significant children ended by themselves. */
export type AutoShutdown = "never" | "any_significant" | "all_significant"

/** The services a specification needs. */
export type Needs<Spec> = Spec extends ChildSpec<infer R> ? R : never

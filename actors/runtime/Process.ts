/**
 * A child that is not a fiber.
 *
 * A fiber costs 3 to 4 kB on Effect 3, an idle actor must not. A supervisor therefore knows two kinds of incarnations: a
 * fiber with a Scope (every ordinary `ChildSpec`), and a process in this sense: an object that is told to boot and to
 * stop, and that tells when it has ended. Actors are the only processes.
 */
import type * as Effect from "effect/Effect"
import type { AlarmService } from "./Alarm.ts"
import type { DeadLettersService } from "./DeadLetters.ts"
import type { ExitReason } from "./ExitReason.ts"
import type { Runner } from "./Runner.ts"
import type { TreeNode } from "./TreeNode.ts"

/** What a supervisor (or `Actor.spawn`) lends to everything it starts. */
export interface Habitat<in R = never> {
  readonly runner: Runner<R>
  readonly alarm: AlarmService
  readonly deadLetters: DeadLettersService
}

/** One incarnation of a process, as the process sees it. */
export interface Environment<in R = never> {
  readonly habitat: Habitat<R>
  readonly node: TreeNode
  readonly generation: number
  /** To be called exactly once, when the incarnation has ended and released everything. */
  readonly exited: (reason: ExitReason) => void
}

/** `graceful` finishes the message at hand and runs the stop hook; `kill` interrupts and skips the hook. */
export type StopMode = "graceful" | "kill"

export interface ProcessFactory<R = never> {
  /** Begin an incarnation: `undefined` when it is ready at once, else the effect after which it is. */
  readonly boot: (environment: Environment<R>) => Effect.Effect<void, unknown, R> | undefined
  /** Ask the incarnation to end. May be called again with `kill` when `graceful` takes too long. */
  readonly stop: (mode: StopMode) => void
  /** There will be no further incarnation: refuse messages from now on. */
  readonly retire: (reason: ExitReason) => void
}

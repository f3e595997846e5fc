/**
 * The one place where fibers are started outside of a fiber.
 *
 * Actors run their effects from plain callbacks (a message arrived, an alarm rang). A `Runner` captures services, clock
 * and randomness once, where the supervisor or actor was made, and starts fibers with them. Starting is immediate: an
 * effect that never suspends has ended when `fork` returns (1.5 us on Effect 3, against 10 us for a scheduled fork).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Runtime from "effect/Runtime"
import * as RuntimeFlags from "effect/RuntimeFlags"
import { CurrentNode } from "./CurrentNode.ts"
import type { TreeNode } from "./TreeNode.ts"

/** A fiber that was started; only its end and its interruption matter here. */
export interface Running {
  /** Ask it to end. Returns at once; the end is told to the `onExit` given to `fork`. */
  readonly interrupt: () => void
}

export interface Runner<in R = never> {
  readonly fork: <A, E>(effect: Effect.Effect<A, E, R>, onExit: (exit: Exit.Exit<A, E>) => void) => Running
  /** The same with another `CurrentNode`, so that logs name it and what is made inside hangs below it. */
  readonly forkAt: <A, E>(
    node: TreeNode,
    effect: Effect.Effect<A, E, R>,
    onExit: (exit: Exit.Exit<A, E>) => void
  ) => Running
}

/** Capture the services `R` of the calling fiber. */
export const make = <R = never>(): Effect.Effect<Runner<R>, never, R> =>
  Effect.map(Effect.runtime<R>(), (captured) => {
    // The caller may sit in an uninterruptible region (acquireRelease); what it starts must stay interruptible.
    const runtime = Runtime.enableRuntimeFlag(captured, RuntimeFlags.Interruption)
    const start = Runtime.runFork(runtime)
    // A hot actor forks many times in a row: the runtime of the last node is kept.
    let last: TreeNode | undefined
    let startLast = start
    return {
      fork: (effect, onExit) => running(start(effect), onExit),
      forkAt: (node, effect, onExit) => {
        if (node !== last) {
          const context = Context.add(runtime.context, CurrentNode, { node })
          startLast = Runtime.runFork(Runtime.make({ ...runtime, context }))
          last = node
        }
        return running(startLast(effect), onExit)
      }
    }
  })

const running = <A, E>(fiber: Fiber.RuntimeFiber<A, E>, onExit: (exit: Exit.Exit<A, E>) => void): Running => {
  fiber.addObserver(onExit)
  return { interrupt: () => fiber.unsafeInterruptAsFork(FiberId.none) }
}

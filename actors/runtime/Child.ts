/**
 * One row of a supervisor's table, and the incarnation that lives in it.
 *
 * A child is the specification with its history (generation, failures, pending restart); an incarnation is one life of it:
 * a fiber with a Scope, or a process. An incarnation ends exactly once, in one of three places: the stop that waits for
 * it, the supervisor's mailbox, or, when it was given up as leaked, a report.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Entry } from "./Alarm.ts"
import type { ChildSpec } from "./ChildSpec.ts"
import * as ExitReason from "./ExitReason.ts"
import type { Environment, Habitat } from "./Process.ts"
import type { RestartWindow } from "./RestartWindow.ts"
import type { Running } from "./Runner.ts"
import { CurrentNode } from "./CurrentNode.ts"
import type { TreeNode } from "./TreeNode.ts"

/** A restart that is due later; a different one, or none, means that the timer's message is stale. */
export interface PendingRestart {
  /** Whether it has been counted against the intensity already (a crash) or will be when it is due (a failed start). */
  readonly counted: boolean
  timer: Entry | undefined
}

export class Child<R, Spec extends ChildSpec<R>> {
  readonly spec: Spec
  readonly node: TreeNode
  generation = 0
  incarnation: Incarnation<R> | undefined
  pending: PendingRestart | undefined
  quarantined = false
  /** It has been up at least once: its process, if it is one, belongs to this row. */
  owned = false
  /** Failures without a healthy time between them. */
  failures = 0
  startedMillis = 0
  /** Of a child with its own budget. */
  window: RestartWindow | undefined

  constructor(spec: Spec, node: TreeNode) {
    this.spec = spec
    this.node = node
  }

  /** Null when it could be restarted or deleted by request. */
  get obstacle(): "running" | "restarting" | undefined {
    if (this.incarnation !== undefined) return "running"
    return this.pending === undefined ? undefined : "restarting"
  }

  cancelPending(): void {
    this.pending?.timer?.cancel()
    this.pending = undefined
  }
}

/** Told when an incarnation has ended by itself (`stopped` is false) or after it had been asked to. */
export type Ended<R> = (incarnation: Incarnation<R>, reason: ExitReason.ExitReason) => void

export class Incarnation<R> implements Environment<R> {
  readonly spec: ChildSpec<R>
  readonly node: TreeNode
  readonly habitat: Habitat<R>
  readonly generation: number
  reason: ExitReason.ExitReason | undefined
  private readonly onEnd: Ended<R>
  private running: Running | undefined
  private stopRequested = false
  private askedMillis = 0
  private waiter: (() => void) | undefined

  constructor(spec: ChildSpec<R>, node: TreeNode, habitat: Habitat<R>, generation: number, onEnd: Ended<R>) {
    this.spec = spec
    this.node = node
    this.habitat = habitat
    this.generation = generation
    this.onEnd = onEnd
  }

  /** Make it ready: `undefined` when it is so at once. Whatever was acquired is released again on failure. */
  start(): Effect.Effect<void, unknown, R> | undefined {
    const starting = this.spec.process === undefined ? this.startFiber() : this.spec.process.boot(this)
    // Failed or interrupted: nothing lives that could be stopped.
    return starting === undefined
      ? undefined
      : Effect.onError(starting, () =>
          Effect.sync(() => {
            this.reason ??= ExitReason.shutdown
          })
        )
  }

  private startFiber(): Effect.Effect<void, unknown, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(this, function* () {
        const scope = yield* Scope.make()
        const acquired = yield* this.spec.start.pipe(
          restore,
          Effect.provideService(Scope.Scope, scope),
          Effect.provideService(CurrentNode, { node: this.node }),
          Effect.exit
        )
        if (Exit.isFailure(acquired)) {
          yield* Scope.close(scope, acquired)
          return yield* Effect.failCause(acquired.cause)
        }
        const body = Effect.onExit(acquired.value, (exit) => Scope.close(scope, exit))
        const running = this.habitat.runner.forkAt(this.node, body, (exit) =>
          this.exited(ExitReason.fromExit(exit, this.stopRequested))
        )
        if (this.reason === undefined) this.running = running
      })
    )
  }

  exited(reason: ExitReason.ExitReason): void {
    if (this.reason !== undefined) return
    this.reason = reason
    this.running = undefined
    const { waiter } = this
    if (waiter === undefined) this.onEnd(this, reason)
    else waiter()
  }

  /** Ask it to end and wait at most `millis`. Succeeds with false when it is still there: leaked. */
  stop(millis: number): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      if (this.reason !== undefined) return Effect.succeed(true)
      this.ask(millis === 0 ? "kill" : "graceful")
      if (this.ended()) return Effect.succeed(true)
      const patient = millis === 0 ? this.turns : this.within(millis)
      return Effect.flatMap(patient, (ended) => {
        if (ended || millis === 0) return Effect.succeed(ended)
        this.ask("kill")
        return this.turns
      })
    })
  }

  /** Ask without waiting; for children that are stopped all at once. */
  ask(mode: "graceful" | "kill"): void {
    if (!this.stopRequested) this.askedMillis = this.habitat.alarm.unsafeNow()
    this.stopRequested = true
    // From here on the end is no news to the supervisor: whoever asked looks at `reason`.
    this.waiter ??= () => {}
    if (this.spec.process === undefined) this.running?.interrupt()
    else this.spec.process.stop(mode)
  }

  /** Call back at its end, however late. */
  whenEnded(callback: () => void): void {
    if (this.reason === undefined) this.waiter = callback
    else callback()
  }

  private ended(): boolean {
    return this.reason !== undefined
  }

  private within(millis: number): Effect.Effect<boolean> {
    return Effect.async((resume) => {
      const { alarm } = this.habitat
      const deadline =
        millis === Number.POSITIVE_INFINITY
          ? undefined
          : alarm.unsafeAt(this.askedMillis + millis, () => {
              this.waiter = () => {}
              resume(Effect.succeed(false))
            })
      this.waiter = () => {
        deadline?.cancel()
        resume(Effect.succeed(true))
      }
      return Effect.sync(() => deadline?.cancel())
    })
  }

  /** No time on the clock, but enough turns of the scheduler for an interruption to unwind. */
  private get turns(): Effect.Effect<boolean> {
    return this.turn(32)
  }

  private turn(left: number): Effect.Effect<boolean> {
    if (this.ended() || left === 0) return Effect.succeed(this.ended())
    return Effect.flatMap(Effect.yieldNow(), () => this.turn(left - 1))
  }
}

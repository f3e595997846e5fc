/**
 * The machinery behind one actor: a plain object that runs only while it has messages.
 *
 * An actor owns no standing fiber. A message makes its cell ready; the dispatcher runs it; handlers that return plain
 * states run right there, handlers that return effects run in one fiber that lives until the mailbox is empty. So an idle
 * actor is this object and nothing else, waking costs no more than the first message needs, and passivation only has to
 * give the mailbox buffer back.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { Address } from "./Address.ts"
import type { ActorContext, Behaviour } from "./Behaviour.ts"
import * as Dispatcher from "./Dispatcher.ts"
import { BadChildSpec } from "./Errors.ts"
import * as ExitReason from "./ExitReason.ts"
import { IdleTimer, idleMillis } from "./Passivation.ts"
import type { Environment, ProcessFactory, StopMode } from "./Process.ts"
import type { Running } from "./Runner.ts"

/**
 * - `down`: no incarnation, messages are kept; `booting`: `init` runs; `idle`: nothing to do; `ready`: in the run queue;
 * - `busy`: a handler runs; `ending`: stop hook and finalizers run.
 */
type Status = "down" | "booting" | "idle" | "ready" | "busy" | "ending"

/** Messages that one turn of the dispatcher handles for one actor. */
const TURN_BUDGET = 256
const DEFAULT_BATCH = 256

export class Cell<S, M, E, R> extends Address<M, R> implements ActorContext<M>, ProcessFactory<R>, Dispatcher.Runnable {
  readonly behaviour: Behaviour<S, M, E, R>
  private status: Status = "down"
  private state: S | undefined
  private running: Running | undefined
  private scope: Scope.CloseableScope | undefined
  /** The message (or batch) at hand, for the dead letters if it is never finished. */
  private current: M | ReadonlyArray<M> | undefined
  private stopping: StopMode | "self" | undefined
  private sleepy = false
  private asleep = false
  private idleTimer: IdleTimer | undefined

  constructor(id: string, behaviour: Behaviour<S, M, E, R>) {
    super(id, behaviour.protocol, behaviour.mailbox)
    this.behaviour = behaviour
  }

  get alive(): boolean {
    return this.status !== "down"
  }

  protected wake(): void {
    if (this.status === "idle") this.makeReady()
  }

  runNow(): void {
    if (this.status !== "idle") return
    this.status = "ready"
    Dispatcher.runNow(this)
  }

  passivate(): void {
    this.sleepy = true
    if (this.status === "idle") this.rest()
  }

  // ------------------------------------------------------------------------------------------------ incarnations

  boot(environment: Environment<R>): Effect.Effect<void, unknown, R> | undefined {
    if (this.status !== "down") {
      const reason = "this actor still runs: its specification was started twice, or its last incarnation has leaked"
      return Effect.die(new BadChildSpec({ id: this.id, reason }))
    }
    this.environment = environment
    this.retired = false
    this.stopping = undefined
    this.sleepy = false
    this.asleep = false
    environment.node.subject = this
    const { behaviour } = this
    this.status = "booting"
    try {
      if (behaviour.initial !== undefined) this.begin(behaviour.initial(this))
      else {
        const init = Effect.isEffect(behaviour.init) ? behaviour.init : behaviour.init(this)
        if (!isValue(init)) return this.bootWith(init)
        // `Effect.succeed(state)`: nothing to acquire, so no Scope.
        this.begin(init.value)
      }
      return undefined
    } catch (defect) {
      this.abandonBoot()
      return Effect.die(defect)
    }
  }

  private bootWith(init: Effect.Effect<S, E, R | Scope.Scope>): Effect.Effect<void, unknown, R> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.gen(this, function* () {
        const scope = yield* Scope.make()
        const exit = yield* Effect.exit(restore(Effect.provideService(init, Scope.Scope, scope)))
        if (Exit.isFailure(exit)) {
          yield* Scope.close(scope, exit)
          this.abandonBoot()
          return yield* Effect.failCause(exit.cause)
        }
        this.scope = scope
        this.begin(exit.value)
      })
    )
  }

  private abandonBoot(): void {
    this.ties?.cut(this)
    this.status = "down"
  }

  private begin(state: S): void {
    this.state = state
    this.finished()
  }

  stop(mode: StopMode | "self" = "self"): void {
    // The context's `stop()` ends after the message at hand; the supervisor's does not wait for it.
    if (mode === "self") {
      this.stopping ??= "self"
      if (this.status === "idle") this.end(ExitReason.normal)
      return
    }
    this.stopping = mode
    if (this.status === "idle" || this.status === "ready") this.end(ExitReason.shutdown)
    // A stop hook that runs already is only cut off by `kill`.
    else if (this.status === "busy" || mode === "kill") this.running?.interrupt()
  }

  // ------------------------------------------------------------------------------------------------ running

  run(): void {
    if (this.status !== "ready") return
    this.status = "busy"
    if (this.asleep && !this.awake()) return
    const { behaviour } = this
    if (behaviour.reduce !== undefined || behaviour.reduceMany !== undefined) this.runSync()
    else this.runEffects()
  }

  private runSync(): void {
    const { behaviour, mailbox } = this
    let budget = TURN_BUDGET
    try {
      if (behaviour.reduce !== undefined) {
        while (budget-- > 0 && mailbox.depth > 0 && this.stopping === undefined) {
          const message = mailbox.take()
          this.current = message
          this.state = behaviour.reduce(this.state as S, message, this)
        }
      } else if (behaviour.reduceMany !== undefined && mailbox.depth > 0) {
        const messages = mailbox.takeMany(behaviour.maxBatch ?? DEFAULT_BATCH)
        this.current = messages
        this.state = behaviour.reduceMany(this.state as S, messages, this)
      }
    } catch (defect) {
      this.crash(Exit.die(defect))
      return
    }
    this.finished()
  }

  private runEffects(): void {
    // Handlers that return an already known state need no fiber; the first one that does not gets one for the whole drain.
    let budget = TURN_BUDGET
    while (budget-- > 0 && this.mailbox.depth > 0 && this.stopping === undefined) {
      const effect = this.handleNext()
      if (!isValue(effect)) {
        this.runFiber(effect)
        return
      }
      this.state = effect.value
    }
    this.finished()
  }

  private runFiber(first: Effect.Effect<S, E, R>): void {
    let ended = false
    const running = this.lent().habitat.runner.forkAt(this.lent().node, this.drain(first), (exit) => {
      ended = true
      this.running = undefined
      if (Exit.isSuccess(exit)) this.finished()
      else if (this.stopping === "graceful" || this.stopping === "kill") this.interrupted(exit)
      else this.crash(exit)
    })
    if (ended) return
    this.running = running
    // A handler may have stopped its own actor through the supervisor before it suspended.
    if (this.stopping === "graceful" || this.stopping === "kill") running.interrupt()
  }

  private drain(effect: Effect.Effect<S, E, R>): Effect.Effect<void, E, R> {
    return Effect.flatMap(effect, (state) => {
      this.state = state
      this.current = undefined
      if (this.mailbox.depth === 0 || this.stopping !== undefined) return Effect.void
      return this.drain(this.handleNext())
    })
  }

  private handleNext(): Effect.Effect<S, E, R> {
    const { behaviour, mailbox } = this
    try {
      if (behaviour.receive !== undefined) {
        const message = mailbox.take()
        this.current = message
        return behaviour.receive(this.state as S, message, this)
      }
      if (behaviour.receiveMany === undefined) return Effect.dieMessage("an actor needs a handler")
      const messages = mailbox.takeMany(behaviour.maxBatch ?? DEFAULT_BATCH)
      this.current = messages
      return behaviour.receiveMany(this.state as S, messages, this)
    } catch (defect) {
      return Effect.die(defect)
    }
  }

  /** The handler is done with what it took. */
  private finished(): void {
    this.current = undefined
    this.status = "idle"
    if (this.stopping !== undefined) this.end(this.stopping === "self" ? ExitReason.normal : ExitReason.shutdown)
    else if (this.mailbox.depth > 0) this.makeReady()
    else this.rest()
  }

  private interrupted(exit: Exit.Exit<unknown, unknown>): void {
    this.buryCurrent("stopped")
    this.end(ExitReason.fromExit(exit, true))
  }

  private crash(exit: Exit.Exit<unknown, unknown>): void {
    this.buryCurrent("crashed")
    this.end(ExitReason.fromExit(exit, false))
  }

  private buryCurrent(reason: "stopped" | "crashed"): void {
    const { current } = this
    this.current = undefined
    if (current === undefined) return
    if (this.behaviour.receiveMany === undefined && this.behaviour.reduceMany === undefined)
      this.dead(current as M, reason)
    else for (const message of current as ReadonlyArray<M>) this.dead(message, reason)
  }

  // ------------------------------------------------------------------------------------------------ ending

  private end(reason: ExitReason.ExitReason): void {
    this.status = "ending"
    this.idleTimer?.cancel()
    this.ties?.cut(this)
    const hook = ExitReason.isAbnormal(reason) || this.stopping === "kill" ? undefined : this.behaviour.onStop
    if (hook === undefined && this.scope === undefined) {
      this.ended(reason)
      return
    }
    const { scope } = this
    const asked: Effect.Effect<void, never, R> =
      hook === undefined ? Effect.void : Effect.suspend(() => hook(this.state as S, reason))
    const close = scope === undefined ? Effect.void : Scope.close(scope, Exit.void)
    this.scope = undefined
    let done = false
    const running = this.lent().habitat.runner.forkAt(this.lent().node, Effect.ensuring(asked, close), (exit) => {
      done = true
      this.running = undefined
      this.ended(Exit.isSuccess(exit) || this.stopping === "kill" ? reason : ExitReason.fromExit(exit, false))
    })
    if (!done) this.running = running
  }

  private ended(reason: ExitReason.ExitReason): void {
    this.status = "down"
    this.state = undefined
    this.mailbox.release()
    if (this.ties !== undefined) {
      this.ties.tellWatchers({ path: this.path, generation: this.generation, reason })
      const why = `its incarnation ended (${ExitReason.describe(reason)})`
      this.ties.failAsks(this.path, why, (message) => !this.mailbox.has(message))
    }
    this.lent().exited(reason)
  }

  // ------------------------------------------------------------------------------------------------ idling

  private rest(): void {
    if (this.sleepy) {
      this.sleep()
      return
    }
    const millis = idleMillis(this.behaviour.passivateAfter)
    if (millis === undefined) return
    if (millis === 0) this.sleep()
    else {
      this.idleTimer ??= new IdleTimer()
      this.idleTimer.idle(this.lent().habitat.alarm, millis, () => {
        if (this.status === "idle") this.sleep()
      })
    }
  }

  private sleep(): void {
    this.sleepy = false
    if (this.asleep) return
    try {
      if (this.behaviour.onPassivate !== undefined) this.state = this.behaviour.onPassivate(this.state as S)
    } catch (defect) {
      this.crash(Exit.die(defect))
      return
    }
    this.asleep = true
    this.mailbox.release()
    this.lent().node.enter("passivated")
  }

  private awake(): boolean {
    this.asleep = false
    this.lent().node.enter("running")
    try {
      if (this.behaviour.onActivate !== undefined) this.state = this.behaviour.onActivate(this.state as S)
      return true
    } catch (defect) {
      this.crash(Exit.die(defect))
      return false
    }
  }

  // ------------------------------------------------------------------------------------------------ parts

  private makeReady(): void {
    this.status = "ready"
    Dispatcher.ready(this)
  }
}

const isValue = <S, E, R>(effect: Effect.Effect<S, E, R>): effect is Exit.Success<S, never> =>
  Exit.isExit(effect) && Exit.isSuccess(effect)

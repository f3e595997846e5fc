/**
 * Actors: state behind a mailbox, supervised, watched, and almost free while idle.
 *
 * An actor is described by a `Behaviour`. As the child of a supervisor (`Actor.child`) it is restarted by OTP's rules with
 * a fresh state, while its address and the messages that wait for it survive; without one (`Actor.spawn`) it lives as long
 * as the calling Scope. Messages are plain typed values; a question carries its reply address.
 *
 * ```ts
 * type Message = { _tag: "Add"; by: number } | { _tag: "Get"; reply: Actor.Reply<number> }
 *
 * const counter = Actor.child("counter", Behaviour.of<Message>()({
 *   initial: () => 0,
 *   reduce: (n, message) => {
 *     if (message._tag === "Add") return n + message.by
 *     message.reply.succeed(n)
 *     return n
 *   }
 * }))
 * yield* Supervisor.make("root", { children: [counter] })
 * yield* Actor.tell(counter.ref, { _tag: "Add", by: 2 })
 * const n = yield* Actor.ask(counter.ref, (reply) => ({ _tag: "Get", reply }))   // 2
 * ```
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import type * as Scope from "effect/Scope"
import { type Address, fromRef } from "./Address.ts"
import { Alarm } from "./Alarm.ts"
import { Ask, type AskError, type Reply } from "./Ask.ts"
import type { ActorRef, Behaviour, Down } from "./Behaviour.ts"
import { Cell } from "./Cell.ts"
import { type ChildOptions, DEFAULT_SHUTDOWN_MILLIS } from "./ChildSpec.ts"
import type * as ChildSpec from "./ChildSpec.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { ActorStopped, AskTimeout, MailboxFull, StartFailed, UndecodableMessage } from "./Errors.ts"
import * as ExitReason from "./ExitReason.ts"
import type { Environment } from "./Process.ts"
import type * as Protocol from "./Protocol.ts"
import * as Runner from "./Runner.ts"
import { CurrentNode } from "./CurrentNode.ts"
import { SupervisionTree } from "./SupervisionTree.ts"

export type { Reply } from "./Ask.ts"
export type { ActorContext, ActorRef, Behaviour, Down } from "./Behaviour.ts"

/** Services of the runtime; `ActorSystem.layer` provides them. */
export type Services = SupervisionTree | DeadLetters | Alarm

/** The specification of an actor; `ref` is its address, valid before, between and after its incarnations. */
export interface ActorSpec<in M, R = never> extends ChildSpec.ChildSpec<R> {
  readonly ref: ActorRef<M>
}

/** A supervised actor: give it to a supervisor. Not to two: a specification is one actor. */
export const child = <S, M, E = never, R = never>(
  id: string,
  behaviour: Behaviour<S, M, E, R>,
  options?: ChildOptions
): ActorSpec<M, R> => {
  const cell = new Cell(id, behaviour)
  // The options last: an object that begins with a spread gets a hidden class of its own from V8, 250 bytes per actor.
  return { id, start: notAFiber, process: cell, ref: cell, ...options }
}

const notAFiber = Effect.dieMessage("an actor is started by its process, not by `start`")

/**
 * An actor of the calling Scope, without a supervisor. A crash ends it for good: it stays visible as `failed` until the
 * Scope closes. The Scope waits up to 5 seconds for its end.
 */
export const spawn = <S, M, E = never, R = never>(
  id: string,
  behaviour: Behaviour<S, M, E, R>
): Effect.Effect<ActorRef<M>, StartFailed, R | Scope.Scope | Services> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const tree = yield* SupervisionTree
      const alarm = yield* Alarm
      const deadLetters = yield* DeadLetters
      const runner = yield* Runner.make<R>()
      const parent = (yield* CurrentNode).node ?? tree.root
      if (parent.children?.has(id)) {
        return yield* new StartFailed({ path: parent.path, reason: `the id "${id}" is taken`, cause: undefined })
      }
      const cell = new Cell(id, behaviour)
      const node = parent.add(id, "worker", "temporary")
      node.generation = 1
      let done = false
      let wake: (() => void) | undefined
      const environment: Environment<R> = {
        habitat: { runner, alarm, deadLetters },
        node,
        generation: 1,
        exited: (reason) => {
          done = true
          cell.retire(reason)
          if (ExitReason.isAbnormal(reason)) node.failed(ExitReason.describe(reason))
          node.enter(ExitReason.isAbnormal(reason) ? "failed" : "stopped")
          wake?.()
        }
      }
      const stop = Effect.async<void>((resume) => {
        if (done) {
          resume(Effect.void)
          return
        }
        const deadline = alarm.unsafeAt(alarm.unsafeNow() + DEFAULT_SHUTDOWN_MILLIS, () => {
          node.enter("leaked")
          resume(Effect.void)
        })
        wake = () => {
          deadline.cancel()
          resume(Effect.void)
        }
        cell.stop("graceful")
      })
      const boot = cell.boot(environment)
      if (boot !== undefined) {
        yield* restore(boot).pipe(
          Effect.onError(() => Effect.sync(() => node.detach())),
          Effect.catchAllCause((cause) => {
            if (Cause.isInterruptedOnly(cause)) return Effect.interrupt
            return Effect.fail(new StartFailed({ path: node.path, reason: ExitReason.describeCause(cause), cause }))
          })
        )
      }
      yield* Effect.addFinalizer(() =>
        Effect.andThen(
          stop,
          Effect.sync(() => done && node.detach())
        )
      )
      if (node.state === "starting") node.enter("running")
      return cell
    })
  )

/**
 * Send. Waits for room when the mailbox is full and its policy is back-pressure. Never fails: what is not taken (stopped
 * actor, full mailbox with drop-new) is counted as a dead letter, as in every actor system.
 */
export const tell = <M>(ref: ActorRef<M>, message: NoInfer<M>): Effect.Effect<void> =>
  Effect.suspend(() => {
    const cell = fromRef(ref)
    if (mustWait(cell)) return room(cell, message)
    cell.unsafeTell(message)
    return Effect.void
  })

/** Send many in order: as `tell` for each, at the cost of one effect per mailbox filled. */
export const tellAll = <M>(ref: ActorRef<M>, messages: ReadonlyArray<NoInfer<M>>): Effect.Effect<void> =>
  Effect.suspend(() => tellFrom(fromRef(ref), messages, 0))

const tellFrom = <M>(cell: Address<M, unknown>, messages: ReadonlyArray<M>, from: number): Effect.Effect<void> => {
  for (let i = from; i < messages.length; i++) {
    const message = messages[i] as M
    if (mustWait(cell)) return Effect.flatMap(room(cell, message), () => tellFrom(cell, messages, i + 1))
    cell.unsafeTell(message)
  }
  return Effect.void
}

/** Wait until the mailbox has taken the message. */
const room = <M>(cell: Address<M, unknown>, message: M): Effect.Effect<void> =>
  Effect.async((resume) => {
    const waiter = { message, admitted: () => resume(Effect.void) }
    cell.waitForRoom(waiter)
    return Effect.sync(() => cell.mailbox.forget(waiter))
  })

const mustWait = <M>(cell: Address<M, unknown>): boolean =>
  cell.mailbox.policy === "back-pressure" && cell.mailbox.depth >= cell.mailbox.capacity && !cell.retired

const DEFAULT_ASK_MILLIS = 5_000

/**
 * Send a message that carries a reply address and wait for the answer (default 5 seconds, as gen_server:call). Fails with
 * AskTimeout, with ActorStopped when the actor ended before it answered, with MailboxFull when the message was refused, or
 * with the error the actor answers.
 */
export const ask = <M, A, const Question extends M, E = never>(
  ref: ActorRef<M>,
  message: (reply: Reply<A, E>) => Question,
  options?: { readonly timeout?: Duration.DurationInput | "infinity" }
): Effect.Effect<A, E | AskError> =>
  Effect.suspend(() => {
    const cell = fromRef(ref)
    if (cell.retired) return Effect.fail(new ActorStopped({ path: cell.path, reason: "it has ended" }))
    const question = new Ask<A, E>((answer) => cell.unsafeLate(answer))
    const carried = message(question)
    let waiter: { readonly message: M; readonly admitted: () => void } | undefined
    if (mustWait(cell)) {
      waiter = { message: carried, admitted: () => {} }
      cell.waitForRoom(waiter)
    } else if (cell.accept(carried)) cell.runNow()
    else return Effect.fail(new MailboxFull({ path: cell.path, capacity: cell.mailbox.capacity }))
    if (question.exit !== undefined) return question.exit
    const millis = timeoutMillis(options?.timeout)
    const timedOut = () => new AskTimeout({ path: cell.path, millis })
    const answer = Effect.async<A, E | AskError>((resume) => {
      const alarm = millis === Number.POSITIVE_INFINITY ? undefined : cell.alarm
      const forget = (): void => {
        deadline?.cancel()
        cell.removeAsk(question)
        if (waiter !== undefined) cell.mailbox.forget(waiter)
      }
      const deadline = alarm?.unsafeAt(alarm.unsafeNow() + millis, () => question.giveUp(timedOut()))
      question.resume = (exit) => {
        forget()
        resume(exit)
      }
      cell.addAsk(question, carried)
      return Effect.sync(() => {
        question.resume = undefined
        question.giveUp(new ActorStopped({ path: cell.path, reason: "the question was interrupted" }))
        forget()
      })
    })
    // Before its first start an actor has no alarm yet; a sleeping fiber does there.
    if (cell.alarm !== undefined || millis === Number.POSITIVE_INFINITY) return answer
    return Effect.timeoutFail(answer, { duration: millis, onTimeout: timedOut })
  })

const timeoutMillis = (timeout: Duration.DurationInput | "infinity" | undefined): number => {
  if (timeout === undefined) return DEFAULT_ASK_MILLIS
  return timeout === "infinity" ? Number.POSITIVE_INFINITY : Duration.toMillis(Duration.decode(timeout))
}

/** Decode something from outside with the actor's protocol, then tell. What does not decode is a dead letter too. */
export const deliver = <M>(
  ref: ActorRef<M>,
  protocol: Protocol.Protocol<M>,
  input: unknown
): Effect.Effect<void, UndecodableMessage, DeadLetters> =>
  Effect.suspend(() => {
    const refuse = (reason: string) =>
      Effect.gen(function* () {
        const deadLetters = yield* DeadLetters
        yield* deadLetters.publish(ref.path, input, "undecodable")
        return yield* new UndecodableMessage({ path: ref.path, protocol: protocol.name, reason })
      })
    if (protocol.decode === undefined) return refuse("this protocol takes no messages from outside")
    return Effect.matchEffect(protocol.decode(input), {
      onFailure: (issue) => refuse(ParseResult.TreeFormatter.formatIssueSync(issue)),
      onSuccess: (message) => tell(ref, message)
    })
  })

/** Wait for the end of the incarnation that is alive now; at once (`noproc`) when there is none. */
export const monitor = <M>(ref: ActorRef<M>): Effect.Effect<Down> =>
  Effect.async((resume) => {
    const cell = fromRef(ref)
    const key = {}
    const alive = cell.addWatcher(key, (down) => resume(Effect.succeed(down)))
    if (!alive) resume(Effect.succeed({ path: cell.path, generation: cell.generation, reason: ExitReason.noproc }))
    return Effect.sync(() => cell.removeWatcher(key))
  })

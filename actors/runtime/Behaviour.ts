/**
 * What an actor does: how its state begins, what a message does to it, how it ends.
 *
 * A behaviour is a plain record. State begins with an effect (`init`) or a function (`initial`). Messages are handled one
 * at a time (`receive`, `reduce`) or as the batch that waits (`receiveMany`, `reduceMany`); the `reduce` forms are
 * synchronous and cost no fiber at all. Every handler returns the next state. A handler that fails, dies or throws ends
 * the incarnation: its supervisor decides what happens then.
 *
 * | form          | handler                                        | runs in                  |
 * |---------------|------------------------------------------------|--------------------------|
 * | `reduce`      | `(state, message, context) => state`           | the dispatcher, no fiber |
 * | `reduceMany`  | `(state, messages, context) => state`          | the dispatcher, no fiber |
 * | `receive`     | `(state, message, context) => Effect<state>`   | one fiber per drain      |
 * | `receiveMany` | `(state, messages, context) => Effect<state>`  | one fiber per drain      |
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ExitReason } from "./ExitReason.ts"
import type * as Mailbox from "./Mailbox.ts"
import type * as Protocol from "./Protocol.ts"
import type { AnnotationValue } from "./TreeNode.ts"

/** Address of an actor. Stays the same over restarts; never keeps an incarnation alive. */
export interface ActorRef<in M> {
  readonly path: string
  /**
   * Send without an effect, for hot paths and callbacks. False when the message was not taken (full mailbox, stopped
   * actor); it has then been counted as a dead letter. Does not wait: policy back-pressure refuses when full.
   */
  unsafeTell(message: M): boolean
}

/** Told once to whoever watches, when the incarnation that was alive has ended. */
export interface Down {
  readonly path: string
  readonly generation: number
  readonly reason: ExitReason
}

/**
 * What a handler can do besides returning a state. All methods act at once and are cheap; none of them waits. They are methods: call them on the context. Timers and
 * watches belong to the incarnation: they are gone after a restart.
 */
export interface ActorContext<in out M> {
  readonly self: ActorRef<M>
  readonly path: string
  /** Number of this incarnation, from 1. */
  readonly generation: number
  /** Time of the Clock in ms. */
  now(): number
  /** Send `message` to itself after a delay; an earlier timer of the same key is replaced. Works while passivated. */
  after(delay: Duration.DurationInput, key: string, message: M): void
  /** The same for a time of the Clock in ms since the epoch. */
  at(dueMillis: number, key: string, message: M): void
  cancelTimer(key: string): boolean
  /** Receive `message(down)` when the present incarnation of the other actor ends (at once when there is none). */
  watch(other: ActorRef<never>, message: (down: Down) => M): void
  unwatch(other: ActorRef<never>): void
  /** End normally after the message at hand. */
  stop(): void
  /** Release mailbox buffer (and run `onPassivate`) as soon as the mailbox is empty. */
  passivate(): void
  /** Domain status in the supervision tree. */
  annotate(key: string, value: AnnotationValue | undefined): void
  /** Bytes this actor answers for, in the supervision tree. */
  account(bytes: number): void
}

/** Exactly one of `init` and `initial`. */
type Beginning<S, M, E, R> =
  | {
      /** Acquire and return the first state of an incarnation; the Scope closes when the incarnation has ended. */
      readonly init:
        | Effect.Effect<S, E, R | Scope.Scope>
        | ((context: ActorContext<M>) => Effect.Effect<S, E, R | Scope.Scope>)
      readonly initial?: never
    }
  | { readonly initial: (context: ActorContext<M>) => S; readonly init?: never }

/** Exactly one handler. */
type Handler<S, M, E, R> =
  | {
      readonly receive: (state: S, message: M, context: ActorContext<M>) => Effect.Effect<S, E, R>
      readonly receiveMany?: never
      readonly reduce?: never
      readonly reduceMany?: never
    }
  | {
      readonly receiveMany: (state: S, messages: ReadonlyArray<M>, context: ActorContext<M>) => Effect.Effect<S, E, R>
      readonly receive?: never
      readonly reduce?: never
      readonly reduceMany?: never
    }
  | {
      readonly reduce: (state: S, message: M, context: ActorContext<M>) => S
      readonly receive?: never
      readonly receiveMany?: never
      readonly reduceMany?: never
    }
  | {
      readonly reduceMany: (state: S, messages: ReadonlyArray<M>, context: ActorContext<M>) => S
      readonly receive?: never
      readonly receiveMany?: never
      readonly reduce?: never
    }

interface Common<S, M, R> {
  /** Names the message type, for the registry and for the decoder at the edges. */
  readonly protocol?: Protocol.Protocol<M>
  /** Default: 1,024 messages, back-pressure. */
  readonly mailbox?: Mailbox.Options
  /** Most messages handed to `receiveMany`/`reduceMany` at once; default 256. */
  readonly maxBatch?: number
  /** Idle time after which the actor is passivated; 0 = whenever its mailbox is empty. Default: never. */
  readonly passivateAfter?: Duration.DurationInput
  /** Shrink the state before a passivation, e.g. drop caches. */
  readonly onPassivate?: (state: S) => S
  /** Undo `onPassivate` when a message has arrived. */
  readonly onActivate?: (state: S) => S
  /** Runs when the incarnation ends gracefully (stopped, or finished by `context.stop()`), not after a crash. */
  readonly onStop?: (state: S, reason: ExitReason) => Effect.Effect<void, never, R>
}

/** State `S`, messages `M`, failures `E` (they end the incarnation), services `R`. */
export type Behaviour<S, M, E = never, R = never> = Common<S, M, R> & Beginning<S, M, E, R> & Handler<S, M, E, R>

/**
 * Write a behaviour with its message type stated and everything else inferred:
 * `Behaviour.of<Message>()({ initial: () => 0, reduce: (n, message) => n + message.by })`.
 */
export const of =
  <M>() =>
  <S, E = never, R = never>(behaviour: Behaviour<S, M, E, R>): Behaviour<S, M, E, R> =>
    behaviour

/**
 * Actors: state behind a mailbox, supervised, watched, and almost free while idle.
 * (Signatures first; bodies follow within the hour.)
 */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Behaviour from "./Behaviour.ts"
import type { ActorRef, Down } from "./Behaviour.ts"
import type * as ChildSpec from "./ChildSpec.ts"
import type { ActorStopped, AskTimeout, MailboxFull, StartFailed, UndecodableMessage } from "./Errors.ts"
import type * as Protocol from "./Protocol.ts"
import type { Services } from "./Supervisor.ts"
import type { ChildOptions } from "./Supervisor.ts"

/** Where an answer goes. Answering twice, or late, is harmless: the answer is counted as a dead letter. */
export interface Reply<in A, in E = never> {
  readonly succeed: (value: A) => void
  readonly fail: (error: E) => void
}

/** The specification of an actor; `ref` is its address, valid before, between and after its incarnations. */
export interface ActorSpec<in M, R = never> extends ChildSpec.ChildSpec<R> {
  readonly ref: ActorRef<M>
}

/** A supervised actor: give it to a supervisor. Not to two: a specification is one actor. */
export declare const child: <S, M, E = never, R = never>(
  id: string,
  behaviour: Behaviour.Behaviour<S, M, E, R>,
  options?: ChildOptions
) => ActorSpec<M, R>

/** An actor of the calling Scope, without a supervisor: it stops with the Scope, a crash ends it. */
export declare const spawn: <S, M, E = never, R = never>(
  id: string,
  behaviour: Behaviour.Behaviour<S, M, E, R>
) => Effect.Effect<ActorRef<M>, StartFailed, R | Scope.Scope | Services>

/** Send. Waits when the mailbox is full and its policy is back-pressure; never fails: what is not taken is a dead letter. */
export declare const tell: <M>(ref: ActorRef<M>, message: M) => Effect.Effect<void>

/** Send a message that carries a reply address, and wait for the answer (default 5 seconds, as gen_server:call). */
export declare const ask: <M, A, E = never>(
  ref: ActorRef<M>,
  message: (reply: Reply<A, E>) => M,
  options?: { readonly timeout?: Duration.DurationInput | "infinity" }
) => Effect.Effect<A, E | AskTimeout | ActorStopped | MailboxFull>

/** Decode something from outside with the protocol, then tell. */
export declare const deliver: <M>(
  ref: ActorRef<M>,
  protocol: Protocol.Protocol<M>,
  input: unknown
) => Effect.Effect<void, UndecodableMessage, Services>

/** Wait for the end of the incarnation that is alive now; at once (`noproc`) when there is none. */
export declare const monitor: <M>(ref: ActorRef<M>) => Effect.Effect<Down>

/**
 * One question that waits for its answer.
 *
 * The reply address inside a message. It completes once: by an answer, by the timeout, or because the incarnation that
 * had taken the message ended. Whatever comes after that is counted as a dead letter, never lost silently.
 */
import * as Exit from "effect/Exit"
import type { ActorStopped, AskTimeout, MailboxFull } from "./Errors.ts"

/** Where an answer goes. Answering twice, or late, is harmless: the answer is counted as a dead letter. */
export interface Reply<in A, in E = never> {
  readonly succeed: (value: A) => void
  readonly fail: (error: E) => void
}

export type AskError = AskTimeout | ActorStopped | MailboxFull

export class Ask<A, E> implements Reply<A, E> {
  exit: Exit.Exit<A, E | AskError> | undefined
  /** Set once the asker is suspended. */
  resume: ((exit: Exit.Exit<A, E | AskError>) => void) | undefined
  private readonly late: (answer: unknown) => void

  constructor(late: (answer: unknown) => void) {
    this.late = late
  }

  succeed(value: A): void {
    if (this.exit === undefined) this.complete(Exit.succeed(value))
    else this.late(value)
  }

  fail(error: E): void {
    if (this.exit === undefined) this.complete(Exit.fail(error))
    else this.late(error)
  }

  /** For the runtime: timeout or end of the actor. */
  giveUp(error: AskError): void {
    if (this.exit === undefined) this.complete(Exit.fail(error))
  }

  private complete(exit: Exit.Exit<A, E | AskError>): void {
    this.exit = exit
    this.resume?.(exit)
  }
}

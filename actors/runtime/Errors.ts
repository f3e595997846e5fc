/**
 * Every typed error of the runtime.
 *
 * Each one says what happened, to which path, and what the runtime does next. `Shutdown` and `Quarantine` are different:
 * a child *raises* them to tell its supervisor how to treat its end.
 */
import * as Data from "effect/Data"

/** A child (or a whole supervisor) did not start; what had started before it was stopped again, in reverse order. */
export class StartFailed extends Data.TaggedError("StartFailed")<{
  readonly path: string
  readonly reason: string
  readonly cause: unknown
}> {
  override get message() {
    return `${this.path} did not start (${this.reason}); children started before it were stopped again`
  }
}

/** More than `intensity` restarts happened within `periodMillis`; the supervisor stopped its children and failed. */
export class IntensityReached extends Data.TaggedError("IntensityReached")<{
  readonly path: string
  readonly offender: string
  readonly intensity: number
  readonly periodMillis: number
  readonly reason: string
}> {
  override get message() {
    return (
      `${this.path} gave up: more than ${this.intensity} restarts in ${this.periodMillis} ms, the last one of ` +
      `${this.offender} (${this.reason}); its children are stopped and its own supervisor decides`
    )
  }
}

/** A request about a child that the supervisor does not know. */
export class ChildNotFound extends Data.TaggedError("ChildNotFound")<{ readonly path: string; readonly id: string }> {
  override get message() {
    return `${this.path} has no child "${this.id}"; nothing was changed`
  }
}

/** The id is taken: by a live child (`running`), one that waits for its restart (`restarting`), or one kept but stopped. */
export class ChildExists extends Data.TaggedError("ChildExists")<{
  readonly path: string
  readonly id: string
  readonly state: "running" | "restarting" | "stopped"
}> {
  override get message() {
    return this.state === "stopped"
      ? `${this.path} already keeps a stopped child "${this.id}"; restart or delete it instead`
      : `${this.path} already has a child "${this.id}" (${this.state}); nothing was changed`
  }
}

/** The supervisor has ended, so it can not serve the request. */
export class SupervisorStopped extends Data.TaggedError("SupervisorStopped")<{ readonly path: string }> {
  override get message() {
    return `${this.path} has stopped; the request was not carried out`
  }
}

/** A child specification that contradicts itself or its supervisor. A programming mistake: raised as a defect. */
export class BadChildSpec extends Data.TaggedError("BadChildSpec")<{ readonly id: string; readonly reason: string }> {
  override get message() {
    return `child specification "${this.id}" is refused: ${this.reason}`
  }
}

/** Raised by a child to say "my end is wanted": treated like OTP's `shutdown`, a transient child is not restarted. */
export class Shutdown extends Data.TaggedError("Shutdown")<{ readonly reason: string }> {
  override get message() {
    return `shut down: ${this.reason}`
  }
}

/** Raised by a child to say "never restart me": it stays in the tree, named, until an operator restarts or deletes it. */
export class Quarantine extends Data.TaggedError("Quarantine")<{ readonly reason: string }> {
  override get message() {
    return `quarantined: ${this.reason}; it will not be restarted until an operator asks for it`
  }
}

/** No reply came in time. The message may still be handled later; a late reply is counted as a dead letter. */
export class AskTimeout extends Data.TaggedError("AskTimeout")<{ readonly path: string; readonly millis: number }> {
  override get message() {
    return `${this.path} did not answer within ${this.millis} ms; a late answer will be counted as a dead letter`
  }
}

/** The actor has ended for good, or its incarnation ended before it answered. */
export class ActorStopped extends Data.TaggedError("ActorStopped")<{ readonly path: string; readonly reason: string }> {
  override get message() {
    return `${this.path} can not answer: ${this.reason}`
  }
}

/** The mailbox was full and its policy refused or dropped the message. */
export class MailboxFull extends Data.TaggedError("MailboxFull")<{
  readonly path: string
  readonly capacity: number
}> {
  override get message() {
    return `the mailbox of ${this.path} is full (${this.capacity} messages); the message went to the dead letters`
  }
}

/** Something from outside did not decode to a message of the protocol; it was counted as a dead letter. */
export class UndecodableMessage extends Data.TaggedError("UndecodableMessage")<{
  readonly path: string
  readonly protocol: string
  readonly reason: string
}> {
  override get message() {
    return `not a message of protocol ${this.protocol} for ${this.path}: ${this.reason}; it went to the dead letters`
  }
}

/** Nothing is registered under the path, or it speaks another protocol. */
export class NotRegistered extends Data.TaggedError("NotRegistered")<{
  readonly path: string
  readonly reason: string
}> {
  override get message() {
    return `no actor for ${this.path}: ${this.reason}`
  }
}

/** The circuit is open: the call was not made. */
export class CircuitOpen extends Data.TaggedError("CircuitOpen")<{
  readonly name: string
  readonly retryInMillis: number
}> {
  override get message() {
    return `circuit ${this.name} is open; the call was not made, the next trial is allowed in ${this.retryInMillis} ms`
  }
}

/**
 * Every way in which Nexus work can fail, each a tagged error whose message tells an operator what happened, to what,
 * and what the runtime does next.
 *
 * The tag decides the schedule: actors match on it and never on text or status codes. Errors of the orchestrator carry
 * the operation, errors of proving carry the task.
 */
import * as Data from "effect/Data"

/** Which request to the orchestrator failed. */
export type Operation = "fetch task" | "submit proof" | "look up user" | "register user" | "register node" | "read node"

/** What comes after trouble that may pass: nodes go on by themselves, a command of the account ends. */
const next = (operation: Operation, before = ""): string =>
  operation === "fetch task" || operation === "submit proof" ? `${before}trying again` : "run the command again later"

/** HTTP 429. `retryAfterMillis` is what the server asked for (seconds or an HTTP date), null when it did not say. */
export class RateLimited extends Data.TaggedError("RateLimited")<{
  readonly operation: Operation
  readonly retryAfterMillis: number | null
  readonly detail: string
}> {
  override get message() {
    const wait =
      this.retryAfterMillis === null
        ? "no Retry-After given"
        : `asked to wait ${Math.ceil(this.retryAfterMillis / 1000)} s`
    return `rate limited (429) on ${this.operation}: ${wait}; ${next(this.operation, "waiting, then ")}`
  }
}

/** HTTP 404 that names no task: nothing to do right now (fetch), or an unknown node or user. */
export class NotFound extends Data.TaggedError("NotFound")<{
  readonly operation: Operation
  /** "node" and "user" are refusals for good; "task" on a fetch only means that there is none at the moment. */
  readonly what: "task" | "node" | "user"
  readonly detail: string
}> {
  override get message() {
    return `${this.operation}: the orchestrator knows no such ${this.what} (404): ${this.detail}`
  }
}

/** HTTP 401 or 403: this node or address is refused; trying again changes nothing. */
export class Forbidden extends Data.TaggedError("Forbidden")<{
  readonly operation: Operation
  readonly status: number
  readonly detail: string
}> {
  override get message() {
    return `${this.operation}: refused by the orchestrator (${this.status}): ${this.detail}`
  }
}

/** HTTP 404 or 410 on a submit: the task expired or another node finished it; its proof is of no more use. */
export class TaskExpired extends Data.TaggedError("TaskExpired")<{
  readonly taskId: string
  readonly status: number
  readonly detail: string
}> {
  override get message() {
    return `task ${this.taskId} expired or was taken (${this.status}): ${this.detail}; its proof is dropped, fetching a new task`
  }
}

/** Any other 4xx on a submit: the orchestrator looked at the proof and refused it. */
export class SubmissionRefused extends Data.TaggedError("SubmissionRefused")<{
  readonly taskId: string
  readonly status: number
  readonly detail: string
}> {
  override get message() {
    return `the proof of task ${this.taskId} was refused (${this.status}): ${this.detail}; it is kept in the spool as refused`
  }
}

/** Any other 4xx on something that is not a submit: the request itself is at fault. */
export class RequestRefused extends Data.TaggedError("RequestRefused")<{
  readonly operation: Operation
  readonly status: number
  readonly detail: string
}> {
  override get message() {
    return `${this.operation}: the orchestrator refused the request (${this.status}): ${this.detail}`
  }
}

/** HTTP 5xx: the orchestrator is in trouble. `retryAfterMillis` when it said how long. */
export class ServerTrouble extends Data.TaggedError("ServerTrouble")<{
  readonly operation: Operation
  readonly status: number
  readonly retryAfterMillis: number | null
  readonly detail: string
}> {
  override get message() {
    return `${this.operation}: the orchestrator is in trouble (${this.status}): ${this.detail}; ${next(this.operation)}`
  }
}

/** No answer: name resolution, connection, TLS, time-out, or a connection dropped in the middle. */
export class Unreachable extends Data.TaggedError("Unreachable")<{
  readonly operation: Operation
  readonly detail: string
}> {
  override get message() {
    return `${this.operation}: the orchestrator cannot be reached: ${this.detail}; ${next(this.operation)}`
  }
}

/** A 2xx answer whose bytes are not what the protocol says (truncated, oversized, unknown enum value...). */
export class MalformedReply extends Data.TaggedError("MalformedReply")<{
  readonly operation: Operation
  /** Byte offset in the body, when known. */
  readonly offset: number | null
  readonly detail: string
}> {
  override get message() {
    const place = this.offset === null ? "" : ` at byte ${this.offset}`
    return `${this.operation}: the orchestrator's answer makes no sense${place}: ${this.detail}; ${next(this.operation)}`
  }
}

/** A task that we cannot prove: unknown program, input outside the stated limits. The task is left to expire. */
export class UnsupportedTask extends Data.TaggedError("UnsupportedTask")<{
  readonly taskId: string
  readonly detail: string
}> {
  override get message() {
    return `task ${this.taskId} cannot be proved here: ${this.detail}; leaving it, fetching another`
  }
}

export type FetchError = AccountError | UnsupportedTask

export type SubmitError = RateLimited | Forbidden | TaskExpired | SubmissionRefused | ServerTrouble | Unreachable

export type AccountError =
  | RateLimited
  | NotFound
  | Forbidden
  | RequestRefused
  | ServerTrouble
  | Unreachable
  | MalformedReply

/** The prover looked at the input and says that it cannot be proved; the same input fails again. */
export class ProofImpossible extends Data.TaggedError("ProofImpossible")<{
  readonly taskId: string
  readonly detail: string
}> {
  override get message() {
    return `task ${this.taskId} cannot be proved: ${this.detail}; leaving it, fetching another`
  }
}

/** The prover died or broke (crash, kill, garbage on its pipe); the same input may well work on the next try. */
export class ProverCrashed extends Data.TaggedError("ProverCrashed")<{
  readonly taskId: string
  readonly detail: string
}> {
  override get message() {
    return `the prover died on task ${this.taskId}: ${this.detail}; the task is kept and proved again`
  }
}

/** The prover was killed for want of memory, or says that it could not get it. */
export class ProverOutOfMemory extends Data.TaggedError("ProverOutOfMemory")<{
  readonly taskId: string
  /** The most it was seen to use, bytes; null when unknown. */
  readonly peakBytes: number | null
  readonly detail: string
}> {
  override get message() {
    const peak = this.peakBytes === null ? "" : ` (it used up to ${Math.round(this.peakBytes / 1_048_576)} MB)`
    return `the prover ran out of memory on task ${this.taskId}${peak}: ${this.detail}; the task waits for more memory`
  }
}

/** There is no prover for this environment: what is missing and the one thing to do. Exit code 4. */
export class ProverMissing extends Data.TaggedError("ProverMissing")<{ readonly detail: string }> {
  override get message() {
    return this.detail
  }
}

export type ProveError = ProofImpossible | ProverCrashed | ProverOutOfMemory | ProverMissing

/** A piece of work that will never fit the configured memory limit, refused before it is started. */
export class DoesNotFit extends Data.TaggedError("DoesNotFit")<{
  readonly what: string
  readonly bytes: number
  readonly limitBytes: number
}> {
  override get message() {
    const mb = (bytes: number) => `${Math.ceil(bytes / 1_048_576)} MB`
    return `${this.what} needs ${mb(this.bytes)}, more than the whole memory limit of ${mb(this.limitBytes)}; raise the limit or lower the difficulty`
  }
}

/** Durable storage failed; nothing that was not written counts as done. */
export class SpoolFailed extends Data.TaggedError("SpoolFailed")<{
  readonly operation: string
  readonly cause: unknown
}> {
  override get message() {
    const cause = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `the spool could not ${this.operation}: ${cause}; nothing was lost, the node is restarted`
  }
}

/** The operator named a node that the fleet does not have. */
export class NoSuchNode extends Data.TaggedError("NoSuchNode")<{ readonly node: string }> {
  override get message() {
    return `there is no node ${this.node} in this fleet; "pitboss nodes" lists them`
  }
}

/** A receipt was about to go to an orchestrator that is not on this machine; it is never sent. */
export class ReceiptsStayLocal extends Data.TaggedError("ReceiptsStayLocal")<{
  readonly url: string
  /** What holds the receipt: "the prover" or a task. */
  readonly what: string
}> {
  override get message() {
    return `${this.what} has execution receipts, which prove nothing to a third party: they are never sent to ${this.url}; use the official prover there, or --env local`
  }
}

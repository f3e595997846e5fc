/**
 * What can be wrong with bytes that claim to be a message of the orchestrator's protocol.
 *
 * One error for both directions: the client turns it into a MalformedReply of its operation, the embedded
 * orchestrator into an HTTP 400.
 */
import * as Data from "effect/Data"

export class WireError extends Data.TaggedError("WireError")<{
  /** The message that was being read, for example "GetProofTaskResponse". */
  readonly what: string
  /** Byte offset where reading stopped; null when the fault has no one place. */
  readonly offset: number | null
  readonly detail: string
}> {
  override get message() {
    return `${this.what}${this.offset === null ? "" : ` at byte ${this.offset}`}: ${this.detail}`
  }
}

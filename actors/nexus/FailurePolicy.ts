/**
 * What a node does about each failure, as a table from error tags to decisions.
 *
 * The decision is data: wait by a schedule, close the task and then wait, or leave the work for good. Nothing here looks
 * at text or status codes, and nothing acts; the node's actor carries decisions out. A tag that is missing is a type
 * error, so a new failure can not be forgotten.
 */
import type { DoesNotFit, FetchError, ProveError, SubmitError } from "./Errors.ts"
import type { WaitReason } from "./FleetStatus.ts"
import type { Trouble } from "./Schedules.ts"
import type { Outcome } from "./Spool.ts"

export type Decision =
  /** Try again by the schedule of `trouble`; `closes`: the account's other nodes keep away as long. */
  | {
      readonly _tag: "Wait"
      readonly trouble: Trouble
      readonly reason: WaitReason
      readonly closes?: "fetch" | "submit"
    }
  /** The task is over; then wait by the schedule. `easier`: ask for an easier class from now on. */
  | {
      readonly _tag: "Close"
      readonly outcome: Outcome
      readonly trouble: Trouble
      readonly reason: WaitReason
      readonly easier?: true
    }
  /** Refused for good: this node works no more; what it has in the spool stays there. */
  | { readonly _tag: "Quarantine" }

const wait = (trouble: Trouble, reason: WaitReason): Decision => ({ _tag: "Wait", trouble, reason })
const quarantine: Decision = { _tag: "Quarantine" }

export const onFetch = (error: FetchError): Decision => {
  switch (error._tag) {
    case "RateLimited":
      return {
        _tag: "Wait",
        trouble: error.retryAfterMillis === null ? "fetchNoTaskYet" : "fetchRateLimited",
        reason: "rate-limit",
        closes: "fetch"
      }
    case "NotFound":
      return error.what === "task" ? wait("fetchNoTask", "no-task") : quarantine
    case "Forbidden":
      return quarantine
    case "RequestRefused":
      return wait("fetchRequest", "request")
    case "ServerTrouble":
      return wait("fetchServer", "server")
    case "Unreachable":
      return wait("fetchNetwork", "network")
    case "MalformedReply":
      return wait("fetchReply", "reply")
    case "UnsupportedTask":
      return wait("fetchUnsupported", "abandoned")
  }
}

/** How many provings of one task may fail in a row before it is left: a task that kills every prover holds no node. */
const provingTries = { crashed: 5, outOfMemory: 3 } as const

/** `failures` counts the failed provings of this task in a row, this one included. */
export const onProve = (error: ProveError | DoesNotFit, failures: number): Decision => {
  switch (error._tag) {
    case "ProofImpossible":
      return { _tag: "Close", outcome: "abandoned", trouble: "proofImpossible", reason: "abandoned" }
    case "ProverCrashed":
      return failures < provingTries.crashed
        ? wait("proverCrashed", "prover")
        : { _tag: "Close", outcome: "abandoned", trouble: "proverCrashed", reason: "prover" }
    case "ProverOutOfMemory":
      return failures < provingTries.outOfMemory
        ? wait("proverOutOfMemory", "memory")
        : { _tag: "Close", outcome: "abandoned", trouble: "proverOutOfMemory", reason: "memory", easier: true }
    case "ProverMissing":
      return wait("proverMissing", "prover")
    case "DoesNotFit":
      return { _tag: "Close", outcome: "abandoned", trouble: "doesNotFit", reason: "memory", easier: true }
  }
}

export const onSubmit = (error: SubmitError): Decision => {
  switch (error._tag) {
    case "RateLimited":
      return { _tag: "Wait", trouble: "submitRateLimited", reason: "rate-limit", closes: "submit" }
    case "Forbidden":
      return quarantine
    case "TaskExpired":
      return { _tag: "Close", outcome: "expired", trouble: "submitExpired", reason: "expired" }
    case "SubmissionRefused":
      return { _tag: "Close", outcome: "refused", trouble: "submitRefused", reason: "refused" }
    case "ServerTrouble":
      return wait("submitServer", "server")
    case "Unreachable":
      return wait("submitNetwork", "network")
  }
}

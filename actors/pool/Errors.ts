/**
 * Every way in which pool work can fail, each a tagged error whose message tells an operator what happened, to what, and
 * what the pool does next.
 */
import * as Data from "effect/Data"

/** The chain source cannot be reached or broke; jobs stop until it is back, shares of known jobs go on. */
export class ChainUnavailable extends Data.TaggedError("ChainUnavailable")<{
  readonly source: string
  readonly detail: string
}> {
  override get message() {
    return `${this.source}: ${this.detail}; no new jobs until it answers again, trying again`
  }
}

/** The chain looked at a block of ours and said no. */
export class BlockRefused extends Data.TaggedError("BlockRefused")<{
  readonly height: number
  readonly reason: string
}> {
  override get message() {
    return `the chain refused our block at height ${this.height}: ${this.reason}; it is marked as refused and earns nothing`
  }
}

/** The chain does not make a payment: it cannot be made as asked. Trying the same again changes nothing by itself. */
export class PaymentRefused extends Data.TaggedError("PaymentRefused")<{
  readonly id: string
  readonly reason: string
}> {
  override get message() {
    return `payment ${this.id} was not made: ${this.reason}; nothing was spent`
  }
}

/** The books could not be written or read; nothing that was not written counts as accepted. */
export class LedgerFailed extends Data.TaggedError("LedgerFailed")<{
  readonly operation: string
  readonly cause: unknown
}> {
  override get message() {
    const cause = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `the ledger could not ${this.operation}: ${cause}; nothing of it counts as done, and it is tried again`
  }
}

/** The books do not balance: somebody changed them or there is a defect. Exit code 3. */
export class BooksUnbalanced extends Data.TaggedError("BooksUnbalanced")<{ readonly detail: string }> {
  override get message() {
    return `the books do not balance: ${this.detail}; nothing is paid until this is understood`
  }
}

/** A proof for a winning nonce could not be made. */
export class WinnerLost extends Data.TaggedError("WinnerLost")<{
  readonly height: number
  readonly detail: string
}> {
  override get message() {
    return `the winning share at height ${this.height} could not be proved: ${this.detail}`
  }
}

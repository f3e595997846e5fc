/**
 * What can be wrong with a wallet, each with what the owner can do. None of these ever repeats a phrase or a key.
 */
import * as Data from "effect/Data"

/** The words are no BIP39 phrase. */
export class PhraseInvalid extends Data.TaggedError("PhraseInvalid")<{ readonly problem: string }> {
  override get message() {
    return `this is no seed phrase: ${this.problem}; nothing was written`
  }
}

/** The text after -p is no address. */
export class AddressInvalid extends Data.TaggedError("AddressInvalid")<{ readonly problem: string }> {
  override get message() {
    return this.problem
  }
}

/** Nobody, or nobody useful, answered at the pool's HTTP API. */
export class NotesUnavailable extends Data.TaggedError("NotesUnavailable")<{
  readonly url: string
  readonly detail: string
}> {
  override get message() {
    return `${this.url}: ${this.detail}; is the pool-server running, and is this the address of its HTTP API (--pool)?`
  }
}

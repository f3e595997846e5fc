/**
 * What can be wrong when the pool server starts or listens, each with what the operator can do.
 */
import * as Data from "effect/Data"

/** Something else listens on the address. */
export class PortTaken extends Data.TaggedError("PortTaken")<{
  readonly address: string
  /** The flag that chooses another. */
  readonly flag: string
}> {
  override get message() {
    return `${this.address} is in use by another program; stop it, or choose another address with ${this.flag}`
  }
}

/** The address cannot be listened on at all. */
export class AddressUnusable extends Data.TaggedError("AddressUnusable")<{
  readonly address: string
  readonly flag: string
  readonly detail: string
}> {
  override get message() {
    return `cannot listen on ${this.address} (${this.flag}): ${this.detail}`
  }
}

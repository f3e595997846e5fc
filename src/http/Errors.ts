/**
 * What an HTTP listener says no to, and why it cannot start or go on.
 *
 * Who runs a listener says to its operator what else may be in use and which setting chooses another address, and gives
 * a `Rejection` the form of its own answers.
 */
import * as Data from "effect/Data"

/** The address is in use; by what is for the caller to find out. */
export class AddressInUse extends Data.TaggedError("AddressInUse")<{ readonly host: string; readonly port: number }> {
  override get message() {
    return `${this.host}:${this.port} is in use`
  }
}

/** The address cannot be listened on at all. Exit code 2. */
export class AddressUnusable extends Data.TaggedError("AddressUnusable")<{
  readonly host: string
  readonly port: number
  readonly detail: string
}> {
  override get message() {
    return `cannot listen on ${this.host}:${this.port}: ${this.detail}; choose another address`
  }
}

/** The listener broke after it had been started; its supervisor starts it again. */
export class ListenerBroke extends Data.TaggedError("ListenerBroke")<{
  readonly address: string
  readonly detail: string
}> {
  override get message() {
    return `the listener on ${this.address} broke: ${this.detail}; starting it again`
  }
}

/** A request that is refused before anybody looks at it: its body is too long, or too much is in work. */
export class Rejection extends Data.TaggedError("Rejection")<{
  readonly status: 413 | 503
  readonly detail: string
  /** Seconds for a Retry-After header; null for none. */
  readonly retryAfter: number | null
}> {
  override get message() {
    return this.detail
  }
}

/**
 * What can be wrong on our side before the orchestrator is ever asked: names, files and keys of an operator.
 *
 * Each message is what the operator reads: what is wrong, where, and the one thing to do. All of them end a command with
 * exit code 2, except CountryRefused, which is a check that refused (3).
 */
import * as Data from "effect/Data"

/** A name or URL that is no environment. */
export class UnknownEnvironment extends Data.TaggedError("UnknownEnvironment")<{
  /** Where the value came from, for example "--env" or "NEXUS_ENVIRONMENT". */
  readonly source: string
  readonly value: string
  readonly detail: string
}> {
  override get message() {
    return `${this.source}: "${this.value}" is no environment: ${this.detail}`
  }
}

/** One line of a node list that cannot be used. Lines count from 1. */
export interface LineProblem {
  readonly line: number
  /** The line itself, shortened and without control characters. */
  readonly text: string
  readonly reason: string
}

/** A node list with lines that cannot be used, or with no node at all. Holds every problem; the message shows most. */
export class NodeListInvalid extends Data.TaggedError("NodeListInvalid")<{
  readonly path: string
  readonly problems: ReadonlyArray<LineProblem>
}> {
  override get message() {
    if (this.problems.length === 0) return `${this.path}: the node list is empty; write one node id per line`
    const shown = this.problems.slice(0, 50)
    const more = this.problems.length - shown.length
    return [
      `${this.path}: ${this.problems.length === 1 ? "1 line" : `${this.problems.length} lines`} cannot be used; mend the file, or leave them out with --skip-invalid`,
      ...shown.map(({ line, reason, text }) => `  line ${line}: ${reason}: ${text}`),
      ...(more > 0 ? [`  and ${more} more`] : [])
    ].join("\n")
  }
}

/** A node list that cannot be read at all. */
export class NodeListUnreadable extends Data.TaggedError("NodeListUnreadable")<{
  readonly path: string
  readonly detail: string
}> {
  override get message() {
    return `${this.path}: the node list cannot be read: ${this.detail}`
  }
}

/** A config.json that is not what the official client writes, or that cannot be read or written. */
export class ConfigInvalid extends Data.TaggedError("ConfigInvalid")<{
  readonly path: string
  readonly detail: string
}> {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/** A signing key that cannot be used. It is never replaced: the orchestrator knows tasks under its public half. */
export class KeyInvalid extends Data.TaggedError("KeyInvalid")<{
  readonly path: string
  readonly detail: string
}> {
  override get message() {
    return `${this.path}: ${this.detail}`
  }
}

/** Something that a command needs was never registered. */
export class NotConfigured extends Data.TaggedError("NotConfigured")<{ readonly detail: string }> {
  override get message() {
    return this.detail
  }
}

/** A wallet address or node id that cannot be right. */
export class AccountInvalid extends Data.TaggedError("AccountInvalid")<{ readonly detail: string }> {
  override get message() {
    return this.detail
  }
}

/** The network's operator publishes a list of countries that it does not serve, and this host is in one of them. */
export class CountryRefused extends Data.TaggedError("CountryRefused")<{ readonly country: string }> {
  override get message() {
    return `the Nexus network does not serve the country of this address (${this.country}); nothing was started`
  }
}

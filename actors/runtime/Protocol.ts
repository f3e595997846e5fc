/**
 * The message type of an actor as a value: a name, and a decoder where messages come from outside.
 *
 * Inside the process messages are trusted and never decoded. At an edge (HTTP, RPC, a file) `Actor.deliver` decodes
 * `unknown` with the protocol's Schema first; what does not decode is a typed error and a counted dead letter. The
 * registry compares protocols by identity, which makes a lookup by path type-safe without a cast.
 */
import type * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import type * as Schema from "effect/Schema"

export interface Protocol<in out M> {
  readonly name: string
  /** Absent when messages never come from outside. */
  readonly decode: ((input: unknown) => Effect.Effect<M, ParseResult.ParseIssue>) | undefined
  /** Type only; never present. */
  readonly Message?: (message: M) => M
}

/** A protocol with an edge. */
export const make = <M, I>(name: string, schema: Schema.Schema<M, I>): Protocol<M> => ({
  name,
  decode: ParseResult.decodeUnknown(schema)
})

/** A protocol for messages of this process only. */
export const local = <M>(name: string): Protocol<M> => ({ name, decode: undefined })

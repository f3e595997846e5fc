/**
 * A place that one supervised child fills when it starts and later children read.
 *
 * Children of a rest_for_one supervisor start in order and are restarted together with all that follow, so whoever reads
 * a slot after its owner in that order always finds the service of the present incarnation.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as ChildSpec from "../../actors/runtime/ChildSpec.ts"

export class Slot<A> {
  #value: A | null = null
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  /** Reading before its owner has started is a mistake in the order of children. */
  readonly get: Effect.Effect<A> = Effect.suspend(() =>
    this.#value === null ? Effect.dieMessage(`${this.name} is not there yet`) : Effect.succeed(this.#value)
  )

  readonly peek = (): A | null => this.#value

  readonly fill = (value: A): void => {
    this.#value = value
  }
}

/** A child that is there to hold a service: `acquire` in its scope, then nothing until it is stopped. */
export const holder = <A, E, R = never>(
  slot: Slot<A>,
  acquire: Effect.Effect<A, E, R | Scope.Scope>,
  body?: (service: A) => Effect.Effect<unknown, unknown>
): ChildSpec.ChildSpec<R> => ({
  id: slot.name,
  shutdown: "infinity",
  start: Effect.map(acquire, (service) => {
    slot.fill(service)
    return body?.(service) ?? Effect.never
  })
})

/**
 * A turn of Node's event loop: everything that is ready to happen happens before the effect goes on.
 *
 * Not `yieldNow`: that returns between two I/O callbacks of the same turn.
 */
import * as Effect from "effect/Effect"

export const turn: Effect.Effect<void> = Effect.async((resume) => {
  const waiting = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(waiting))
})

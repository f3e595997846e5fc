/**
 * Stop requests of signals, keys and the control socket, as one thing to wait for: the first stops, the second hurries.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Signals from "./Signals.ts"

export interface StopRequests {
  /** Ask for a stop; asking again hurries. */
  readonly stop: Effect.Effect<void>
  readonly stopping: Effect.Effect<boolean>
  readonly stopped: Effect.Effect<void>
  readonly hurried: Effect.Effect<void>
}

/** Signals count until the scope closes; that to reload means nothing to a program without lists. */
export const make: Effect.Effect<StopRequests, never, Scope.Scope> = Effect.gen(function* () {
  const stopped = yield* Deferred.make<void>()
  const hurried = yield* Deferred.make<void>()
  const stop = Effect.flatMap(Deferred.succeed(stopped, undefined), (first) =>
    first ? Effect.void : Effect.asVoid(Deferred.succeed(hurried, undefined))
  )
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      Signals.take(({ request }) => {
        if (request === "reload") return
        Deferred.unsafeDone(stopped, Effect.void)
        if (request === "hurry") Deferred.unsafeDone(hurried, Effect.void)
      })
    ),
    (release) => Effect.sync(release)
  )
  return {
    stop,
    stopping: Deferred.isDone(stopped),
    stopped: Deferred.await(stopped),
    hurried: Deferred.await(hurried)
  }
})

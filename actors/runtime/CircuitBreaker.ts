/**
 * Stop calling what keeps failing, and try again gently.
 *
 * After `maxFailures` failures in a row the circuit opens: calls fail at once with `CircuitOpen`. When the back-off is over
 * it is half-open: one call is let through as a trial. Success closes the circuit, failure opens it again for longer, up to
 * the cap of the policy. A trial that is interrupted gives its place back. Time is the Clock's.
 *
 * ```
 *            maxFailures in a row                 back-off over
 *   closed -----------------------> open ------------------------> half-open
 *     ^                              ^                               |   |
 *     |                              +--------- trial failed --------+   |
 *     +------------------------------------- trial succeeded -----------+
 * ```
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Random from "effect/Random"
import * as Cause from "effect/Cause"
import * as Backoff from "./Backoff.ts"
import { CircuitOpen } from "./Errors.ts"

export type CircuitState = "closed" | "open" | "half-open"

export interface Options<E> {
  /** Failures in a row that open the circuit, >= 1. Default 5. */
  readonly maxFailures?: number
  /** How long it stays open, growing with every failed trial. Default: 1 s doubling to 60 s. */
  readonly backoff?: Backoff.Policy
  /** Which failures count; default: all. A failure that does not count is a success for the circuit. Defects always count. */
  readonly isFailure?: (error: E) => boolean
}

export interface Snapshot {
  readonly state: CircuitState
  /** Failures in a row while closed. */
  readonly failures: number
  /** Calls refused since the circuit was made. */
  readonly refused: number
  /** End of the open time, ms since the epoch. */
  readonly opensUntil: number | undefined
}

export interface CircuitBreaker<E> {
  /** Make the call unless the circuit is open. */
  readonly protect: <A, E2 extends E, R>(call: Effect.Effect<A, E2, R>) => Effect.Effect<A, E2 | CircuitOpen, R>
  readonly snapshot: Effect.Effect<Snapshot>
}

const DEFAULT_FAILURES = 5

/** @throws RangeError when `maxFailures` is below 1. */
export const make = <E>(name: string, options?: Options<E>): Effect.Effect<CircuitBreaker<E>> =>
  Effect.sync(() => {
    const maxFailures = options?.maxFailures ?? DEFAULT_FAILURES
    if (!(maxFailures >= 1)) throw new RangeError(`circuit ${name}: maxFailures must be >= 1, got ${maxFailures}`)
    const backoff = options?.backoff ?? Backoff.fleet
    const counts = options?.isFailure ?? (() => true)
    let failures = 0
    let refused = 0
    let openings = 0
    let opensUntil: number | undefined
    let trial = false

    const state = (now: number): CircuitState => {
      if (opensUntil === undefined) return "closed"
      return now < opensUntil ? "open" : "half-open"
    }

    const close = (): void => {
      failures = 0
      openings = 0
      opensUntil = undefined
    }

    const open = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const random = yield* Random.next
      opensUntil = now + Backoff.delayMillis(backoff, openings++, random)
      failures = 0
    })

    const failed = (wasTrial: boolean): Effect.Effect<void> => {
      // A call that began while the circuit was closed says nothing about one that is open by now.
      if (!wasTrial && opensUntil !== undefined) return Effect.void
      return wasTrial || ++failures >= maxFailures ? open : Effect.void
    }

    const settle = (exit: Exit.Exit<unknown, E>, wasTrial: boolean): Effect.Effect<void> => {
      if (wasTrial) trial = false
      if (Exit.isFailure(exit)) {
        if (Cause.isInterruptedOnly(exit.cause)) return Effect.void
        const failure = Cause.failureOption(exit.cause)
        if (failure._tag === "None" || counts(failure.value)) return failed(wasTrial)
      }
      if (wasTrial || opensUntil === undefined) close()
      return Effect.void
    }

    const protect = <A, E2 extends E, R>(call: Effect.Effect<A, E2, R>): Effect.Effect<A, E2 | CircuitOpen, R> =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<A, E2 | CircuitOpen, R> => {
          const wasTrial = state(now) === "half-open"
          if (opensUntil !== undefined && (!wasTrial || trial)) {
            refused++
            return Effect.fail(new CircuitOpen({ name, retryInMillis: Math.max(0, opensUntil - now) }))
          }
          if (wasTrial) trial = true
          return Effect.onExit(restore(call), (exit) => settle(exit, wasTrial))
        })
      )

    return {
      protect,
      snapshot: Effect.map(Clock.currentTimeMillis, (now) => ({ state: state(now), failures, refused, opensUntil }))
    }
  })

/**
 * Listening to the chain for ever: a stream that breaks or ends is opened again, with a capped and jittered back-off.
 *
 * An outage is expected trouble and stays in here; it is told once, and so is its end.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import * as Backoff from "../runtime/Backoff.ts"
import type { ChainUnavailable } from "./Errors.ts"
import type { PoolCore } from "./PoolCore.ts"

const backoff = Backoff.make({ min: "250 millis", max: "10 seconds", resetAfter: "30 seconds" })

export const listen = <A>(
  core: PoolCore,
  what: string,
  stream: Stream.Stream<A, ChainUnavailable>,
  onItem: (item: A) => void,
  onOutage: (down: boolean) => void = () => {}
): Effect.Effect<never> =>
  Effect.suspend(() => {
    let failures = 0
    let down = false
    const item = (value: A): void => {
      failures = 0
      if (down) {
        down = false
        onOutage(false)
      }
      onItem(value)
    }
    const ended = (detail: string) =>
      Effect.gen(function* () {
        if (!down) {
          down = true
          onOutage(true)
          core.trouble(what, detail)
        }
        const random = yield* Random.next
        const delay = Backoff.delayMillis(backoff, failures, random)
        failures += 1
        yield* core.ground.alarm.sleep(delay)
      })
    return Stream.runForEach(stream, (value) => Effect.sync(() => item(value))).pipe(
      Effect.matchEffect({
        onFailure: (error) => ended(error.message),
        onSuccess: () => ended(`${core.ground.source.name} ended the stream of ${what}; opening it again`)
      }),
      Effect.forever
    )
  })

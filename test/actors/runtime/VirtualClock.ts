/**
 * A Clock that jumps: simulated hours in wall seconds.
 *
 * Effect 3's TestClock goes once round the timer queue (about 1 ms) for every sleep that ends; this one goes once round
 * the event loop (some microseconds), so days of a fleet can be simulated. Sleeps end in the order of their deadlines,
 * equal ones in the order they began; everything that can happen without time happens before time goes on.
 */
import { Clock, Duration, Effect } from "effect"
import * as Dispatcher from "../../../actors/runtime/Dispatcher.ts"

interface Sleep {
  readonly due: number
  readonly order: number
  readonly resume: () => void
}

export class VirtualClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  private now = 0
  private order = 0
  /** Sorted, latest first. */
  private readonly sleeps: Array<Sleep> = []

  readonly currentTimeMillis = Effect.sync(() => this.now)
  readonly currentTimeNanos = Effect.sync(() => this.unsafeCurrentTimeNanos())

  unsafeCurrentTimeMillis(): number {
    return this.now
  }

  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.round(this.now * 1e6))
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async((resume) => {
      const sleep = {
        due: this.now + Duration.toMillis(duration),
        order: this.order++,
        resume: () => resume(Effect.void)
      }
      this.insert(sleep)
      return Effect.sync(() => {
        const at = this.sleeps.indexOf(sleep)
        if (at >= 0) this.sleeps.splice(at, 1)
      })
    })
  }

  /** Let `millis` pass. */
  advance(millis: number): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const until = this.now + millis
      yield* idle
      for (let next = this.sleeps.at(-1); next !== undefined && next.due <= until; next = this.sleeps.at(-1)) {
        this.sleeps.pop()
        this.now = Math.max(this.now, next.due)
        next.resume()
        yield* idle
      }
      this.now = until
    })
  }

  private insert(sleep: Sleep): void {
    let low = 0
    let high = this.sleeps.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.sleeps[middle]
      if (other !== undefined && (other.due > sleep.due || (other.due === sleep.due && other.order > sleep.order))) {
        low = middle + 1
      } else high = middle
    }
    this.sleeps.splice(low, 0, sleep)
  }
}

/** Until no microtask is left and no actor is ready. */
const idle = Effect.async<void>((resume) => {
  const look = () => {
    if (Dispatcher.isIdle()) resume(Effect.void)
    else setImmediate(look)
  }
  setImmediate(look)
})

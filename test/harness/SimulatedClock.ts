/**
 * A clock for long simulations: virtual time that jumps from one due moment to the next, thousands of times faster than
 * TestClock.
 *
 * Effect 3's TestClock looks twice, 10 ms apart, whether all fibers are suspended before it lets a sleeper go: right for
 * a unit test, but 100 sleeps cost a second. This clock knows that a simulation waits for nothing but the clock itself:
 * when the event loop has run out of microtasks and immediates, everything that can happen at this moment has happened.
 * Do not use it with real I/O. Sleepers that are due at the same moment are let go in the order in which they lay down.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Scheduler from "effect/Scheduler"

interface Sleeper {
  readonly due: number
  readonly sequence: number
  readonly wake: () => void
  cancelled: boolean
}

const before = (a: Sleeper, b: Sleeper): boolean => a.due < b.due || (a.due === b.due && a.sequence < b.sequence)

export class SimulatedClock implements Clock.Clock {
  readonly [Clock.ClockTypeId]: Clock.ClockTypeId = Clock.ClockTypeId
  readonly currentTimeMillis: Effect.Effect<number> = Effect.sync(() => this.#now)
  readonly currentTimeNanos: Effect.Effect<bigint> = Effect.sync(() => this.unsafeCurrentTimeNanos())
  /** Sleepers let go so far. */
  wakes = 0
  #now = 0
  #sequence = 0
  readonly #heap: Array<Sleeper> = []
  readonly #quiet: () => Promise<void>

  /** `quiet` resolves when nothing is left to do at this moment. */
  constructor(quiet: () => Promise<void>) {
    this.#quiet = quiet
  }

  unsafeCurrentTimeMillis(): number {
    return this.#now
  }

  unsafeCurrentTimeNanos(): bigint {
    return BigInt(Math.floor(this.#now * 1_000_000))
  }

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    return Effect.async<void>((resume) => {
      const sleeper: Sleeper = {
        due: this.#now + Duration.toMillis(duration),
        sequence: this.#sequence++,
        wake: () => resume(Effect.void),
        cancelled: false
      }
      this.#push(sleeper)
      return Effect.sync(() => {
        sleeper.cancelled = true
      })
    })
  }

  /** Let virtual time pass; everything that happens in it has happened when this returns. */
  pass(duration: Duration.DurationInput): Effect.Effect<void> {
    return Effect.promise(async () => {
      const end = this.#now + Duration.toMillis(duration)
      await this.#quiet()
      for (;;) {
        const first = this.#heap[0]
        if (first === undefined || first.due > end) break
        this.#now = Math.max(this.#now, first.due)
        for (let next = this.#heap[0]; next !== undefined && next.due <= this.#now; next = this.#heap[0]) {
          this.#pop()
          if (next.cancelled) continue
          this.wakes += 1
          next.wake()
        }
        await this.#quiet()
      }
      this.#now = end
    })
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap
    let at = heap.push(sleeper) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || before(parent, sleeper)) break
      heap[at] = parent
      at = above
    }
    heap[at] = sleeper
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      const right = heap[2 * at + 2]
      if (left === undefined) break
      const least = right !== undefined && before(right, left) ? right : left
      if (before(last, least)) break
      heap[at] = least
      at = least === left ? 2 * at + 1 : 2 * at + 2
    }
    heap[at] = last
  }
}

const hop = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Counts what it schedules, and never falls back to real timers. */
class CountingScheduler extends Scheduler.MixedScheduler {
  scheduled = 0

  constructor() {
    super(Number.MAX_SAFE_INTEGER)
  }

  override scheduleTask(
    task: Scheduler.Task,
    priority: number,
    fiber?: Parameters<Scheduler.Scheduler["shouldYield"]>[0]
  ) {
    this.scheduled += 1
    super.scheduleTask(task, priority, fiber)
  }
}

/** Runs an effect on a simulated clock. */
export const simulated = <A, E, R>(run: (clock: SimulatedClock) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const scheduler = new CountingScheduler()
    // Two hops at a time: the actors' dispatcher goes on in an immediate of its own now and then, queued after the first.
    const clock = new SimulatedClock(async () => {
      for (let before = -1; before !== scheduler.scheduled; ) {
        before = scheduler.scheduled
        await hop()
        await hop()
      }
    })
    return run(clock).pipe(Effect.withClock(clock), Effect.withScheduler(scheduler))
  })

/**
 * One timer for thousands of waits.
 *
 * A sleeping fiber costs about 4 kB on Effect 3; an entry in this heap costs about 100 bytes. At most one fiber sleeps, on
 * the Clock of the layer (so TestClock rules), until the earliest deadline. Supervisors use it for back-off and shutdown
 * deadlines, actors for their keyed timers, ask timeouts and passivation. A wait lasts as long as it was to last when it
 * began: deadlines are kept on a clock that nobody sets, or a computer clock that is put back by a day would stop every
 * loop for a day.
 *
 * ```ts
 * const alarm = yield* Alarm.Alarm
 * yield* alarm.after("1 hour", "node/17", wakeNode17)   // replaces an earlier alarm of the same key
 * yield* alarm.cancel("node/17")
 * ```
 */
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runner from "./Runner.ts"

/** One pending wait. `cancel` is idempotent. */
export interface Entry {
  readonly cancel: () => void
}

export interface AlarmService {
  /** Run an effect after a delay, in a fiber of its own; a pending alarm of the same key is replaced. */
  readonly after: <R>(
    delay: Duration.DurationInput,
    key: string,
    effect: Effect.Effect<unknown, never, R>
  ) => Effect.Effect<void, never, R>
  /** The same for an absolute time of the Clock, in ms since the epoch. */
  readonly at: <R>(
    dueMillis: number,
    key: string,
    effect: Effect.Effect<unknown, never, R>
  ) => Effect.Effect<void, never, R>
  /** Whether there was something to cancel. */
  readonly cancel: (key: string) => Effect.Effect<boolean>
  /** Suspend the calling fiber without a timer fiber. */
  readonly sleep: (delay: Duration.DurationInput) => Effect.Effect<void>
  /** Pending entries. */
  readonly size: () => number
  /** Current time of the Clock in ms. */
  readonly unsafeNow: () => number
  /** Call back once at (or right after) a time; never before it, never synchronously. */
  readonly unsafeAt: (dueMillis: number, callback: () => void) => Entry
}

export class Alarm extends Context.Tag("pitboss/runtime/Alarm")<Alarm, AlarmService>() {
  static readonly layer: Layer.Layer<Alarm> = Layer.scoped(
    Alarm,
    Effect.gen(function* () {
      const clock = yield* Effect.clock
      const runner = yield* Runner.make()
      const heap = new AlarmHeap(clock, runner)
      yield* Effect.addFinalizer(() => Effect.sync(() => heap.close()))
      return service(heap)
    })
  )
}

const service = (heap: AlarmHeap): AlarmService => {
  const keyed = new Map<string, Entry>()
  const at: AlarmService["at"] = <R>(dueMillis: number, key: string, effect: Effect.Effect<unknown, never, R>) =>
    Effect.map(Runner.make<R>(), (runner) => {
      keyed.get(key)?.cancel()
      const entry = heap.at(dueMillis, () => {
        if (keyed.get(key) === entry) keyed.delete(key)
        runner.fork(effect, ignore)
      })
      keyed.set(key, entry)
    })
  return {
    at,
    after: (delay, key, effect) =>
      Effect.suspend(() => at(heap.now() + Duration.toMillis(Duration.decode(delay)), key, effect)),
    cancel: (key) =>
      Effect.sync(() => {
        keyed.get(key)?.cancel()
        return keyed.delete(key)
      }),
    sleep: (delay) =>
      Effect.async((resume) => {
        const entry = heap.at(heap.now() + Duration.toMillis(Duration.decode(delay)), () => resume(Effect.void))
        return Effect.sync(() => entry.cancel())
      }),
    size: () => heap.size,
    unsafeNow: () => heap.now(),
    unsafeAt: (dueMillis, callback) => heap.at(dueMillis, callback)
  }
}

// A sleep longer than this is done in hops: setTimeout overflows at 2^31 ms.
const LONGEST_SLEEP = 3_600_000

// Both clocks are read to the millisecond, at different moments.
const ROUNDING = 2

/**
 * Binary min-heap by (due, sequence), so that equal deadlines ring in the order they were set.
 *
 * The sleeper is only replaced when an earlier deadline arrives; a cancelled deadline lets it wake for nothing once.
 * That makes set-then-cancel (every ask does it) O(log n) without touching a fiber.
 */
class AlarmHeap {
  private readonly entries: Array<HeapEntry> = []
  private sequence = 0
  private sleeper: Runner.Running | undefined
  private sleepsUntil = Number.POSITIVE_INFINITY
  private closed = false
  /** Number of the present sleep; an interrupted one must not ring. */
  private turn = 0
  private readonly clock: Clock.Clock
  private readonly runner: Runner.Runner
  private back = 0
  private lookedAt = Number.NaN
  /** When both clocks were read first. */
  private readonly origin: { readonly millis: number; readonly nanos: bigint }

  constructor(clock: Clock.Clock, runner: Runner.Runner) {
    this.clock = clock
    this.runner = runner
    this.origin = { millis: clock.unsafeCurrentTimeMillis(), nanos: clock.unsafeCurrentTimeNanos() }
  }

  get size(): number {
    return this.entries.length
  }

  now(): number {
    return this.clock.unsafeCurrentTimeMillis()
  }

  /** What the clock would show had nobody set it. */
  private steady(): number {
    const { millis, nanos } = this.origin
    return millis + Number(this.clock.unsafeCurrentTimeNanos() - nanos) / 1e6
  }

  /** How far the clock was set back since the beginning; looked at once in a millisecond, since that costs a call. */
  private setBack(): number {
    const now = this.now()
    if (now !== this.lookedAt) {
      this.lookedAt = now
      const difference = this.steady() - now
      this.back = Math.abs(difference) < ROUNDING ? 0 : Math.round(difference)
    }
    return this.back
  }

  at(dueMillis: number, callback: () => void): Entry {
    const due = dueMillis + this.setBack()
    const entry = new HeapEntry(this, due, this.sequence++, callback)
    // After the end of the layer nothing would wake a waiter: ring at once rather than never.
    if (this.closed) {
      queueMicrotask(callback)
      return entry
    }
    entry.index = this.entries.length
    this.entries.push(entry)
    this.up(entry)
    if (due < this.sleepsUntil) this.sleepUntil(due)
    return entry
  }

  remove(entry: HeapEntry): void {
    const { index } = entry
    if (index < 0) return
    entry.index = -1
    const last = this.entries.pop()
    if (last === undefined || last === entry) return
    last.index = index
    this.entries[index] = last
    this.up(last)
    this.down(last)
  }

  close(): void {
    this.closed = true
    this.sleeper?.interrupt()
    for (const entry of this.entries) {
      entry.index = -1
      queueMicrotask(entry.callback)
    }
    this.entries.length = 0
  }

  private sleepUntil(due: number): void {
    const previous = this.sleeper
    const now = this.steady()
    const wait = Math.min(LONGEST_SLEEP, Math.max(0, Math.ceil(due - now)))
    const turn = ++this.turn
    this.sleepsUntil = now + wait
    const ring = (): void => {
      if (turn === this.turn && !this.closed) this.wake()
    }
    // What is due already still rings later than `at` returns.
    if (wait === 0) {
      this.sleeper = undefined
      queueMicrotask(ring)
    } else this.sleeper = this.runner.fork(this.clock.sleep(Duration.millis(wait)), ring)
    previous?.interrupt()
  }

  private wake(): void {
    this.turn++
    this.sleeper = undefined
    this.sleepsUntil = Number.POSITIVE_INFINITY
    const now = this.steady()
    for (;;) {
      const first = this.entries[0]
      if (first === undefined) return
      if (first.due > now) break
      this.remove(first)
      first.callback()
    }
    const first = this.entries[0]
    if (first !== undefined && first.due < this.sleepsUntil) this.sleepUntil(first.due)
  }

  private up(entry: HeapEntry): void {
    while (entry.index > 0) {
      const parent = this.entries[(entry.index - 1) >> 1]
      if (parent === undefined || !entry.before(parent)) return
      this.swap(entry, parent)
    }
  }

  private down(entry: HeapEntry): void {
    for (;;) {
      const left = this.entries[2 * entry.index + 1]
      const right = this.entries[2 * entry.index + 2]
      if (left === undefined) return
      const least = right?.before(left) ? right : left
      if (!least.before(entry)) return
      this.swap(least, entry)
    }
  }

  private swap(child: HeapEntry, parent: HeapEntry): void {
    const { index } = child
    child.index = parent.index
    parent.index = index
    this.entries[child.index] = child
    this.entries[parent.index] = parent
  }
}

class HeapEntry implements Entry {
  index = -1
  readonly heap: AlarmHeap
  readonly due: number
  readonly sequence: number
  readonly callback: () => void

  constructor(heap: AlarmHeap, due: number, sequence: number, callback: () => void) {
    this.heap = heap
    this.due = due
    this.sequence = sequence
    this.callback = callback
  }

  before(other: HeapEntry): boolean {
    return this.due < other.due || (this.due === other.due && this.sequence < other.sequence)
  }

  cancel(): void {
    this.heap.remove(this)
  }
}

const ignore = (): void => {}

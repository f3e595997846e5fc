/**
 * The memory budget with a configured limit: who may start to prove, and who waits.
 *
 * Reservations are let in by order of arrival. Where the first in line does not fit yet, smaller ones behind it may
 * use what is free, but only `maxOvertakes` times: then everything waits until the first one fits, so a large proof is
 * never starved by small ones. Measured peaks replace estimates class by class. The state is one synchronous object;
 * waiters are suspended fibers of nodes that hold a place of the turnstile, so there are never many.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import { DoesNotFit } from "./Errors.ts"
import type { BudgetPicture, MemoryBudgetService } from "./MemoryBudget.ts"

/** How many later reservations may pass one that does not fit. */
export const maxOvertakes = 8
/** Classes whose peaks are remembered; the one that was heard of longest ago is forgotten first. */
export const maxClasses = 64

interface Waiter {
  readonly what: string
  readonly bytes: number
  readonly admit: () => void
  overtaken: number
}

class Ledger {
  readonly #limit: number
  readonly #peaks = new Map<string, number>()
  readonly #line: Array<Waiter> = []
  #reserved = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** What a piece of work of this class is taken to need. */
  need(memoryClass: string, bytes: number): number {
    return Math.max(bytes, this.#peaks.get(memoryClass) ?? 0)
  }

  fits(bytes: number): boolean {
    return bytes <= this.#limit
  }

  enter(waiter: Waiter): void {
    this.#line.push(waiter)
    this.#admit()
  }

  /** Gives up waiting; false when it had been admitted already. */
  quit(waiter: Waiter): boolean {
    const at = this.#line.indexOf(waiter)
    if (at < 0) return false
    this.#line.splice(at, 1)
    this.#admit()
    return true
  }

  release(bytes: number): void {
    this.#reserved -= bytes
    this.#admit()
  }

  /** A higher peak counts at once; lower ones lower it by an eighth of the difference each. */
  observe(memoryClass: string, peak: number): void {
    const known = this.#peaks.get(memoryClass) ?? 0
    this.#peaks.delete(memoryClass)
    this.#peaks.set(memoryClass, peak >= known ? peak : Math.ceil(known - (known - peak) / 8))
    if (this.#peaks.size <= maxClasses) return
    for (const oldest of this.#peaks.keys()) {
      this.#peaks.delete(oldest)
      return
    }
  }

  picture(): BudgetPicture {
    return {
      limitBytes: this.#limit,
      reservedBytes: this.#reserved,
      waiting: this.#line.map(({ bytes, what }) => ({ what, bytes }))
    }
  }

  #admit(): void {
    let at = 0
    while (at < this.#line.length) {
      const waiter = this.#line[at]
      if (waiter === undefined) return
      if (this.#reserved + waiter.bytes <= this.#limit) {
        for (const passed of this.#line.slice(0, at)) passed.overtaken += 1
        this.#line.splice(at, 1)
        this.#reserved += waiter.bytes
        waiter.admit()
        // Whoever was passed too often is first to be served now: look at the line from its head again.
        at = 0
      } else if (waiter.overtaken >= maxOvertakes) return
      else at += 1
    }
  }
}

const service = (ledger: Ledger, limitBytes: number): MemoryBudgetService => ({
  reserve: (memoryClass, bytes, what) =>
    Effect.gen(function* () {
      const need = ledger.need(memoryClass, bytes)
      if (!ledger.fits(need)) return yield* new DoesNotFit({ what, bytes: need, limitBytes })
      const admitted = Deferred.unsafeMake<void>(FiberId.none)
      const waiter: Waiter = {
        what,
        bytes: need,
        overtaken: 0,
        admit: () => Deferred.unsafeDone(admitted, Effect.void)
      }
      let open = true
      const give = Effect.sync(() => {
        if (open && !ledger.quit(waiter)) ledger.release(need)
        open = false
      })
      // Registered before entering the line, so no instant exists in which an interruption could leak the bytes.
      yield* Effect.addFinalizer(() => give)
      ledger.enter(waiter)
      yield* Effect.onInterrupt(Deferred.await(admitted), () => give)
    }),
  observe: (memoryClass, peakBytes) => Effect.sync(() => ledger.observe(memoryClass, peakBytes)),
  picture: Effect.sync(() => ledger.picture())
})

/** A budget of `limitBytes` for everything that proves in this process tree. */
export const make = (limitBytes: number): MemoryBudgetService => service(new Ledger(limitBytes), limitBytes)

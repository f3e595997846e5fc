/**
 * Where a node stands in each schedule that it is in the middle of.
 *
 * Only troubles that are on have an entry, so a healthy node keeps none. Stepping gives the next delay as data and
 * sleeps nowhere; a success forgets the entry, which is what resets the schedule.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Timetable from "../runtime/Timetable.ts"
import { type Asked, endedBy, type Retry, type Success, schedules, type Trouble } from "./Schedules.ts"

type Output = "trouble" | "cool-down"

/** `delayMillis`: wait this long; `cooling`: it is the cool-down after too many failures in a row. */
export interface Step {
  readonly delayMillis: number
  readonly cooling: boolean
}

export class Retries<T extends string> {
  readonly #schedules: Readonly<Record<T, Retry>>
  readonly #tables = new Map<T, Timetable.Timetable<Asked, Output>>()

  constructor(schedules: Readonly<Record<T, Retry>>) {
    this.#schedules = schedules
  }

  next(trouble: T, asked: Asked): Effect.Effect<Step> {
    return Effect.gen(this, function* () {
      const table = this.#tables.get(trouble) ?? Timetable.make(this.#schedules[trouble])
      const entry = yield* Timetable.next(table, asked)
      // A schedule that ends begins again: trouble with the outside world is never given up.
      if (Option.isNone(entry)) {
        this.#tables.delete(trouble)
        return yield* this.next(trouble, asked)
      }
      this.#tables.set(trouble, entry.value.timetable)
      return {
        delayMillis: Math.ceil(Duration.toMillis(entry.value.delay)),
        cooling: entry.value.output === "cool-down"
      }
    })
  }

  forget(troubles: ReadonlyArray<T>): void {
    for (const trouble of troubles) this.#tables.delete(trouble)
  }

  /** How many troubles are on. */
  get size(): number {
    return this.#tables.size
  }
}

export const make = (): Retries<Trouble> => new Retries(schedules)

export const succeeded = (retries: Retries<Trouble>, success: Success): void => retries.forget(endedBy[success])

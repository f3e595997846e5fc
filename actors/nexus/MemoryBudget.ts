/**
 * The port to the memory of the whole process tree: work reserves what it will need before it starts.
 *
 * Work that does not fit now waits, visibly; work that can never fit is refused with a typed error, before the operating
 * system kills anybody. Measured peaks teach the budget what a class of work really needs.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { DoesNotFit } from "./Errors.ts"

export interface BudgetPicture {
  /** All sizes in bytes. */
  readonly limitBytes: number
  readonly reservedBytes: number
  /** Reservations that wait, oldest first, by what they are for. */
  readonly waiting: ReadonlyArray<{ readonly what: string; readonly bytes: number }>
}

export interface MemoryBudgetService {
  /**
   * Reserve memory for a piece of work until the scope closes: the larger of `bytes` and what the class was last seen
   * to need. Waits in order of arrival; a small piece does not overtake a large one for ever.
   */
  readonly reserve: (memoryClass: string, bytes: number, what: string) => Effect.Effect<void, DoesNotFit, Scope.Scope>
  /** Report the measured peak of a class, bytes. */
  readonly observe: (memoryClass: string, peakBytes: number) => Effect.Effect<void>
  readonly picture: Effect.Effect<BudgetPicture>
}

export class MemoryBudget extends Context.Tag("pitboss/nexus/MemoryBudget")<MemoryBudget, MemoryBudgetService>() {}

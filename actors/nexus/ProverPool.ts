/**
 * Admission to the prover: a free slot first, then the memory, then the proof.
 *
 * All nodes share one prover with `slots` processes. A proof starts when a slot is free and the memory budget has room
 * for what its class is known to need; until then the wait is visible in the node's state. Its measured peak teaches the
 * budget. Interruption gives slot and memory back, in every phase.
 */
import * as Effect from "effect/Effect"
import type { DoesNotFit, ProveError } from "./Errors.ts"
import type { MemoryBudgetService } from "./MemoryBudget.ts"
import type { Progress, Proved, ProverService } from "./Prover.ts"
import type { Task } from "./Task.ts"

/** What a proof in the pool is doing, told as it changes. */
export type Step =
  | { readonly _tag: "AwaitingSlot" }
  | { readonly _tag: "AwaitingMemory" }
  | { readonly _tag: "Proving"; readonly progress: Progress }

export interface ProverPoolService {
  readonly prover: ProverService
  /** Prove one input of a task; `onStep` is called synchronously and must not block. */
  readonly prove: (
    task: Task,
    input: number,
    onStep: (step: Step) => void
  ) => Effect.Effect<Proved, ProveError | DoesNotFit>
}

export const make = (prover: ProverService, memory: MemoryBudgetService): Effect.Effect<ProverPoolService> =>
  Effect.map(Effect.makeSemaphore(Math.max(1, prover.slots)), (slots) => ({
    prover,
    prove: (task, input, onStep) => {
      const { bytes, memoryClass } = prover.estimate(task, input)
      const admitted = Effect.gen(function* () {
        onStep({ _tag: "AwaitingMemory" })
        yield* memory.reserve(memoryClass, bytes, `proof of task ${task.taskId}, input ${input}`)
        onStep({ _tag: "Proving", progress: { stage: "starting", fraction: 0 } })
        const proved = yield* prover
          .prove(task, input, (progress) => onStep({ _tag: "Proving", progress }))
          .pipe(
            Effect.tapErrorTag("ProverOutOfMemory", ({ peakBytes }) =>
              peakBytes === null ? Effect.void : memory.observe(memoryClass, peakBytes)
            )
          )
        if (proved.peakBytes !== null) yield* memory.observe(memoryClass, proved.peakBytes)
        return proved
      })
      return Effect.suspend(() => {
        onStep({ _tag: "AwaitingSlot" })
        return slots.withPermits(1)(Effect.scoped(admitted))
      })
    }
  }))

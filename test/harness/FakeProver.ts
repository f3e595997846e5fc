/**
 * A prover that takes time and memory on paper only, crashes on demand, and knows what it proved.
 *
 * It runs on the Clock, counts how many proofs run at the same moment and how often each input was proved, so a proof
 * that was made twice or beyond the bound can not hide.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { type ProveError, ProverCrashed, ProverOutOfMemory } from "../../actors/nexus/Errors.ts"
import type { Proved, ProverService } from "../../actors/nexus/Prover.ts"
import type { ProofKind, Task } from "../../actors/nexus/Task.ts"

export interface Options {
  readonly kind?: ProofKind
  readonly slots?: number
  readonly time?: Duration.DurationInput | ((task: Task, input: number) => Duration.DurationInput)
  /** How long an interrupted proof takes to stop. */
  readonly stopTime?: Duration.DurationInput
  /** Estimate and measured peak of a proof, bytes. */
  readonly bytes?: (task: Task, input: number) => number
  readonly peak?: (task: Task, input: number) => number | null
  /** Share of provings that crash at random, 0 to 1. */
  readonly faultRate?: number
  /** Asked at the end of each proving: an error, "die" for a defect, or null. */
  readonly script?: (task: Task, input: number, attempt: number) => ProveError | "die" | null
}

export class FakeProver {
  readonly service: ProverService
  script: NonNullable<Options["script"]>
  /** How often proving of "<task>/<input>" began, and how often it succeeded. */
  readonly attempts = new Map<string, number>()
  readonly proved = new Map<string, number>()
  running = 0
  most = 0
  interrupted = 0
  readonly #options: Options

  constructor(options: Options = {}) {
    this.#options = options
    this.script = options.script ?? (() => null)
    this.service = {
      name: "fake",
      kind: options.kind ?? "receipt",
      slots: options.slots ?? 1_000_000,
      estimate: (task, input) => ({
        memoryClass: task.difficulty ?? "unknown",
        bytes: options.bytes?.(task, input) ?? 1
      }),
      prove: (task, input, onProgress) =>
        Effect.gen(this, function* () {
          const key = `${task.taskId}/${input}`
          const attempt = (this.attempts.get(key) ?? 0) + 1
          this.attempts.set(key, attempt)
          const { time } = options
          const total = Duration.decode(typeof time === "function" ? time(task, input) : (time ?? "5 seconds"))
          onProgress({ stage: "trace", fraction: 0 })
          yield* Effect.sleep(Duration.times(total, 0.5))
          onProgress({ stage: "commit", fraction: 0.5 })
          yield* Effect.sleep(Duration.times(total, 0.5))
          const fault = this.script(task, input, attempt) ?? (yield* this.#fault(task))
          if (fault === "die") return yield* Effect.dieMessage("planted defect of the prover")
          if (fault !== null) return yield* fault
          this.proved.set(key, (this.proved.get(key) ?? 0) + 1)
          return this.#proof(task, input)
        }).pipe(
          Effect.onInterrupt(() =>
            Effect.andThen(
              options.stopTime === undefined ? Effect.void : Effect.sleep(options.stopTime),
              Effect.sync(() => {
                this.interrupted += 1
              })
            )
          ),
          (proving) =>
            Effect.acquireUseRelease(
              Effect.sync(() => {
                this.running += 1
                this.most = Math.max(this.most, this.running)
              }),
              () => proving,
              () =>
                Effect.sync(() => {
                  this.running -= 1
                })
            )
        )
    }
  }

  #proof(task: Task, input: number): Proved {
    const bytes = new TextEncoder().encode(`proof of ${task.taskId}/${input}`)
    const hash = Array.from(bytes.slice(-32), (byte) => byte.toString(16).padStart(2, "0")).join("")
    const peakBytes = this.#options.peak?.(task, input) ?? null
    return { proof: { kind: this.service.kind, bytes, hash: hash.padStart(64, "0") }, peakBytes }
  }

  #fault({ taskId }: Task): Effect.Effect<ProveError | null> {
    return Effect.gen(this, function* () {
      const rate = this.#options.faultRate ?? 0
      if (rate === 0 || (yield* Random.next) >= rate) return null
      return (yield* Random.nextBoolean)
        ? new ProverCrashed({ taskId, detail: "signal 11" })
        : new ProverOutOfMemory({ taskId, peakBytes: null, detail: "signal 9" })
    })
  }
}

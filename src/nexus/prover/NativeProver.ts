/**
 * The native prover and verifier: genuine proofs of the Nexus zkVM by our own kernel, in kernel hosts.
 *
 * Which guest program is proven is decided where layers are put together: our own one in a local environment, the network's
 * (imported, see GuestStore.ts) outside. A task input is the guest's public input; exit code and output are found by running
 * it, so a proof is checked against what the guest really does. Proofs are made in lean mode: the fast one is only a few
 * percent faster and takes twice the memory, which more proofs at the same time use better.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import {
  ProofImpossible,
  type ProveError,
  ProverCrashed,
  ProverMissing,
  ProverOutOfMemory
} from "../../../actors/nexus/Errors.ts"
import * as Port from "../../../actors/nexus/Prover.ts"
import { hostCode } from "../../../kernels/Errors.ts"
import * as HostPool from "../../../kernels/HostPool.ts"
import type { Layout } from "../../../kernels/NexusMachine.ts"
import * as Stark from "../../../kernels/Stark.ts"
import type { StarkError } from "../../../kernels/StarkErrors.ts"
import * as GuestInput from "./GuestInput.ts"
import * as TaskInput from "./TaskInput.ts"

/** What a kernel's failure means for the proof of a task. */
export const toProveError = (taskId: string, error: StarkError): ProveError => {
  switch (error._tag) {
    case "HostMissing":
      return new ProverMissing({ detail: error.message })
    case "HostCrashed":
      // Nobody but the kernel's OOM killer (or an operator) sends SIGKILL to a host that is doing its work.
      return error.signal === "SIGKILL" && !error.killedByUs
        ? new ProverOutOfMemory({ taskId, peakBytes: null, detail: "the kernel host was killed (SIGKILL)" })
        : new ProverCrashed({ taskId, detail: error.message })
    case "JobFailed":
      return error.code === hostCode.outOfMemory
        ? new ProverOutOfMemory({ taskId, peakBytes: error.peakBytes, detail: error.detail })
        : new ProverCrashed({ taskId, detail: error.message })
    case "MemoryShort":
      return new ProverOutOfMemory({ taskId, peakBytes: null, detail: error.detail })
    case "GuestFault":
    case "ProofTooLarge":
      return new ProofImpossible({ taskId, detail: error.detail })
  }
}

/** The file of the guest program, looked at when it is first needed. */
export type GuestFile = Effect.Effect<Uint8Array, StarkError>

interface Input extends Stark.Guest {
  readonly publicInput: Uint8Array
}

/** The guest for a raw task input, or why there is none. */
const guestOf = (
  file: GuestFile,
  taskId: string,
  programId: string,
  input: Uint8Array | undefined
): Effect.Effect<Input, ProveError> =>
  input === undefined
    ? Effect.fail(new ProofImpossible({ taskId, detail: "it has no such input" }))
    : Either.match(TaskInput.parse(programId, input), {
        onLeft: (detail) => Effect.fail(new ProofImpossible({ taskId, detail })),
        onRight: ({ a, b, n }) =>
          Effect.mapBoth(file, {
            onFailure: (error) => toProveError(taskId, error),
            onSuccess: (elf) => ({ elf, publicInput: GuestInput.encode([n, a, b]) })
          })
      })

/** Log size of the trace of an input, from above. */
const logOf = (n: number) => Math.max(8, Math.ceil(Math.log2(TaskInput.rowsBound(n))))

/** Bytes of a host that proves 2^log rows in lean mode, from above: buffers 2.83 kB a row, the recorded run, the process. */
const bytesOf = (log: number) => 2_900 * 2 ** log + 9_000_000

/** Share of a proof's time that has passed when a stage begins. */
const began: Record<Stark.Stage, number> = {
  trace: 0,
  preprocessed: 0.07,
  main: 0.09,
  interaction: 0.2,
  composition: 0.45,
  samples: 0.82,
  quotients: 0.88,
  fri: 0.94,
  queries: 0.97
}
const fractionOf = (stage: Stark.Stage, done: number, total: number) => {
  const next = began[Stark.stages[Stark.stages.indexOf(stage) + 1] ?? stage]
  const end = stage === "queries" ? 1 : next
  return began[stage] + (end - began[stage]) * (total === 0 ? 0 : Math.min(1, done / total))
}

export interface ProverOptions {
  /** Proofs at the same time (hosts behind the service). */
  readonly slots: number
  /** Threads inside one proof; default 1. */
  readonly threads?: number
}

/** A prover of one guest. */
export const prover = (stark: Stark.StarkService, file: GuestFile, options: ProverOptions): Port.ProverService => ({
  name: "native",
  kind: "stark",
  slots: options.slots,
  estimate: (task, input) => {
    const parsed = TaskInput.parse(task.programId, task.inputs[input] ?? new Uint8Array())
    const log = Either.match(parsed, { onLeft: () => 8, onRight: ({ n }) => Math.min(20, logOf(n)) })
    return { memoryClass: `native 2^${log}`, bytes: bytesOf(log) }
  },
  prove: (task, input, onProgress) =>
    Effect.gen(function* () {
      const guest = yield* guestOf(file, task.taskId, task.programId, task.inputs[input])
      const made = yield* stark
        .prove(guest, {
          mode: "lean",
          threads: options.threads ?? 1,
          onProgress: (stage, done, total) => onProgress({ stage, fraction: fractionOf(stage, done, total) })
        })
        .pipe(Effect.mapError((error) => toProveError(task.taskId, error)))
      return {
        proof: { kind: "stark" as const, bytes: made.proof, hash: made.keccak },
        peakBytes: made.peakBytes
      }
    })
})

/** What a check is called in its errors: a verifier knows no task. */
const checking = "under verification"

/** The seven words of a layout as a proof ends with them; four of them are not bound by the proof itself. */
const layoutTail = (layout: Layout): Uint8Array =>
  Uint8Array.from(
    [
      layout.publicInput,
      layout.exitCode,
      layout.publicOutput,
      layout.heap,
      layout.stackBottom,
      layout.stackTop,
      layout.end
    ].flatMap((word) => {
      const out: Array<number> = []
      for (; word > 0x7f; word = Math.floor(word / 128)) out.push((word % 128) | 0x80)
      return [...out, word]
    })
  )

/** A verifier of one guest: runs it for the expected output, then judges the proof; the whole layout must be the real one. */
export const verifier = (stark: Stark.StarkService, file: GuestFile): Port.VerifierService => {
  const checked = <A>(effect: Effect.Effect<A, StarkError>) =>
    Effect.mapError(effect, (error) => toProveError(checking, error))
  return {
    kind: "stark",
    verify: (programId, input, proof) =>
      Effect.gen(function* () {
        const guest = yield* guestOf(file, checking, programId, input)
        const { exitCode, layout, logSizes, output } = yield* checked(stark.measure(guest))
        const judged = yield* checked(
          stark.check({ ...guest, exitCode, output }, proof, { maxLogRows: logSizes[0] ?? 8 })
        )
        if (judged.verdict !== "accepted") return { valid: false, reason: `${judged.reason} (${judged.verdict})` }
        const tail = layoutTail(layout)
        return Buffer.from(tail).equals(proof.subarray(proof.length - tail.length))
          ? { valid: true, reason: "" }
          : { valid: false, reason: "the proof states another memory layout than the guest has" }
      }),
    expectedHash: (programId, input) =>
      Effect.gen(function* () {
        const guest = yield* guestOf(file, checking, programId, input)
        return (yield* checked(stark.prove(guest, { mode: "lean" }))).keccak
      })
  }
}

/** Proves and checks a tiny input of our own guest: a kernel that cannot do that must not be given any work. */
export const selfCheck = (stark: Stark.StarkService): Effect.Effect<void, ProveError> => {
  const what = "the self-check"
  return Effect.gen(function* () {
    const guest = { elf: yield* stark.ownGuest, publicInput: GuestInput.encode([0, 1, 1]) }
    const { exitCode, output, proof } = yield* stark.prove(guest, { mode: "lean" })
    const judged = yield* stark.check({ ...guest, exitCode, output }, proof)
    return judged.verdict === "accepted" ? null : `our own proof was judged: ${judged.reason}`
  }).pipe(
    Effect.mapError((error) => toProveError(what, error)),
    Effect.flatMap((detail) => (detail === null ? Effect.void : new ProverCrashed({ taskId: what, detail })))
  )
}

export interface Options extends ProverOptions {
  /** The ELF file of the network's guest; null: our own guest, for local environments. */
  readonly guest: Uint8Array | null
}

const fileOf = (stark: Stark.StarkService, guest: Uint8Array | null): Effect.Effect<GuestFile> =>
  guest === null ? Effect.cached(stark.ownGuest) : Effect.succeed(Effect.succeed(guest))

/** A prover with kernel hosts of its own, once its self-check has passed. */
export const make = (options: Options): Effect.Effect<Port.ProverService, ProveError, Scope.Scope> =>
  Effect.gen(function* () {
    const stark = Stark.fromHost(yield* HostPool.make({ size: options.slots }))
    yield* selfCheck(stark)
    return prover(stark, yield* fileOf(stark, options.guest), options)
  })

/** The verifier with hosts of its own, so that checking never waits for proving. */
export const verifierLayer = ({ guest, slots }: Options): Layer.Layer<Port.Verifier> =>
  Layer.scoped(
    Port.Verifier,
    Effect.gen(function* () {
      const stark = Stark.fromHost(yield* HostPool.make({ size: slots }))
      return verifier(stark, yield* fileOf(stark, guest))
    })
  )

/**
 * The `local` prover and its verifier: execution receipts made and re-executed by the kernel hosts.
 *
 * First stage of our own prover: the native machine runs our guest and says what it did. A receipt convinces only who runs
 * it again, so its kind is `receipt` and it never leaves a local environment; a later stage puts real proofs behind the same
 * port. Making one is deterministic, so the expected hash of an input is found by making it again.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import {
  ProofImpossible,
  type ProveError,
  ProverCrashed,
  ProverMissing,
  ProverOutOfMemory
} from "../../../actors/nexus/Errors.ts"
import * as Port from "../../../actors/nexus/Prover.ts"
import type { KernelError } from "../../../kernels/Errors.ts"
import { hostCode } from "../../../kernels/Errors.ts"
import * as HostPool from "../../../kernels/HostPool.ts"
import type { KernelHostService } from "../../../kernels/KernelHost.ts"
import * as NexusMachine from "../../../kernels/NexusMachine.ts"
import * as Signing from "../wire/Signing.ts"
import * as TaskInput from "./TaskInput.ts"

/** Resident bytes of a host that makes a receipt, whatever its length: measured 2 to 3 MB. */
const hostBytes = 8 * 1024 * 1024

/** A receipt has about 150 bytes; longer proofs are refused unseen. */
const maxReceiptBytes = 1024

/** What a kernel's failure means for the proof of a task. */
export const toProveError = (taskId: string, error: KernelError): ProveError => {
  switch (error._tag) {
    case "HostMissing":
      return new ProverMissing({ detail: error.message })
    case "HostCrashed":
      // Nobody but the kernel's OOM killer (or an operator) sends SIGKILL to a host that is doing its work.
      return error.signal === "SIGKILL" && !error.killedByUs
        ? new ProverOutOfMemory({ taskId, peakBytes: null, detail: "the kernel host was killed (SIGKILL)" })
        : new ProverCrashed({ taskId, detail: error.message })
    case "JobFailed":
      if (error.code === hostCode.outOfMemory) {
        return new ProverOutOfMemory({ taskId, peakBytes: error.peakBytes, detail: error.detail })
      }
      // Codes of the host itself are defects of ours; codes of the machine are answers about the input.
      return error.code < 32
        ? new ProverCrashed({ taskId, detail: error.message })
        : new ProofImpossible({ taskId, detail: error.detail })
  }
}

const statement = (taskId: string, programId: string, input: Uint8Array | undefined) =>
  input === undefined
    ? Effect.fail(new ProofImpossible({ taskId, detail: "it has no such input" }))
    : Either.match(TaskInput.parse(programId, input), {
        onLeft: (detail) => Effect.fail(new ProofImpossible({ taskId, detail })),
        onRight: (parsed) => Effect.succeed(parsed)
      })

/** A prover over kernel hosts; `slots` is how many of them there are. */
export const prover = (hosts: KernelHostService, slots: number): Port.ProverService => ({
  name: "local",
  kind: "receipt",
  slots,
  estimate: () => ({ memoryClass: "receipt", bytes: hostBytes }),
  prove: (task, input, onProgress) =>
    Effect.gen(function* () {
      const parsed = yield* statement(task.taskId, task.programId, task.inputs[input])
      const made = yield* NexusMachine.receipt(hosts, parsed, {
        onProgress: (_stage, done, total) =>
          onProgress({ stage: "execute", fraction: total === 0 ? 0 : Math.min(1, done / total) })
      }).pipe(Effect.mapError((error) => toProveError(task.taskId, error)))
      return {
        proof: { kind: "receipt" as const, bytes: made.bytes, hash: Signing.proofHash(made.bytes) },
        peakBytes: made.peakBytes
      }
    })
})

/** What a check is called in its errors: a verifier knows no task. */
const checking = "under verification"

/** A verifier over kernel hosts: re-executes and compares. */
export const verifier = (hosts: KernelHostService): Port.VerifierService => ({
  kind: "receipt",
  verify: (programId, input, proof) =>
    Effect.gen(function* () {
      const parsed = yield* statement(checking, programId, input)
      if (proof.length > maxReceiptBytes) {
        return { valid: false, reason: `these ${proof.length} bytes are not an execution receipt` }
      }
      return yield* NexusMachine.verify(hosts, parsed, proof).pipe(
        Effect.mapError((error) => toProveError(checking, error))
      )
    }),
  expectedHash: (programId, input) =>
    Effect.gen(function* () {
      const parsed = yield* statement(checking, programId, input)
      const made = yield* NexusMachine.receipt(hosts, parsed).pipe(
        Effect.mapError((error) => toProveError(checking, error))
      )
      return Signing.proofHash(made.bytes)
    })
})

export interface Options extends Omit<HostPool.Options, "size"> {
  /** Processes of the pool: proofs that run at the same time. */
  readonly slots: number
}

/** The local verifier with hosts of its own, so that checking never waits for proving. */
export const verifierLayer = (options: Options): Layer.Layer<Port.Verifier> =>
  Layer.scoped(Port.Verifier, Effect.map(HostPool.make({ ...options, size: options.slots }), verifier))

/** Prover and verifier over one pool. */
export const layer = (options: Options): Layer.Layer<Port.Prover | Port.Verifier> =>
  Layer.scopedContext(
    Effect.map(HostPool.make({ ...options, size: options.slots }), (hosts) =>
      Context.make(Port.Prover, prover(hosts, Math.max(1, options.slots))).pipe(
        Context.add(Port.Verifier, verifier(hosts))
      )
    )
  )

/** The local prover and verifier: through real kernel hosts, and their errors through a kernel made for the test. */
import { assert, describe, it, layer } from "@effect/vitest"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { ProofImpossible, ProverCrashed, ProverMissing, ProverOutOfMemory } from "../../../../actors/nexus/Errors.ts"
import { Prover, Verifier } from "../../../../actors/nexus/Prover.ts"
import type { Task } from "../../../../actors/nexus/Task.ts"
import { HostCrashed, HostMissing, hostCode, JobFailed, type KernelError } from "../../../../kernels/Errors.ts"
import * as KernelHost from "../../../../kernels/KernelHost.ts"
import * as ReceiptProver from "../../../../src/nexus/prover/ReceiptProver.ts"

const input = (...numbers: ReadonlyArray<number>): Uint8Array => {
  const out = Buffer.alloc(4 * numbers.length)
  for (const [i, value] of numbers.entries()) out.writeUInt32LE(value, 4 * i)
  return out
}
const task: Task = {
  taskId: "t1",
  programId: "fib_input_initial",
  type: "ALL_PROOF_HASHES",
  difficulty: null,
  inputs: [input(9, 1, 1), input(30, 2, 3, 99), new Uint8Array(4), input(0xffff_ffff, 1, 1), input(3_000_000, 1, 1)],
  createdAt: null
}

layer(ReceiptProver.layer({ slots: 2 }))("ReceiptProver", (it) => {
  it.effect("makes receipts that its verifier accepts, with the hash that it expects", () =>
    Effect.gen(function* () {
      const prover = yield* Prover
      const verifier = yield* Verifier
      assert.strictEqual(prover.kind, "receipt")
      assert.strictEqual(prover.slots, 2)
      for (const index of [0, 1]) {
        const bytes = task.inputs[index] ?? new Uint8Array()
        const { peakBytes, proof } = yield* prover.prove(task, index, () => {})
        assert.strictEqual(proof.kind, "receipt")
        assert.strictEqual(proof.hash, Buffer.from(keccak_256(proof.bytes)).toString("hex"))
        if (peakBytes !== null) assert.isAtMost(peakBytes, prover.estimate(task, index).bytes)
        assert.deepStrictEqual(yield* verifier.verify(task.programId, bytes, proof.bytes), { valid: true, reason: "" })
        assert.strictEqual(yield* verifier.expectedHash(task.programId, bytes), proof.hash)
      }
    })
  )

  it.effect("refuses with a reason: another input, changed bytes, nonsense, far too many bytes", () =>
    Effect.gen(function* () {
      const prover = yield* Prover
      const verifier = yield* Verifier
      const { proof } = yield* prover.prove(task, 0, () => {})
      const changed = new Uint8Array(proof.bytes)
      changed[60] = (changed[60] ?? 0) ^ 1
      for (const [bytes, of] of [
        [proof.bytes, input(10, 1, 1)],
        [changed, input(9, 1, 1)],
        [new Uint8Array(), input(9, 1, 1)],
        [new Uint8Array(32 * 1024 * 1024), input(9, 1, 1)]
      ] as const) {
        const verdict = yield* verifier.verify(task.programId, of, bytes)
        assert.isFalse(verdict.valid)
        assert.notStrictEqual(verdict.reason, "")
      }
    })
  )

  it.effect("says that an input cannot be proved: too short, too long a run, another program, no such input", () =>
    Effect.gen(function* () {
      const prover = yield* Prover
      const verifier = yield* Verifier
      const attempts: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        prover.prove(task, 2, () => {}),
        prover.prove(task, 3, () => {}),
        prover.prove(task, 17, () => {}),
        prover.prove({ ...task, programId: "fast-fib" }, 0, () => {}),
        verifier.expectedHash("fast-fib", input(9, 1, 1)),
        verifier.verify(task.programId, new Uint8Array(3), new Uint8Array(150))
      ]
      for (const attempt of attempts) assert.instanceOf(yield* Effect.flip(attempt), ProofImpossible)
    })
  )

  it.effect("tells how far it is, and stops when interrupted", () =>
    Effect.gen(function* () {
      const prover = yield* Prover
      const begun = yield* Deferred.make<void>()
      const fractions: Array<number> = []
      const fiber = yield* Effect.fork(
        prover.prove(task, 4, ({ fraction }) => {
          fractions.push(fraction)
          Deferred.unsafeDone(begun, Effect.void)
        })
      )
      yield* Deferred.await(begun)
      assert.isTrue(Exit.isInterrupted(yield* Fiber.interrupt(fiber)))
      assert.isTrue(fractions.every((fraction) => fraction >= 0 && fraction <= 1))
      // The same host serves the next proof.
      yield* prover.prove(task, 0, () => {})
    })
  )
})

describe("errors of the kernel", () => {
  const crash = (signal: string | null, killedByUs = false) =>
    new HostCrashed({ signal, exitCode: null, killedByUs, detail: "it ended", stderr: "" })
  const failed = (code: number) => new JobFailed({ op: 2, code, detail: "detail", peakBytes: 5 })
  const cases: ReadonlyArray<readonly [KernelError, new (...args: Array<never>) => unknown]> = [
    [new HostMissing({ path: "/x", detail: "no such executable" }), ProverMissing],
    [crash("SIGSEGV"), ProverCrashed],
    [crash(null), ProverCrashed],
    [crash("SIGKILL"), ProverOutOfMemory],
    [crash("SIGKILL", true), ProverCrashed],
    [failed(hostCode.outOfMemory), ProverOutOfMemory],
    [failed(hostCode.internal), ProverCrashed],
    [failed(52), ProofImpossible]
  ]
  for (const [error, expected] of cases) {
    it.effect(`${error._tag} ${error.message.slice(0, 50)} becomes ${expected.name}`, () =>
      Effect.gen(function* () {
        const prover = ReceiptProver.prover(
          KernelHost.testService(() => Effect.fail(error)),
          1
        )
        assert.instanceOf(yield* Effect.flip(prover.prove(task, 0, () => {})), expected)
      })
    )
  }
})

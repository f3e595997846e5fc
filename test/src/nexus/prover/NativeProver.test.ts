/** The native prover and verifier: genuine proofs of our guest through real kernel hosts. */
import { assert, describe, it, layer } from "@effect/vitest"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { Effect, Layer } from "effect"
import { ProofImpossible, ProverCrashed } from "../../../../actors/nexus/Errors.ts"
import type { Task } from "../../../../actors/nexus/Task.ts"
import { HostCrashed, HostMissing, hostCode, JobFailed } from "../../../../kernels/Errors.ts"
import { KernelHost } from "../../../../kernels/KernelHost.ts"
import * as Stark from "../../../../kernels/Stark.ts"
import { GuestFault, MemoryShort, ProofTooLarge } from "../../../../kernels/StarkErrors.ts"
import * as GuestInput from "../../../../src/nexus/prover/GuestInput.ts"
import * as NativeProver from "../../../../src/nexus/prover/NativeProver.ts"

const input = (...numbers: ReadonlyArray<number>): Uint8Array => {
  const out = Buffer.alloc(4 * numbers.length)
  for (const [i, value] of numbers.entries()) out.writeUInt32LE(value, 4 * i)
  return out
}
const task: Task = {
  taskId: "t1",
  programId: "fib_input_initial",
  type: "PROOF_REQUIRED",
  difficulty: null,
  inputs: [input(9, 1, 1), input(30, 2, 3, 99), new Uint8Array(4), input(0xffff_ffff, 1, 1)],
  createdAt: null
}

const withGuest = Effect.gen(function* () {
  const stark = yield* Stark.Stark
  return {
    prover: NativeProver.prover(stark, stark.ownGuest, { slots: 3 }),
    verifier: NativeProver.verifier(stark, stark.ownGuest)
  }
})

layer(Stark.Stark.Host.pipe(Layer.provide(KernelHost.Native())))("NativeProver", (it) => {
  it.effect("makes proofs that its verifier accepts, with the hash that it expects, within its estimate", () =>
    Effect.gen(function* () {
      const { prover, verifier } = yield* withGuest
      assert.deepStrictEqual([prover.name, prover.kind, prover.slots], ["native", "stark", 3])
      for (const index of [0, 1]) {
        const bytes = task.inputs[index] ?? new Uint8Array()
        const seen: Array<number> = []
        const { peakBytes, proof } = yield* prover.prove(task, index, ({ fraction }) => seen.push(fraction))
        assert.strictEqual(proof.kind, "stark")
        assert.strictEqual(proof.hash, Buffer.from(keccak_256(proof.bytes)).toString("hex"))
        assert.isAtMost(peakBytes ?? 0, prover.estimate(task, index).bytes)
        assert.deepStrictEqual(
          seen,
          [...seen].sort((left, right) => left - right)
        )
        assert.strictEqual(seen.at(-1), 1)
        assert.deepStrictEqual(yield* verifier.verify(task.programId, bytes, proof.bytes), { valid: true, reason: "" })
        assert.strictEqual(yield* verifier.expectedHash(task.programId, bytes), proof.hash)
      }
    })
  )

  it.effect("refuses with a reason: another input, any changed byte of the end, nonsense, far too many bytes", () =>
    Effect.gen(function* () {
      const { prover, verifier } = yield* withGuest
      const { proof } = yield* prover.prove(task, 0, () => {})
      const of = input(9, 1, 1)
      const last = (back: number) => {
        const at = proof.bytes.length - back
        return proof.bytes.with(at, (proof.bytes[at] ?? 0) ^ 1)
      }
      for (const [bytes, about] of [
        [proof.bytes, input(10, 1, 1)],
        ...Array.from({ length: 14 }, (_, k) => [last(k + 1), of] as const),
        [last(20_000), of],
        [new Uint8Array(), of],
        [new Uint8Array(2 * 1024 * 1024), of]
      ] as const) {
        const verdict = yield* verifier.verify(task.programId, about, bytes)
        assert.isFalse(verdict.valid)
        assert.notStrictEqual(verdict.reason, "")
      }
    })
  )

  it.effect("says what cannot be proven: no such input, too short an input, another program, too long a run", () =>
    Effect.gen(function* () {
      const { prover } = yield* withGuest
      for (const [which, index] of [
        [task, 9],
        [task, 2],
        [{ ...task, programId: "another" }, 0],
        [task, 3]
      ] as const) {
        assert.instanceOf(yield* Effect.flip(prover.prove(which, index, () => {})), ProofImpossible)
      }
    })
  )
})

const facts: Stark.StarkProved = {
  rows: 1,
  logSizes: [8],
  layout: { publicInput: 0, exitCode: 0, publicOutput: 0, heap: 0, stackBottom: 0, stackTop: 0, end: 0 },
  exitCode: 0,
  output: new Uint8Array(),
  processBytes: { lean: 1, fast: 2 },
  mode: "lean",
  announcedBytes: 1,
  proof: new Uint8Array(),
  keccak: "",
  bufferBytes: { planned: 1, peak: 1 },
  seconds: 0,
  processorSeconds: { all: 0, first: 0 },
  peakBytes: null
}

describe("the self-check", () => {
  const elf = Effect.succeed(new Uint8Array())
  const made = { exitCode: 0, output: new Uint8Array(), proof: new Uint8Array() }
  it.effect("refuses a kernel that does not accept its own proof", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const error = yield* Effect.flip(NativeProver.selfCheck({ ...stark, ownGuest: elf }))
      assert.instanceOf(error, ProverCrashed)
      assert.include(error.message, "because")
    }).pipe(
      Effect.provide(
        Stark.Stark.Test({
          prove: () => Effect.succeed({ ...facts, ...made }),
          check: () => Effect.succeed({ verdict: "constraints", index: 0, reason: "because", keccak: "" })
        })
      )
    )
  )
  it.scoped("passes with the real kernel", () =>
    Effect.map(NativeProver.make({ slots: 1, guest: null }), ({ name }) => assert.strictEqual(name, "native"))
  )
})

describe("GuestInput", () => {
  it("encodes tuples as published", () => {
    // Carried from ../shared/vectors/nexus/unit.json.
    for (const [numbers, hex] of [
      [[9, 1, 1], "0409010100000000"],
      [[0, 0, 0], "0101010100000000"],
      [[1000, 1, 1], "05e8070101000000"],
      [[10, 4294967295, 7], "080affffffff0f0700000000"],
      [[300, 128, 16384], "08ac02800180800100000000"],
      [[], ""]
    ] as const) {
      assert.strictEqual(Buffer.from(GuestInput.encode(numbers)).toString("hex"), hex)
    }
  })

  it("splits blocks of 254 bytes", () => {
    const bytes = GuestInput.encode(Array.from({ length: 300 }, () => 1))
    assert.strictEqual(bytes[0], 255)
    assert.strictEqual(bytes[255], 300 - 254 + 1)
    assert.strictEqual(bytes.length % 4, 0)
  })
})

describe("toProveError", () => {
  it("tells apart what is impossible, what crashed, what is missing and what had no memory", () => {
    const crash = { exitCode: null, detail: "d", stderr: "" }
    for (const [error, tag] of [
      [new HostMissing({ path: "p", detail: "d" }), "ProverMissing"],
      [new HostCrashed({ ...crash, signal: "SIGSEGV", killedByUs: false }), "ProverCrashed"],
      [new HostCrashed({ ...crash, signal: "SIGKILL", killedByUs: false }), "ProverOutOfMemory"],
      [new JobFailed({ op: 32, code: hostCode.outOfMemory, detail: "d", peakBytes: 1 }), "ProverOutOfMemory"],
      [new JobFailed({ op: 32, code: hostCode.internal, detail: "d", peakBytes: 1 }), "ProverCrashed"],
      [new GuestFault({ fault: "f", detail: "d" }), "ProofImpossible"],
      [new ProofTooLarge({ detail: "d" }), "ProofImpossible"],
      [new MemoryShort({ detail: "d" }), "ProverOutOfMemory"]
    ] as const) {
      assert.strictEqual(NativeProver.toProveError("t", error)._tag, tag)
    }
  })
})

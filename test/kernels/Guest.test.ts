/** Our guest: the right number for every input, the same trace each time, in little memory. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as FastCheck from "effect/FastCheck"
import { JobFailed } from "../../kernels/Errors.ts"
import { KernelHost, type KernelHostService } from "../../kernels/KernelHost.ts"
import * as NexusMachine from "../../kernels/NexusMachine.ts"
import { packageRoot } from "../../kernels/Paths.ts"
import { encode } from "../../src/nexus/prover/GuestInput.ts"
import type { FibInput } from "../../src/nexus/prover/TaskInput.ts"

const guestFolder = join(packageRoot, "kernels", "native", "nexus", "guest")

/** The embedded ELF file, read out of its generated source. */
const embedded = Uint8Array.from(
  [...readFileSync(join(guestFolder, "FibElf.cc"), "utf8").matchAll(/0x([0-9a-f]{2}),/g)].map((match) =>
    Number.parseInt(match[1] ?? "", 16)
  )
)

/** What the guest is meant to compute: b after n + 1 turns of (a, b) = (b, a + b), wrapping. */
const fibonacci = ({ a, b, n }: FibInput): number => {
  let [x, y] = [a, b]
  for (let turn = 0; turn <= n; turn++) [x, y] = [y, (x + y) >>> 0]
  return y
}

/** SHA-256 over the encoding of kernels/native/nexus/machine/Rows.h, made independently of the native code. */
const digestOf = (rows: ReadonlyArray<NexusMachine.Row>): string => {
  const hash = createHash("sha256")
  for (const row of rows) {
    const block = Buffer.alloc(24)
    for (const [i, word] of [row.pc, row.word, row.result, row.address, row.value].entries()) {
      block.writeUInt32LE(word, 4 * i)
    }
    block.set([row.size, row.target, row.store ? 1 : 0], 20)
    hash.update(block)
  }
  return hash.digest("hex")
}

const u32 = FastCheck.integer({ min: 0, max: 0xffff_ffff })
const edge = FastCheck.oneof(u32, FastCheck.constantFrom(0, 1, 127, 128, 16_383, 16_384, 0x7fff_ffff, 0xffff_ffff))
const inputs = FastCheck.record({ n: FastCheck.integer({ min: 0, max: 600 }), a: edge, b: edge })

describe("guest source", () => {
  const built = spawnSync(process.execPath, [join(guestFolder, "build.mjs"), "--check"], { encoding: "utf8" })
  it.skipIf(built.status === 4)("builds to the embedded bytes (skipped without Debian's RISC-V binutils)", () => {
    assert.strictEqual(built.status, 0, built.stderr)
  })
})

layer(KernelHost.Native())("Guest", (it) => {
  it.effect("computes, logs and writes the Fibonacci value of any input", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      for (const input of FastCheck.sample(inputs, { numRuns: 120, seed: 7 })) {
        const run = yield* NexusMachine.execute(host, {
          elf: embedded,
          publicInput: encode([input.n, input.a, input.b])
        })
        const expected = fibonacci(input)
        assert.strictEqual(run.exitCode, 0)
        assert.strictEqual(Buffer.from(run.output).readUInt32LE(), expected)
        assert.strictEqual(Buffer.from(run.log).toString(), String(expected))
        // Both passes follow the same path, so the layout of the first fits the second.
        assert.strictEqual(run.steps, run.sizingSteps)
      }
    })
  )

  it.effect("exits 1 with output 0 for any input that is not a tuple", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const malformed = [
        [],
        [0, 0, 0, 0],
        [4, 9, 1, 0],
        [3, 9, 1, 0, 1, 0, 0, 0],
        [5, 9, 1, 1, 1, 0, 0, 0],
        // A varint of more than 32 bits, and one that never ends.
        [8, 255, 255, 255, 255, 16, 1, 1, 0, 0, 0, 0],
        [8, 255, 255, 255, 255, 255, 255, 1, 0, 0, 0, 0]
      ]
      for (const bytes of malformed) {
        const run = yield* NexusMachine.execute(host, { elf: embedded, publicInput: Uint8Array.from(bytes) })
        assert.strictEqual(run.exitCode, 1, bytes.join(" "))
        assert.deepStrictEqual([...run.output], [0, 0, 0, 0])
        assert.lengthOf(run.log, 0)
      }
    })
  )

  it.effect("stays provable and bounded whatever its input", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      for (const publicInput of FastCheck.sample(FastCheck.uint8Array({ maxLength: 24 }), { numRuns: 200, seed: 8 })) {
        const outcome = yield* Effect.either(
          NexusMachine.execute(host, { elf: embedded, publicInput, maxSteps: 100_000 })
        )
        if (outcome._tag === "Right") continue
        assert.instanceOf(outcome.left, JobFailed)
        assert.match(outcome.left.detail, /^step-limit:/)
      }
    })
  )

  it.effect("runs the same each time, and its trace has the digest that is given", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      for (const input of FastCheck.sample(inputs, { numRuns: 40, seed: 9 })) {
        const publicInput = encode([input.n, input.a, input.b])
        const rows: Array<NexusMachine.Row> = []
        const run = yield* NexusMachine.execute(host, {
          elf: embedded,
          publicInput,
          onRows: (some) => rows.push(...some)
        })
        assert.deepStrictEqual(yield* NexusMachine.execute(host, { elf: embedded, publicInput }), run)
        assert.lengthOf(rows, run.steps)
        assert.strictEqual(digestOf(rows), run.traceDigest)
      }
    })
  )

  it.effect("needs little memory whatever the length of the run", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      let peak: number | null = null
      const measured: KernelHostService = {
        ...host,
        run: (...job) => Effect.tap(host.run(...job), ({ peakBytes }) => (peak = peakBytes))
      }
      const { steps } = yield* NexusMachine.execute(measured, { elf: embedded, publicInput: encode([200_000, 1, 1]) })
      assert.isAbove(steps, 1_000_000)
      if (process.platform !== "linux" || process.env["PITBOSS_KERNEL_HOST"] !== undefined) return
      assert.isBelow(peak ?? Number.POSITIVE_INFINITY, 8 * 1024 * 1024)
    })
  )
})

/** Our guest and its receipts: the right number for every input, and no receipt that can be changed. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Random } from "effect"
import * as FastCheck from "effect/FastCheck"
import { JobFailed } from "../../kernels/Errors.ts"
import { KernelHost } from "../../kernels/KernelHost.ts"
import * as NexusMachine from "../../kernels/NexusMachine.ts"
import { packageRoot } from "../../kernels/Paths.ts"

const guestFolder = join(packageRoot, "kernels", "native", "nexus", "guest")

/** The embedded ELF file, read out of its generated source. */
const embedded = Uint8Array.from(
  [...readFileSync(join(guestFolder, "FibElf.cc"), "utf8").matchAll(/0x([0-9a-f]{2}),/g)].map((match) =>
    Number.parseInt(match[1] ?? "", 16)
  )
)

/** What the guest is meant to compute: b after n + 1 turns of (a, b) = (b, a + b), wrapping. */
const fibonacci = ({ a, b, n }: NexusMachine.FibInput): number => {
  let [x, y] = [a, b]
  for (let turn = 0; turn <= n; turn++) [x, y] = [y, (x + y) >>> 0]
  return y
}

/** The encoding of specs/nexus-prover.md 2.2, independent of the native one. */
const encodeInput = (tuple: ReadonlyArray<number>): Uint8Array => {
  const plain = tuple.flatMap((value) => {
    const bytes: Array<number> = []
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    return [...bytes, rest]
  })
  const encoded = [...splitAtZeros(plain).flatMap((block) => [block.length + 1, ...block]), 0]
  return Uint8Array.from([...encoded, ...new Array<number>((4 - (encoded.length % 4)) % 4).fill(0)])
}

const splitAtZeros = (bytes: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<number>> => {
  const blocks: Array<Array<number>> = [[]]
  for (const byte of bytes) {
    if (byte === 0) blocks.push([])
    else blocks[blocks.length - 1]?.push(byte)
  }
  return blocks
}

/** A receipt's fields (kernels/native/nexus/machine/Receipt.h), decoded independently of the native code. */
const decodeReceipt = (bytes: Uint8Array) => {
  const view = Buffer.from(bytes)
  const inputLength = view.readUInt16LE(38)
  const at = 40 + inputLength
  const outputLength = view.readUInt16LE(at + 40)
  return {
    magic: view.toString("latin1", 0, 4),
    version: view.readUInt16LE(4),
    program: view.toString("hex", 6, 38),
    input: new Uint8Array(view.subarray(40, at)),
    exitCode: view.readUInt32LE(at),
    steps: Number(view.readBigUInt64LE(at + 4)),
    layout: Array.from({ length: 7 }, (_, i) => view.readUInt32LE(at + 12 + 4 * i)),
    output: new Uint8Array(view.subarray(at + 42, at + 42 + outputLength)),
    digest: view.toString("hex", at + 42 + outputLength, at + 74 + outputLength),
    length: at + 74 + outputLength
  }
}

const u32 = FastCheck.integer({ min: 0, max: 0xffff_ffff })
const edge = FastCheck.oneof(u32, FastCheck.constantFrom(0, 1, 127, 128, 16_383, 16_384, 0x7fff_ffff, 0xffff_ffff))
const inputs = FastCheck.record({ n: FastCheck.integer({ min: 0, max: 600 }), a: edge, b: edge })

describe("encoding of the input", () => {
  it("gives the published examples", () => {
    const hex = (...tuple: ReadonlyArray<number>) => Buffer.from(encodeInput(tuple)).toString("hex")
    assert.strictEqual(hex(9, 1, 1), "0409010100000000")
    assert.strictEqual(hex(0, 0, 0), "0101010100000000")
    assert.strictEqual(hex(10, 0xffff_ffff, 7), "080affffffff0f0700000000".padEnd(24, "0"))
  })
})

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
          publicInput: encodeInput([input.n, input.a, input.b])
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
})

layer(KernelHost.Native())("Receipt", (it) => {
  it.effect("says what the machine did, the same each time", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      for (const input of FastCheck.sample(inputs, { numRuns: 40, seed: 9 })) {
        const { bytes } = yield* NexusMachine.receipt(host, input)
        const again = yield* NexusMachine.receipt(host, input)
        assert.deepStrictEqual(bytes, again.bytes)
        const publicInput = encodeInput([input.n, input.a, input.b])
        const rows: Array<NexusMachine.Row> = []
        const run = yield* NexusMachine.execute(host, {
          elf: embedded,
          publicInput,
          onRows: (some) => rows.push(...some)
        })
        const hash = createHash("sha256")
        for (const row of rows) {
          const block = Buffer.alloc(24)
          for (const [i, word] of [row.pc, row.word, row.result, row.address, row.value].entries()) {
            block.writeUInt32LE(word, 4 * i)
          }
          block.set([row.size, row.target, row.store ? 1 : 0], 20)
          hash.update(block)
        }
        assert.deepStrictEqual(decodeReceipt(bytes), {
          magic: "PBRC",
          version: 1,
          program: createHash("sha256").update(embedded).digest("hex"),
          input: publicInput,
          exitCode: 0,
          steps: run.steps,
          layout: Object.values(run.layout),
          output: run.output,
          digest: hash.digest("hex"),
          length: bytes.length
        })
      }
    })
  )

  it.effect("is accepted for its own input and refused, with the reason, for any other", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const input = { n: 12, a: 3, b: 4 }
      const { bytes } = yield* NexusMachine.receipt(host, input)
      assert.deepStrictEqual(yield* NexusMachine.verify(host, input, bytes), { valid: true, reason: "" })
      const other = yield* NexusMachine.verify(host, { ...input, n: 13 }, bytes)
      assert.isFalse(other.valid)
      assert.include(other.reason, "input")
    })
  )

  it.effect("is refused after any change, cut or addition", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const input = { n: 12, a: 3, b: 4 }
      const { bytes } = yield* NexusMachine.receipt(host, input)
      const refused = (changed: Uint8Array) =>
        Effect.map(NexusMachine.verify(host, input, changed), ({ reason, valid }) => {
          assert.isFalse(valid)
          assert.notStrictEqual(reason, "")
        })
      for (let at = 0; at < bytes.length; at++) {
        const changed = new Uint8Array(bytes)
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
        yield* refused(changed)
        yield* refused(bytes.subarray(0, at))
      }
      yield* refused(new Uint8Array([...bytes, 0]))
      const random = Random.make("receipt")
      for (let round = 0; round < 100; round++) {
        const length = yield* random.nextIntBetween(0, 400)
        yield* refused(Uint8Array.from(yield* Effect.replicateEffect(random.nextIntBetween(0, 256), length)))
      }
    })
  )

  it.effect("is impossible for a run beyond the limit of steps, which is said at once", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const error = yield* Effect.flip(NexusMachine.receipt(host, { n: 0xffff_ffff, a: 1, b: 1 }))
      assert.instanceOf(error, JobFailed)
      assert.match(error.detail, /^step-limit:/)
    })
  )

  it.effect("needs little memory whatever the length of the run", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const { peakBytes } = yield* NexusMachine.receipt(host, { n: 200_000, a: 1, b: 1 })
      if (peakBytes !== null && process.env["PITBOSS_KERNEL_HOST"] === undefined)
        assert.isBelow(peakBytes, 8 * 1024 * 1024)
    })
  )
})

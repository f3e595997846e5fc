/** The Nexus machine: published programs step by step, and a typed fault for everything it does not run. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, layer } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as FastCheck from "effect/FastCheck"
import { JobFailed } from "../../kernels/Errors.ts"
import { KernelHost } from "../../kernels/KernelHost.ts"
import * as NexusMachine from "../../kernels/NexusMachine.ts"
import { packageRoot } from "../../kernels/Paths.ts"
import * as G from "./GuestBuilder.ts"

const shared = join(packageRoot, "..", "shared", "vectors", "nexus")
const haveShared = existsSync(join(shared, "fuzz", "manifest.json"))
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)))
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"))

const layoutOf = (text: string): NexusMachine.Layout => {
  const [publicInput, exitCode, publicOutput, heap, stackBottom, stackTop, end] = [...text.matchAll(/: ([0-9]+)/g)].map(
    (match) => Number(match[1])
  )
  assert.isDefined(end)
  return {
    publicInput: publicInput ?? 0,
    exitCode: exitCode ?? 0,
    publicOutput: publicOutput ?? 0,
    heap: heap ?? 0,
    stackBottom: stackBottom ?? 0,
    stackTop: stackTop ?? 0,
    end: end ?? 0
  }
}

// ------------------------------------------------------------------------------------------------ columns of the trace

/**
 * Columns of the published trace tables that follow from the rows alone (specs/nexus-prover.md 4.2), by name; each digest
 * covers the column in the order in which it is committed (1.3).
 */
const columnsOf = (rows: ReadonlyArray<NexusMachine.Row>, log: number): ReadonlyMap<string, string> => {
  const size = 2 ** log
  const columns = new Map<string, Uint32Array>()
  const put = (name: string, row: number, value: number) => {
    const column = columns.get(name) ?? new Uint32Array(size)
    columns.set(name, column)
    const natural = row % 2 === 0 ? row / 2 : size - 1 - (row - 1) / 2
    let position = 0
    for (let bit = 0; bit < log; bit++) position |= ((natural >> bit) & 1) << (log - 1 - bit)
    column[position] = value
  }
  const putWord = (name: string, row: number, word: number) => {
    for (let k = 0; k < 4; k++) put(`${name}[${k}]`, row, (word >>> (8 * k)) & 0xff)
  }
  const registers = new Uint32Array(32)
  for (const [r, row] of rows.entries()) {
    const opcode = row.word & 0x7f
    const usesA = opcode === 0x23 || opcode === 0x63
    putWord("Pc", r, row.pc)
    putWord("PcNext", r, rows[r + 1]?.pc ?? row.pc)
    putWord("InstrVal", r, row.word)
    putWord("ValueA", r, usesA ? (registers[(row.word >>> 15) & 31] ?? 0) : row.result)
    if (row.size > 0) putWord("RamBaseAddr", r, row.address)
    for (let k = 0; k < 4; k++) put(`Ram${k + 1}ValCur`, r, k < row.size ? (row.value >>> (8 * k)) & 0xff : 0)
    if (row.target !== 0) registers[row.target] = row.result
  }
  return new Map(
    [...columns].map(([name, column]) => [
      name,
      createHash("blake2s256").update(new Uint8Array(column.buffer)).digest("hex").slice(0, 32)
    ])
  )
}

const trace = (options: Omit<NexusMachine.ExecuteOptions, "onRows">) =>
  Effect.gen(function* () {
    const host = yield* KernelHost
    const rows: Array<NexusMachine.Row> = []
    const execution = yield* NexusMachine.execute(host, { ...options, onRows: (some) => rows.push(...some) })
    assert.lengthOf(rows, execution.steps)
    return { rows, execution }
  })

// ------------------------------------------------------------------------------------------------------ published facts

/** Carried from ../shared/vectors/nexus (min.json, io.json, io.columns.json), so that they hold without it. */
const carried = [
  {
    name: "min",
    publicInput: "",
    privateInput: "",
    steps: 5,
    words: 5,
    initial: 12,
    layout: [168, 172, 176, 176, 176, 176, 176],
    output: "",
    columns: {}
  },
  {
    name: "io",
    publicInput: "0409010100000000ff00ff0011223344",
    privateInput: "0102037f80ff",
    steps: 103,
    words: 58,
    initial: 68,
    layout: [420, 440, 444, 456, 520, 560, 560],
    output: "142c334604020000142c3346",
    columns: {
      "Pc[0]": "2a5ebd5a4da69e387808b18d167e50d4",
      "Pc[1]": "7074ca39a917a27a09ba6437eb805882",
      "PcNext[0]": "6f5273d7a395133549217920d1909b49",
      "InstrVal[0]": "5a9751aefd1a7ad373d671ad9c35b85f",
      "InstrVal[1]": "00282675a7c6a0c973604fa3e418215a",
      "InstrVal[2]": "11aaf2caa2c0123136042632044effae",
      "InstrVal[3]": "966871f5ada15213d63e2b57ef48949c",
      "ValueA[0]": "0f37ec920272c8a534a2952b7874125a",
      "ValueA[1]": "dc2d4bbf09096bf9a748e95cf3378402",
      "ValueA[2]": "f47f0f96d54bf65b4d617fa4519e6781",
      "ValueA[3]": "7adfb75b6155f6408ef8d06d90929fa3",
      "RamBaseAddr[0]": "766f63c66fc6b46224ae76fa0bf586c4",
      "RamBaseAddr[1]": "705bc210c668226ecf179e7d53046f5b",
      Ram1ValCur: "a46524c5cec2aba33ce20f034505a3cc",
      Ram4ValCur: "46332890ba862035104dab9bd2a2a8d3"
    }
  }
]

layer(KernelHost.Native())("NexusMachine", (it) => {
  for (const expected of carried) {
    it.effect(`runs ${expected.name} as published`, () =>
      Effect.gen(function* () {
        const { execution, rows } = yield* trace({
          elf: fixture(`${expected.name}.elf`),
          publicInput: fromHex(expected.publicInput),
          privateInput: fromHex(expected.privateInput)
        })
        assert.strictEqual(execution.steps, expected.steps)
        assert.strictEqual(execution.programWords, expected.words)
        assert.strictEqual(execution.initialBytes, expected.initial)
        assert.deepStrictEqual(Object.values(execution.layout), expected.layout)
        assert.strictEqual(execution.exitCode, 0)
        assert.strictEqual(Buffer.from(execution.output).toString("hex"), expected.output)
        const columns = columnsOf(rows, 8)
        for (const [name, digest] of Object.entries(expected.columns))
          assert.strictEqual(columns.get(name), digest, name)
      })
    )
  }

  const Case = Schema.parseJson(
    Schema.Struct({
      steps: Schema.Number,
      program_words: Schema.Number,
      public_input_encoded: Schema.String,
      private_input: Schema.String,
      memory_layout: Schema.String,
      log_size: Schema.NonEmptyArray(Schema.Number),
      exit_code: Schema.Array(Schema.Tuple(Schema.Number, Schema.Number)),
      public_output: Schema.Array(Schema.Tuple(Schema.Number, Schema.Number)),
      n_initial_memory: Schema.Number
    })
  )
  const Columns = Schema.parseJson(
    Schema.Struct({ tree1: Schema.Array(Schema.Tuple(Schema.String, Schema.Number, Schema.String)) })
  )
  const read = (name: string) => readFileSync(join(shared, name), "utf8")

  describe.skipIf(!haveShared)("published cases (skipped without ../shared/vectors/nexus)", () => {
    for (const name of ["min", "io", "io_noinput", "alu", "membr"]) {
      it.effect(`${name}: steps, layout, memory lists and the columns of the trace`, () =>
        Effect.gen(function* () {
          const expected = yield* Schema.decode(Case)(read(`${name}.json`))
          const { execution, rows } = yield* trace({
            elf: new Uint8Array(readFileSync(join(shared, "guests", `${name.replace("_noinput", "")}.elf`))),
            publicInput: fromHex(expected.public_input_encoded),
            privateInput: fromHex(expected.private_input)
          })
          assert.strictEqual(execution.steps, expected.steps)
          assert.strictEqual(execution.programWords, expected.program_words)
          assert.strictEqual(execution.initialBytes, expected.n_initial_memory)
          assert.deepStrictEqual(execution.layout, layoutOf(expected.memory_layout))
          assert.deepStrictEqual(
            [...execution.output],
            expected.public_output.map(([, value]) => value)
          )
          const columns = columnsOf(rows, expected.log_size[0])
          const published = (yield* Schema.decode(Columns)(read(`${name}.columns.json`))).tree1
          let compared = 0
          for (const [column, , digest] of published) {
            const mine = columns.get(column)
            if (mine === undefined) continue
            assert.strictEqual(mine, digest, column)
            compared++
          }
          assert.isAtLeast(compared, 20)
        })
      )
    }

    it.effect("96 random programs: steps and layout", () =>
      Effect.gen(function* () {
        const Manifest = Schema.parseJson(
          Schema.Array(
            Schema.Struct({
              elf: Schema.String,
              public_input: Schema.String,
              private_input: Schema.String,
              steps: Schema.Number,
              memory_layout: Schema.String
            })
          )
        )
        const host = yield* KernelHost
        const programs = yield* Schema.decode(Manifest)(read("fuzz/manifest.json"))
        assert.lengthOf(programs, 96)
        for (const program of programs) {
          const execution = yield* NexusMachine.execute(host, {
            elf: new Uint8Array(readFileSync(join(shared, "fuzz", program.elf))),
            publicInput: fromHex(program.public_input),
            privateInput: fromHex(program.private_input)
          })
          assert.strictEqual(execution.steps, program.steps, program.elf)
          assert.deepStrictEqual(execution.layout, layoutOf(program.memory_layout), program.elf)
        }
      })
    )
  })

  // ---------------------------------------------------------------------------------------------------------- faults

  const data = (words: ReadonlyArray<number>, address = 0x200): G.Part => ({ name: ".data", address, words, flags: 6 })
  const rodata = (words: ReadonlyArray<number>, address = 0x100): G.Part => ({
    name: ".rodata",
    address,
    words,
    flags: 4
  })
  const zeros = (count: number) => new Array<number>(count).fill(0)
  const faults: Record<string, Omit<NexusMachine.ExecuteOptions, "onRows">> = {
    "elf-truncated": { elf: G.elf(G.exit).subarray(0, 60) },
    "elf-format": { elf: G.elf(G.exit, { patch: (elf) => elf.writeUInt8(2, 4) }) },
    "elf-limit": { elf: G.elf(G.exit, { patch: (elf) => elf.writeUInt32LE(0x7fffffff, 52 + 20) }) },
    "elf-unaligned": { elf: G.elf(G.exit, { patch: (elf) => elf.writeUInt32LE(0x8a, 52 + 8) }) },
    "code-empty": { elf: G.elf([]) },
    "code-gap": { elf: G.elf(G.exit, { parts: [{ name: ".text.b", address: 0x100, words: [G.ecall], flags: 5 }] }) },
    "code-base": { elf: G.elf(G.exit, { entry: 0x8c }) },
    "image-order": { elf: G.elf(G.exit, { parts: [rodata([1], 0x90)] }) },
    "image-gap": { elf: G.elf(G.exit, { parts: [data([1], 0x1000)] }) },
    "input-limit": { elf: G.elf(G.exit), publicInput: new Uint8Array(65_540) },
    instruction: { elf: G.elf([G.mul, ...G.exit]) },
    "pc-outside": { elf: G.elf([G.jalr(1, 0, 0x89), ...G.exit]) },
    misaligned: { elf: G.elf([G.lh(1, 0, 0x81), ...G.exit]) },
    "address-wrap": { elf: G.elf([G.lw(1, 0, -4), ...G.exit]) },
    "read-only": { elf: G.elf([G.sw(0, 0, 0x80), ...G.exit]) },
    "outside-memory": { elf: G.elf([G.rin(1, 0, 4), ...G.exit]) },
    untracked: { elf: G.elf([G.lw(1, 0, 0x88), ...G.exit]) },
    syscall: { elf: G.elf([...G.syscall(0x300), ...G.exit]) },
    "step-limit": { elf: G.elf([G.jumpToSelf]), maxSteps: 10_000 },
    // One store per 4 KiB page until the limit is reached.
    "memory-limit": { elf: G.elf([G.lui(5, 1), G.sw(5, 6, 0x200), 0x00530333 >>> 0, 0xff9ff06f, ...G.exit]) },
    "output-limit": { elf: G.elf([G.lui(5, 0x10), G.wou(0, 5, 0), ...G.exit]) },
    "output-missing": { elf: G.elf([G.outputBase, G.wou(0, 7, 0), G.wou(0, 7, 8), ...G.exit]) },
    // A heap wish of nearly 2^33 bytes.
    "layout-overflow": { elf: G.elf([G.addi(10, 0, -1), G.addi(11, 0, -1), ...G.syscall(0x405), ...G.exit]) }
  }
  for (const [fault, options] of Object.entries(faults)) {
    it.effect(`refuses with ${fault}`, () =>
      Effect.gen(function* () {
        const host = yield* KernelHost
        const error = yield* Effect.flip(NexusMachine.execute(host, options))
        assert.instanceOf(error, JobFailed)
        assert.strictEqual(error.detail.split(":")[0], fault)
        assert.isAbove(error.code, 32)
      })
    )
  }

  it.effect("runs what the faults are variations of", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      // 9 words of code end at 0xac; program size 36 + 4 + 8 + 4 + 16 + 4 puts the input at 0xd0.
      const parts = [rodata([7, 8], 0xac), data(zeros(4), 0xb4)]
      const { exitCode, output } = yield* NexusMachine.execute(host, {
        elf: G.elf([G.lw(5, 0, 0xb0), G.sw(5, 0, 0xb8), G.lw(6, 0, 0xb8), G.outputBase, G.wou(6, 7, 4), ...G.exit], {
          parts
        })
      })
      assert.strictEqual(exitCode, 0)
      assert.deepStrictEqual([...output], [8, 0, 0, 0])
    })
  )

  it.effect("answers any mutation of a guest with an execution or a typed fault, and lives on", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost
      const { pid } = yield* host.info
      const good = fixture("io.elf")
      const mutations = FastCheck.array(
        FastCheck.tuple(FastCheck.nat(good.length - 1), FastCheck.integer({ min: 0, max: 255 })),
        { minLength: 1, maxLength: 12 }
      )
      for (const changes of FastCheck.sample(mutations, { numRuns: 300, seed: 2026 })) {
        const elf = new Uint8Array(good)
        for (const [at, value] of changes) elf[at] = value
        const outcome = yield* Effect.either(NexusMachine.execute(host, { elf, maxSteps: 20_000 }))
        if (outcome._tag === "Left") assert.strictEqual(outcome.left._tag, "JobFailed")
      }
      assert.strictEqual((yield* host.info).pid, pid)
    })
  )
})

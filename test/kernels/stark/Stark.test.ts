/** Proofs of the Nexus zkVM: byte-identical to the published ones, within the announced memory, and judged strictly. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema } from "effect"
import * as FastCheck from "effect/FastCheck"
import * as KernelHost from "../../../kernels/KernelHost.ts"
import { packageRoot } from "../../../kernels/Paths.ts"
import * as Stark from "../../../kernels/Stark.ts"
import { GuestFault, MemoryShort } from "../../../kernels/StarkErrors.ts"
import * as G from "../GuestBuilder.ts"

const shared = join(packageRoot, "..", "shared", "vectors", "nexus")
const haveShared = existsSync(join(shared, "fuzz", "manifest.json"))
const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`../fixtures/${name}`, import.meta.url)))
const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"))

/** Carried from ../shared/vectors/nexus (min.json, io.json), so that they hold without it. */
const min = {
  guest: { elf: fixture("min.elf") },
  rows: 5,
  logSizes: [8, 5, 8, 4, 4, 4, 5, 7, 8],
  proofBytes: 42136,
  keccak: "369859426f0bba11d1e49c4181deffd6f7f6a3ff27d4efea250d22e58f91fe45"
}
const io = {
  guest: {
    elf: fixture("io.elf"),
    publicInput: fromHex("0409010100000000ff00ff0011223344"),
    privateInput: fromHex("0102037f80ff")
  },
  output: fromHex("142c334604020000142c3346")
}
const claimOf = (guest: Stark.Guest, output: Uint8Array, exitCode = 0): Stark.Claim => ({
  elf: guest.elf,
  publicInput: guest.publicInput ?? new Uint8Array(),
  exitCode,
  output
})
/** About `turns` times three rows of counting down. */
const counting = (turns: number) =>
  G.elf([G.lui(5, turns >>> 12), G.addi(5, 5, turns & 0x7ff), G.addi(5, 5, -1), 0xfe029ee3, ...G.exit])

const service = Stark.Stark.Host.pipe(Layer.provide(KernelHost.KernelHost.Native()))

layer(service)("Stark", (it) => {
  for (const mode of ["lean", "fast"] as const) {
    for (const threads of [1, 2]) {
      it.effect(`proves the smallest guest as published (${mode}, threads: ${threads})`, () =>
        Effect.gen(function* () {
          const stark = yield* Stark.Stark
          const proved = yield* stark.prove(min.guest, { mode, threads })
          assert.strictEqual(proved.keccak, min.keccak)
          assert.strictEqual(proved.proof.length, min.proofBytes)
          assert.strictEqual(proved.rows, min.rows)
          assert.deepStrictEqual([...proved.logSizes], min.logSizes)
          assert.strictEqual(proved.mode, mode)
        })
      )
    }
  }

  it.effect("announces its memory first, reports its stages in order, and stays within the announcement", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const seen: Array<string> = []
      const guest = { elf: counting(4000) }
      const facts = yield* stark.measure(guest)
      const proved = yield* stark.prove(guest, {
        mode: "lean",
        onAnnounced: ({ announcedBytes }) => seen.push(`announced ${announcedBytes}`),
        onProgress: (stage) => seen.at(-1) !== stage && seen.push(stage)
      })
      assert.strictEqual(proved.announcedBytes, facts.processBytes.lean)
      assert.deepStrictEqual(seen, [`announced ${facts.processBytes.lean}`, ...Stark.stages])
      assert.strictEqual(proved.bufferBytes.peak, proved.bufferBytes.planned)
      assert.isAtMost(proved.peakBytes ?? 0, proved.announcedBytes)
      assert.isAbove(facts.processBytes.fast, facts.processBytes.lean)
    })
  )

  it.effect("one host proving mixed sizes never passes what each proof announced", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      for (const [index, turns] of [900, 30, 4000, 200, 2000, 1, 3000, 90, 4000, 500].entries()) {
        const mode = index % 2 === 0 ? "fast" : "lean"
        const proved = yield* stark.prove({ elf: counting(turns) }, { mode, threads: 1 + (index % 2) })
        assert.isAtMost(proved.peakBytes ?? 0, proved.announcedBytes, `${turns} turns, ${mode}`)
      }
    })
  )

  it.effect("a budget decides between the modes, and one that suffices for neither is refused", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const { processBytes } = yield* stark.measure(min.guest)
      const roomy = yield* stark.prove(min.guest, { memoryBudget: processBytes.fast })
      const tight = yield* stark.prove(min.guest, { memoryBudget: processBytes.fast - 1 })
      assert.deepStrictEqual([roomy.mode, tight.mode], ["fast", "lean"])
      assert.strictEqual(roomy.keccak, tight.keccak)
      const refused = yield* Effect.flip(stark.prove(min.guest, { memoryBudget: processBytes.lean - 1 }))
      assert.instanceOf(refused, MemoryShort)
    })
  )

  it.effect("a guest that cannot be proven is a typed fault", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      for (const [elf, fault] of [
        [new Uint8Array(100), "elf-format"],
        [G.elf([G.mul, ...G.exit]), "instruction"]
      ] as const) {
        const error = yield* Effect.flip(stark.prove({ elf }))
        assert.instanceOf(error, GuestFault)
        assert.strictEqual(error instanceof GuestFault ? error.fault : "", fault)
      }
    })
  )

  it.effect("a guest that exits with another code than 0 is proven with that code", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const guest = { elf: G.elf([G.addi(10, 0, 7), G.outputBase, G.wou(10, 7, 0), ...G.syscall(0x201)]) }
      const { exitCode, proof } = yield* stark.prove(guest)
      assert.strictEqual(exitCode, 7)
      assert.strictEqual((yield* stark.check(claimOf(guest, new Uint8Array(), 7), proof)).verdict, "accepted")
      assert.strictEqual((yield* stark.check(claimOf(guest, new Uint8Array(), 0), proof)).verdict, "statement")
    })
  )

  it.effect("a proof is about its program, input, exit code and output, and nothing else", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const { proof } = yield* stark.prove(io.guest)
      const claim = claimOf(io.guest, io.output)
      const verdict = (change: Partial<Stark.Claim>) =>
        Effect.map(stark.check({ ...claim, ...change }, proof), ({ verdict }) => verdict)
      assert.strictEqual(yield* verdict({}), "accepted")
      assert.strictEqual(yield* verdict({ exitCode: 1 }), "statement")
      assert.strictEqual(yield* verdict({ output: io.output.with(0, 1) }), "statement")
      assert.strictEqual(yield* verdict({ publicInput: io.guest.publicInput.with(1, 8) }), "statement")
      assert.strictEqual(yield* verdict({ elf: fixture("min.elf") }), "statement")
    })
  )

  it.effect("a changed byte is never accepted, unless it is in the part of the layout that proves nothing", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const { proof } = yield* stark.prove(min.guest)
      const claim = claimOf(min.guest, new Uint8Array())
      const changes = FastCheck.sample(
        FastCheck.tuple(FastCheck.nat(proof.length - 13), FastCheck.integer({ min: 1, max: 255 })),
        { numRuns: 60, seed: 7 }
      )
      for (const [at, xor] of changes) {
        const judged = yield* stark.check(claim, proof.with(at, (proof[at] ?? 0) ^ xor))
        assert.notStrictEqual(judged.verdict, "accepted", `offset ${at} xor ${xor}`)
        assert.isAbove(judged.reason.length, 0)
      }
      for (const length of [0, 1, 100, proof.length - 1]) {
        assert.strictEqual((yield* stark.check(claim, proof.slice(0, length))).verdict, "malformed")
      }
      assert.strictEqual((yield* stark.check(claim, new Uint8Array(Stark.maxProofBytes + 1))).verdict, "too-long")
    })
  )

  it.effect("an interrupted proof stops, and the next one runs", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const started = yield* Deferred.make<void>()
      const running = yield* Effect.fork(
        stark.prove({ elf: counting(15000) }, { onAnnounced: () => Deferred.unsafeDone(started, Exit.void) })
      )
      yield* Deferred.await(started)
      const exit = yield* Fiber.interrupt(running)
      assert.isTrue(Exit.isInterrupted(exit))
      assert.strictEqual((yield* stark.prove(min.guest)).keccak, min.keccak)
    })
  )
})

/** A host that may use this instruction set at most; it reads the variable when it starts. */
const narrowedHost = (simd: string) =>
  Layer.scoped(
    KernelHost.KernelHost,
    Effect.gen(function* () {
      const host = yield* KernelHost.make()
      const before = process.env.PITBOSS_SIMD
      process.env.PITBOSS_SIMD = simd
      const info = yield* host.info
      if (before === undefined) delete process.env.PITBOSS_SIMD
      else process.env.PITBOSS_SIMD = before
      if (simd === "scalar") assert.strictEqual(info.simd, simd)
      return host
    })
  )

const Case = Schema.parseJson(
  Schema.Struct({
    public_input_encoded: Schema.String,
    private_input: Schema.String,
    exit_code: Schema.Array(Schema.Tuple(Schema.Number, Schema.Number)),
    public_output: Schema.Array(Schema.Tuple(Schema.Number, Schema.Number))
  })
)
const Manifest = Schema.parseJson(
  Schema.Array(
    Schema.Struct({
      elf: Schema.String,
      public_input: Schema.String,
      private_input: Schema.String,
      steps: Schema.Number,
      log_size: Schema.Array(Schema.Number),
      proof_keccak256: Schema.String
    })
  )
)
const BitFlips = Schema.parseJson(
  Schema.Array(
    Schema.Struct({
      case: Schema.String,
      offset: Schema.optional(Schema.Number),
      xor: Schema.optional(Schema.Number),
      strict_verifier: Schema.String
    })
  )
)

describe.skipIf(!haveShared)("published proofs (skipped without ../shared/vectors/nexus)", () => {
  const read = (name: string) => readFileSync(join(shared, name), "utf8")
  const bytes = (name: string) => new Uint8Array(readFileSync(join(shared, name)))

  for (const simd of ["scalar", "avx2", "avx512"]) {
    const narrowed = Stark.Stark.Host.pipe(Layer.provide(narrowedHost(simd)))
    for (const name of ["min", "io", "io_noinput", "alu", "membr"]) {
      it.effect(`${name}: the same bytes (${simd} or the widest below it), and accepted`, () =>
        Effect.gen(function* () {
          const stark = yield* Stark.Stark
          const expected = yield* Schema.decode(Case)(read(`${name}.json`))
          const guest = {
            elf: bytes(join("guests", `${name.replace("_noinput", "")}.elf`)),
            publicInput: fromHex(expected.public_input_encoded),
            privateInput: fromHex(expected.private_input)
          }
          const { proof } = yield* stark.prove(guest)
          assert.isTrue(Buffer.from(proof).equals(bytes(`${name}.proof`)))
          const output = Uint8Array.from(expected.public_output, ([, value]) => value)
          assert.strictEqual((yield* stark.check(claimOf(guest, output), proof)).verdict, "accepted")
        }).pipe(Effect.provide(narrowed))
      )
    }
  }

  it.effect("96 random programs: hashes, rows and log sizes, in both modes", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const programs = yield* Schema.decode(Manifest)(read("fuzz/manifest.json"))
      assert.lengthOf(programs, 96)
      for (const [index, program] of programs.entries()) {
        const guest = {
          elf: bytes(join("fuzz", program.elf)),
          publicInput: fromHex(program.public_input),
          privateInput: fromHex(program.private_input)
        }
        const proved = yield* stark.prove(guest, { mode: index % 2 === 0 ? "lean" : "fast", threads: 1 + (index % 3) })
        assert.strictEqual(proved.keccak, program.proof_keccak256, program.elf)
        assert.strictEqual(proved.rows, program.steps)
        assert.deepStrictEqual([...proved.logSizes], [...program.log_size])
        assert.isAtMost(proved.bufferBytes.peak, proved.bufferBytes.planned)
      }
    }).pipe(Effect.provide(service))
  )

  it.effect("recorded bit flips: the verdicts of the strict verifier", () =>
    Effect.gen(function* () {
      const stark = yield* Stark.Stark
      const rows = yield* Schema.decode(BitFlips)(read("negative.json"))
      let judged = 0
      for (const name of ["min", "io", "membr"]) {
        const expected = yield* Schema.decode(Case)(read(`${name}.json`))
        const guest = { elf: bytes(join("guests", `${name}.elf`)), publicInput: fromHex(expected.public_input_encoded) }
        const claim = claimOf(
          guest,
          Uint8Array.from(expected.public_output, ([, value]) => value)
        )
        const original = bytes(`${name}.proof`)
        for (const { offset, strict_verifier, xor } of rows.filter((row) => row.case === name)) {
          if (offset === undefined || xor === undefined) continue
          const { verdict } = yield* stark.check(claim, original.with(offset, (original[offset] ?? 0) ^ xor))
          assert.strictEqual(verdict === "accepted", strict_verifier === "ACCEPT", `${name} at ${offset} xor ${xor}`)
          judged++
        }
      }
      assert.isAtLeast(judged, 100)
    }).pipe(Effect.provide(service))
  )
})

/** The official prover's adapter against a stand-in program that behaves in every way a prover can. */
import { spawn } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { keccak_256 } from "@noble/hashes/sha3.js"
import { Effect, Fiber, Schedule } from "effect"
import { ProofImpossible, ProverCrashed, ProverMissing, ProverOutOfMemory } from "../../../../actors/nexus/Errors.ts"
import type { Task } from "../../../../actors/nexus/Task.ts"
import * as OfficialProgram from "../../../../src/nexus/prover/OfficialProgram.ts"
import * as OfficialProver from "../../../../src/nexus/prover/OfficialProver.ts"

const fake = fileURLToPath(new URL("fixtures/fake-prover.mjs", import.meta.url))

const input = (...numbers: ReadonlyArray<number>): Uint8Array => {
  const out = Buffer.alloc(4 * numbers.length)
  for (const [i, value] of numbers.entries()) out.writeUInt32LE(value, 4 * i)
  return out
}
const taskOf = (...inputs: ReadonlyArray<Uint8Array>): Task => ({
  taskId: "t1",
  programId: "fib_input_initial",
  type: "PROOF_REQUIRED",
  difficulty: null,
  inputs,
  createdAt: null
})
const proveWith = (n: number, timeoutMillis = 30_000) =>
  Effect.gen(function* () {
    const program = yield* OfficialProgram.find({ configured: fake })
    const prover = OfficialProver.prover(program, { slots: 1, timeoutMillis })
    return yield* prover.prove(taskOf(input(n, 20, 30)), 0, () => {})
  })

const exists = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe("OfficialProver", () => {
  it.live("returns exactly the bytes of stdout with their Keccak-256", () =>
    Effect.gen(function* () {
      const { proof } = yield* proveWith(9)
      assert.strictEqual(proof.kind, "stark")
      assert.lengthOf(proof.bytes, 50_000)
      assert.deepStrictEqual([...proof.bytes.subarray(0, 6)], [5, 1, 0, 3, (4 * 7 + 50) & 0xff, (5 * 7 + 50) & 0xff])
      assert.strictEqual(proof.hash, Buffer.from(keccak_256(proof.bytes)).toString("hex"))
    })
  )

  it.live("measures the memory of the process", () =>
    Effect.gen(function* () {
      const { peakBytes } = yield* proveWith(12)
      if (process.platform === "linux") assert.isAbove(peakBytes ?? 0, 200 * 1024 * 1024)
      else assert.isNull(peakBytes)
    })
  )

  it.live("knows a refusal (exit 3) from a crash, with its last words", () =>
    Effect.gen(function* () {
      const refused = yield* Effect.flip(proveWith(3))
      assert.instanceOf(refused, ProofImpossible)
      assert.include(refused.message, "guest panicked")
      const crashed = yield* Effect.flip(proveWith(11))
      assert.instanceOf(crashed, ProverCrashed)
      assert.include(crashed.detail, "last words")
      const segfault = yield* Effect.flip(proveWith(10))
      assert.instanceOf(segfault, ProverCrashed)
      assert.include(segfault.detail, "SIGSEGV")
    })
  )

  it.live("knows a kill by SIGKILL and exit 137 as out of memory", () =>
    Effect.gen(function* () {
      for (const n of [4, 137]) assert.instanceOf(yield* Effect.flip(proveWith(n)), ProverOutOfMemory)
    })
  )

  it.live("refuses text, too few bytes and too many", () =>
    Effect.gen(function* () {
      for (const [n, word] of [
        [6, "no proof"],
        [8, "no proof"],
        [7, "killed"]
      ] as const) {
        const error = yield* Effect.flip(proveWith(n))
        assert.instanceOf(error, ProverCrashed)
        assert.include(error.detail, word)
      }
    })
  )

  it.live("knows a file that is no program from a proof", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "pitboss-official-"))
      const program = join(folder, "nexus-network")
      writeFileSync(program, Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 9), { mode: 0o755 })
      const prover = OfficialProver.prover(program, { slots: 1 })
      const error = yield* Effect.flip(prover.prove(taskOf(input(9, 1, 1)), 0, () => {}))
      assert.instanceOf(error, ProverMissing)
      rmSync(folder, { recursive: true })
    })
  )

  it.live("gives up a prover that hangs", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(proveWith(5, 300))
      assert.instanceOf(error, ProverCrashed)
      assert.include(error.detail, "longer")
    })
  )

  it.live("kills the whole process group of an interrupted proof, also one that is deaf to SIGTERM", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "pitboss-official-"))
      const before = process.env["TMPDIR"]
      process.env["TMPDIR"] = folder
      const fiber = yield* Effect.fork(proveWith(5))
      const pids = yield* Effect.try(() => readFileSync(join(folder, "pids"), "utf8").split(" ").map(Number)).pipe(
        Effect.filterOrFail((pids) => pids.length === 2),
        Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 500 })
      )
      if (before === undefined) delete process.env["TMPDIR"]
      else process.env["TMPDIR"] = before
      yield* Effect.sleep("200 millis")
      for (const pid of pids) assert.isTrue(exists(pid))
      yield* Fiber.interrupt(fiber)
      // The grandchild is reaped by init, which may take a moment.
      yield* Effect.sync(() => pids.some(exists)).pipe(
        Effect.repeat({ schedule: Schedule.spaced("20 millis"), while: (alive) => alive, times: 100 })
      )
      for (const pid of pids) assert.isFalse(exists(pid))
      rmSync(folder, { recursive: true })
    })
  )

  it.live.skipIf(process.platform !== "linux")("dies with the program that started it, even when that is killed", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "pitboss-official-"))
      const script = fileURLToPath(new URL("fixtures/prove-for-ever.ts", import.meta.url))
      const program = spawn(process.execPath, ["--import", "tsx", script, fake], {
        stdio: "ignore",
        env: { ...process.env, TMPDIR: folder }
      })
      const pid = yield* Effect.try(() => Number(readFileSync(join(folder, "pid"), "utf8"))).pipe(
        Effect.filterOrFail((pid) => pid > 0),
        Effect.retry({ schedule: Schedule.spaced("20 millis"), times: 1000 })
      )
      assert.isTrue(exists(pid))
      program.kill("SIGKILL")
      yield* Effect.sync(() => exists(pid)).pipe(
        Effect.repeat({ schedule: Schedule.spaced("20 millis"), while: (alive) => alive, times: 250 })
      )
      assert.isFalse(exists(pid))
      rmSync(folder, { recursive: true })
    })
  )

  it.effect("refuses inputs that say nothing", () =>
    Effect.gen(function* () {
      const prover = OfficialProver.prover(fake, { slots: 1 })
      const short = yield* Effect.flip(prover.prove(taskOf(new Uint8Array(11)), 0, () => {}))
      assert.instanceOf(short, ProofImpossible)
      const absent = yield* Effect.flip(prover.prove(taskOf(input(9, 1, 1)), 1, () => {}))
      assert.instanceOf(absent, ProofImpossible)
      const other = yield* Effect.flip(prover.prove({ ...taskOf(input(9, 1, 1)), programId: "other" }, 0, () => {}))
      assert.instanceOf(other, ProofImpossible)
    })
  )

  it("estimates the published peaks from above, by at most one doubling of the rows", () => {
    // specs/nexus-prover.md 19.1, in MB.
    for (const [n, megabytes] of [
      [9, 142],
      [500, 144],
      [600, 274],
      [1500, 538],
      [3000, 1064],
      [12_000, 2134],
      [25_000, 4261]
    ] as const) {
      const { bytes } = OfficialProver.estimate(n)
      assert.isAtLeast(bytes, megabytes * 1_000_000, `n = ${n}`)
      assert.isAtMost(bytes, megabytes * 1_000_000 * 2.5, `n = ${n}`)
    }
  })
})

describe("OfficialProgram", () => {
  const withFolder = <A, E>(use: (folder: string) => Effect.Effect<A, E>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-path-"))),
      use,
      (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
    )

  it.live("is found on PATH under its names, newest name first", () =>
    withFolder((folder) =>
      Effect.gen(function* () {
        const [one, two] = [join(folder, "one"), join(folder, "two")]
        for (const each of [one, two]) mkdirSync(each)
        copyFileSync(fake, join(one, "nexus"))
        writeFileSync(join(one, "nexus-network"), "not executable")
        copyFileSync(fake, join(two, "nexus-network"))
        for (const each of [join(one, "nexus"), join(two, "nexus-network")]) chmodSync(each, 0o755)
        const found = yield* OfficialProgram.find({ path: `relative:${one}:${two}` })
        assert.isTrue(found.endsWith(join("two", "nexus-network")))
        const older = yield* OfficialProgram.find({ path: one })
        assert.isTrue(older.endsWith(join("one", "nexus")))
      })
    )
  )

  it.live("says the one thing to do when there is none", () =>
    Effect.gen(function* () {
      for (const search of [{ path: "/nowhere" }, { configured: "/nowhere/nexus" }, { configured: "/" }]) {
        const error = yield* Effect.flip(OfficialProgram.find(search))
        assert.instanceOf(error, ProverMissing)
        assert.include(error.message, "--official-prover")
        assert.notInclude(error.message, "\n")
      }
    })
  )
})

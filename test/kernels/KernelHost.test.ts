/** The kernel host against real processes: jobs, cancels, crashes, broken pipes, nonsense. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { HostCrashed, HostMissing, hostCode, JobFailed } from "../../kernels/Errors.ts"
import * as Frame from "../../kernels/Frame.ts"
import * as HostPool from "../../kernels/HostPool.ts"
import * as KernelHost from "../../kernels/KernelHost.ts"
import { hostExecutable } from "../../kernels/Paths.ts"

const selftest = { spin: 250, deaf: 251, exhausted: 252, echo: 253 } as const
const nothing = new Uint8Array()
const makeHost = KernelHost.make({ args: ["--selftest"] })
const fakeHost = (behaviour: string) =>
  KernelHost.make({
    executable: process.execPath,
    args: [fileURLToPath(new URL("fixtures/fake-host.mjs", import.meta.url)), behaviour],
    helloMillis: behaviour === "silent" ? 300 : 20_000
  })

/** A sanitizer takes SIGSEGV and the address space for itself. */
const sanitized = process.env["PITBOSS_KERNEL_HOST"] !== undefined

const exists = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Start a job and wait until it has shown a sign of life. */
const startJob = (host: KernelHost.KernelHostService, op: number) =>
  Effect.gen(function* () {
    const begun = yield* Deferred.make<void>()
    const fiber = yield* Effect.fork(
      host.run(op, nothing, { onProgress: () => Deferred.unsafeDone(begun, Effect.void) })
    )
    if (op === selftest.spin) yield* Deferred.await(begun)
    else yield* Effect.sleep("100 millis")
    return fiber
  })

/** Milliseconds from the interruption of a job until nothing of it runs any more. */
const timeToStop = (host: KernelHost.KernelHostService, op: number) =>
  Effect.gen(function* () {
    const fiber = yield* startJob(host, op)
    const begin = performance.now()
    const exit = yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.isInterrupted(exit))
    return performance.now() - begin
  })

describe("KernelHost", () => {
  it.scopedLive("says what it is and answers a job with its result, progress and peak memory", () =>
    Effect.gen(function* () {
      const host = yield* makeHost
      const info = yield* host.info
      assert.strictEqual(info.ops.get(1), "nexus.execute")
      assert.isTrue(exists(info.pid))
      const partial: Array<Uint8Array> = []
      const progress: Array<ReadonlyArray<number>> = []
      const params = Uint8Array.from({ length: 100_000 }, (_, i) => i)
      const result = yield* host.run(selftest.echo, params, {
        onPartial: (bytes) => partial.push(bytes),
        onProgress: (...numbers) => progress.push(numbers)
      })
      assert.deepStrictEqual(result.bytes, params)
      assert.deepStrictEqual(partial, [params])
      assert.deepStrictEqual(progress, [[1, 100_000, 100_000]])
      if (process.platform === "linux") assert.isAbove(result.peakBytes ?? 0, 500_000)
    })
  )

  it.scopedLive("refuses unknown ops and oversized parameters, and goes on", () =>
    Effect.gen(function* () {
      const host = yield* makeHost
      const unknown = yield* Effect.flip(host.run(249, nothing))
      assert.instanceOf(unknown, JobFailed)
      assert.strictEqual(unknown.code, hostCode.unknownOp)
      const oversized = yield* Effect.flip(host.run(selftest.echo, new Uint8Array(Frame.maxParams + 1)))
      assert.instanceOf(oversized, JobFailed)
      // Fits as parameters, but not with the head of a result.
      const echo = yield* Effect.flip(host.run(selftest.echo, new Uint8Array(Frame.maxParams)))
      assert.instanceOf(echo, JobFailed)
      assert.strictEqual(echo.code, hostCode.oversized)
      const exhausted = yield* Effect.flip(host.run(selftest.exhausted, nothing))
      assert.instanceOf(exhausted, JobFailed)
      assert.strictEqual(exhausted.code, hostCode.outOfMemory)
      assert.deepStrictEqual((yield* host.run(selftest.echo, Uint8Array.of(1))).bytes, Uint8Array.of(1))
    })
  )

  it.scopedLive("runs jobs of one host one after the other", () =>
    Effect.gen(function* () {
      const host = yield* makeHost
      const results = yield* Effect.forEach(
        Array.from({ length: 20 }, (_, i) => Uint8Array.of(i)),
        (params) => host.run(selftest.echo, params),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        results.map(({ bytes }) => bytes[0]),
        Array.from({ length: 20 }, (_, i) => i)
      )
    })
  )

  it.scopedLive("stops an interrupted job within 200 ms and keeps the process", () =>
    Effect.gen(function* () {
      const host = yield* makeHost
      const { pid } = yield* host.info
      // The best of a few: a loaded machine may delay one of them, a host that waits for something never passes.
      const times = yield* Effect.replicateEffect(timeToStop(host, selftest.spin), 5)
      assert.isBelow(Math.min(...times), 200)
      assert.strictEqual((yield* host.info).pid, pid)
    })
  )

  it.scopedLive("kills a host whose job is deaf to the cancel, within 200 ms, and starts another", () =>
    Effect.gen(function* () {
      const host = yield* makeHost
      const times: Array<number> = []
      for (let i = 0; i < 3; i++) {
        const { pid } = yield* host.info
        times.push(yield* timeToStop(host, selftest.deaf))
        assert.isFalse(exists(pid))
      }
      assert.isBelow(Math.min(...times), 200)
      assert.deepStrictEqual((yield* host.run(selftest.echo, Uint8Array.of(3))).bytes, Uint8Array.of(3))
    })
  )

  for (const signal of sanitized ? (["SIGKILL"] as const) : (["SIGSEGV", "SIGKILL"] as const)) {
    it.scopedLive(`reports a host ended by ${signal} and starts another`, () =>
      Effect.gen(function* () {
        const host = yield* makeHost
        const fiber = yield* startJob(host, selftest.spin)
        const { pid } = yield* host.info
        process.kill(pid, signal)
        const error = yield* Effect.flip(Fiber.join(fiber))
        assert.instanceOf(error, HostCrashed)
        assert.strictEqual(error.signal, signal)
        assert.isFalse(error.killedByUs)
        assert.notStrictEqual((yield* host.info).pid, pid)
        assert.deepStrictEqual((yield* host.run(selftest.echo, Uint8Array.of(4))).bytes, Uint8Array.of(4))
      })
    )
  }

  it.live("ends the process with its scope, also in the middle of a deaf job", () =>
    Effect.gen(function* () {
      const pid = yield* Effect.scoped(
        Effect.gen(function* () {
          const host = yield* makeHost
          const { pid } = yield* host.info
          yield* startJob(host, selftest.deaf)
          return pid
        })
      )
      assert.isFalse(exists(pid))
    })
  )

  it.scopedLive("gives an executable that is not there as HostMissing with what to do", () =>
    Effect.gen(function* () {
      const host = yield* KernelHost.make({ executable: "/nowhere/pitboss-host" })
      const error = yield* Effect.flip(host.run(1, nothing))
      assert.instanceOf(error, HostMissing)
      assert.include(error.message, "npm run build")
    })
  )

  it.scopedLive("gives a host that cannot talk as HostCrashed with its last words", () =>
    Effect.gen(function* () {
      const said = (behaviour: string) =>
        Effect.flatMap(fakeHost(behaviour), (host) => Effect.flip(host.run(1, Uint8Array.of(1))))
      const silent = yield* said("silent")
      assert.instanceOf(silent, HostCrashed)
      assert.isTrue(silent.killedByUs)
      assert.include(silent.detail, "hello")
      const garbage = yield* said("garbage")
      assert.instanceOf(garbage, HostCrashed)
      assert.isTrue(garbage.killedByUs)
      const oversized = yield* said("oversized")
      assert.instanceOf(oversized, HostCrashed)
      assert.include(oversized.detail, String(0x7fffffff))
      const future = yield* said("future")
      assert.instanceOf(future, HostCrashed)
      assert.include(future.detail, "protocol 2")
      const complaint = yield* said("complaint")
      assert.instanceOf(complaint, HostCrashed)
      assert.strictEqual(complaint.exitCode, 7)
      assert.include(complaint.message, "no such luck")
    })
  )

  it.scopedLive("turns an allocation beyond its limit into an answer", () =>
    Effect.gen(function* () {
      if (sanitized) return
      const host = yield* KernelHost.make({ args: ["--selftest"], maxMemoryMb: 96 })
      const result = yield* Effect.either(host.run(selftest.echo, new Uint8Array(15 * 1024 * 1024)))
      if (result._tag === "Left") {
        assert.instanceOf(result.left, JobFailed)
        assert.strictEqual(result.left.code, hostCode.outOfMemory)
      }
      assert.deepStrictEqual((yield* host.run(selftest.echo, Uint8Array.of(5))).bytes, Uint8Array.of(5))
    })
  )

  it.scopedLive("spreads the jobs of a pool over its hosts", () =>
    Effect.gen(function* () {
      const pool = yield* HostPool.make({ size: 2, args: ["--selftest"] })
      const spinning = yield* startJob(pool, selftest.spin)
      const results = yield* Effect.forEach([1, 2, 3], (i) => pool.run(selftest.echo, Uint8Array.of(i)), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        results.map(({ bytes }) => bytes[0]),
        [1, 2, 3]
      )
      yield* Fiber.interrupt(spinning)
    })
  )
})

/** Feed raw bytes to a real host; its exit code, signal and stderr. */
const feed = (bytes: Uint8Array, end: boolean) =>
  Effect.async<{ readonly code: number | null; readonly signal: string | null; readonly stderr: string }>((resume) => {
    const child = spawn(hostExecutable, [], { stdio: ["pipe", "ignore", "pipe"] })
    let stderr = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.stdin.on("error", () => {})
    child.on("close", (code, signal) => resume(Effect.succeed({ code, signal, stderr })))
    child.stdin.write(bytes)
    if (end) child.stdin.end()
    return Effect.sync(() => child.kill("SIGKILL"))
  })

describe("pitboss-host", () => {
  it.live("refuses an oversized frame without reading it", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* feed(Uint8Array.of(1, 0, 0, 1), false)
      assert.strictEqual(code, 65)
      assert.include(stderr, "refused")
    })
  )

  it.live("refuses a frame of unknown kind", () =>
    Effect.gen(function* () {
      const { code } = yield* feed(Uint8Array.of(5, 0, 0, 0, 0x77, 0, 0, 0, 0), false)
      assert.strictEqual(code, 65)
    })
  )

  it.live("ends quietly when its stdin ends, also inside a frame", () =>
    Effect.gen(function* () {
      for (const bytes of [[], [9], [9, 0, 0, 0, 1], [200, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1]]) {
        const { code, signal, stderr } = yield* feed(Uint8Array.from(bytes), true)
        assert.deepStrictEqual({ code, signal, stderr }, { code: 0, signal: null, stderr: "" })
      }
    })
  )

  it.live("survives arbitrary bytes: it answers, refuses or ends, and never dies of a signal", () =>
    Effect.gen(function* () {
      let seed = 12345
      const random = () => {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
        return seed >>> 16
      }
      for (let round = 0; round < 30; round++) {
        // Well-formed RUN frames with random parameters for real and unknown ops, then noise.
        const frames = Array.from({ length: 5 }, (_, i) =>
          Frame.encode({
            _tag: "Run",
            job: i,
            op: [0, 1, 32, 33, 34][random() % 5] ?? 0,
            params: Uint8Array.from({ length: random() % 200 }, random)
          })
        )
        const noise = Uint8Array.from({ length: random() % 64 }, random)
        const { signal } = yield* feed(Buffer.concat([...frames, noise]), true)
        assert.isNull(signal)
      }
    })
  )
})

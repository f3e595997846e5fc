/**
 * How fast this machine searches, measured: real threads on real kernel hosts against a target that nothing meets.
 *
 * Memory is that of the hosts while they search, so it is what a thread of the miner costs. Who stops it early gets what
 * was measured until then.
 */
import { readFileSync } from "node:fs"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as KernelHost from "../../kernels/KernelHost.ts"
import * as NockPow from "../../kernels/NockPow.ts"
import type { PowError } from "../../kernels/NockPowErrors.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"
import { searcher } from "../../actors/miner/NonceSearch.ts"

export interface ThreadResult {
  /** Digests per second of the clock. */
  readonly rate: number
  /** Resident bytes at their highest; null where the system does not tell. */
  readonly peakBytes: number | null
}

export interface Result {
  readonly threads: ReadonlyArray<ThreadResult>
  readonly rate: number
  readonly seconds: number
  readonly simd: string
}

const commitment: Digest = [1n, 2n, 3n, 4n, 5n]
const nothing: Digest = [0n, 0n, 0n, 0n, 0n]
/** Of the main network and of the devnet. */
const powLength = 64
const chunk = 4_096n

const peakOf = (pid: number): number | null => {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    return kilobytes === undefined ? null : Number(kilobytes) * 1024
  } catch {
    return null
  }
}

const measure = (thread: number, millis: number, enough: () => boolean) =>
  Effect.gen(function* () {
    const host = yield* KernelHost.make()
    const { pid, simd } = yield* host.info
    const { search } = searcher(NockPow.fromHost(host))
    const stretch = (next: bigint, count: bigint) =>
      search({ commitment, powLength, start: [next, 0n, 0n, BigInt(thread), 0n], count, target: nothing }, () => {})
    yield* stretch(0n, 256n)
    const begin = yield* Clock.currentTimeNanos
    let tried = 0n
    let nanos = 0n
    while (tried === 0n || (nanos < BigInt(Math.round(millis * 1e6)) && !enough())) {
      tried += (yield* stretch(256n + tried, chunk)).tried
      nanos = (yield* Clock.currentTimeNanos) - begin
    }
    const seconds = Number(nanos) / 1e9
    return { rate: Number(tried) / seconds, peakBytes: peakOf(pid), simd, seconds }
  }).pipe(Effect.scoped)

/** `enough`: true when somebody wants the result now. */
export const run = (threads: number, seconds: number, enough: () => boolean): Effect.Effect<Result, PowError> =>
  Effect.map(
    Effect.forEach(
      Array.from({ length: threads }, (_, thread) => thread),
      (thread) => measure(thread, seconds * 1000, enough),
      {
        concurrency: "unbounded"
      }
    ),
    (results) => ({
      threads: results.map(({ peakBytes, rate }) => ({ rate, peakBytes })),
      rate: results.reduce((sum, { rate }) => sum + rate, 0),
      seconds: Math.round(10 * Math.max(...results.map((result) => result.seconds))) / 10,
      simd: results[0]?.simd ?? "unknown"
    })
  )

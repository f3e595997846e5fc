/**
 * The telemetry that a submission carries, computed as the official client does.
 *
 * Facts: protocols/nexus-orchestrator.md section 4: flops = MHz * {16|8|4|1} / 1000 (the factor is the width of the
 * vector unit; which unit means which factor is our reading), memory = MiB times 1000. What the host has is read once: asking
 * the operating system per submission is what made the existing batch client slow (defect 9). A country that is not
 * known is left out instead of claimed to be "US".
 */
import { readFileSync } from "node:fs"
import * as Os from "node:os"
import * as Effect from "effect/Effect"
import type { Telemetry } from "../wire/Submission.ts"

const int32 = (value: number) => Math.min(Math.max(Math.round(value), 0), 0x7fff_ffff)

/** Bytes as the protocol counts memory: MiB times 1000. */
export const memoryUnits = (bytes: number): number => int32((bytes * 1000) / 1_048_576)

/** Floating point factor of a processor with these feature flags. */
export const vectorFactor = (flags: ReadonlySet<string>): 16 | 8 | 4 | 1 =>
  flags.has("avx512f") ? 16 : flags.has("avx2") ? 8 : flags.has("sse2") || flags.has("asimd") ? 4 : 1

const hostFlags = (): ReadonlySet<string> => {
  try {
    const line = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? ""
    return new Set(line.trim().split(/\s+/))
  } catch {
    // No /proc: SSE2 and Advanced SIMD are part of their 64-bit architectures.
    return new Set(process.arch === "x64" ? ["sse2"] : process.arch === "arm64" ? ["asimd"] : [])
  }
}

/** A reader of this host's telemetry. `country` is an ISO 3166 code, null when unknown. */
export const make = (country: string | null): Effect.Effect<Effect.Effect<Telemetry>> =>
  Effect.sync(() => {
    const flopsPerSec = int32(((Os.cpus()[0]?.speed ?? 0) * vectorFactor(hostFlags())) / 1000)
    const memoryCapacity = memoryUnits(Os.totalmem())
    return Effect.sync(() => ({
      flopsPerSec,
      memoryUsed: memoryUnits(process.memoryUsage.rss()),
      memoryCapacity,
      location: country
    }))
  })

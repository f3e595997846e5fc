/**
 * The small pure native calls that run in this process.
 *
 * Loaded on first use and only where needed; a program that never asks never loads it.
 */
import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import { HostMissing } from "./Errors.ts"
import { addonFile } from "./Paths.ts"

/** Sizes of the C heap in bytes (glibc's mallinfo2). */
export interface HeapInfo {
  readonly arena: number
  readonly inUse: number
  readonly free: number
  readonly mapped: number
}

export interface Addon {
  readonly version: () => string
  readonly simd: () => "scalar" | "avx2" | "avx512"
  /** Give freed C heap back to the system; false when there was none or the C library cannot. */
  readonly trimMemory: () => boolean
  /** Null where the C library does not tell. */
  readonly heapInfo: () => HeapInfo | null
}

const isAddon = (value: unknown): value is Addon =>
  typeof value === "object" &&
  value !== null &&
  ["version", "simd", "trimMemory", "heapInfo"].every(
    (name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === "function"
  )

export const load: Effect.Effect<Addon, HostMissing> = Effect.try({
  try: () => {
    const loaded: unknown = createRequire(import.meta.url)(addonFile)
    if (!isAddon(loaded)) throw new Error("it is older than this program")
    return loaded
  },
  catch: (cause) =>
    new HostMissing({
      path: addonFile,
      detail: cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : "unknown"
    })
})

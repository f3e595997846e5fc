/**
 * Processor time and memory of this process, measured.
 */
import * as ProcessMemory from "../../telemetry/ProcessMemory.ts"

export interface Usage {
  /** Per cent of one core, over the time since the last look but at least a second. */
  readonly cpuPercent: number
  /** Processor seconds since the process began. */
  readonly cpuSeconds: number
  /** Resident bytes of the process and of those it started. */
  readonly memoryBytes: number
}

/** A reader for many callers: a measurement is kept for a second. */
export const reader = (): (() => Usage) => {
  const memory = ProcessMemory.reader()
  let at = performance.now()
  let before = process.cpuUsage()
  // Until the first second has passed: the mean since the process began.
  let percent = ((before.user + before.system) / 1000 / Math.max(at, 1)) * 100
  return () => {
    const now = performance.now()
    const usage = process.cpuUsage()
    if (now - at >= 1_000) {
      percent = ((usage.user - before.user + usage.system - before.system) / 1000 / (now - at)) * 100
      at = now
      before = usage
    }
    return {
      cpuPercent: Math.round(percent * 10) / 10,
      cpuSeconds: (usage.user + usage.system) / 1_000_000,
      memoryBytes: memory().treeBytes
    }
  }
}

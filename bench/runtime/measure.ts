/**
 * What the benchmark programs share: memory, time, percentiles, one JSON line per measurement.
 *
 * A line is `{"rt": runtime, "test": name, "value": number}`; the unit is in the name. main.ts reads the lines of several runs.
 */
export const N = Number(process.env["N"] ?? 100_000)

/** V8 heap in use after forced collections, in bytes. */
export const heap = async (): Promise<number> => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().heapUsed
}

/** Monotonic time in ms. */
export const now = (): number => performance.now()

export const percentile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const report = (rt: string, test: string, value: number): void => {
  process.stdout.write(`${JSON.stringify({ rt, test, value: Number(value.toPrecision(5)) })}\n`)
}

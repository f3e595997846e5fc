/**
 * Resident memory of this process and of the processes it started, without looking at any other process.
 *
 * Linux lists a thread's children under /proc; walking that list costs one small read per process of ours, however many
 * run on the machine. Elsewhere only this process is measured. A measurement is kept for a second, so that many readers
 * cost as much as one.
 */
import { readFileSync } from "node:fs"

export interface Resident {
  /** Bytes. */
  readonly processBytes: number
  readonly treeBytes: number
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** More than this below us are not counted one by one. */
const most = 1_000

const childrenOf = (pid: number): ReadonlyArray<number> =>
  textOf(`/proc/${pid}/task/${pid}/children`)
    .split(" ")
    .filter((text) => text !== "")
    .map(Number)

const residentOf = (pid: number): number => {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  return kilobytes === undefined ? 0 : Number(kilobytes) * 1024
}

const measure = (): Resident => {
  const processBytes = process.memoryUsage.rss()
  let treeBytes = processBytes
  const open = [...childrenOf(process.pid)]
  for (let count = 0; count < most; count++) {
    const pid = open.pop()
    if (pid === undefined) break
    treeBytes += residentOf(pid)
    open.push(...childrenOf(pid))
  }
  return { processBytes, treeBytes }
}

/** A reader that measures at most once in `every` milliseconds. */
export const reader = (every = 1_000): (() => Resident) => {
  let last: Resident | null = null
  let at = 0
  return () => {
    const now = performance.now()
    if (last === null || now - at >= every) {
      last = measure()
      at = now
    }
    return last
  }
}

/**
 * Peak resident memory of another process, while it runs.
 *
 * Linux keeps it in /proc/<pid>/status (VmHWM); other systems do not tell, which shows as null. The mark only grows, so the
 * last reading before the end is the peak up to then.
 */
import { readFileSync } from "node:fs"

/** Bytes, or null when the process is gone or the system does not tell. */
export const peakOf = (pid: number): number | null => {
  try {
    const match = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))
    return match === null ? null : Number(match[1]) * 1024
  } catch {
    return null
  }
}

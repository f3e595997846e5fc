/**
 * How much memory the process tree may use when nobody says: four fifths of what the machine or its container has.
 */
import { totalmem } from "node:os"

/** Bytes. A container's limit that is larger than the machine is no limit. */
export const byDefault = (): number => {
  const machine = totalmem()
  const constrained = process.constrainedMemory() ?? 0
  const there = constrained > 0 && constrained < machine ? constrained : machine
  return Math.floor(there * 0.8)
}

/** What the supervisor's own process needs of the limit, bytes: measured with some hundred nodes, rounded up. */
export const ownBytes = 160 * 2 ** 20

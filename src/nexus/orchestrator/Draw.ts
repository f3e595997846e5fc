/**
 * Reproducible chance: numbers that depend on nothing but a seed, a purpose and a serial number.
 *
 * There is no state to keep or to lock: the orchestrator draws the same tasks and the same faults for the same serials
 * after a restart, whatever the order in which requests arrive for other purposes.
 */
import * as Crypto from "node:crypto"

/** Independent numbers for one serial, in order of use: at most 12. */
export interface Draw {
  /** In [0, 1). */
  readonly next: () => number
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number
  /** 16 bytes as lower-case hex. */
  readonly hex: string
}

/** Taking more than 12 numbers from one draw is a defect (RangeError). */
export const draw = (seed: string, purpose: string, serial: number): Draw => {
  const digest = Crypto.createHash("sha512").update(`${seed}\0${purpose}\0${serial}`).digest()
  let at = 16
  const next = () => {
    const value = digest.readUInt32LE(at) / 0x1_0000_0000
    at += 4
    return value
  }
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    hex: digest.toString("hex", 0, 16)
  }
}

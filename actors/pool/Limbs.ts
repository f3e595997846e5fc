/**
 * Five field elements as 40 bytes: are they ones, what is in them, which of two values is larger.
 *
 * Limb 0 comes first and every limb is little-endian, so the bytes read backwards are the value's digits from the highest
 * down: comparing with a target is comparing bytes, without making a number.
 */
import { type Limbs, limbsBytes, maxTarget, type NoncePrefix, p } from "./Job.ts"

/** Exactly 40 bytes, every limb below p. */
export const areLimbs = (bytes: Uint8Array): boolean => {
  if (bytes.length !== limbsBytes) return false
  for (let at = 0; at < limbsBytes; at += 8) {
    const high = (bytes[at + 4] ?? 0) & (bytes[at + 5] ?? 0) & (bytes[at + 6] ?? 0) & (bytes[at + 7] ?? 0)
    // p is ffffffff00000001: at or above it only with a high half of ones and a low half that is not 0.
    if (high !== 0xff) continue
    if (((bytes[at] ?? 0) | (bytes[at + 1] ?? 0) | (bytes[at + 2] ?? 0) | (bytes[at + 3] ?? 0)) !== 0) return false
  }
  return true
}

/** Limb 4, of 40 bytes. */
export const prefixOf = (nonce: Limbs): NoncePrefix => {
  let value = 0n
  for (let at = 39; at >= 32; at--) value = (value << 8n) | BigInt(nonce[at] ?? 0)
  return value
}

/** The limbs of a number from 0; what is above p^5 - 1 is taken as p^5 - 1. */
export const ofNumber = (value: bigint): Limbs => {
  const out = new Uint8Array(limbsBytes)
  let rest = value > maxTarget ? maxTarget : value
  for (let limb = 0; limb < 5; limb++) {
    let digit = rest % p
    rest /= p
    for (let at = 8 * limb; at < 8 * limb + 8; at++) {
      out[at] = Number(digit & 0xffn)
      digit >>= 8n
    }
  }
  return out
}

export const limbAt = (limbs: Limbs, limb: number): bigint => {
  let value = 0n
  for (let at = 8 * limb + 7; at >= 8 * limb; at--) value = (value << 8n) | BigInt(limbs[at] ?? 0)
  return value
}

/** Whether a value is at most another. */
export const atMost = (value: Limbs, bound: Limbs): boolean => {
  for (let at = limbsBytes - 1; at >= 0; at--) {
    const difference = (value[at] ?? 0) - (bound[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return true
}

export const equal = (a: Limbs, b: Limbs): boolean => Buffer.compare(a, b) === 0

/** The bytes as a text of 40 one-byte characters: a compact key for a Set. */
export const keyOf = (limbs: Limbs): string =>
  Buffer.from(limbs.buffer, limbs.byteOffset, limbs.byteLength).toString("latin1")

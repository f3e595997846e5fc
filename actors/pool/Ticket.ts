/**
 * Tickets: how a miner shows that a session is its own, to this process or to one that is started after a crash.
 *
 * A ticket says which nonce prefix the session has and how hard its shares are, under a seal that only the pool's key
 * makes and that names the account. So nothing is kept of sessions that could be lost with the process, no secret of a
 * miner is on the disk, and shares that were found while the pool was away still count.
 *
 * | bytes | holds |
 * |---|---|
 * | 0 to 7 | nonce prefix with the grade of the difficulty, big-endian |
 * | 8 to 23 | seal: the first half of HMAC-SHA-256 over bytes 0 to 7 and the account |
 */
import * as Crypto from "node:crypto"
import * as Grade from "./Grade.ts"
import type { NoncePrefix } from "./Job.ts"

/** Bytes of a key. */
export const keyBytes = 32

const said = 8
const size = 24
const sizeOfText = (size * 4) / 3

/** What a ticket claims. */
export interface Claim {
  readonly bytes: Uint8Array
  readonly prefix: NoncePrefix
  readonly difficulty: bigint
}

const seal = (key: Uint8Array, claim: Uint8Array, minerId: string): Buffer =>
  Crypto.createHmac("sha256", key)
    .update(claim.subarray(0, said))
    .update(minerId)
    .digest()
    .subarray(0, size - said)

export const make = (key: Uint8Array, prefix: NoncePrefix, difficulty: bigint, minerId: string): string => {
  const bytes = Buffer.alloc(size)
  bytes.writeBigUInt64BE(Grade.withGrade(prefix, Grade.gradeOf(difficulty)), 0)
  bytes.set(seal(key, bytes, minerId), said)
  return bytes.toString("base64url")
}

/** The claim of a text; undefined when it has not the form of a ticket. Nothing in it is true yet. */
export const read = (text: string): Claim | undefined => {
  if (text.length !== sizeOfText) return undefined
  const bytes = Buffer.from(text, "base64url")
  if (bytes.length !== size) return undefined
  const prefix = bytes.readBigUInt64BE(0)
  return { bytes, prefix: Grade.sessionIn(prefix), difficulty: Grade.difficultyOf(Grade.gradeIn(prefix)) }
}

/** Whether a pool with this key gave it to this account; compared in constant time. */
export const genuine = (key: Uint8Array, { bytes }: Claim, minerId: string): boolean =>
  Crypto.timingSafeEqual(seal(key, bytes, minerId), bytes.subarray(said))

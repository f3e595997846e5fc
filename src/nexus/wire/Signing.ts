/**
 * Hashes and signatures of the orchestrator's protocol: Keccak-256 of proofs, Ed25519 of submissions.
 *
 * Facts: protocols/nexus-orchestrator.md section 3. The hash is the original Keccak, which is NOT the SHA3-256 of
 * Node's crypto (the existing batch client confused the two); the signature is pure Ed25519 (RFC 8032) by Node's crypto
 * over a text, and the seed never leaves this module's closure once a key is made.
 */
import * as Crypto from "node:crypto"
import { keccak_256 } from "@noble/hashes/sha3.js"
import * as Redacted from "effect/Redacted"

/** Lower-case hex Keccak-256 of some bytes: the hash of a proof. */
export const proofHash = (bytes: Uint8Array): string => Buffer.from(keccak_256(bytes)).toString("hex")

/** Keccak-256 over the concatenated ASCII of the proofs' hex hashes, also of a single one; "" when there are none. */
export const combinedHash = (hashes: ReadonlyArray<string>): string =>
  hashes.length === 0 ? "" : proofHash(new TextEncoder().encode(hashes.join("")))

/** The text that a submission signs: `0 | <task id> | <proof hash>`, where 0 is the version. */
export const message = (taskId: string, hash: string): Uint8Array => new TextEncoder().encode(`0 | ${taskId} | ${hash}`)

/** A signing key: its 32-byte raw public half, and signatures of 64 bytes. Holds no readable secret. */
export interface SigningKey {
  readonly publicKey: Uint8Array
  readonly sign: (message: Uint8Array) => Uint8Array
}

export const seedBytes = 32

// The fixed ASN.1 heads of an Ed25519 key (RFC 8410); the 32 raw bytes follow.
const pkcs8Head = Buffer.from("302e020100300506032b657004220420", "hex")
const spkiHead = Buffer.from("302a300506032b6570032100", "hex")

/** The key of a 32-byte seed. A seed of another length is a defect: its reader has checked it. */
export const fromSeed = (seed: Redacted.Redacted<Uint8Array>): SigningKey => {
  const raw = Redacted.value(seed)
  if (raw.length !== seedBytes) throw new RangeError(`an Ed25519 seed has ${seedBytes} bytes, not ${raw.length}`)
  const key = Crypto.createPrivateKey({ key: Buffer.concat([pkcs8Head, raw]), format: "der", type: "pkcs8" })
  const spki = Crypto.createPublicKey(key).export({ format: "der", type: "spki" })
  return {
    publicKey: new Uint8Array(spki.subarray(spkiHead.length)),
    sign: (bytes) => new Uint8Array(Crypto.sign(null, bytes, key))
  }
}

/** True when `signature` is that of `publicKey` over the submission of this task and hash; never throws. */
export const verify = (
  publicKey: Uint8Array,
  signature: Uint8Array,
  submission: { readonly taskId: string; readonly proofHash: string }
): boolean => {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const key = Crypto.createPublicKey({ key: Buffer.concat([spkiHead, publicKey]), format: "der", type: "spki" })
    return Crypto.verify(null, message(submission.taskId, submission.proofHash), key, signature)
  } catch {
    return false
  }
}

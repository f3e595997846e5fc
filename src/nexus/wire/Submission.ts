/**
 * What a submission carries for each task type, written by a client and checked by an orchestrator.
 *
 * Facts: protocols/nexus-orchestrator.md section 4. The task's type decides which of the proof, the list of proofs, the
 * list of hashes and the combined hash travel; the existing batch client sent the last proof as PROOF_REQUIRED whatever
 * the task asked, which no server can accept for the other types.
 */
import type { ProvenTask, TaskType } from "../../../actors/nexus/Task.ts"
import * as Codec from "./Codec.ts"
import * as Messages from "./Messages.ts"
import type { Encodable } from "./Schema.ts"
import * as Signing from "./Signing.ts"

export type Telemetry = Encodable<typeof Messages.NodeTelemetry.fields>

/** The four fields that the task's type decides. */
export interface Payload {
  readonly proofHash: string
  readonly proof: Uint8Array
  readonly proofs: ReadonlyArray<Uint8Array>
  readonly allProofHashes: ReadonlyArray<string>
}

/** The payload of a task type; `proofs` in input order with their Keccak-256 hashes. */
export const payload = (
  type: TaskType,
  proofs: ReadonlyArray<{ readonly bytes: Uint8Array; readonly hash: string }>
): Payload => {
  const hashes = proofs.map((proof) => proof.hash)
  const none = { proof: new Uint8Array(0), proofs: [], allProofHashes: [] }
  switch (type) {
    case "PROOF_HASH":
      return { ...none, proofHash: Signing.combinedHash(hashes) }
    case "ALL_PROOF_HASHES":
      return { ...none, proofHash: Signing.combinedHash(hashes), allProofHashes: hashes }
    case "PROOF_REQUIRED":
      return {
        ...none,
        proofHash: hashes[0] ?? "",
        proof: proofs.length === 1 && proofs[0] !== undefined ? proofs[0].bytes : none.proof,
        proofs: proofs.map((proof) => proof.bytes)
      }
  }
}

/** The signed SubmitProofRequest of a proven task, as bytes. */
export const write = (proven: ProvenTask, key: Signing.SigningKey, telemetry: Telemetry | null): Uint8Array => {
  const body = payload(proven.task.type, proven.proofs)
  return Codec.encode(Messages.SubmitProofRequest, {
    nodeType: "CLI_PROVER",
    ...body,
    nodeTelemetry: telemetry,
    taskId: proven.task.taskId,
    ed25519PublicKey: key.publicKey,
    signature: key.sign(Signing.message(proven.task.taskId, body.proofHash))
  })
}

/** The proofs of a submission in input order; the batch client of old fills only the single `proof`. */
export const proofsOf = (given: Payload): ReadonlyArray<Uint8Array> =>
  given.proofs.length === 0 && given.proof.length > 0 ? [given.proof] : given.proofs

/** What is wrong with a submission for a task of this type, or null. The shape only: proofs are checked elsewhere. */
export const fault = (type: TaskType, inputs: number, given: Payload): string | null => {
  const proofs = proofsOf(given)
  const wants = (name: string, count: number, actual: number) =>
    actual === count ? null : `${type}: ${name} must hold ${count}, holds ${actual}`
  const counted =
    wants("proofs", type === "PROOF_REQUIRED" ? inputs : 0, proofs.length) ??
    wants("all_proof_hashes", type === "ALL_PROOF_HASHES" ? inputs : 0, given.allProofHashes.length)
  if (counted !== null) return counted
  const first = proofs[0]
  if (first !== undefined) {
    if (given.proof.length > 0 && (proofs.length !== 1 || !Buffer.from(given.proof).equals(first))) {
      return `${type}: proof must be the only proof`
    }
    return given.proofHash === Signing.proofHash(first)
      ? null
      : `${type}: proof_hash is not the Keccak-256 of the first proof`
  }
  if (!/^[0-9a-f]{64}$/.test(given.proofHash)) return `${type}: proof_hash is not 64 lower-case hex digits`
  return type === "ALL_PROOF_HASHES" && given.proofHash !== Signing.combinedHash(given.allProofHashes)
    ? `${type}: proof_hash is not the Keccak-256 of the joined all_proof_hashes`
    : null
}

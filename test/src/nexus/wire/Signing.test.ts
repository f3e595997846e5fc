/**
 * Pins hashes and signatures to published vectors, and the payload of every task type to the protocol's table.
 *
 * Keccak vectors: protocols/nexus-orchestrator.md section 3. Ed25519 vectors: RFC 8032 section 7.1, tests 1 to 3.
 */
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Redacted from "effect/Redacted"
import type { Proof, ProvenTask, TaskType } from "../../../../actors/nexus/Task.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"
import * as Submission from "../../../../src/nexus/wire/Submission.ts"
import { text } from "./support.ts"

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"))
const hex = (value: Uint8Array) => Buffer.from(value).toString("hex")
const keyOf = (seed: string) => Signing.fromSeed(Redacted.make(bytes(seed)))

/** RFC 8032, section 7.1: seed, public key, message, signature. */
const rfc8032 = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
  ]
] as const

const seed = rfc8032[0][0]
const proof = (content: string): Proof => ({
  kind: "stark",
  bytes: text(content),
  hash: Signing.proofHash(text(content))
})
const proven = (type: TaskType, ...contents: ReadonlyArray<string>): ProvenTask => ({
  task: {
    taskId: "task-1",
    programId: "fib_input_initial",
    type,
    difficulty: "SMALL",
    inputs: contents.map(() => new Uint8Array(12)),
    createdAt: null
  },
  proofs: contents.map(proof)
})
const sent = (task: ProvenTask) =>
  Either.getOrThrow(Codec.decode(Messages.SubmitProofRequest, Submission.write(task, keyOf(seed), null)))

describe("Keccak-256", () => {
  it("defect 1: proofs are hashed with Keccak-256, not with SHA3-256", () => {
    assert.strictEqual(Signing.proofHash(text("")), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    assert.notStrictEqual(Signing.proofHash(text("")), createHash("sha3-256").update("").digest("hex"))
    assert.strictEqual(
      Signing.combinedHash(["a1b2c3d4e5f6"]),
      "966f43edb4fb988490ec112be0d646d119651650d74e4244ec3d291a1c073cf2"
    )
  })

  it("combined hash: the official vector, and nothing for no proofs", () => {
    assert.strictEqual(
      Signing.combinedHash(["a1b2c3d4e5f6", "7890abcdef12", "345678901234"]),
      "98400b67ac1179a39e81a37ff904cf6baf9d442faeced4ffa13adf00bca2f5e0"
    )
    assert.strictEqual(Signing.combinedHash([]), "")
  })
})

describe("Ed25519", () => {
  for (const [secret, publicKey, message, signature] of rfc8032) {
    it(`RFC 8032 vector for the message "${message}"`, () => {
      const key = keyOf(secret)
      assert.strictEqual(hex(key.publicKey), publicKey)
      assert.strictEqual(hex(key.sign(bytes(message))), signature)
    })
  }

  it("the signed text is version, task id and proof hash", () => {
    assert.deepStrictEqual(Signing.message("task-é", "abc"), text("0 | task-é | abc"))
  })

  it("verify accepts the signature and nothing else", () => {
    const key = keyOf(seed)
    const submission = { taskId: "t", proofHash: "h" }
    const signature = key.sign(Signing.message("t", "h"))
    assert.isTrue(Signing.verify(key.publicKey, signature, submission))
    assert.isFalse(Signing.verify(key.publicKey, signature, { taskId: "u", proofHash: "h" }))
    assert.isFalse(Signing.verify(key.publicKey, signature, { taskId: "t", proofHash: "g" }))
    assert.isFalse(Signing.verify(keyOf(rfc8032[1][0]).publicKey, signature, submission))
    assert.isFalse(Signing.verify(key.publicKey, signature.subarray(1), submission))
    assert.isFalse(Signing.verify(key.publicKey.subarray(1), signature, submission))
    assert.isFalse(Signing.verify(new Uint8Array(32).fill(255), signature, submission))
    FastCheck.assert(
      FastCheck.property(FastCheck.nat(63), FastCheck.nat(7), (at, bit) => {
        const flipped = Uint8Array.from(signature, (byte, index) => (index === at ? byte ^ (1 << bit) : byte))
        return !Signing.verify(key.publicKey, flipped, submission)
      }),
      { seed: 15 }
    )
  })

  it("the seed is nowhere in what a key shows", () => {
    const key = keyOf(seed)
    const shown = `${JSON.stringify(key)} ${String(key)} ${Object.values(key).map(String).join(" ")}`
    assert.notInclude(shown, seed)
    assert.throws(() => Signing.fromSeed(Redacted.make(new Uint8Array(31))), /32 bytes, not 31/)
  })
})

describe("defect 17: every task type and number of inputs has its own payload", () => {
  const [a, b] = [proof("a"), proof("b")]

  it("PROOF_REQUIRED, one input: the proof twice, its own hash", () => {
    const message = sent(proven("PROOF_REQUIRED", "a"))
    assert.deepStrictEqual(message.proof, a.bytes)
    assert.deepStrictEqual(message.proofs, [a.bytes])
    assert.deepStrictEqual(message.allProofHashes, [])
    assert.strictEqual(message.proofHash, a.hash)
  })

  it("PROOF_REQUIRED, several inputs: all proofs in order, the first one's hash, no single proof", () => {
    const message = sent(proven("PROOF_REQUIRED", "a", "b"))
    assert.deepStrictEqual(message.proof, new Uint8Array(0))
    assert.deepStrictEqual(message.proofs, [a.bytes, b.bytes])
    assert.deepStrictEqual(message.allProofHashes, [])
    assert.strictEqual(message.proofHash, a.hash)
  })

  it("PROOF_HASH: the combined hash alone, also for one input", () => {
    for (const [task, hashes] of [
      [proven("PROOF_HASH", "a"), [a.hash]],
      [proven("PROOF_HASH", "a", "b"), [a.hash, b.hash]]
    ] as const) {
      const message = sent(task)
      assert.deepStrictEqual([message.proof.length, message.proofs, message.allProofHashes], [0, [], []])
      assert.strictEqual(message.proofHash, Signing.combinedHash(hashes))
      assert.notStrictEqual(message.proofHash, a.hash)
    }
  })

  it("ALL_PROOF_HASHES: the combined hash and every hash in order", () => {
    for (const [task, hashes] of [
      [proven("ALL_PROOF_HASHES", "a"), [a.hash]],
      [proven("ALL_PROOF_HASHES", "a", "b"), [a.hash, b.hash]]
    ] as const) {
      const message = sent(task)
      assert.deepStrictEqual([message.proof.length, message.proofs], [0, []])
      assert.deepStrictEqual(message.allProofHashes, hashes)
      assert.strictEqual(message.proofHash, Signing.combinedHash(hashes))
    }
  })

  it("every payload is signed over its own hash by the key that it names", () => {
    for (const type of ["PROOF_REQUIRED", "PROOF_HASH", "ALL_PROOF_HASHES"] as const) {
      const message = sent(proven(type, "a", "b"))
      assert.isTrue(Signing.verify(message.ed25519PublicKey, message.signature, message))
      assert.deepStrictEqual(message.ed25519PublicKey, keyOf(seed).publicKey)
      assert.strictEqual(message.nodeType, "CLI_PROVER")
      assert.isNull(Submission.fault(type, 2, message))
    }
  })

  it("telemetry of 0 is written, telemetry that is not known is not", () => {
    const bytesSent = Submission.write(proven("PROOF_HASH", "a"), keyOf(seed), { flopsPerSec: 0, memoryUsed: 0 })
    const { nodeTelemetry } = Either.getOrThrow(Codec.decode(Messages.SubmitProofRequest, bytesSent))
    assert.deepStrictEqual(nodeTelemetry, { flopsPerSec: 0, memoryUsed: 0, memoryCapacity: null, location: null })
    assert.isNull(sent(proven("PROOF_HASH", "a")).nodeTelemetry)
  })

  it("the orchestrator's side names what is wrong with a payload", () => {
    const good = Submission.payload("PROOF_REQUIRED", [a])
    const two = Submission.payload("PROOF_REQUIRED", [a, b])
    const hashes = Submission.payload("ALL_PROOF_HASHES", [a, b])
    assert.isNull(Submission.fault("PROOF_REQUIRED", 1, good))
    assert.isNull(Submission.fault("PROOF_REQUIRED", 1, { ...good, proofs: [] }))
    assert.include(Submission.fault("PROOF_REQUIRED", 2, good) ?? "", "proofs must hold 2, holds 1")
    assert.include(Submission.fault("PROOF_HASH", 1, good) ?? "", "proofs must hold 0, holds 1")
    assert.include(Submission.fault("PROOF_REQUIRED", 1, { ...good, proofHash: b.hash }) ?? "", "Keccak-256")
    assert.include(Submission.fault("PROOF_REQUIRED", 2, { ...two, proof: a.bytes }) ?? "", "the only proof")
    assert.include(Submission.fault("PROOF_REQUIRED", 1, { ...good, proof: b.bytes }) ?? "", "the only proof")
    assert.include(Submission.fault("ALL_PROOF_HASHES", 3, hashes) ?? "", "all_proof_hashes must hold 3, holds 2")
    const swapped = { ...hashes, allProofHashes: [b.hash, a.hash] }
    assert.include(Submission.fault("ALL_PROOF_HASHES", 2, swapped) ?? "", "joined")
    const upper = { ...Submission.payload("PROOF_HASH", [a]), proofHash: a.hash.toUpperCase() }
    assert.include(Submission.fault("PROOF_HASH", 1, upper) ?? "", "lower-case")
    assert.include(Submission.fault("PROOF_HASH", 1, { ...good, proof: a.bytes, proofs: [] }) ?? "", "proof")
  })
})

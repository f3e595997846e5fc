/**
 * The head of a proof of work, and what of a proof enters the id of its block.
 *
 * The head (version, and object 0 with commitment, nonce, length and product) is read without judging the proof: that is
 * the verifier's business. Sources: protocols/nockchain.md sections 1.2, 1.5 and 1.6.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Digest from "./Digest.ts"
import { chain, leaf, textLeaf, words } from "./Hash.ts"
import { isCell, Malformed, type Noun, numberOf, text, tupleOf } from "./Noun.ts"

/** What a proof says of itself; only true of a valid proof. */
export interface ProofHead {
  readonly version: number
  readonly commitment: Digest.Digest
  readonly nonce: Digest.Digest
  readonly length: number
  /** Hash of object 0, which the nonce, the commitment, the length and the product make. */
  readonly puzzle: Digest.Digest
  /** Proofs of the chain have no hashes and a read index of 0. */
  readonly stripped: boolean
}

const puzzleTag = text("puzzle")

/** Read the head of [version objects hashes read-index]; throws `Malformed`. */
export const head = (native: NockPowNative, proof: Noun): ProofHead => {
  const [version = 0n, objects = 0n, hashes = 0n, readIndex = 0n] = tupleOf(proof, 4, "the proof")
  if (!isCell(objects)) throw new Malformed("the proof has no objects")
  const parts = tupleOf(objects[0], 5, "object 0 of the proof")
  const [tag = 0n, commitment = 0n, nonce = 0n, length = 0n, product = 0n] = parts
  if (tag !== puzzleTag) throw new Malformed("object 0 of the proof is no puzzle")
  const at = {
    commitment: Digest.fromNoun(commitment, "the commitment of the proof"),
    nonce: Digest.fromNoun(nonce, "the nonce of the proof"),
    length: numberOf(length, "the length of the puzzle")
  }
  const hashed = native.hashNoun(product)
  if (hashed === null) throw new Malformed("the product of the puzzle cannot be hashed")
  return {
    version: numberOf(version, "the version of the proof"),
    ...at,
    puzzle: chain(native, textLeaf(native, "puzzle"), at.commitment, at.nonce, leaf(native, BigInt(at.length)), hashed),
    stripped: hashes === 0n && readIndex === 0n
  }
}

/** The transcript after object 0 alone: what the lottery of version 5 looks at. */
const projection = (native: NockPowNative, proof: ProofHead): Digest.Digest => words(native, proof.puzzle)

/** The lottery digest of a version-5 proof, from its own object 0. */
export const lotteryDigest5 = (native: NockPowNative, proof: ProofHead): Digest.Digest =>
  native.hashPair(textLeaf(native, "zkpow-v5"), projection(native, proof))

/** The digest of a proof inside a block id. `certain` false: the rule is inferred, ids made with it prove nothing. */
export interface BlockProofDigest {
  readonly digest: Digest.Digest
  readonly certain: boolean
}

/**
 * `hash-proof-for-block`, the only place that knows it.
 *
 * Versions 0 to 3: `known` is what the kernel computed over all objects (protocols/nockchain.md 1.6: certain, verified
 * on real pages for version 0). Version 5: INFERRED. The specification says that it hashes the version and the object-0
 * projection under 'zkblk-v5' and does not give the tuple; the most likely one, [leaf 'zkblk-v5', leaf 5,
 * prefix(object 0)], is used here. The devnet takes it as its own rule; ids of other chains are not verifiable with it.
 */
export const forBlock = (
  native: NockPowNative,
  proof: ProofHead,
  known: Digest.Digest | null
): BlockProofDigest | null => {
  if (proof.version === 5) {
    return {
      digest: chain(native, textLeaf(native, "zkblk-v5"), leaf(native, 5n), projection(native, proof)),
      certain: false
    }
  }
  return known === null ? null : { digest: known, certain: true }
}

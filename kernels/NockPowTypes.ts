/**
 * Vocabulary of Nockchain proof of work: digests, puzzles, searches, verdicts.
 *
 * Sources: specs/nockpow.md sections 0, 2.2, 8 and 9. Limbs are canonical field elements below 2^64 - 2^32 + 1, limb 0 is the
 * least significant.
 */

export type Digest = readonly [bigint, bigint, bigint, bigint, bigint]

/** Versions that are ZK proofs; version 4 is another puzzle. */
export const proofVersions = [0, 1, 2, 3, 5] as const
export type ProofVersion = (typeof proofVersions)[number]

/** p, the order of the base field. */
export const fieldOrder = 0xffffffff00000001n

/** Instruction sets of the kernel; all give the same bits. */
export const simdNames = ["scalar", "avx2", "avx512"] as const
export type Simd = (typeof simdNames)[number]

export interface Puzzle {
  readonly version: ProofVersion
  readonly commitment: Digest
  readonly nonce: Digest
  /** Power of two: 64 on the main network, 2 on a fakenet; the prover takes up to 256. */
  readonly length: number
}

export interface DigestJob {
  readonly version: ProofVersion
  readonly commitment: Digest
  readonly length: number
  /** At most 65,536; each costs 34 permutations for version 5, and seven proof objects (up to 0.6 s) for the others. */
  readonly nonces: ReadonlyArray<Digest>
  readonly simd?: Simd
}

/** A version-5 search over start, start + 1, ... start + count - 1 (base p, limb 0 first). */
export interface SearchJob {
  readonly commitment: Digest
  readonly start: Digest
  readonly count: bigint
  readonly target: Digest
  readonly length: number
  /** High limbs that belong to the pool; a range that carries into them is refused. Default 0. */
  readonly fixedLimbs?: 0 | 1 | 2 | 3 | 4
  /** Default 1. */
  readonly threads?: number
  readonly simd?: Simd
}

export type SearchOutcome =
  | {
      readonly _tag: "Found"
      /** Lowest winning offset from `start`. */
      readonly offset: bigint
      readonly nonce: Digest
      readonly digest: Digest
      readonly tried: bigint
    }
  | { readonly _tag: "Exhausted"; readonly tried: bigint }

/** Stages of a proof in their order; the number in progress reports is the index. */
export const stages = ["trace", "base", "ext", "extra", "mega", "composition", "deep", "fri", "open"] as const
export type Stage = (typeof stages)[number]

export interface Proved {
  /** The bare proof noun as jam. */
  readonly jam: Uint8Array
  /** The proof-of-work digest of its version. */
  readonly digest: Digest
  /** Highest resident set of the host during the job, bytes; null when the system does not tell. */
  readonly peakBytes: number | null
  /** Microseconds from the start of the job to its end. */
  readonly micros: number
  /** Processor time of all its threads. */
  readonly processorSeconds: number
}

/** Why a byte string is not a proof, or a proof is not valid; order as in kernels/native/nockpow/proof.h. */
export const refusals = [
  "none",
  "not-a-noun",
  "not-a-proof",
  "unknown-version",
  "bad-object",
  "bad-array",
  "not-based",
  "too-large",
  "bad-length",
  "wrong-product",
  "bad-heights",
  "wrong-object-count",
  "wrong-object",
  "bad-terms",
  "link-memory-start",
  "link-input-output",
  "link-multisets",
  "bad-poly",
  "bad-evals",
  "extra-mismatch",
  "bad-pieces",
  "composition-mismatch",
  "extra-mismatch-at-deep",
  "bad-codeword",
  "codeword-degree",
  "bad-coset",
  "fold-mismatch",
  "bad-opening",
  "deep-mismatch",
  "merkle-mismatch",
  "cancelled"
] as const
export type Refusal = Exclude<(typeof refusals)[number], "none" | "cancelled">

/** What a proof says of itself. It is only true of a valid proof. */
export interface Statement {
  readonly version: ProofVersion
  readonly length: number
  readonly commitment: Digest
  readonly nonce: Digest
  readonly digest: Digest
  readonly objects: number
  /** The proof's digest inside a block id; null for version 5, whose tuple is not certain. */
  readonly blockDigest: Digest | null
}

export type Verdict =
  | { readonly valid: true; readonly statement: Statement }
  | {
      readonly valid: false
      readonly reason: Refusal
      /** Index of the proof object the reason is about. */
      readonly object: number
      /** A sentence when the bytes could not be decoded, else empty. */
      readonly detail: string
      readonly statement: Statement | null
    }

export interface Speed {
  readonly count: number
  /** Processor time, so that other work on the machine does not show. */
  readonly seconds: number
  readonly simd: string
}

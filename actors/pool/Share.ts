/**
 * What a miner hands in, and what the pool answers.
 *
 * A share is only a nonce for a job: the pool computes the digest itself, so nothing in it has to be believed. Every
 * answer has its own code; a miner and an operator can tell a stale share from a wrong one.
 */
import * as Schema from "effect/Schema"
import type { Limbs } from "./Job.ts"

/**
 * accepted: counted and durable. stale: a good share for a job whose parent is no longer the tip. duplicate: handed in
 * before. low-difficulty: the digest misses the target it had to meet. wrong-prefix: outside the connection's nonce space.
 * unknown-job: no such job, or forgotten. rate-limited: too many at once; keep it and hand it in later. unauthorised:
 * no or a wrong token. malformed: not a nonce. unsupported: work of a legacy proof version. internal: the pool could not
 * keep it; hand it in again.
 */
export const ShareCode = Schema.Literal(
  "accepted",
  "stale",
  "duplicate",
  "low-difficulty",
  "wrong-prefix",
  "unknown-job",
  "rate-limited",
  "unauthorised",
  "malformed",
  "unsupported",
  "internal"
)
export type ShareCode = typeof ShareCode.Type

/** Answers that say nothing about the share itself: it may be handed in again, in this session or in the next one. */
export const notJudged: ReadonlySet<ShareCode> = new Set<ShareCode>(["rate-limited", "internal", "unauthorised"])

export interface ShareAnswer {
  readonly code: ShareCode
  /** One sentence for the miner's operator. */
  readonly reason: string
  /** The connection's difficulty from now on, when it changed. */
  readonly newDifficulty: bigint | null
}

/** A share that passed every check, on its way into the ledger. */
export interface AcceptedShare {
  readonly jobId: string
  readonly height: number
  readonly nonce: Limbs
  readonly digest: Limbs
  readonly minerId: string
  readonly worker: string
  /** Difficulty of the target that it was searched for: what it counts in the books. */
  readonly difficulty: bigint
  /** The block that this share makes, when its digest meets the network's target too. */
  readonly block: { readonly commitment: Limbs; readonly networkDifficulty: bigint } | null
  readonly receivedAt: number
}

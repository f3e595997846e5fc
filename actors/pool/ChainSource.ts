/**
 * The port to a chain: candidates to mine, what became of our blocks, and what a wallet may ask.
 *
 * The embedded devnet is one implementation and a node's gRPC will be another. A submitted block is only delivered; it
 * counts when `events` shows it on the heaviest chain, never before.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { BlockRefused, ChainUnavailable, PaymentRefused } from "./Errors.ts"
import type { Candidate, Limbs } from "./Job.ts"
import type { Page } from "./Ledger.ts"

export interface ChainTip {
  readonly height: number
  /** Base58 block id. */
  readonly blockId: string
  /** Block time, milliseconds since 1970. */
  readonly timestamp: number
}

export interface SyncStatus {
  readonly state: "starting" | "syncing" | "synced" | "unreachable"
  /** The highest height known of the network; null when nobody told. */
  readonly networkHeight: number | null
  /** One sentence for the log when miners must wait. */
  readonly detail: string
}

/** What the chain says. Heights count from 0 (genesis). */
export type ChainEvent =
  | { readonly _tag: "NewTip"; readonly tip: ChainTip; readonly commitment: Limbs; readonly ours: boolean }
  | { readonly _tag: "Orphaned"; readonly blockId: string; readonly height: number }

export interface CoinbaseShare {
  readonly pkh: string
  readonly nicks: bigint
}

/** A block on the heaviest chain. */
export interface ChainBlock {
  readonly height: number
  readonly blockId: string
  readonly parent: string
  readonly timestamp: number
  readonly commitment: Limbs
  /** Of its proof of work; with the commitment it says whose block it is. Null for a block without one. */
  readonly nonce: Limbs | null
  readonly coinbase: ReadonlyArray<CoinbaseShare>
}

/** Unspent money of a key. 1 NOCK = 65,536 nicks. */
export interface ChainNote {
  /** For `Page.before` of the next page. */
  readonly position: number
  readonly name: string
  readonly nicks: bigint
  readonly height: number
  readonly coinbase: boolean
  /** Height from which it can be spent. */
  readonly spendableFrom: number
}

/** A page of the unspent notes of a key, the newest first; count and total are those of all of them. As of the tip. */
export interface ChainNotes {
  readonly tip: ChainTip
  readonly count: number
  readonly totalNicks: bigint
  readonly notes: ReadonlyArray<ChainNote>
}

export interface PaymentReceipt {
  readonly txId: string
  readonly height: number
}

export interface ChainSourceService {
  /** "devnet" is our own small chain and is labelled so wherever the source is shown. */
  readonly kind: "devnet" | "node"
  readonly name: string
  /** Blocks until a coinbase can be spent. */
  readonly maturity: number
  readonly tip: Effect.Effect<ChainTip, ChainUnavailable>
  readonly sync: Effect.Effect<SyncStatus>
  /**
   * Candidates on the tip that blocks are still taken for, oldest first: those of the source's earlier run too, so that
   * work in the miners' hands goes on.
   */
  readonly standing: Effect.Effect<ReadonlyArray<Candidate>, ChainUnavailable>
  /** The present candidate at once, then every new one: at each change of the tip and at each refresh. */
  readonly candidates: Stream.Stream<Candidate, ChainUnavailable>
  /** What happens from now on. */
  readonly events: Stream.Stream<ChainEvent, ChainUnavailable>
  /** The block on the heaviest chain at a height; null above the tip. Reconciles what events may have missed. */
  readonly blockAt: (height: number) => Effect.Effect<ChainBlock | null, ChainUnavailable>
  /** Deliver a proved candidate; `proof` is the jam of the proof noun. Returning means delivered, not accepted. */
  readonly submit: (
    candidate: Candidate,
    nonce: Limbs,
    proof: Uint8Array
  ) => Effect.Effect<"delivered" | "stale", BlockRefused | ChainUnavailable>
  /** Unspent notes of a public-key hash. */
  readonly notes: (pkh: string, page: Page) => Effect.Effect<ChainNotes, ChainUnavailable>
  /**
   * Pay from the pool's matured coinbases; only on a devnet, null where the source cannot pay. `id` makes it once: asking
   * again with the same id and outputs waits for the same payment. Returns when a block of the heaviest chain holds it.
   */
  readonly pay:
    | ((
        id: string,
        outputs: ReadonlyArray<CoinbaseShare>
      ) => Effect.Effect<PaymentReceipt, PaymentRefused | ChainUnavailable>)
    | null
}

export class ChainSource extends Context.Tag("pitboss/pool/ChainSource")<ChainSource, ChainSourceService>() {}

/**
 * The devnet's rules as values: its constants, its genesis block, and the target of a child.
 *
 * A header is what the rules need to know of a block; it is derived from the page when a block arrives and kept beside it.
 * Sources: protocols/nockchain.md sections 4.4 to 4.7; where the devnet differs from the main network, config/Devnet.ts
 * says so.
 */
import { devnet } from "../../../config/Devnet.ts"
import { maxTarget } from "../../../actors/pool/Job.ts"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Bignum from "../../nockchain/Bignum.ts"
import * as Difficulty from "../../nockchain/Difficulty.ts"
import * as Digest from "../../nockchain/Digest.ts"
import { leaf } from "../../nockchain/Hash.ts"
import { bytesOf, list } from "../../nockchain/Noun.ts"
import type * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import * as Time from "../../nockchain/Time.ts"

/** Constants of one devnet; those of config/Devnet.ts but for tests and settings. */
export interface Rules {
  readonly genesisMessage: string
  readonly blockMessage: string
  readonly genesisTime: number
  readonly genesisDifficulty: bigint
  readonly idealSeconds: bigint
  readonly halfLifeSeconds: bigint
  readonly longestStepSeconds: bigint
  readonly proofVersion: number
  readonly powLength: number
  readonly maturity: number
  readonly refreshSeconds: number
  readonly proofsKept: number
}

export const standard: Rules = devnet

/** Where a block came from: the constants, a submission of ours, or a test's simulator (no proof of work). */
export type Origin = "genesis" | "submitted" | "simulated"

export interface Header {
  /** Base58. */
  readonly id: string
  readonly parent: string
  readonly height: number
  /** Urbit seconds, as all times here. */
  readonly timestamp: bigint
  readonly epochCounter: number
  readonly target: bigint
  /** Accumulated with all ancestors. */
  readonly work: bigint
  /** The least time of a child. */
  readonly median: bigint
  /** Seconds since the genesis that count for the target; see `longestStepSeconds`. */
  readonly active: bigint
  readonly origin: Origin
}

/** A text as message: field elements of 4 bytes each. */
export const message = (text: string): ReadonlyArray<bigint> => {
  const bytes = new TextEncoder().encode(text)
  const belts: Array<bigint> = []
  for (let at = 0; at < bytes.length; at += 4) {
    belts.push(bytes.subarray(at, at + 4).reduceRight((belt, byte) => (belt << 8n) | BigInt(byte), 0n))
  }
  return belts
}

/** The text of a message made by `message`. */
export const messageText = (belts: ReadonlyArray<bigint>): string =>
  Buffer.concat(belts.map((belt) => bytesOf(belt))).toString("utf8")

/** The first block: no parent but the hash of the message, no coinbase, no proof of work. */
export const genesis = (native: NockPowNative, rules: Rules): Page.Page => {
  const target = maxTarget / rules.genesisDifficulty
  const body: Page.PageBody = {
    version: 1,
    parent: leaf(native, list(message(rules.genesisMessage))),
    txIds: 0n,
    coinbase: 0n,
    timestamp: Time.fromMillis(rules.genesisTime),
    epochCounter: 0,
    target: Bignum.fromValue(target),
    accumulatedWork: Bignum.fromValue(Difficulty.work(target)),
    height: 0,
    msg: message(rules.genesisMessage)
  }
  const digest = Roots.blockId(native, Roots.workHash(native, null), Roots.commitment(native, body))
  return { ...body, digest, pow: null }
}

/** The header of a page whose parent's header is known; null for the genesis. `times`: of the parent and its ancestors. */
export const headerOf = (
  native: NockPowNative,
  rules: Rules,
  page: Page.Page,
  parent: Header | null,
  times: ReadonlyArray<bigint>,
  origin: Origin
): Header => {
  const median = Time.median([page.timestamp, ...times].slice(0, Time.medianSpan))
  return {
    id: Digest.toBase58(native, page.digest),
    parent: Digest.toBase58(native, page.parent),
    height: page.height,
    timestamp: page.timestamp,
    epochCounter: page.epochCounter,
    target: Bignum.toValue(page.target),
    work: Bignum.toValue(page.accumulatedWork),
    median,
    active: parent === null ? 0n : parent.active + step(rules, parent.median, median),
    origin
  }
}

/**
 * Seconds of a step of the median that count for the target. The step out of the genesis, whose time is a constant,
 * counts as one block on schedule.
 */
const step = (rules: Rules, from: bigint, to: bigint): bigint => {
  if (from === Time.fromMillis(rules.genesisTime)) return rules.idealSeconds
  const seconds = to > from ? to - from : 0n
  return seconds < rules.longestStepSeconds ? seconds : rules.longestStepSeconds
}

/** The target of a child, by ASERT from the genesis. */
export const targetAfter = (rules: Rules, parent: Header): bigint =>
  Difficulty.asert(
    {
      height: 0,
      timestamp: 0n,
      target: maxTarget / rules.genesisDifficulty,
      ideal: rules.idealSeconds,
      halfLife: rules.halfLifeSeconds,
      maxTarget
    },
    parent.height + 1,
    parent.active
  )

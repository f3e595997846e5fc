/**
 * Whether a block may follow its parent: every check but the STARK and the spending of notes, in the node's order.
 *
 * proof version, AI domain, digest, epoch counter, proof of work against the target, timestamp, height, target, work,
 * coinbase based, message; then (after the STARK, by the caller) transactions, size, coinbase sum and fund. Each failure
 * has its own word; those that the node's specification names are its words. Source: protocols/nockchain.md sections 4.2
 * and 4.6. Atoms of a decoded page are all below p, so "based" holds for whatever reaches this.
 */
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Bignum from "../../nockchain/Bignum.ts"
import * as BlockProof from "../../nockchain/BlockProof.ts"
import * as Difficulty from "../../nockchain/Difficulty.ts"
import * as Digest from "../../nockchain/Digest.ts"
import * as Emission from "../../nockchain/Emission.ts"
import { isCell, Malformed } from "../../nockchain/Noun.ts"
import * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import * as Time from "../../nockchain/Time.ts"
import { type Header, type Rules, targetAfter } from "./Rules.ts"

export type Refusal =
  | "proof-malformed"
  | "proof-version-invalid"
  | "ai-pow-not-active"
  | "page-version-invalid"
  | "page-digest-invalid"
  | "page-epoch-invalid"
  | "pow-commitment-mismatch"
  | "pow-length-invalid"
  | "pow-target-check-failed"
  | "page-timestamp-invalid"
  | "page-height-invalid"
  | "page-target-invalid"
  | "page-work-invalid"
  | "page-msg-invalid"
  | "failed-pow-check"
  | "transactions-mismatch"
  | "transaction-repeated"
  | "transaction-spends-missing-note"
  | "transaction-spends-immature-note"
  | "transaction-unbalanced"
  | "block-too-large"
  | "improper-split"
  | "improper-fund-split"
  | "unknown-parent"

/** A message has fewer field elements than this. */
const messageLimit = 20
/** Bytes: 16,000,000 bits less the fixed reservation of 2,000,000 for a ZK proof. */
const bodyLimit = 14_000_000 / 8

/** The id that a page has by the devnet's rules; null when its proof or its coinbase cannot be read. */
export const idOf = (native: NockPowNative, page: Page.Page): Digest.Digest | null => {
  const { pow } = page
  const id = Page.attempt(() => {
    const inId = pow === null ? null : BlockProof.forBlock(native, BlockProof.head(native, pow), null)
    if (pow !== null && inId === null) throw new Malformed("only proofs of version 5 have an id here")
    const work = Roots.workHash(native, inId === null ? null : inId.digest)
    return Roots.blockId(native, work, Roots.commitment(native, page))
  })
  return id._tag === "Right" ? id.right : null
}

/** The checks before the STARK. `proofless` blocks come from a test's simulator and skip what is about their proof. */
export const beforeProof = (
  native: NockPowNative,
  rules: Rules,
  parent: Header,
  page: Page.Page,
  now: bigint,
  proofless: boolean
): Refusal | null => {
  const target = Bignum.toValue(page.target)
  let lottery: ReturnType<typeof lotteryChecks> = null
  if (!proofless) {
    if (page.pow === null) return "proof-version-invalid"
    if (isCell(page.pow) && page.pow[0] === Roots.aiTag) return "ai-pow-not-active"
    const pow = page.pow
    const head = Page.attempt(() => BlockProof.head(native, pow))
    if (head._tag === "Left" || !head.right.stripped) return "proof-malformed"
    if (head.right.version !== rules.proofVersion) return "proof-version-invalid"
    lottery = lotteryChecks(native, rules, head.right, page, target)
  }
  if (page.version !== 1) return "page-version-invalid"
  const id = idOf(native, page)
  if (id === null || !Digest.equal(id, page.digest)) return "page-digest-invalid"
  if (page.epochCounter !== Difficulty.nextEpoch(parent.epochCounter)) return "page-epoch-invalid"
  if (lottery !== null) return lottery
  if (page.timestamp < parent.median || page.timestamp > now + Time.maxAhead) return "page-timestamp-invalid"
  if (page.height !== parent.height + 1) return "page-height-invalid"
  if (target !== targetAfter(rules, parent)) return "page-target-invalid"
  if (Bignum.toValue(page.accumulatedWork) !== parent.work + Difficulty.work(target)) return "page-work-invalid"
  if (page.msg.length >= messageLimit) return "page-msg-invalid"
  return null
}

const lotteryChecks = (
  native: NockPowNative,
  rules: Rules,
  head: BlockProof.ProofHead,
  page: Page.Page,
  target: bigint
): Refusal | null => {
  if (!Digest.equal(head.commitment, Roots.commitment(native, page))) return "pow-commitment-mismatch"
  if (head.length !== rules.powLength) return "pow-length-invalid"
  return Digest.toAtom(BlockProof.lotteryDigest5(native, head)) <= target ? null : "pow-target-check-failed"
}

/** The checks after the STARK that need no notes: size, coinbase sum, fund. `fees` in nicks. */
export const afterProof = (native: NockPowNative, page: Page.Page, fees: bigint): Refusal | null => {
  if (Page.toJam(native, { ...page, pow: null }).length > bodyLimit) return "block-too-large"
  const read = Page.attempt(() => Roots.payees(page.coinbase))
  if (read._tag === "Left") return "improper-split"
  const total = read.right.reduce((sum, { nicks }) => sum + nicks, 0n)
  if (total !== Emission.emission(page.height) + fees) return "improper-split"
  const address = Digest.fromBase58(native, Emission.fundAddress)
  const forFund = read.right.find(({ pkh }) => address !== null && Digest.equal(pkh, address))
  const due = Emission.fund(page.height)
  const miners = read.right.length - (forFund === undefined ? 0 : 1)
  if (due > 0n && forFund?.nicks !== due) return "improper-fund-split"
  return miners > Emission.maxShares ? "improper-split" : null
}

/** Whether the proof of a page is for a nonce. */
export const hasNonce = (native: NockPowNative, page: Page.Page, nonce: Digest.Digest): boolean => {
  const { pow } = page
  const head = pow === null ? null : Page.attempt(() => BlockProof.head(native, pow))
  return head !== null && head._tag === "Right" && Digest.equal(head.right.nonce, nonce)
}

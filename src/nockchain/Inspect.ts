/**
 * What a page says and which of it holds: for people who have a block in a file and want to know.
 *
 * Fields are shown as the chain counts them; the commitment is recomputed and compared with the proof's, the proof is
 * judged by the kernel when one is given, and the id is compared wherever its rule is certain. An id that rests on the
 * inferred rule of version 5, or a page without its proof, is reported as not verifiable, never as right or wrong.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { NockPowService } from "../../kernels/NockPow.ts"
import type { PowError } from "../../kernels/NockPowErrors.ts"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Bignum from "./Bignum.ts"
import * as BlockProof from "./BlockProof.ts"
import * as Digest from "./Digest.ts"
import { isCell, textOf } from "./Noun.ts"
import * as Page from "./Page.ts"
import * as Roots from "./Roots.ts"
import * as Time from "./Time.ts"
import * as ZTree from "./ZTree.ts"

/** "yes" and "no" were computed; "unknown" cannot be, for the reason in `note`. */
export type Holds = "yes" | "no" | "unknown"

export interface Report {
  readonly pageVersion: 0 | 1
  readonly height: number
  readonly id: string
  readonly parent: string
  /** Urbit seconds, decimal, and the same as ISO 8601; null when out of the calendar. */
  readonly timestamp: string
  readonly time: string | null
  readonly epochCounter: number
  readonly target: string
  readonly accumulatedWork: string
  readonly transactions: number
  readonly coinbase: ReadonlyArray<{ readonly pkh: string | null; readonly nicks: string }>
  /** The message as text where it is one, else its field elements. */
  readonly message: string
  readonly commitment: string
  readonly idHolds: Holds
  readonly note: string
  /** Null for a block without a ZK proof. */
  readonly proof: ProofReport | null
}

export interface ProofReport {
  readonly version: number
  readonly length: number
  readonly nonce: string
  readonly commitmentHolds: Holds
  readonly digest: string
  readonly meetsTarget: Holds
  /** The verifier's word: valid, the reason of a refusal, or "not checked". */
  readonly verdict: string
}

const messageOf = (belts: ReadonlyArray<bigint>): string => {
  const texts = belts.map(textOf)
  return texts.every((part) => part !== null) ? texts.join("") : belts.join(" ")
}

const timeOf = (seconds: bigint): string | null => {
  const millis = Time.toMillis(seconds)
  return Math.abs(millis) <= 8.64e15 ? new Date(millis).toISOString() : null
}

const holds = (value: boolean): Holds => (value ? "yes" : "no")

/** Look at the jam of a page. `pow` null: the proof is shown and not judged. Left: why the bytes are no page. */
export const page = (
  native: NockPowNative,
  pow: NockPowService | null,
  bytes: Uint8Array
): Effect.Effect<Either.Either<Report, string>, PowError> =>
  Effect.gen(function* () {
    const decoded = Page.fromJam(native, bytes)
    if (Either.isLeft(decoded)) return Either.left(decoded.left)
    const found = decoded.right
    const made = Page.attempt(() => ({
      commitment: Roots.commitment(native, found),
      entries: entriesOf(native, found),
      transactions: ZTree.items(found.txIds, Page.maxTransactions).length
    }))
    if (Either.isLeft(made)) return Either.left(made.left)
    const { commitment, entries, transactions } = made.right
    const judged = yield* judge(native, pow, found, commitment)
    if (Either.isLeft(judged)) return Either.left(judged.left)
    return Either.right({
      pageVersion: found.version,
      height: found.height,
      id: native.base58(found.digest),
      parent: native.base58(found.parent),
      timestamp: String(found.timestamp),
      time: timeOf(found.timestamp),
      epochCounter: found.epochCounter,
      target: String(Bignum.toValue(found.target)),
      accumulatedWork: String(Bignum.toValue(found.accumulatedWork)),
      transactions,
      coinbase: entries,
      message: messageOf(found.msg),
      commitment: native.base58(commitment),
      ...judged.right
    })
  })

const entriesOf = (native: NockPowNative, found: Page.Page): Report["coinbase"] =>
  found.version === 1
    ? Roots.payees(found.coinbase).map(({ nicks, pkh }) => ({ pkh: native.base58(pkh), nicks: String(nicks) }))
    : ZTree.items(found.coinbase, Page.maxCoinbase).map((item) => ({
        pkh: null,
        nicks: isCell(item) ? String(item[1]) : "0"
      }))

type Judged = Pick<Report, "idHolds" | "note" | "proof">

const judge = (
  native: NockPowNative,
  pow: NockPowService | null,
  found: Page.Page,
  commitment: Digest.Digest
): Effect.Effect<Either.Either<Judged, string>, PowError> =>
  Effect.gen(function* () {
    const idHolds = (proofDigest: Digest.Digest | null) =>
      holds(Digest.equal(Roots.blockId(native, Roots.workHash(native, proofDigest), commitment), found.digest))
    if (found.pow === null) {
      const bare = idHolds(null) === "yes"
      return Either.right({
        idHolds: bare ? "yes" : "unknown",
        note: bare ? "the block has no proof of work" : "the proof is not in the page, so its id cannot be recomputed",
        proof: null
      } as const)
    }
    const noun = found.pow
    if (isCell(noun) && noun[0] === Roots.aiTag) {
      return Either.right({ idHolds: "unknown", note: "an AI artifact is shown and not judged", proof: null } as const)
    }
    const read = Page.attempt(() => BlockProof.head(native, noun))
    if (Either.isLeft(read)) return Either.left(read.left)
    const head = read.right
    const jam = native.jam(noun)
    const verdict = pow === null || jam === null ? null : yield* pow.verify(jam)
    const statement = verdict?.statement ?? null
    const digest = head.version === 5 ? BlockProof.lotteryDigest5(native, head) : (statement?.digest ?? null)
    const inId = BlockProof.forBlock(native, head, statement?.blockDigest ?? null)
    return Either.right({
      idHolds: inId?.certain ? idHolds(inId.digest) : "unknown",
      note:
        inId === null
          ? "the proof was not read by the kernel, so the id cannot be recomputed"
          : inId.certain
            ? "recomputed from the whole proof"
            : "not verifiable: how a version-5 proof enters the id is inferred",
      proof: {
        version: head.version,
        length: head.length,
        nonce: native.base58(head.nonce),
        commitmentHolds: holds(Digest.equal(head.commitment, commitment)),
        digest: digest === null ? "" : native.base58(digest),
        meetsTarget: digest === null ? "unknown" : holds(Digest.toAtom(digest) <= Bignum.toValue(found.target)),
        verdict:
          verdict === null
            ? "not checked"
            : verdict.valid
              ? "valid"
              : verdict.detail === ""
                ? verdict.reason
                : `${verdict.reason}: ${verdict.detail}`
      }
    } as const)
  })

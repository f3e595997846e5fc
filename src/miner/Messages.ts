/**
 * The miner's half of pool.proto: what it writes, and what it reads of a pool within limits.
 *
 * Reader, writer, limits and codes are the pool's own (src/pool/grpc/Wire.ts). An order of a pool that knows only the
 * original protocol has no proof version: it decodes to version 0, and the miner says why it does not search.
 */
import { type Limbs, maxTarget } from "../../actors/pool/Job.ts"
import type { ShareAnswer } from "../../actors/pool/Share.ts"
import type { MinerJob } from "../../actors/miner/PoolLink.ts"
import { type Answered, codeOf, limits, Reader, tag, Writer } from "../pool/grpc/Wire.ts"

export interface Order {
  /** Null: it has only answers. */
  readonly job: MinerJob | null
  /** The subscription's secret; empty but in its first order. */
  readonly session: string
  /** Name of the chain; empty from pools that do not say. */
  readonly chain: string
  /** Shares may be handed in within the subscription; said in its first order. */
  readonly takesShares: boolean
  readonly answers: ReadonlyArray<Answered>
}

/** Texts of an answer that are worth reading. */
const longestReason = 1_024
const longestAnswer = longestReason + 64
const largestTarget = 64
/** Of jobs from pools that do not say how long they count: ten minutes. */
const ordinaryLife = 600_000

const numberOf = (bytes: Uint8Array): bigint => {
  const hex = Buffer.from(bytes).toString("hex")
  return hex === "" ? 0n : BigInt(`0x${hex}`)
}

const capped = (target: bigint) => (target > maxTarget ? maxTarget : target)

/** `now`: milliseconds since 1970. Throws WireError. */
export const decodeOrder = (bytes: Buffer, now: number): Order => {
  const reader = new Reader(bytes, "WorkOrder")
  let jobId = ""
  let commitment: Limbs = new Uint8Array(0)
  let difficultyTarget = 0n
  let shareTarget: bigint | null = null
  let networkTarget = 0n
  let noncePrefix: bigint | null = null
  let height = 0n
  let version = 0
  let powLength = 0
  let expiresAt = 0n
  let expiresIn = 0n
  let chain = ""
  let session = ""
  let takesShares = false
  const answers: Array<Answered> = []
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(1, 2)) jobId = reader.text("work_id", limits.workId)
    else if (next === tag(3, 2)) commitment = new Uint8Array(reader.data("merkle_root", largestTarget))
    else if (next === tag(5, 2)) difficultyTarget = numberOf(reader.data("difficulty_target", largestTarget))
    else if (next === tag(6, 0)) noncePrefix = reader.varint()
    else if (next === tag(7, 2)) shareTarget = numberOf(reader.data("share_target", largestTarget))
    else if (next === tag(8, 2)) networkTarget = numberOf(reader.data("network_target", largestTarget))
    else if (next === tag(9, 0)) height = reader.varint()
    else if (next === tag(10, 0)) version = reader.small("proof_version")
    else if (next === tag(11, 0)) powLength = reader.small("pow_length")
    else if (next === tag(13, 0)) expiresAt = reader.varint()
    else if (next === tag(15, 2)) chain = reader.text("chain", limits.worker)
    else if (next === tag(17, 0)) expiresIn = reader.varint()
    else if (next === tag(16, 2)) session = reader.text("session", limits.session)
    else if (next === tag(18, 2)) answers.push(decodeAnswered(reader.data("an answer", longestAnswer)))
    else if (next === tag(19, 0)) takesShares = reader.varint() !== 0n
    else reader.skip(next & 7)
  }
  if (jobId === "") {
    if (answers.length === 0) reader.fail("work_id is missing")
    return { job: null, session, chain, takesShares, answers }
  }
  return {
    job: {
      jobId,
      version,
      commitment,
      shareTarget: capped(shareTarget ?? difficultyTarget),
      networkTarget: capped(networkTarget),
      powLength,
      height: Number(height),
      noncePrefix,
      // By our own clock when the pool says how long: a rig whose clock is ahead would never hand in a share.
      expiresAt: expiresIn > 0n ? now + Number(expiresIn) : expiresAt === 0n ? now + ordinaryLife : Number(expiresAt)
    },
    session,
    chain,
    takesShares,
    answers
  }
}

/** Throws WireError. A pool that knows only the original protocol says yes or no. */
export const decodeAck = (bytes: Buffer): ShareAnswer => decodeAnswered(bytes).answer

const decodeAnswered = (bytes: Buffer): Answered => {
  const reader = new Reader(bytes, "SubmitAck")
  let success = false
  let code = 0
  let reason = ""
  let newDifficulty: bigint | null = null
  let sequence = 0
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(1, 0)) success = reader.varint() !== 0n
    else if (next === tag(2, 0)) code = reader.small("code")
    else if (next === tag(3, 2)) reason = reader.text("reason", longestReason)
    else if (next === tag(4, 0)) newDifficulty = reader.varint()
    else if (next === tag(5, 0)) sequence = reader.small("sequence")
    else reader.skip(next & 7)
  }
  return { sequence, answer: answerOf(success, code, reason, newDifficulty) }
}

const answerOf = (success: boolean, code: number, reason: string, newDifficulty: bigint | null): ShareAnswer => {
  if (success) return { code: "accepted", reason, newDifficulty }
  const told = codeOf.get(code)
  // Only `success` makes a share accepted.
  if (told !== undefined && told !== "accepted") return { code: told, reason, newDifficulty }
  const unknown = "the pool refused it without a reason"
  return { code: "low-difficulty", reason: reason === "" ? unknown : reason, newDifficulty }
}

export interface Status {
  readonly minerId: string
  readonly threads: number
  readonly worker: string
  readonly rate: number
  readonly version: string
  /** Empty for none. */
  readonly token: string
  readonly resume: string
}

export const encodeStatus = ({ minerId, rate, resume, threads, token, version, worker }: Status): Buffer => {
  const status = new Writer().text(1, minerId).number(2, threads)
  if (worker !== "") status.text(3, worker)
  if (rate > 0) status.double(4, rate)
  status.text(5, version)
  if (token !== "") status.text(6, token)
  if (resume !== "") status.text(7, resume)
  return status.done()
}

export const encodeResult = (workId: string, nonce: Limbs, minerId: string, session: string): Buffer => {
  const result = new Writer().text(1, workId).bytes(2, nonce).text(3, minerId)
  return (session === "" ? result : result.text(4, session)).done()
}

/** A MinerStatus with one share of its own subscription; `sequence` from 1 to 2^32 - 1. */
export const encodeShare = (workId: string, nonce: Limbs, sequence: number): Buffer =>
  new Writer().bytes(8, new Writer().text(1, workId).bytes(2, nonce).number(5, sequence).done()).done()

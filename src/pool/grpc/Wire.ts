/**
 * The bytes of pool.proto: what miners send is read strictly and within limits, what they get is written once.
 *
 * A job is the same for every miner but for a few fields, and protobuf fields may come in any order: the common part is
 * encoded once per job (`encodeJob`) and each connection's part (`encodeOwn`) is appended (`encodeOrder`). Readers take
 * exactly the known fields under their own wire types, skip unknown ones, and refuse texts and bytes that are too long.
 */
import * as Data from "effect/Data"
import { difficultyOf, type Job, type NoncePrefix } from "../../../actors/pool/Job.ts"
import type { ShareAnswer, ShareCode } from "../../../actors/pool/Share.ts"

/** Most bytes of each field that a miner sends. */
export const limits = {
  minerId: 128,
  worker: 64,
  version: 64,
  token: 256,
  session: 64,
  workId: 64,
  nonce: 64,
  share: 512
} as const

/** A message that is not what pool.proto says. */
export class WireError extends Data.TaggedError("WireError")<{ readonly detail: string }> {
  override get message() {
    return this.detail
  }
}

export interface MinerStatus {
  readonly minerId: string
  readonly threads: number
  readonly worker: string
  /** Digests per second as the miner measured them; null when it did not say. */
  readonly hashrate: number | null
  readonly version: string
  readonly token: string
  /** Session of an earlier subscription; empty for none. */
  readonly resume: string
  /** Shares of the subscription; when there are some, nothing else in the message counts. */
  readonly shares: ReadonlyArray<WorkResult>
}

export interface WorkResult {
  readonly workId: string
  readonly nonce: Uint8Array
  readonly minerId: string
  /** Empty from a client that knows the original protocol only. */
  readonly session: string
  /** The miner's own number for it; its answer has it again. */
  readonly sequence: number
}

export interface Answered {
  readonly sequence: number
  readonly answer: ShareAnswer
}

const codes: Readonly<Record<ShareCode, number>> = {
  accepted: 1,
  stale: 2,
  duplicate: 3,
  "low-difficulty": 4,
  "wrong-prefix": 5,
  "unknown-job": 6,
  "rate-limited": 7,
  unauthorised: 8,
  malformed: 9,
  unsupported: 10,
  internal: 11
}

/** The share codes by their number in SubmitAck.Code, for clients. */
export const codeOf: ReadonlyMap<number, ShareCode> = new Map(
  Object.entries(codes).map(([code, number]) => [number, code as ShareCode])
)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** Reads one message front to back; the miner's side reads with it too. */
export class Reader {
  private at = 0
  private readonly bytes: Buffer
  private readonly what: string

  constructor(bytes: Buffer, what: string) {
    this.bytes = bytes
    this.what = what
  }

  get more(): boolean {
    return this.at < this.bytes.length
  }

  fail(detail: string): never {
    throw new WireError({ detail: `${this.what}: ${detail}` })
  }

  varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at]
      if (byte === undefined) this.fail("ends in the middle of a number")
      this.at += 1
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    return this.fail("a number has more than ten bytes")
  }

  /** A number of at most 32 bits: tags, lengths, threads. Without big integers, for every share passes here. */
  small(name: string): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.bytes[this.at]
      if (byte === undefined) this.fail("ends in the middle of a number")
      this.at += 1
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value > 0xffff_ffff ? this.fail(`${name} is out of range`) : value
    }
    return this.fail(`${name} is out of range`)
  }

  take(length: number, name: string): Buffer {
    const end = this.at + length
    if (end > this.bytes.length) this.fail(`${name} ends in the middle`)
    const part = this.bytes.subarray(this.at, end)
    this.at = end
    return part
  }

  data(name: string, most: number): Buffer {
    const length = this.small(`the length of ${name}`)
    if (length > most) this.fail(`${name} has ${length} bytes, more than the ${most} allowed`)
    return this.take(length, name)
  }

  text(name: string, most: number): string {
    const bytes = this.data(name, most)
    try {
      return utf8.decode(bytes)
    } catch {
      return this.fail(`${name} is not valid UTF-8`)
    }
  }

  skip(wire: number): void {
    if (wire === 0) this.varint()
    else if (wire === 1) this.take(8, "a field")
    else if (wire === 2) this.take(this.small("a length"), "a field")
    else if (wire === 5) this.take(4, "a field")
    else this.fail(`wire type ${wire} is not of this protocol`)
  }
}

/** A tag is field number times 8 plus wire type. */
export const tag = (field: number, wire: 0 | 1 | 2) => field * 8 + wire

const none = new Uint8Array(0)
const noShares: ReadonlyArray<WorkResult> = []

export const decodeMinerStatus = (bytes: Buffer): MinerStatus => {
  const reader = new Reader(bytes, "MinerStatus")
  const status = { minerId: "", threads: 0, worker: "", version: "", token: "", resume: "" }
  let hashrate: number | null = null
  let shares: ReadonlyArray<WorkResult> = noShares
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(8, 2)) shares = [...shares, decodeWorkResult(reader.data("a share", limits.share))]
    else if (next === tag(1, 2)) status.minerId = reader.text("miner_id", limits.minerId)
    else if (next === tag(2, 0)) status.threads = reader.small("threads")
    else if (next === tag(3, 2)) status.worker = reader.text("worker", limits.worker)
    else if (next === tag(4, 1)) hashrate = reader.take(8, "hashrate").readDoubleLE(0)
    else if (next === tag(5, 2)) status.version = reader.text("version", limits.version)
    else if (next === tag(6, 2)) status.token = reader.text("token", limits.token)
    else if (next === tag(7, 2)) status.resume = reader.text("resume", limits.session)
    else reader.skip(next & 7)
  }
  if (hashrate !== null && !(hashrate >= 0 && hashrate < Number.POSITIVE_INFINITY)) reader.fail("hashrate is no rate")
  return { ...status, hashrate, shares }
}

export const decodeWorkResult = (bytes: Buffer): WorkResult => {
  const reader = new Reader(bytes, "WorkResult")
  const result = { workId: "", minerId: "", session: "", sequence: 0 }
  let nonce: Uint8Array = none
  while (reader.more) {
    const next = reader.small("a tag")
    if (next === tag(1, 2)) result.workId = reader.text("work_id", limits.workId)
    // A copy: the pool keeps nonces, and a view would keep the whole network buffer alive.
    else if (next === tag(2, 2)) nonce = new Uint8Array(reader.data("nonce", limits.nonce))
    else if (next === tag(3, 2)) result.minerId = reader.text("miner_id", limits.minerId)
    else if (next === tag(4, 2)) result.session = reader.text("session", limits.session)
    else if (next === tag(5, 0)) result.sequence = reader.small("sequence")
    else reader.skip(next & 7)
  }
  return { ...result, nonce }
}

/** A target as 40 bytes, big-endian. */
const targetBytes = (target: bigint): Uint8Array => Buffer.from(target.toString(16).padStart(80, "0"), "hex")

/** Writes one message front to back. Numbers are unsigned; those above 64 bits are cut to the largest. */
export class Writer {
  private readonly parts: Array<Buffer> = []

  number(field: number, value: bigint | number): this {
    this.parts.push(varint(BigInt(tag(field, 0))), varint(BigInt(value)))
    return this
  }

  bytes(field: number, value: Uint8Array): this {
    this.parts.push(varint(BigInt(tag(field, 2))), varint(BigInt(value.length)), Buffer.from(value))
    return this
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value))
  }

  double(field: number, value: number): this {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleLE(value)
    this.parts.push(varint(BigInt(tag(field, 1))), bytes)
    return this
  }

  done(): Buffer {
    return Buffer.concat(this.parts)
  }
}

const largest = 2n ** 64n - 1n

const varint = (value: bigint): Buffer => {
  const bytes: Array<number> = []
  let rest = value > largest ? largest : value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/**
 * The fields of a WorkOrder that all connections share; `parent` is the id of the parent block, `now` the pool's time,
 * milliseconds since 1970: miners are told how long, because their clocks are their own.
 */
export const encodeJob = (job: Job, parent: Uint8Array, chain: string, now: number): Buffer => {
  const { candidate } = job
  return new Writer()
    .text(1, job.jobId)
    .bytes(2, parent)
    .bytes(3, candidate.commitment)
    .number(4, Math.floor(candidate.createdAt / 1000))
    .bytes(8, targetBytes(candidate.target))
    .number(9, candidate.height)
    .number(10, candidate.version)
    .number(11, candidate.powLength)
    .number(12, job.clean ? 1 : 0)
    .number(13, job.expiresAt)
    .text(15, chain)
    .number(17, Math.max(1, Math.ceil(job.expiresAt - now)))
    .done()
}

/** Bytes as Latin-1 text: what is kept for every connection takes a third of the memory of a Buffer. */
export type Text = string

const text = (writer: Writer): Text => writer.done().toString("latin1")

/** The fields of a WorkOrder that belong to one connection; encode again when its target changes. */
export const encodeOwn = (prefix: NoncePrefix, shareTarget: bigint): Text => {
  const target = targetBytes(shareTarget)
  const writer = new Writer().bytes(5, target).number(6, prefix).bytes(7, target)
  return text(writer.number(14, difficultyOf(shareTarget)))
}

/** The session, for the first order of a subscription, and that shares may come in it. */
export const encodeSession = (session: string): Text => text(new Writer().text(16, session).number(19, 1))

/** Overrides what the common part says of clean_jobs: the last value of a field counts. */
export const encodeClean = (clean: boolean): Text => (clean ? isClean : isNotClean)

const isClean = text(new Writer().number(12, 1))
const isNotClean = text(new Writer().number(12, 0))

/** A connection's WorkOrder from the common part and its own. */
export const encodeOrder = (job: Buffer, own: Text): Buffer => {
  const order = Buffer.allocUnsafe(job.length + own.length)
  order.set(job)
  order.write(own, job.length, "latin1")
  return order
}

const counted = new Writer().number(1, 1).number(2, codes.accepted).done()

/** What nearly every share is answered. */
const isPlain = ({ code, newDifficulty, reason }: ShareAnswer) =>
  code === "accepted" && reason === "" && newDifficulty === null

export const encodeAck = (answer: ShareAnswer, sequence = 0): Buffer => {
  if (isPlain(answer) && sequence === 0) return counted
  const { code, newDifficulty, reason } = answer
  const ack = new Writer().number(1, code === "accepted" ? 1 : 0).number(2, codes[code])
  if (reason !== "") ack.text(3, reason)
  if (newDifficulty !== null) ack.number(4, newDifficulty)
  if (sequence !== 0) ack.number(5, sequence)
  return ack.done()
}

/** A WorkOrder that has only answers. */
export const encodeAcks = (answers: ReadonlyArray<Answered>): Buffer =>
  Buffer.concat(
    answers.map(({ answer, sequence }) =>
      isPlain(answer) ? plainAck(sequence) : new Writer().bytes(18, encodeAck(answer, sequence)).done()
    )
  )

/** The same bytes as in general, without a big integer: every share passes here. */
const plainAck = (sequence: number): Buffer => {
  const bytes: Array<number> = [...ackTag, 0, ...counted]
  if (sequence !== 0) {
    bytes.push(tag(5, 0))
    let rest = sequence
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
    bytes.push(rest)
  }
  bytes[ackTag.length] = bytes.length - ackTag.length - 1
  return Buffer.from(bytes)
}

const ackTag = varint(BigInt(tag(18, 2)))

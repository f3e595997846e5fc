/**
 * The messages of pool.proto from a miner's side, written from the proto alone.
 *
 * Not the pool's own code: a benchmark that shares its codec with the server would not notice what both get wrong.
 */

export const subscribePath = "/pool.MiningPool/Subscribe"
export const submitPath = "/pool.MiningPool/SubmitWork"

const varint = (value: bigint): Buffer => {
  const bytes: Array<number> = []
  let rest = value
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

const number = (field: number, value: bigint) => Buffer.concat([varint(BigInt(field * 8)), varint(value)])
const bytes = (field: number, value: Uint8Array) =>
  Buffer.concat([varint(BigInt(field * 8 + 2)), varint(BigInt(value.length)), value])

/** MinerStatus. */
export const status = (minerId: string, resume = ""): Buffer =>
  Buffer.concat([
    bytes(1, Buffer.from(minerId)),
    number(2, 1n),
    bytes(3, Buffer.from("bench")),
    bytes(5, Buffer.from("bench 1")),
    ...(resume === "" ? [] : [bytes(7, Buffer.from(resume))])
  ])

/** WorkResult without its nonce, which follows as the last field: one constant part per job and miner. */
export const resultPrefix = (workId: string, minerId: string, session: string): Buffer =>
  Buffer.concat([
    bytes(1, Buffer.from(workId)),
    bytes(3, Buffer.from(minerId)),
    ...(session === "" ? [] : [bytes(4, Buffer.from(session))]),
    Buffer.from([2 * 8 + 2, 40])
  ])

/** MinerStatus with one share of its subscription; the answer has `sequence` again. */
export const share = (workId: string, nonce: Uint8Array, sequence: number): Buffer =>
  bytes(8, Buffer.concat([bytes(1, Buffer.from(workId)), bytes(2, nonce), number(5, BigInt(sequence))]))

/** Whether a MinerStatus has shares, by its first field. */
export const isShare = (message: Uint8Array): boolean => message[0] === 8 * 8 + 2

/** A WorkOrder of `size` bytes at least that every nonce meets and none is a block of; for servers that only answer. */
export const fakeOrder = (workId: string, prefix: bigint, expiresAt: number, size: number): Buffer => {
  const known = Buffer.concat([
    bytes(1, Buffer.from(workId)),
    bytes(3, Buffer.alloc(40)),
    number(6, prefix),
    bytes(7, Buffer.alloc(40, 0xff)),
    number(11, 64n),
    number(13, BigInt(expiresAt)),
    number(19, 1n)
  ])
  return Buffer.concat([known, bytes(100, Buffer.alloc(Math.max(0, size - known.length - 4), 7))])
}

/** SubmitAck: accepted. */
export const fakeAck = Buffer.concat([number(1, 1n), number(2, 1n)])
/** The same within a WorkOrder. */
export const fakeAnswer = bytes(18, fakeAck)

export interface Order {
  readonly workId: string
  readonly commitment: Buffer
  readonly shareTarget: bigint
  readonly networkTarget: bigint
  readonly prefix: bigint
  readonly powLength: number
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  readonly session: string
}

/** Fields by number; of repeated ones the last. */
const fieldsOf = (message: Buffer): Map<number, bigint | Buffer> => {
  const fields = new Map<number, bigint | Buffer>()
  let at = 0
  const read = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = Number(read())
    if ((tag & 7) === 0) fields.set(tag >> 3, read())
    else if ((tag & 7) === 2) {
      const length = Number(read())
      fields.set(tag >> 3, message.subarray(at, at + length))
      at += length
    } else throw new Error(`field ${tag >> 3} has wire type ${tag & 7}`)
  }
  return fields
}

const buffer = (value: bigint | Buffer | undefined) => (Buffer.isBuffer(value) ? value : Buffer.alloc(0))
const whole = (value: bigint | Buffer | undefined) => (typeof value === "bigint" ? value : 0n)
const target = (value: bigint | Buffer | undefined) => BigInt(`0x0${buffer(value).toString("hex")}`)

export const order = (message: Buffer): Order => {
  const fields = fieldsOf(message)
  return {
    workId: buffer(fields.get(1)).toString(),
    commitment: Buffer.from(buffer(fields.get(3))),
    shareTarget: target(fields.get(7)),
    networkTarget: target(fields.get(8)),
    prefix: whole(fields.get(6)),
    powLength: Number(whole(fields.get(11))),
    expiresAt: Number(whole(fields.get(13))),
    session: buffer(fields.get(16)).toString()
  }
}

/** Names of SubmitAck.Code by number. */
export const codes = [
  "unspecified",
  "accepted",
  "stale",
  "duplicate",
  "low difficulty",
  "wrong prefix",
  "unknown job",
  "rate limited",
  "unauthorised",
  "malformed",
  "unsupported",
  "internal"
] as const

export interface Ack {
  readonly success: boolean
  readonly code: number
  /** 0: the server did not say. */
  readonly sequence: number
}

const ofFields = (message: Buffer): Ack => {
  const fields = fieldsOf(message)
  const small = (field: number) => Number(whole(fields.get(field)))
  return { success: small(1) === 1, code: small(2), sequence: small(5) }
}

/** The two first fields, one byte each, as they come first; else all are read. */
export const ack = (message: Buffer): Ack =>
  message.length === 4 && message[0] === 8 && message[2] === 16
    ? { success: message[1] === 1, code: message[3] ?? 0, sequence: 0 }
    : ofFields(message)

const answerTag = varint(18n * 8n + 2n)

/** Success, code and a sequence of up to two bytes, as nearly all answers are; else all fields are read. */
const answer = (message: Buffer): Ack => {
  const [high = 0, low = 0] = [message[6] ?? 0, message[5] ?? 0]
  const usual = message.length >= 6 && message.length <= 7 && message[0] === 8 && message[2] === 16 && message[4] === 40
  if (!usual) return ofFields(message)
  return {
    success: message[1] === 1,
    code: message[3] ?? 0,
    sequence: message.length === 6 ? low : (low & 127) + high * 128
  }
}

/** The answers of a WorkOrder that has nothing else; null when it has work. */
export const answers = (message: Buffer): ReadonlyArray<Ack> | null => {
  if (message[0] !== answerTag[0] || message[1] !== answerTag[1]) return null
  const all: Array<Ack> = []
  let at = 0
  while (at < message.length) {
    let length = 0
    at += answerTag.length
    for (let scale = 1; ; scale *= 128) {
      const byte = message.readUInt8(at++)
      length += (byte & 127) * scale
      if (byte < 128) break
    }
    all.push(answer(message.subarray(at, at + length)))
    at += length
  }
  return all
}

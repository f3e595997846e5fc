/**
 * Parameters and results of the nockpow host ops, as bytes.
 *
 * The encodings are those of kernels/native/nockpow/host_ops.h. Pure. Results come from our own kernel, so a result that does
 * not decode is a defect and throws.
 */
import type {
  Digest,
  DigestJob,
  Proved,
  Puzzle,
  SearchJob,
  SearchOutcome,
  Simd,
  Speed,
  Statement,
  Verdict
} from "./NockPowTypes.ts"
import { proofVersions, refusals, simdNames } from "./NockPowTypes.ts"

export const op = { digest: 64, search: 65, prove: 66, verify: 67, speed: 68 } as const

/** Error codes of the ops. */
export const code = { noSimd: 33, refused: 34 } as const

class Writer {
  private readonly parts: Array<Uint8Array> = []
  private put(size: number, write: (buffer: Buffer) => void): this {
    const buffer = Buffer.alloc(size)
    write(buffer)
    this.parts.push(buffer)
    return this
  }
  u8(value: number): this {
    return this.put(1, (buffer) => buffer.writeUInt8(value))
  }
  u32(value: number): this {
    return this.put(4, (buffer) => buffer.writeUInt32LE(value))
  }
  u64(value: bigint): this {
    return this.put(8, (buffer) => buffer.writeBigUInt64LE(value))
  }
  simd(name: Simd | undefined): this {
    return this.u8(name === undefined ? 0 : simdNames.indexOf(name) + 1)
  }
  digest(limbs: Digest): this {
    for (const limb of limbs) this.u64(limb)
    return this
  }
  bytes(bytes: Uint8Array): this {
    this.parts.push(bytes)
    return this
  }
  done(): Uint8Array {
    return Buffer.concat(this.parts)
  }
}

class Reader {
  private readonly view: Buffer
  private at = 0
  constructor(bytes: Uint8Array) {
    this.view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  take(size: number): Buffer {
    const from = this.at
    this.at += size
    if (this.at > this.view.length) throw new Error("a result of the nockpow kernel is too short")
    return this.view.subarray(from, this.at)
  }
  u8(): number {
    return this.take(1).readUInt8()
  }
  u16(): number {
    return this.take(2).readUInt16LE()
  }
  u32(): number {
    return this.take(4).readUInt32LE()
  }
  u64(): bigint {
    return this.take(8).readBigUInt64LE()
  }
  digest(): Digest {
    return [this.u64(), this.u64(), this.u64(), this.u64(), this.u64()]
  }
  get left(): number {
    return this.view.length - this.at
  }
}

export const encodeDigest = (job: DigestJob): Uint8Array => {
  const out = new Writer().simd(job.simd).u8(job.version).u32(job.length).digest(job.commitment).u32(job.nonces.length)
  for (const nonce of job.nonces) out.digest(nonce)
  return out.done()
}

export const decodeDigests = (bytes: Uint8Array): ReadonlyArray<Digest> => {
  const reader = new Reader(bytes)
  const out: Array<Digest> = []
  while (reader.left > 0) out.push(reader.digest())
  return out
}

export const encodeSearch = (job: SearchJob): Uint8Array =>
  new Writer()
    .simd(job.simd)
    .u32(job.length)
    .u8(job.fixedLimbs ?? 0)
    .u32(job.threads ?? 1)
    .u64(job.count)
    .digest(job.commitment)
    .digest(job.start)
    .digest(job.target)
    .done()

export const decodeSearch = (bytes: Uint8Array): SearchOutcome => {
  const reader = new Reader(bytes)
  const found = reader.u8() === 1
  const tried = reader.u64()
  if (!found) return { _tag: "Exhausted", tried }
  return { _tag: "Found", tried, offset: reader.u64(), nonce: reader.digest(), digest: reader.digest() }
}

export const encodeProve = (puzzle: Puzzle, threads: number, simd: Simd | undefined): Uint8Array =>
  new Writer()
    .simd(simd)
    .u8(puzzle.version)
    .u32(puzzle.length)
    .u32(threads)
    .digest(puzzle.commitment)
    .digest(puzzle.nonce)
    .done()

export const decodeProved = (bytes: Uint8Array): Pick<Proved, "digest" | "jam" | "processorSeconds"> => {
  const reader = new Reader(bytes)
  const digest = reader.digest()
  const processorSeconds = Number(reader.u64()) / 1e9
  return { digest, processorSeconds, jam: new Uint8Array(reader.take(reader.u32())) }
}

export const encodeVerify = (jam: Uint8Array, simd: Simd | undefined): Uint8Array =>
  new Writer().simd(simd).u32(jam.length).bytes(jam).done()

const statementOf = (reader: Reader): Statement => {
  const number = reader.u8()
  const version = proofVersions.find((each) => each === number)
  if (version === undefined) throw new Error(`the nockpow kernel decoded a proof of version ${number}`)
  const length = Number(reader.u64())
  const commitment = reader.digest()
  const nonce = reader.digest()
  const digest = reader.digest()
  const objects = reader.u32()
  const known = reader.u8() === 1
  const blockDigest = reader.digest()
  return { version, length, commitment, nonce, digest, objects, blockDigest: known ? blockDigest : null }
}

export const decodeVerdict = (bytes: Uint8Array): Verdict => {
  const reader = new Reader(bytes)
  const reason = refusals[reader.u8()]
  const object = reader.u32()
  const detail = reader.take(reader.u16()).toString("utf8")
  const statement = reader.u8() === 1 ? statementOf(reader) : null
  if (reason === undefined || reason === "cancelled") throw new Error("the nockpow kernel gave an unknown verdict")
  if (reason !== "none") return { valid: false, reason, object, detail, statement }
  if (statement === null) throw new Error("the nockpow kernel accepted a proof without a statement")
  return { valid: true, statement }
}

export const encodeSpeed = (simd: Simd | undefined, what: "permutations" | "digests", millis: number): Uint8Array =>
  new Writer()
    .simd(simd)
    .u8(what === "permutations" ? 0 : 1)
    .u32(millis)
    .done()

export const decodeSpeed = (bytes: Uint8Array): Speed => {
  const reader = new Reader(bytes)
  const count = Number(reader.u64())
  const seconds = Number(reader.u64()) / 1e9
  return { count, seconds, simd: reader.take(reader.left).toString("utf8") }
}

/** The encodings of host ops 32 to 35; their meaning is in kernels/native/nexus/stark/host_ops.h. */
import type { Layout } from "./NexusMachine.ts"

export const op = { prove: 32, check: 33, measure: 34, ownGuest: 35 } as const

/** In the order of Stage in kernels/native/nexus/stark/Prover.h. */
export const stages = [
  "trace",
  "preprocessed",
  "main",
  "interaction",
  "composition",
  "samples",
  "quotients",
  "fri",
  "queries"
] as const
export type Stage = (typeof stages)[number]

export type Mode = "lean" | "fast"
const modes = { auto: 0, lean: 1, fast: 2 } as const

/** In the order of Verdict in kernels/native/nexus/stark/Verifier.h. */
export const verdicts = [
  "accepted",
  "cancelled",
  "too-long",
  "malformed",
  "config",
  "shape",
  "sizes",
  "claimed-sums",
  "statement",
  "constraints",
  "proof-of-work",
  "tree",
  "fri-first",
  "fri-inner",
  "fri-last"
] as const
export type VerdictName = (typeof verdicts)[number]

export interface Guest {
  readonly elf: Uint8Array
  /** The bytes of the input segment (already encoded); padded with zeros to a multiple of 4. */
  readonly publicInput?: Uint8Array
  readonly privateInput?: Uint8Array
  /** Most rows; default and limit 2^20. */
  readonly maxSteps?: number
}

/** What the run of a guest says about its proof, before any of it is made. */
export interface Facts {
  /** Rows of the trace. */
  readonly rows: number
  /** Log sizes of the nine components: main first, RamInitFinal fourth. */
  readonly logSizes: ReadonlyArray<number>
  readonly layout: Layout
  readonly exitCode: number
  readonly output: Uint8Array
  /** Most bytes that the kernel's process will have resident, by mode. */
  readonly processBytes: { readonly lean: number; readonly fast: number }
}

export interface Announcement extends Facts {
  readonly mode: Mode
  /** The entry of `processBytes` for the mode. */
  readonly announcedBytes: number
}

export interface Proved extends Announcement {
  readonly proof: Uint8Array
  /** Keccak-256 of the proof, lower-case hex. */
  readonly keccak: string
  /** The buffers' part of the announcement, and how much of it was used. */
  readonly bufferBytes: { readonly planned: number; readonly peak: number }
  /** Running, filling and proving, seconds; processor time of all threads, and of the one that coordinates them. */
  readonly seconds: number
  readonly processorSeconds: { readonly all: number; readonly first: number }
}

export interface Judged {
  readonly verdict: VerdictName
  /** Which tree or inner layer, where the verdict is about one. */
  readonly index: number
  /** One sentence. */
  readonly reason: string
  readonly keccak: string
}

// ---- writing ----

const u32 = (value: number): Uint8Array => {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(value)
  return out
}
const u64 = (value: number): Uint8Array => {
  const out = Buffer.alloc(8)
  out.writeBigUInt64LE(BigInt(Math.floor(value)))
  return out
}
const blob = (bytes: Uint8Array): Array<Uint8Array> => [u32(bytes.length), bytes]

const guestBytes = ({ elf, maxSteps = 0, privateInput = new Uint8Array(), publicInput = new Uint8Array() }: Guest) => [
  u64(maxSteps),
  ...blob(elf),
  ...blob(publicInput),
  ...blob(privateInput)
]

export const encodeProve = (guest: Guest, mode: Mode | "auto", threads: number, budget: number): Uint8Array =>
  Buffer.concat([Uint8Array.of(modes[mode], threads), u64(budget), ...guestBytes(guest)])

export const encodeMeasure = (guest: Guest, threads: number): Uint8Array =>
  Buffer.concat([Uint8Array.of(threads), ...guestBytes(guest)])

export interface Claim {
  readonly elf: Uint8Array
  readonly publicInput: Uint8Array
  readonly exitCode: number
  readonly output: Uint8Array
}

export const encodeCheck = (claim: Claim, proof: Uint8Array, maxLogRows: number): Uint8Array =>
  Buffer.concat([
    Uint8Array.of(maxLogRows),
    u32(claim.exitCode),
    ...blob(claim.elf),
    ...blob(claim.publicInput),
    ...blob(claim.output),
    ...blob(proof)
  ])

// ---- reading; the host is ours, so its answers are trusted to have this form ----

class Reader {
  private at = 0
  private readonly view: Buffer
  constructor(bytes: Uint8Array) {
    this.view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  take(count: number): Buffer {
    const from = this.at
    this.at += count
    return this.view.subarray(from, this.at)
  }
  u8() {
    return this.take(1).readUInt8()
  }
  u32() {
    return this.take(4).readUInt32LE()
  }
  u64() {
    return Number(this.take(8).readBigUInt64LE())
  }
  blob() {
    return new Uint8Array(this.take(this.u32()))
  }
  hash() {
    return this.take(32).toString("hex")
  }
  text() {
    return this.view.subarray(this.at).toString("utf8")
  }
}

const readFacts = (r: Reader): Facts => ({
  rows: r.u64(),
  logSizes: Array.from({ length: 9 }, () => r.u8()),
  layout: {
    publicInput: r.u32(),
    exitCode: r.u32(),
    publicOutput: r.u32(),
    heap: r.u32(),
    stackBottom: r.u32(),
    stackTop: r.u32(),
    end: r.u32()
  },
  exitCode: r.u32(),
  output: r.blob(),
  processBytes: { lean: r.u64(), fast: r.u64() }
})

const readAnnouncement = (r: Reader): Announcement => ({
  ...readFacts(r),
  mode: r.u8() === modes.fast ? "fast" : "lean",
  announcedBytes: r.u64()
})

export const decodeFacts = (bytes: Uint8Array): Facts => readFacts(new Reader(bytes))
export const decodeAnnouncement = (bytes: Uint8Array): Announcement => readAnnouncement(new Reader(bytes))

export const decodeProved = (bytes: Uint8Array): Proved => {
  const r = new Reader(bytes)
  const announcement = readAnnouncement(r)
  const bufferBytes = { planned: r.u64(), peak: r.u64() }
  const seconds = r.u64() / 1e6
  const processorSeconds = { all: r.u64() / 1e6, first: r.u64() / 1e6 }
  return { ...announcement, bufferBytes, seconds, processorSeconds, keccak: r.hash(), proof: r.blob() }
}

export const decodeJudged = (bytes: Uint8Array): Judged => {
  const r = new Reader(bytes)
  return { verdict: verdicts[r.u8()] ?? "malformed", index: r.u8(), keccak: r.hash(), reason: r.text() }
}

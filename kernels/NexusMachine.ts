/**
 * The Nexus machine's host op as a typed call: execute any guest.
 *
 * The encoding is that of kernels/native/nexus/machine/HostOps.h. Faults of a guest arrive as JobFailed with a code from
 * 33 on (32 + Fault) and a detail of the form "fault-name: sentence".
 */
import * as Effect from "effect/Effect"
import type { KernelError } from "./Errors.ts"
import type { JobListeners, KernelHostService } from "./KernelHost.ts"

const executeOp = 1

export interface Layout {
  readonly publicInput: number
  readonly exitCode: number
  readonly publicOutput: number
  readonly heap: number
  readonly stackBottom: number
  readonly stackTop: number
  readonly end: number
}

/** What an execution of both passes gave. */
export interface Execution {
  /** Steps of the first pass, which finds the layout, and of the second, which is traced. */
  readonly sizingSteps: number
  readonly steps: number
  readonly layout: Layout
  readonly exitCode: number
  readonly output: Uint8Array
  readonly log: Uint8Array
  /** SHA-256 of all rows (kernels/native/nexus/machine/Rows.h), lower-case hex. */
  readonly traceDigest: string
  readonly programWords: number
  readonly initialBytes: number
}

/** One row of the trace; timestamps count from 1. Registers follow from `target` and `result`, they start as zero. */
export interface Row {
  readonly pc: number
  readonly word: number
  readonly result: number
  readonly address: number
  readonly value: number
  /** Bytes of the memory access: 1, 2, 4, or 0 for none. */
  readonly size: number
  readonly target: number
  readonly store: boolean
}

const blob = (bytes: Uint8Array): Array<Uint8Array> => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bytes.length)
  return [length, bytes]
}

const decodeExecution = (bytes: Uint8Array): Execution => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (count: number) => {
    const from = at
    at += count
    return view.subarray(from, at)
  }
  const u32 = () => take(4).readUInt32LE()
  const u64 = () => Number(take(8).readBigUInt64LE())
  return {
    sizingSteps: u64(),
    steps: u64(),
    layout: {
      publicInput: u32(),
      exitCode: u32(),
      publicOutput: u32(),
      heap: u32(),
      stackBottom: u32(),
      stackTop: u32(),
      end: u32()
    },
    exitCode: u32(),
    output: new Uint8Array(take(u32())),
    log: new Uint8Array(take(u32())),
    traceDigest: take(32).toString("hex"),
    programWords: u32(),
    initialBytes: u32()
  }
}

const rowBytes = 24

const decodeRows = (bytes: Uint8Array): ReadonlyArray<Row> => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const rows: Array<Row> = []
  for (let at = 0; at + rowBytes <= view.length; at += rowBytes) {
    rows.push({
      pc: view.readUInt32LE(at),
      word: view.readUInt32LE(at + 4),
      result: view.readUInt32LE(at + 8),
      address: view.readUInt32LE(at + 12),
      value: view.readUInt32LE(at + 16),
      size: view.readUInt8(at + 20),
      target: view.readUInt8(at + 21),
      store: view.readUInt8(at + 22) !== 0
    })
  }
  return rows
}

export interface ExecuteOptions {
  readonly elf: Uint8Array
  /** Already encoded (postcard, COBS); padded to a word by the machine. */
  readonly publicInput?: Uint8Array
  readonly privateInput?: Uint8Array
  readonly maxSteps?: number
  /** Called with consecutive rows of the trace when given. */
  readonly onRows?: (rows: ReadonlyArray<Row>) => void
}

/** Load a guest, run both passes. */
export const execute = (host: KernelHostService, options: ExecuteOptions): Effect.Effect<Execution, KernelError> => {
  const { elf, maxSteps = 1 << 26, onRows, privateInput = new Uint8Array(), publicInput = new Uint8Array() } = options
  const head = Buffer.alloc(9)
  head.writeBigUInt64LE(BigInt(maxSteps))
  head.writeUInt8(onRows === undefined ? 0 : 1, 8)
  const params = Buffer.concat([head, ...blob(elf), ...blob(publicInput), ...blob(privateInput)])
  const listeners: JobListeners = onRows === undefined ? {} : { onPartial: (bytes) => onRows(decodeRows(bytes)) }
  return Effect.map(host.run(executeOp, params, listeners), ({ bytes }) => decodeExecution(bytes))
}

/**
 * The frames between us and pitboss-host: encoding, and an incremental decoder with limits.
 *
 * The layout is that of kernels/native/host/Protocol.h. Pure; the decoder holds at most one incomplete frame and refuses a
 * frame longer than `maxFrame` before it has arrived, because after one the framing cannot be trusted.
 */

/** Longest frame in bytes after its length word, either direction; the C++ side has the same number. */
export const maxFrame = 16 * 1024 * 1024

export const protocolVersion = 1

/** What a RUN can hold beside its parameters: kind, job id, op. */
export const maxParams = maxFrame - 6

export type Request =
  | { readonly _tag: "Run"; readonly job: number; readonly op: number; readonly params: Uint8Array }
  | { readonly _tag: "Cancel"; readonly job: number }
  | { readonly _tag: "Ping"; readonly job: number }

export type Reply =
  | {
      readonly _tag: "Hello"
      readonly protocol: number
      readonly simd: number
      readonly ops: ReadonlyMap<number, string>
    }
  | {
      readonly _tag: "Progress"
      readonly job: number
      readonly stage: number
      readonly done: number
      readonly total: number
    }
  | { readonly _tag: "Partial"; readonly job: number; readonly bytes: Uint8Array }
  | {
      readonly _tag: "Result"
      readonly job: number
      readonly peakBytes: number
      readonly micros: number
      readonly bytes: Uint8Array
    }
  | {
      readonly _tag: "Error"
      readonly job: number
      readonly peakBytes: number
      readonly micros: number
      readonly code: number
      readonly detail: string
    }
  | { readonly _tag: "Cancelled"; readonly job: number; readonly peakBytes: number; readonly micros: number }
  | { readonly _tag: "Pong"; readonly job: number }

const kind = {
  run: 0x01,
  cancel: 0x02,
  ping: 0x03,
  hello: 0x80,
  progress: 0x81,
  partial: 0x82,
  result: 0x83,
  error: 0x84,
  cancelled: 0x85,
  pong: 0x86
} as const

const head = (size: number, kind: number, job: number): Buffer => {
  const out = Buffer.alloc(9)
  out.writeUInt32LE(5 + size, 0)
  out.writeUInt8(kind, 4)
  out.writeUInt32LE(job, 5)
  return out
}

/** The bytes of a request. Parameters longer than `maxParams` are a defect: callers check. */
export const encode = (request: Request): Buffer => {
  switch (request._tag) {
    case "Cancel":
      return head(0, kind.cancel, request.job)
    case "Ping":
      return head(0, kind.ping, request.job)
    case "Run": {
      if (request.params.length > maxParams) throw new RangeError(`job parameters of ${request.params.length} bytes`)
      return Buffer.concat([
        head(1 + request.params.length, kind.run, request.job),
        Uint8Array.of(request.op),
        request.params
      ])
    }
  }
}

/** Bytes that are not a reply; ends the connection. */
export class FrameError extends Error {}

const u64 = (body: Buffer, at: number): number => Number(body.readBigUInt64LE(at))

const decodeHello = (body: Buffer): Reply => {
  const ops = new Map<number, string>()
  let at = 5
  for (let left = body.readUInt16LE(3); left > 0; left--) {
    const length = body.readUInt8(at + 1)
    if (at + 2 + length > body.length) throw new RangeError("op name")
    ops.set(body.readUInt8(at), body.toString("utf8", at + 2, at + 2 + length))
    at += 2 + length
  }
  return { _tag: "Hello", protocol: body.readUInt16LE(0), simd: body.readUInt8(2), ops }
}

/** One frame's content (after its length word). */
const decodeBody = (frame: Buffer): Reply => {
  const job = frame.readUInt32LE(1)
  const body = frame.subarray(5)
  switch (frame.readUInt8(0)) {
    case kind.hello:
      return decodeHello(body)
    case kind.progress:
      return { _tag: "Progress", job, stage: body.readUInt32LE(0), done: u64(body, 4), total: u64(body, 12) }
    case kind.partial:
      return { _tag: "Partial", job, bytes: new Uint8Array(body) }
    case kind.result:
      return {
        _tag: "Result",
        job,
        peakBytes: u64(body, 0),
        micros: u64(body, 8),
        bytes: new Uint8Array(body.subarray(16))
      }
    case kind.error:
      return {
        _tag: "Error",
        job,
        peakBytes: u64(body, 0),
        micros: u64(body, 8),
        code: body.readUInt16LE(16),
        detail: body.toString("utf8", 18)
      }
    case kind.cancelled:
      return { _tag: "Cancelled", job, peakBytes: u64(body, 0), micros: u64(body, 8) }
    case kind.pong:
      return { _tag: "Pong", job }
    default:
      throw new FrameError(`a frame of unknown kind ${frame.readUInt8(0)}`)
  }
}

/**
 * A decoder: feed it chunks as they arrive, it returns the replies they complete. Throws FrameError on a frame that is too
 * long, too short or unknown; it must not be fed again after that.
 */
export const decoder = (): ((chunk: Uint8Array) => ReadonlyArray<Reply>) => {
  // Chunks of the incomplete frame; joined once, when it is complete.
  let held: Array<Uint8Array> = []
  let size = 0
  let needed = 4
  return (chunk) => {
    held.push(chunk)
    size += chunk.length
    if (size < needed) return []
    let bytes = Buffer.concat(held)
    const replies: Array<Reply> = []
    for (;;) {
      needed = 4
      if (bytes.length < needed) break
      const length = bytes.readUInt32LE(0)
      if (length < 5 || length > maxFrame) throw new FrameError(`a frame of ${length} bytes`)
      needed = 4 + length
      if (bytes.length < needed) break
      try {
        replies.push(decodeBody(bytes.subarray(4, needed)))
      } catch (cause) {
        throw cause instanceof FrameError ? cause : new FrameError("a frame that ends too early")
      }
      bytes = bytes.subarray(needed)
    }
    held = [bytes]
    size = bytes.length
    return replies
  }
}

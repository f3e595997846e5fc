/** Frames: whatever a host sends, in whatever pieces, is decoded or refused; nothing in between. */
import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "effect/FastCheck"
import * as Frame from "../../kernels/Frame.ts"

/** A frame as the host would send it. */
const frame = (kind: number, job: number, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUInt32LE(5 + body.length, 0)
  head.writeUInt8(kind, 4)
  head.writeUInt32LE(job, 5)
  return Buffer.concat([head, body])
}

const numbers = (...values: ReadonlyArray<bigint>): Buffer => {
  const out = Buffer.alloc(8 * values.length)
  for (const [i, value] of values.entries()) out.writeBigUInt64LE(value, 8 * i)
  return out
}

const job = FastCheck.integer({ min: 0, max: 0xffff_ffff })
const bytes = FastCheck.uint8Array({ maxLength: 300 })
const count = FastCheck.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

const arbitrary = FastCheck.oneof(
  FastCheck.record({ job, bytes }).map(({ bytes, job }) => ({
    sent: frame(0x82, job, bytes),
    reply: { _tag: "Partial" as const, job, bytes }
  })),
  FastCheck.record({ job, bytes, peakBytes: count, micros: count }).map(({ bytes, job, micros, peakBytes }) => ({
    sent: frame(0x83, job, Buffer.concat([numbers(BigInt(peakBytes), BigInt(micros)), bytes])),
    reply: { _tag: "Result" as const, job, peakBytes, micros, bytes }
  })),
  FastCheck.record({ job, peakBytes: count, micros: count }).map(({ job, micros, peakBytes }) => ({
    sent: frame(0x85, job, numbers(BigInt(peakBytes), BigInt(micros))),
    reply: { _tag: "Cancelled" as const, job, peakBytes, micros }
  })),
  FastCheck.record({ job, code: FastCheck.integer({ min: 0, max: 0xffff }), detail: FastCheck.string() }).map(
    ({ code, detail, job }) => ({
      sent: frame(
        0x84,
        job,
        Buffer.concat([numbers(1n, 2n), Uint8Array.of(code & 0xff, code >> 8), Buffer.from(detail)])
      ),
      reply: {
        _tag: "Error" as const,
        job,
        peakBytes: 1,
        micros: 2,
        code,
        detail: Buffer.from(detail).toString("utf8")
      }
    })
  )
)

describe("Frame", () => {
  it("decodes any sequence of replies from any cutting into chunks", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(arbitrary, { maxLength: 12 }),
        FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 }),
        (frames, cuts) => {
          const all = Buffer.concat(frames.map(({ sent }) => sent))
          const decode = Frame.decoder()
          const replies: Array<Frame.Reply> = []
          for (let at = 0, i = 0; at < all.length; i++) {
            const size = cuts[i % cuts.length] ?? 1
            replies.push(...decode(all.subarray(at, at + size)))
            at += size
          }
          assert.deepStrictEqual(
            replies,
            frames.map(({ reply }) => reply)
          )
        }
      )
    )
  })

  it("gives replies or a FrameError for arbitrary bytes", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.uint8Array({ maxLength: 400 }), (noise) => {
        const decode = Frame.decoder()
        try {
          decode(noise)
        } catch (cause) {
          assert.instanceOf(cause, Frame.FrameError)
        }
      })
    )
  })

  it("gives replies or a FrameError for frames with arbitrary bodies", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.integer({ min: 0x80, max: 0x86 }), bytes, (kind, body) => {
        const decode = Frame.decoder()
        try {
          assert.lengthOf(decode(frame(kind, 1, body)), 1)
        } catch (cause) {
          assert.instanceOf(cause, Frame.FrameError)
        }
      })
    )
  })

  it("refuses a frame that is too long before it has arrived", () => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(Frame.maxFrame + 1)
    assert.throws(() => Frame.decoder()(head), Frame.FrameError)
    head.writeUInt32LE(4)
    assert.throws(() => Frame.decoder()(head), Frame.FrameError)
  })

  it("encodes requests as the host reads them", () => {
    assert.deepStrictEqual(
      Frame.encode({ _tag: "Run", job: 0x01020304, op: 7, params: Uint8Array.of(9, 8) }),
      Buffer.from("0800000001040302010709" + "08", "hex")
    )
    assert.deepStrictEqual(Frame.encode({ _tag: "Cancel", job: 5 }), Buffer.from("050000000205000000", "hex"))
    assert.throws(
      () => Frame.encode({ _tag: "Run", job: 1, op: 1, params: new Uint8Array(Frame.maxParams + 1) }),
      RangeError
    )
  })
})

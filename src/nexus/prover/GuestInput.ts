/**
 * The public input bytes of a guest from a tuple of numbers: postcard varints, COBS, one zero byte, padded to words.
 *
 * Facts: specs/nexus-prover.md 2.2. (9, 1, 1) gives 04 09 01 01 00 00 00 00.
 */

const varint = (value: number): ReadonlyArray<number> => {
  const out: Array<number> = []
  let rest = value >>> 0
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  return [...out, rest]
}

/** Blocks of up to 254 bytes without zeros, each led by its length plus one; a zero byte is the end of a block. */
const cobs = (bytes: ReadonlyArray<number>): ReadonlyArray<number> => {
  const out: Array<number> = []
  let block: Array<number> = []
  const close = (code: number) => {
    out.push(code, ...block)
    block = []
  }
  for (const byte of bytes) {
    if (byte === 0) close(block.length + 1)
    else block.push(byte)
    if (block.length === 254) close(255)
  }
  close(block.length + 1)
  return out
}

/** `numbers` are u32; none gives no bytes (the unit type). */
export const encode = (numbers: ReadonlyArray<number>): Uint8Array => {
  if (numbers.length === 0) return new Uint8Array()
  const bytes = [...cobs(numbers.flatMap(varint)), 0]
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  out.set(bytes)
  return out
}

/**
 * What the wire tests share: the fixtures' bytes and small constructors.
 *
 * Nothing here computes what a test is about.
 */
import { readFileSync } from "node:fs"

/** The bytes of fixtures/<name>.hex. */
export const fixture = (name: string): Uint8Array =>
  new Uint8Array(Buffer.from(readFileSync(new URL(`fixtures/${name}.hex`, import.meta.url), "ascii").trim(), "hex"))

export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Little-endian u32 words: the inputs n, a, b of a task. */
export const words = (...values: ReadonlyArray<number>): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer)

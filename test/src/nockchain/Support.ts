/** What the tests of the chain's rules share: the addon, and the reference library where it is there. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect, FastCheck as fc } from "effect"
import { p } from "../../../actors/pool/Job.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Digest } from "../../../kernels/NockPowTypes.ts"

export const native = Effect.runSync(Native.load)

const shared = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "..", "shared")

/** Title of a suite that needs the reference library, and whether it has to be skipped. */
export const hasShared = existsSync(shared)
export const withShared = (title: string) =>
  hasShared ? title : `${title} (skipped: no reference library in ../shared)`

export const sharedBytes = (...path: ReadonlyArray<string>): Uint8Array =>
  new Uint8Array(readFileSync(join(shared, ...path)))
export const vectors = (name: string): unknown => JSON.parse(readFileSync(join(shared, "vectors", name), "utf8"))

export const limb = fc.oneof(fc.bigInt({ min: 0n, max: p - 1n }), fc.constantFrom(0n, 1n, p - 1n))
export const anyDigest: fc.Arbitrary<Digest> = fc.tuple(limb, limb, limb, limb, limb)

export const parsed = (text: string): Digest => {
  const digest = native.parseBase58(text)
  if (digest === null) throw new Error(`${text} is no digest`)
  return digest
}

export const cued = (bytes: Uint8Array): Native.Noun => {
  const found = native.cue(bytes, 4_000_000)
  if ("problem" in found) throw new Error(found.problem)
  return found.noun
}

export const limbsOf = (texts: ReadonlyArray<string>): ReadonlyArray<bigint> => texts.map(BigInt)

/**
 * Between the words of a command line and the vocabulary of the kernel: digests, targets, answers.
 */
import { availableParallelism } from "node:os"
import * as Effect from "effect/Effect"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import { type Digest, fieldOrder, proofVersions, type ProofVersion } from "../../../kernels/NockPowTypes.ts"
import { SettingError, UsageError } from "../../cli/Errors.ts"

const limbsOf = (text: string): Digest | null => {
  const limbs = text.split(",").map(BigInt)
  const [a, b, c, d, e] = limbs
  if (a === undefined || b === undefined || c === undefined || d === undefined || e === undefined) return null
  return limbs.length === 5 && limbs.every((limb) => limb < fieldOrder) ? [a, b, c, d, e] : null
}

/** A digest that must be there. */
export const digestOf = (
  native: NockPowNative,
  flag: string,
  text: string | null
): Effect.Effect<Digest, UsageError | SettingError> => {
  if (text === null) {
    return Effect.fail(
      new UsageError({ problem: `--${flag} is missing`, advice: "give five limbs a,b,c,d,e or one base58 digest" })
    )
  }
  const digest = text.includes(",") ? limbsOf(text) : native.parseBase58(text)
  return digest === null
    ? Effect.fail(
        new SettingError({ source: `--${flag}`, problem: `each limb must be below ${fieldOrder}, five limbs in all` })
      )
    : Effect.succeed(digest)
}

export const targetOf = (native: NockPowNative, text: string): Effect.Effect<Digest, UsageError | SettingError> =>
  text.includes(",") ? digestOf(native, "target", text) : Effect.succeed(native.targetLimbs(BigInt(text)))

export const versionOf = (text: string): ProofVersion => proofVersions.find((each) => String(each) === text) ?? 5

export const threadsOf = (threads: number | null): number => threads ?? availableParallelism()

/** Lengths are powers of two; the kernel says the same, but without the name of the flag. */
export const lengthOf = (length: number, most: number): Effect.Effect<number, SettingError> =>
  (length & (length - 1)) === 0 && length <= most
    ? Effect.succeed(length)
    : Effect.fail(
        new SettingError({ source: "--len", problem: `expected a power of two up to ${most}, got ${length}` })
      )

/** True when a digest is at most a target. */
export const meets = (digest: Digest, target: Digest): boolean => atomOf(digest) <= atomOf(target)

/** The digest as one number. */
export const atomOf = (digest: Digest): bigint => digest.reduceRight<bigint>((sum, limb) => sum * fieldOrder + limb, 0n)

export const strings = (digest: Digest): ReadonlyArray<string> => digest.map(String)

/** What the nockpow tests share: where the reference library may be, texts of digests, inputs of the oracle's list. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { Digest, ProofVersion } from "../../../kernels/NockPowTypes.ts"
import { packageRoot } from "../../../kernels/Paths.ts"

/** The reference library beside the project, or null on machines without it. */
export const sharedFile = (...parts: ReadonlyArray<string>): string | null => {
  const path = join(packageRoot, "..", "shared", ...parts)
  return existsSync(path) ? path : null
}

/** Why a test that needs the reference library is skipped. */
export const withoutShared = "needs ../shared, which is not on this machine"

export const digest = (limbs: ReadonlyArray<string | number | bigint>): Digest => {
  const limb = (index: number) => BigInt(limbs[index] ?? 0)
  return [limb(0), limb(1), limb(2), limb(3), limb(4)]
}

export const one: Digest = [1n, 2n, 3n, 4n, 5n]
export const six: Digest = [6n, 7n, 8n, 9n, 10n]

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export interface OracleRow {
  readonly version: ProofVersion
  readonly index: number
  readonly len: number
  readonly commitment: ReadonlyArray<string>
  readonly nonce: ReadonlyArray<string>
  readonly digest: ReadonlyArray<string>
  readonly bytes: number
  readonly sha256: string
}

/** What the Python oracle computed for 250 puzzles (kernels/native/nockpow/dev/oracle_run.py). */
export const oracleRows = (): ReadonlyArray<OracleRow> =>
  readFileSync(join(packageRoot, "test", "kernels", "nockpow", "oracle.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): OracleRow => JSON.parse(line))

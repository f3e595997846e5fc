/**
 * How many coins a block makes, and who gets them.
 *
 * The schedule falls in eras of heights; from 65,500 on a fifth goes to the protocol's fund, as an entry of its own.
 * Source: protocols/nockchain.md section 4.3; the sum of the schedule is exactly 2^32 NOCK.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Digest from "./Digest.ts"
import { leaf } from "./Hash.ts"
import { nicksPerNock } from "./Nicks.ts"
import { digestNoun } from "./Noun.ts"

/** Last height of an era and what each of its blocks makes, NOCK. */
const eras: ReadonlyArray<readonly [last: number, nock: bigint]> = [
  [0, 0n],
  [13_150, 65_536n],
  [39_448, 32_768n],
  [65_500, 16_384n],
  [170_500, 2_048n],
  ...[1536n, 1024n, 768n, 512n, 384n, 256n, 192n, 128n, 96n].map(
    (nock, era) => [170_500 + 210_000 * (era + 1), nock] as const
  ),
  [16_144_876, 64n]
]

/** New coins of the block at a height, nicks. */
export const emission = (height: number): bigint => (eras.find(([last]) => height <= last)?.[1] ?? 0n) * nicksPerNock

/** The first height whose coinbase has an entry of the fund. */
export const fundFrom = 65_500

/** Public-key hash of the protocol's fund. */
export const fundAddress = "9EhcJiGhAPcWLYrR9DL4ZPjU2Z9XT6FT2ZFkEEwmSQv7ES2TMC7p6Up"

/** The fund's part of the new coins of a height, nicks; the fees of transactions are not shared with it. */
export const fund = (height: number): bigint => (height < fundFrom ? 0n : emission(height) / 5n)

/** Who a block pays, by parts. */
export interface Share {
  readonly pkh: Digest.Digest
  /** At least 1. */
  readonly share: bigint
}

export interface Payee {
  readonly pkh: Digest.Digest
  readonly nicks: bigint
}

/** A coinbase has room for this many miners beside the fund. */
export const maxShares = 2

/**
 * Divide nicks by parts: proportional floors, up to three times on what remains, the rest to the first in the order of
 * a map (which of two that is in the node's own code is inferred: the smaller key hash). One share gets everything.
 */
export const split = (native: NockPowNative, nicks: bigint, shares: ReadonlyArray<Share>): ReadonlyArray<Payee> => {
  const parts = shares.reduce((sum, { share }) => sum + share, 0n)
  const order = (pkh: Digest.Digest) => leaf(native, digestNoun(pkh))
  const sorted = shares
    .map((share) => ({ ...share, order: order(share.pkh), nicks: 0n }))
    .sort((a, b) => Digest.compare(a.order, b.order))
  let rest = nicks
  for (let round = 0; round < 3 && rest > 0n; round++) {
    const whole = rest
    for (const payee of sorted) {
      const part = (whole * payee.share) / parts
      payee.nicks += part
      rest -= part
    }
  }
  return sorted.map(({ nicks, pkh }, index) => ({ pkh, nicks: index === 0 ? nicks + rest : nicks }))
}

/** The entries of a coinbase: the miners' parts of emission and fees, and the fund's from its height on. */
export const coinbase = (
  native: NockPowNative,
  height: number,
  fees: bigint,
  shares: ReadonlyArray<Share>
): ReadonlyArray<Payee> => {
  const forFund = fund(height)
  const miners = split(native, emission(height) - forFund + fees, shares)
  const address = Digest.fromBase58(native, fundAddress)
  if (address === null) throw new Error("the address of the protocol's fund is no public-key hash")
  return height < fundFrom ? miners : [...miners, { pkh: address, nicks: forFund }]
}

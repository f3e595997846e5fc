/**
 * Pay per last N shares, in whole nicks: which shares take part in a block, and how its reward is split over them.
 *
 * The window runs back from the winning share until the difficulties add up to a multiple of the network's difficulty;
 * the share at its far edge counts with the part that is inside. Every split is exact: fee plus credits is the reward.
 */

/** A window that is being filled, newest share first. */
export interface Window {
  readonly full: boolean
  /** Difficulty inside the window, by miner. */
  readonly shares: ReadonlyMap<string, bigint>
  readonly add: (minerId: string, difficulty: bigint) => void
}

/** Difficulty of a window: at least one unit. The factor counts in thousandths, so that 2.5 is exact. */
export const sizeOf = (networkDifficulty: bigint, factor: number): bigint => {
  const size = (networkDifficulty * BigInt(Math.max(0, Math.round(factor * 1_000)))) / 1_000n
  return size < 1n ? 1n : size
}

export const windowOf = (networkDifficulty: bigint, factor: number): Window => {
  const shares = new Map<string, bigint>()
  let left = sizeOf(networkDifficulty, factor)
  return {
    get full() {
      return left === 0n
    },
    shares,
    add: (minerId, difficulty) => {
      const inside = difficulty < left ? difficulty : left
      if (inside <= 0n) return
      left -= inside
      shares.set(minerId, (shares.get(minerId) ?? 0n) + inside)
    }
  }
}

export interface Split {
  readonly fee: bigint
  readonly credits: ReadonlyArray<readonly [minerId: string, nicks: bigint]>
}

/**
 * Split a reward: the fee is rounded down, each miner gets the floor of its part, and the nicks that are left over go
 * one each to the largest remainders (ties: by name). With no share at all everything is fee. Credits of 0 are left out.
 */
export const split = (reward: bigint, shares: ReadonlyMap<string, bigint>, feeBasisPoints: number): Split => {
  const total = [...shares.values()].reduce((sum, difficulty) => sum + difficulty, 0n)
  if (total === 0n) return { fee: reward, credits: [] }
  const fee = (reward * BigInt(feeBasisPoints)) / 10_000n
  const pot = reward - fee
  const parts = [...shares].map(([minerId, difficulty]) => ({
    minerId,
    nicks: (pot * difficulty) / total,
    remainder: (pot * difficulty) % total
  }))
  parts.sort((a, b) =>
    a.remainder === b.remainder ? (a.minerId < b.minerId ? -1 : 1) : a.remainder > b.remainder ? -1 : 1
  )
  const over = pot - parts.reduce((sum, part) => sum + part.nicks, 0n)
  return {
    fee,
    credits: parts
      .map(({ minerId, nicks }, index) => [minerId, BigInt(index) < over ? nicks + 1n : nicks] as const)
      .filter(([, nicks]) => nicks > 0n)
  }
}

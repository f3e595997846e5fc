/**
 * What an operator can set about the pool's actors, with the defaults.
 *
 * Plain data in the units named; the composition fills it from config. Limits are per process.
 */
import type * as Redacted from "effect/Redacted"

export interface PoolSettings {
  /** Addresses (pkh) whose entries in a coinbase belong to the pool. */
  readonly rewardAddresses: ReadonlyArray<string>
  /** Any one of these lets a miner in; empty: no token is asked for. */
  readonly tokens: ReadonlyArray<Redacted.Redacted>
  /** Seals the tickets of sessions: 32 bytes, the same over restarts. Null: sessions end with this process. */
  readonly sessionKey: Redacted.Redacted<Uint8Array> | null
  readonly board: BoardSettings
  readonly vardiff: VardiffSettings
  readonly limits: LimitSettings
  readonly payout: PayoutSettings
  /** Threads of one proof of a winner. */
  readonly proverThreads: number
}

export interface BoardSettings {
  /** Jobs with the same parent whose shares count at the same time. */
  readonly recentJobs: number
  /** How long shares of a job count after it was last sent. */
  readonly lifetimeMillis: number
  /** The present job is sent again after this time without a new one. At most 55 s. */
  readonly rebroadcastMillis: number
  /** Nonces remembered per job to answer "duplicate" without asking the ledger. */
  readonly noncesPerJob: number
}

export interface VardiffSettings {
  /** Shares per minute and connection to aim at. */
  readonly sharesPerMinute: number
  readonly startDifficulty: bigint
  readonly minimumDifficulty: bigint
  /** Largest change in one step, up or down, as a factor above 1. */
  readonly maxStep: number
  /** For so long after a session came back its shares tell nothing of its rate: they waited. */
  readonly graceMillis: number
}

export interface LimitSettings {
  readonly maxConnections: number
  readonly maxConnectionsPerIp: number
  /** New connections per second and IP; the burst is `maxConnectionsPerIp`. */
  readonly connectsPerSecondPerIp: number
  /** Time to say who one is. */
  readonly preAuthMillis: number
  /** Without heartbeat and share for this long: dropped. */
  readonly idleMillis: number
  /** Shares per second and connection, and how many may come at once. */
  readonly sharesPerSecond: number
  readonly shareBurst: number
  /** Shares that wait for the check, over all connections; beyond: rate-limited. */
  readonly maxWaiting: number
  /** Of so many shares in a row ... */
  readonly banSample: number
  /** ... this part must be invalid for a ban, 0 to 1. */
  readonly banInvalidPart: number
  readonly banMillis: number
  readonly maxBans: number
  /** Wrong tokens from an IP within a minute that lead to a ban. */
  readonly maxWrongTokens: number
  /** How long the statistics of a lost connection wait for its return. */
  readonly resumeMillis: number
  readonly maxSessions: number
}

export interface PayoutSettings {
  readonly windowFactor: number
  readonly feeBasisPoints: number
  readonly minimumPayoutNicks: bigint
  /** Time between payments. */
  readonly intervalMillis: number
  /** Whether an account's name is an address that can be paid. */
  readonly payable: (minerId: string) => boolean
}

export const defaultBoard: BoardSettings = {
  recentJobs: 8,
  lifetimeMillis: 600_000,
  rebroadcastMillis: 50_000,
  noncesPerJob: 131_072
}

export const defaultVardiff: VardiffSettings = {
  sharesPerMinute: 20,
  startDifficulty: 32_768n,
  minimumDifficulty: 256n,
  maxStep: 4,
  graceMillis: 10_000
}

export const defaultLimits: LimitSettings = {
  maxConnections: 20_000,
  maxConnectionsPerIp: 1_000,
  connectsPerSecondPerIp: 200,
  preAuthMillis: 15_000,
  idleMillis: 120_000,
  sharesPerSecond: 50,
  shareBurst: 500,
  maxWaiting: 65_536,
  banSample: 50,
  banInvalidPart: 0.5,
  banMillis: 600_000,
  maxBans: 65_536,
  maxWrongTokens: 10,
  resumeMillis: 900_000,
  maxSessions: 65_536
}

export const defaultPayout: PayoutSettings = {
  windowFactor: 2,
  feeBasisPoints: 100,
  minimumPayoutNicks: 65_536n,
  intervalMillis: 3_600_000,
  payable: () => true
}

export const defaults: PoolSettings = {
  rewardAddresses: [],
  tokens: [],
  sessionKey: null,
  board: defaultBoard,
  vardiff: defaultVardiff,
  limits: defaultLimits,
  payout: defaultPayout,
  proverThreads: 1
}

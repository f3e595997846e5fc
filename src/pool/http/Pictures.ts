/**
 * From the pool's own status to what HTTP and the log summary show: pure functions, one place for every number.
 *
 * The documented fields of the original pool keep their names and kinds. Nothing is estimated that is not measured: the
 * hashrate is that of accepted shares, blocks are those that the chain showed, processor and memory are the process's.
 */
import type { ChainNote } from "../../../actors/pool/ChainSource.ts"
import type { MinerBalance, MinerTotals, Payout, PoolBlock, ShareRow } from "../../../actors/pool/Ledger.ts"
import type { ConnectionStatus, LedgerTotals, PoolStatus } from "../../../actors/pool/PoolStatus.ts"
import type { Usage } from "./Process.ts"
import type * as Shapes from "./Shapes.ts"

/** UTC to the second: "2023-07-23T12:58:30Z". */
export const timeOf = (millis: number): string => `${new Date(millis).toISOString().slice(0, 19)}Z`
const timeOrNull = (millis: number | null): string | null => (millis === null ? null : timeOf(millis))

/** A target as 80 hexadecimal digits, most significant first. */
export const targetText = (target: bigint): string => target.toString(16).padStart(80, "0")

const noTotals: LedgerTotals = { shares: 0n, found: 0, accepted: 0, orphaned: 0 }
const totalsOf = (status: PoolStatus): LedgerTotals => status.ledger ?? noTotals

const wholeRate = (rate: number): number => Math.round(rate)

/** A devnet is never mistaken for the network: its name stands in every state. */
const syncText = ({ source, sync }: PoolStatus): string =>
  source.kind === "devnet" ? `${sync.state} (devnet)` : sync.state

const heightOf = (status: PoolStatus): number => status.tip?.height ?? 0

/** 0 to 100; 100 only when synced. */
const percentOf = (status: PoolStatus): number => {
  if (status.sync.state === "synced") return 100
  const network = status.sync.networkHeight
  if (network === null || network <= 0) return 0
  return Math.min(99.99, Math.floor((heightOf(status) / network) * 10_000) / 100)
}

const remainingOf = (status: PoolStatus): number | null =>
  status.sync.networkHeight === null ? null : Math.max(0, status.sync.networkHeight - heightOf(status))

export const basic = (status: PoolStatus): Shapes.Basic => ({
  miners: status.connections.active,
  hashrate: wholeRate(status.hashrate),
  blocks: totalsOf(status).accepted,
  current_height: heightOf(status)
})

export const full = (status: PoolStatus, usage: Usage): Shapes.Status => ({
  server_start_time: timeOf(status.startedAt),
  uptime_seconds: Math.floor(status.uptimeMillis / 1000),
  current_block_height: heightOf(status),
  last_block_time: timeOrNull(status.tip?.timestamp ?? null),
  latest_block_hash: status.tip?.blockId ?? "",
  sync_status: syncText(status),
  sync_percentage: percentOf(status),
  network_latest_block_height: status.sync.networkHeight,
  connected_miners: status.connections.active,
  total_threads: status.connections.threads,
  estimated_hashrate: wholeRate(status.hashrate),
  blocks_found: totalsOf(status).found,
  blocks_accepted: totalsOf(status).accepted,
  current_difficulty: status.job === null ? "" : targetText(status.job.networkTarget),
  current_work_id: status.job?.jobId ?? "",
  work_updates_count: status.jobs,
  work_last_update: timeOrNull(status.lastJobAt),
  cpu_usage_percent: usage.cpuPercent,
  memory_usage_mb: Math.round(usage.memoryBytes / 2 ** 20)
})

/** `blocksPerSecond`: how fast the tip grew lately while syncing; null when that is not known. */
export const sync = (status: PoolStatus, blocksPerSecond: number | null): Shapes.Sync => {
  const remaining = remainingOf(status)
  return {
    current_block_height: heightOf(status),
    network_block_height: status.sync.networkHeight,
    sync_percentage: percentOf(status),
    sync_status: syncText(status),
    latest_block_hash: status.tip?.blockId ?? "",
    last_block_time: timeOrNull(status.tip?.timestamp ?? null),
    remaining_blocks: remaining,
    estimated_time_remaining:
      remaining === null
        ? null
        : remaining === 0
          ? 0
          : blocksPerSecond === null || blocksPerSecond <= 0
            ? null
            : Math.ceil(remaining / blocksPerSecond)
  }
}

export const pool = (status: PoolStatus, listening: Shapes.Pool["listening"]): Shapes.Pool => ({
  chain: status.source,
  sync: status.sync,
  listening,
  idle: status.idle,
  connections: {
    active: status.connections.active,
    pending: status.connections.pending,
    bans: status.connections.bans
  },
  job:
    status.job === null
      ? null
      : {
          jobId: status.job.jobId,
          height: status.job.height,
          parent: status.job.parent,
          networkDifficulty: String(status.job.networkDifficulty),
          issuedAt: timeOf(status.job.issuedAt)
        },
  shares: status.shares,
  hashrate: status.hashrate,
  payout: status.payout
})

export const ready = (status: PoolStatus): Shapes.Ready => {
  const reason =
    status.sync.state !== "synced"
      ? `${status.source.name} is ${status.sync.state}: ${status.sync.detail}`
      : (status.unkept ?? status.idle)
  return { ready: reason === null, reason }
}

export const miner = (row: MinerBalance): Shapes.Miner => ({
  minerId: row.minerId,
  immatureNicks: String(row.immatureNicks),
  payableNicks: String(row.payableNicks),
  paidNicks: String(row.paidNicks)
})

export const worker = (row: MinerTotals): Shapes.Worker => ({
  minerId: row.minerId,
  worker: row.worker,
  accepted: String(row.accepted),
  stale: String(row.stale),
  rejected: String(row.rejected),
  difficulty: String(row.difficulty),
  lastShareAt: timeOrNull(row.lastShareAt)
})

/** Without the peer's address: this API has no authentication. */
export const connection = (row: ConnectionStatus): Shapes.Connection => ({
  id: row.id,
  minerId: row.minerId,
  worker: row.worker,
  version: row.version,
  threads: row.threads,
  claimedRate: row.claimedRate,
  hashrate: row.hashrate,
  difficulty: String(row.difficulty),
  accepted: row.accepted,
  stale: row.stale,
  rejected: row.rejected,
  connectedAt: timeOf(row.connectedAt),
  lastShareAt: timeOrNull(row.lastShareAt)
})

export const share = (row: ShareRow): Shapes.Share => ({
  id: row.id,
  jobId: row.jobId,
  height: row.height,
  minerId: row.minerId,
  worker: row.worker,
  nonce: Buffer.from(row.nonce).toString("hex"),
  difficulty: String(row.difficulty),
  winner: row.winner,
  receivedAt: timeOf(row.receivedAt)
})

export const block = (row: PoolBlock): Shapes.Block => ({
  id: row.id,
  state: row.state,
  height: row.height,
  jobId: row.jobId,
  blockId: row.blockId,
  minerId: row.minerId,
  worker: row.worker,
  rewardNicks: String(row.rewardNicks),
  foundAt: timeOf(row.foundAt),
  detail: row.detail
})

export const payout = (row: Payout): Shapes.Payout => ({
  id: row.id,
  state: row.state,
  outputs: row.outputs.map(({ minerId, nicks }) => ({ minerId, nicks: String(nicks) })),
  createdAt: timeOf(row.createdAt),
  txId: row.txId
})

export const note = (row: ChainNote): Shapes.Note => ({
  name: row.name,
  nicks: String(row.nicks),
  height: row.height,
  coinbase: row.coinbase,
  spendableFrom: row.spendableFrom
})

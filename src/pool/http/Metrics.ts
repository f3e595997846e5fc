/**
 * The pool's numbers in the text format of Prometheus.
 *
 * Names follow Prometheus' rules: base units, `_total` for counters, label values from closed sets only (codes, reasons,
 * states), never a miner's name. Everything comes from the one status that all readers share.
 */
import type { PoolStatus } from "../../../actors/pool/PoolStatus.ts"
import type { Usage } from "./Process.ts"

type Value = number | bigint | null
type Labels = Readonly<Record<string, string>>

const escape = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"')

const line = (name: string, labels: Labels, value: number | bigint): string => {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escape(text)}"`)
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`
}

/** One metric; a null value leaves it out: not known is not zero. */
const metric = (
  name: string,
  type: "counter" | "gauge",
  help: string,
  values: Value | ReadonlyArray<readonly [Labels, Value]>
): ReadonlyArray<string> => {
  const rows = Array.isArray(values) ? values : ([[{}, values]] as ReadonlyArray<readonly [Labels, Value]>)
  const lines = rows.flatMap(([labels, value]) => (value === null ? [] : [line(name, labels, value)]))
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines]
}

const by = (label: string, counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([key, value]) => [{ [label]: key }, value] as const)

const seconds = (millis: number | null) => (millis === null ? null : millis / 1000)

export const render = (status: PoolStatus, usage: Usage, version: string): string => {
  const { connections, job, ledger, source, sync, tip } = status
  const name = (rest: string) => `pitboss_pool_${rest}`
  const info = [[{ version, chain: source.name, kind: source.kind }, 1]] as const
  const states = ["starting", "syncing", "synced", "unreachable"].map(
    (state) => [{ state }, sync.state === state ? 1 : 0] as const
  )
  return `${[
    metric(name("info"), "gauge", "The program and its chain.", info),
    metric(name("start_time_seconds"), "gauge", "When the pool began, seconds since 1970.", seconds(status.startedAt)),
    metric(name("connections"), "gauge", "Subscriptions that are open.", [
      [{ state: "active" }, connections.active],
      [{ state: "pending" }, connections.pending]
    ]),
    metric(name("connections_total"), "counter", "Subscriptions since the pool began.", connections.total),
    metric(name("refused_connections_total"), "counter", "Not let in.", by("reason", connections.refused)),
    metric(name("bans"), "gauge", "Addresses and accounts that are banned now.", connections.bans),
    metric(name("threads"), "gauge", "Search threads as miners say.", connections.threads),
    metric(
      name("hashrate_digests_per_second"),
      "gauge",
      "From the difficulty of accepted shares of about five minutes.",
      status.hashrate
    ),
    metric(name("shares_total"), "counter", "Shares by answer since the pool began.", by("code", status.shares)),
    metric(name("shares_waiting"), "gauge", "Shares that wait for their check.", status.waiting),
    metric(name("share_batches_total"), "counter", "Batches of the share check.", status.batches.count),
    metric(name("share_batch_shares_total"), "counter", "Shares in those batches.", status.batches.shares),
    metric(name("ledger_shares_total"), "counter", "Shares in the books.", ledger?.shares ?? null),
    metric(
      name("blocks_total"),
      "counter",
      "Blocks of ours over the life of the books: found by a share, shown by the chain, replaced by another.",
      ledger === null
        ? null
        : [
            [{ state: "found" }, ledger.found],
            [{ state: "accepted" }, ledger.accepted],
            [{ state: "orphaned" }, ledger.orphaned]
          ]
    ),
    metric(name("open_blocks"), "gauge", "Blocks of ours that are not settled.", status.winners.length),
    metric(name("chain_state"), "gauge", "1 for the state of the chain source.", states),
    metric(name("chain_height"), "gauge", "Height of the tip.", tip?.height ?? null),
    metric(name("network_height"), "gauge", "Highest height known of the network.", sync.networkHeight),
    metric(name("tip_timestamp_seconds"), "gauge", "Time of the tip.", seconds(tip?.timestamp ?? null)),
    metric(
      name("network_difficulty_digests"),
      "gauge",
      "Expected digests for a block.",
      job?.networkDifficulty ?? null
    ),
    metric(name("jobs_total"), "counter", "Jobs since the pool began.", status.jobs),
    metric(name("last_job_timestamp_seconds"), "gauge", "When the last job was made.", seconds(status.lastJobAt)),
    metric(name("idle"), "gauge", "1 while miners have nothing to do.", status.idle === null ? 0 : 1),
    metric("process_cpu_seconds_total", "counter", "Processor time of the process.", usage.cpuSeconds),
    metric(
      name("resident_memory_bytes"),
      "gauge",
      "Resident memory of the process and those it started.",
      usage.memoryBytes
    )
  ]
    .flat()
    .join("\n")}\n`
}

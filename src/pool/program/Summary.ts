/**
 * The status summary of the log: one line per item, in the documented Chinese text or in English.
 *
 * The text is a contract (protocols/mining-pool.md section 1.6); programs read it. Items in order: status summary,
 * uptime, miners (threads), difficulty, hashrate, height, time of the last block, blocks found (accepted), work id, work
 * updates, end.
 */
import type { PoolStatus } from "../../../actors/pool/PoolStatus.ts"
import type { Language } from "../../../config/Setting.ts"
import { counted, hashrate } from "../../console/Format.ts"
import type { Entry } from "../../telemetry/Log.ts"
import { targetText, timeOf } from "../http/Pictures.ts"

/** The first digits of the network's target, as the original pool shows its difficulty. */
const shownDigits = 11

const items = (status: PoolStatus) => ({
  uptime: Math.floor(status.uptimeMillis / 1000),
  miners: status.connections.active,
  threads: status.connections.threads,
  difficulty: status.job === null ? "-" : `${targetText(status.job.networkTarget).slice(0, shownDigits)}...`,
  hashrate: Math.round(status.hashrate),
  height: status.tip?.height ?? 0,
  blockTime: status.tip === null ? "-" : timeOf(status.tip.timestamp),
  found: status.ledger?.found ?? "-",
  accepted: status.ledger?.accepted ?? "-",
  work: status.job?.jobId ?? "-",
  updates: status.jobs
})

export const lines = (status: PoolStatus, language: Language): ReadonlyArray<string> => {
  const of = items(status)
  return language === "zh"
    ? [
        "============ 矿池状态摘要 ============",
        `运行时间: ${of.uptime} 秒`,
        `连接矿工: ${of.miners} (总线程数: ${of.threads})`,
        `当前难度: ${of.difficulty}`,
        `哈希率: ${of.hashrate} H/s`,
        `区块高度: ${of.height}`,
        `最后区块时间: ${of.blockTime}`,
        `找到区块: ${of.found} (已接受: ${of.accepted})`,
        `当前工作ID: ${of.work}`,
        `工作更新次数: ${of.updates}`,
        "======================================"
      ]
    : [
        "============ Pool status ============",
        `Uptime: ${of.uptime} s`,
        `Connected miners: ${of.miners} (total threads: ${of.threads})`,
        `Current difficulty: ${of.difficulty}`,
        `Hashrate: ${of.hashrate} H/s`,
        `Block height: ${of.height}`,
        `Last block time: ${of.blockTime}`,
        `Blocks found: ${of.found} (accepted: ${of.accepted})`,
        `Current work id: ${of.work}`,
        `Work updates: ${of.updates}`,
        "====================================="
      ]
}

/** As lines in a language, or as one event with fields for programs. */
export type Form = Language | "fields"

export const entries = (status: PoolStatus, form: Form, at: number): ReadonlyArray<Entry> => {
  const common = { at, level: "info", path: "" } as const
  if (form !== "fields") {
    return lines(status, form).map((message) => ({ ...common, event: "log", message, fields: {} }))
  }
  const fields = items(status)
  const blocks = `${fields.found} blocks found, ${fields.accepted} accepted`
  const message = `${hashrate(status.hashrate)} of ${counted(fields.miners, "miner")}; height ${fields.height}; ${blocks}`
  return [{ ...common, event: "Summary", message, fields }]
}

export const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.")

/** What the fixed items cannot say: why miners have nothing to do, or do not come. Each is a warning of its own. */
export const remarks = (
  { connections, idle, unkept }: Pick<PoolStatus, "connections" | "idle" | "unkept">,
  { host, port }: { readonly host: string; readonly port: number }
): ReadonlyArray<string> => {
  if (unkept !== null) return [`no share can be kept, so none is acknowledged: ${unkept}`]
  if (idle !== null && connections.active > 0) {
    return [`${connections.active} miners are connected and have nothing to do: ${idle}`]
  }
  if (connections.total > 0) return []
  const refused = Object.values(connections.refused).reduce((sum, count) => sum + count, 0)
  if (refused > 0) return [`no miner was let in; ${refused} connections were refused (/metrics has the reasons)`]
  return isLoopback(host)
    ? [`no miner has come yet; ${host} can only be reached from this machine, set --address 0.0.0.0:${port} for others`]
    : [
        `no miner has come yet; can they reach this machine on TCP ${port}? look at the firewall and the address they use`
      ]
}

/**
 * Every word of the terminal in the languages it speaks, in one place.
 */
import type { NodeState, WaitReason } from "../../actors/nexus/FleetStatus.ts"
import type { Text } from "../../config/Setting.ts"

type Words<K extends string> = Readonly<Record<K, Text>>

export const state: Words<NodeState["_tag"]> = {
  Starting: { en: "starting", zh: "启动中" },
  Queued: { en: "in line", zh: "排队" },
  Fetching: { en: "fetching", zh: "获取任务" },
  AwaitingProver: { en: "has task", zh: "待证明" },
  Proving: { en: "proving", zh: "证明中" },
  Submitting: { en: "submitting", zh: "提交中" },
  Waiting: { en: "waiting", zh: "等待" },
  Paused: { en: "paused", zh: "已暂停" },
  Restarting: { en: "restarting", zh: "重启中" },
  Quarantined: { en: "quarantined", zh: "已隔离" },
  Stopped: { en: "stopped", zh: "已停止" }
}

export const reason: Words<WaitReason> = {
  "rate-limit": { en: "rate limit", zh: "被限流" },
  "cool-down": { en: "cool-down", zh: "冷却" },
  budget: { en: "budget", zh: "等配额" },
  interval: { en: "resting", zh: "间隔" },
  "no-task": { en: "no task", zh: "无任务" },
  expired: { en: "expired", zh: "任务过期" },
  refused: { en: "refused", zh: "被拒绝" },
  abandoned: { en: "abandoned", zh: "已放弃" },
  network: { en: "network", zh: "网络故障" },
  server: { en: "server", zh: "服务器故障" },
  reply: { en: "bad reply", zh: "应答异常" },
  request: { en: "bad request", zh: "请求被拒" },
  prover: { en: "prover died", zh: "证明器崩溃" },
  memory: { en: "memory", zh: "内存不足" }
}

export const awaiting: Words<"slot" | "memory"> = {
  slot: { en: "for prover", zh: "等证明器" },
  memory: { en: "for memory", zh: "等内存" }
}

export const mode: Words<"running" | "draining" | "stopping" | "stopped"> = {
  running: { en: "running", zh: "运行中" },
  draining: { en: "finishing", zh: "收尾中" },
  stopping: { en: "stopping", zh: "停止中" },
  stopped: { en: "stopped", zh: "已停止" }
}

export const column = {
  node: { en: "NODE", zh: "节点" },
  label: { en: "LABEL", zh: "标签" },
  state: { en: "STATE", zh: "状态" },
  countdown: { en: "IN", zh: "倒计时" },
  task: { en: "TASK", zh: "任务" },
  progress: { en: "PROGRESS", zh: "进度" },
  accepted: { en: "OK", zh: "通过" },
  failed: { en: "FAIL", zh: "失败" },
  limited: { en: "429", zh: "429" },
  error: { en: "LAST ERROR", zh: "最近错误" }
} as const satisfies Words<string>

export const total = {
  nodes: { en: "nodes", zh: "节点" },
  active: { en: "active", zh: "活动" },
  queued: { en: "in line", zh: "排队" },
  waiting: { en: "waiting", zh: "等待" },
  paused: { en: "paused", zh: "暂停" },
  quarantined: { en: "quarantined", zh: "隔离" },
  spares: { en: "spares", zh: "备用" },
  proofs: { en: "proofs", zh: "证明" },
  accepted: { en: "accepted", zh: "通过" },
  failed: { en: "failed", zh: "失败" },
  limited: { en: "429", zh: "429" },
  inHand: { en: "in hand", zh: "在手" },
  perMinute: { en: "proofs/min", zh: "证明/分" },
  fiveMinutes: { en: "5 min", zh: "近5分" },
  memory: { en: "memory", zh: "内存" },
  of: { en: "of", zh: "/" },
  reserved: { en: "reserved", zh: "预留" },
  uptime: { en: "up", zh: "运行" },
  slots: { en: "prover", zh: "证明器" }
} as const satisfies Words<string>

export const sort = {
  list: { en: "list", zh: "列表" },
  state: { en: "state", zh: "状态" },
  accepted: { en: "accepted", zh: "通过数" },
  failed: { en: "failed", zh: "失败数" },
  error: { en: "last error", zh: "最近错误" }
} as const satisfies Words<string>

export const filter = {
  all: { en: "all", zh: "全部" },
  active: { en: "active", zh: "活动" },
  waiting: { en: "waiting", zh: "等待" },
  trouble: { en: "trouble", zh: "异常" }
} as const satisfies Words<string>

export const footer = {
  rows: { en: "rows", zh: "行" },
  none: { en: "no node to show", zh: "没有可显示的节点" },
  sort: { en: "s sort", zh: "s 排序" },
  filter: { en: "f filter", zh: "f 筛选" },
  search: { en: "/ search", zh: "/ 搜索" },
  page: { en: "↑↓ PgUp PgDn", zh: "↑↓ PgUp PgDn" },
  quit: { en: "q quit", zh: "q 退出" },
  activity: { en: "ACTIVITY", zh: "动态" },
  stopping: { en: "finishing work in hand; q again to hurry", zh: "正在完成手头工作；再按 q 立即停止" },
  ending: { en: "stopping", zh: "停止中" }
} as const satisfies Words<string>

export const miner = {
  rate: { en: "rate", zh: "算力" },
  shares: { en: "shares", zh: "份额" },
  accepted: { en: "accepted", zh: "接受" },
  stale: { en: "stale", zh: "过期" },
  rejected: { en: "rejected", zh: "拒绝" },
  duplicate: { en: "counted before", zh: "重复" },
  lost: { en: "lost", zh: "丢失" },
  pending: { en: "unanswered", zh: "未应答" },
  latency: { en: "latency", zh: "延迟" },
  pool: { en: "pool", zh: "矿池" },
  pools: { en: "of", zh: "全部矿池" },
  job: { en: "job", zh: "任务" },
  height: { en: "height", zh: "高度" },
  share: { en: "share", zh: "份额难度" },
  block: { en: "block", zh: "区块难度" },
  paid: { en: "paid to", zh: "收款" },
  credited: { en: "credited", zh: "记账" },
  unpayable: { en: "a name, which cannot be paid", zh: "仅为名称，无法付款" },
  none: { en: "none", zh: "无" },
  threads: { en: "threads", zh: "线程" },
  thread: { en: "THREAD", zh: "线程" },
  state: { en: "STATE", zh: "状态" },
  digests: { en: "DIGESTS", zh: "摘要数" },
  connecting: { en: "connecting", zh: "连接中" },
  next: { en: "next try in", zh: "重试倒计时" },
  stopped: { en: "stopped", zh: "已停止" },
  average: { en: "on average", zh: "平均" },
  stopping: {
    en: "waiting for answers to shares; q again to hurry",
    zh: "正在等待份额应答；再按 q 立即停止"
  }
} as const satisfies Words<string>

/** States of a miner's thread. */
export const thread: Readonly<Record<string, Text | undefined>> = {
  starting: { en: "starting", zh: "启动中" },
  idle: { en: "idle", zh: "空闲" },
  searching: { en: "searching", zh: "搜索中" }
}

export const pool = {
  state: { en: "state", zh: "状态" },
  ready: { en: "ready", zh: "就绪" },
  notReady: { en: "not ready", zh: "未就绪" },
  chain: { en: "chain", zh: "链" },
  height: { en: "height", zh: "高度" },
  of: { en: "of", zh: "/" },
  block: { en: "last block", zh: "最近区块" },
  difficulty: { en: "difficulty", zh: "难度" },
  miners: { en: "miners", zh: "矿工" },
  connected: { en: "connected", zh: "已连接" },
  unidentified: { en: "unidentified", zh: "未识别" },
  threads: { en: "threads", zh: "线程" },
  hashrate: { en: "hashrate", zh: "算力" },
  shares: { en: "shares", zh: "份额" },
  waiting: { en: "in the check", zh: "检查中" },
  blocks: { en: "blocks", zh: "区块" },
  found: { en: "found", zh: "找到" },
  accepted: { en: "accepted", zh: "接受" },
  orphaned: { en: "orphaned", zh: "孤块" },
  lastOwn: { en: "the last", zh: "最近一个" },
  jobs: { en: "jobs", zh: "任务" },
  made: { en: "made", zh: "已发" },
  now: { en: "now", zh: "当前" },
  books: { en: "books", zh: "账本" },
  accounts: { en: "accounts", zh: "账户" },
  immature: { en: "immature", zh: "未成熟" },
  payable: { en: "payable", zh: "可支付" },
  paid: { en: "paid", zh: "已支付" },
  payout: { en: "payout", zh: "支付" },
  unreadable: { en: "they cannot be read", zh: "无法读取" },
  door: { en: "door", zh: "接入" },
  closed: { en: "not listening", zh: "未监听" },
  connections: { en: "connections", zh: "连接" },
  refused: { en: "refused", zh: "拒绝" },
  bans: { en: "bans", zh: "封禁" },
  ago: { en: "ago", zh: "前" }
} as const satisfies Words<string>

/** States of a chain. */
export const sync: Readonly<Record<string, Text | undefined>> = {
  starting: { en: "starting", zh: "启动中" },
  syncing: { en: "syncing", zh: "同步中" },
  synced: { en: "synced", zh: "已同步" },
  unreachable: { en: "unreachable", zh: "无法连接" }
}

/** Blocks of ours that are not settled. */
export const winner: Readonly<Record<string, Text | undefined>> = {
  found: { en: "waiting for a proof", zh: "等待证明" },
  proving: { en: "being proved", zh: "证明中" },
  submitted: { en: "submitted", zh: "已提交" },
  accepted: { en: "maturing", zh: "成熟中" }
}

/** Blocks of ours whatever became of them, as a list of all shows them. */
export const block: Readonly<Record<string, Text | undefined>> = {
  ...winner,
  mature: { en: "mature", zh: "已成熟" },
  orphaned: { en: "orphaned", zh: "孤块" },
  stale: { en: "stale", zh: "过期" },
  refused: { en: "refused", zh: "被拒绝" },
  lost: { en: "lost", zh: "丢失" }
}

/** States of a payout. */
export const payout: Readonly<Record<string, Text | undefined>> = {
  planned: { en: "planned", zh: "已计划" },
  sent: { en: "sent", zh: "已发送" },
  confirmed: { en: "confirmed", zh: "已确认" },
  failed: { en: "failed", zh: "失败" }
}

/** What the pool answered to a share. */
export const share: Readonly<Record<string, Text | undefined>> = {
  accepted: { en: "accepted", zh: "接受" },
  stale: { en: "stale", zh: "过期" },
  duplicate: { en: "duplicate", zh: "重复" },
  "low-difficulty": { en: "low difficulty", zh: "难度不足" },
  "wrong-prefix": { en: "wrong prefix", zh: "前缀错误" },
  "unknown-job": { en: "unknown job", zh: "未知任务" },
  "rate-limited": { en: "rate limited", zh: "被限速" },
  unauthorised: { en: "unauthorised", zh: "未授权" },
  malformed: { en: "malformed", zh: "格式错误" },
  unsupported: { en: "unsupported", zh: "不支持" },
  internal: { en: "internal", zh: "内部错误" }
}

/** Why the door was shut. */
export const refusal: Readonly<Record<string, Text | undefined>> = {
  banned: { en: "banned", zh: "被封禁" },
  "too-many": { en: "too many", zh: "总数超限" },
  "too-many-from-address": { en: "too many from one address", zh: "单地址超限" },
  "too-fast": { en: "too fast", zh: "过快" },
  stopping: { en: "stopping", zh: "停止中" }
}

/** The pool's page in a browser, where it has words that no screen has. */
export const page = {
  title: { en: "Mining pool", zh: "矿池" },
  worthless: { en: "A devnet: its coins are worth nothing.", zh: "这是开发网，其中的币没有任何价值。" },
  silent: { en: "no answer from the pool; asking again", zh: "矿池没有应答，正在重试" },
  perBlock: { en: "per block at this rate", zh: "一块（按当前算力）" },
  measured: { en: "from accepted shares", zh: "按已接受份额计算" },
  connect: { en: "Connect a miner", zh: "接入矿机" },
  account: { en: "An account", zh: "查询账户" },
  address: { en: "address", zh: "地址" },
  show: { en: "show", zh: "查询" },
  all: { en: "all accounts", zh: "全部账户" },
  machines: { en: "Machines of the account", zh: "该账户的机器" },
  /** The sum of the difficulties of accepted shares. */
  work: { en: "work, digests", zh: "累计工作量（摘要数）" },
  lastShares: { en: "Its latest shares", zh: "最近的份额" },
  mining: { en: "Mining now", zh: "正在挖矿" },
  accounts: { en: "Accounts", zh: "账户" },
  blocks: { en: "Blocks of this pool", zh: "本池区块" },
  payouts: { en: "Payouts", zh: "支付" },
  nobody: { en: "nobody", zh: "无" },
  none: { en: "none yet", zh: "暂无" },
  unknown: { en: "no accepted share under this name", zh: "没有该名称的已接受份额" },
  older: { en: "older", zh: "下一页" },
  newer: { en: "newer", zh: "上一页" },
  worker: { en: "worker", zh: "矿工名" },
  rejected: { en: "rejected", zh: "拒绝" },
  stale: { en: "stale", zh: "过期" },
  lastShare: { en: "last share", zh: "最近份额" },
  reward: { en: "reward", zh: "奖励" },
  foundBy: { en: "found by", zh: "发现者" },
  at: { en: "time", zh: "时间" },
  recipients: { en: "recipients", zh: "收款方" },
  amount: { en: "amount", zh: "金额" },
  id: { en: "block id", zh: "区块 ID" },
  up: { en: "up", zh: "已运行" }
} as const satisfies Words<string>

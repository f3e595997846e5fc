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
  stopping: { en: "finishing work in hand; q again to hurry", zh: "正在完成手头工作；再按 q 立即停止" }
} as const satisfies Words<string>

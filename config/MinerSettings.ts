/**
 * What an operator can set of the miner. Names of flags are those of the original miner where it has them.
 */
import { log, tlsKey } from "./LinkSettings.ts"
import { flag, type Group, matching, optional, path, same, seconds, setting, text, whole } from "./Setting.ts"

/** A name of a machine: what the pool accepts. */
const worker = matching("NAME", (value) => /^[\x20-\x7e]{1,64}$/.test(value), {
  en: "1 to 64 ASCII characters",
  zh: "1 到 64 个 ASCII 字符"
})

export const miner = {
  poolAddress: optional(text, {
    name: "pool-address",
    about: {
      en: "the same as the argument POOL, for .env, containers and pitboss.json; the argument goes before it",
      zh: "与参数 POOL 相同，用于 .env、容器和 pitboss.json；命令行参数优先"
    },
    shown: same("127.0.0.1:7777")
  }),
  threads: optional(whole(1, 1_024), {
    name: "threads",
    short: "t",
    about: { en: "search threads; each is a process of about 3 MB", zh: "搜索线程数；每个线程是一个约 3 MB 的进程" },
    shown: { en: "one less than the processor cores", zh: "处理器核心数减一" }
  }),
  pubkey: optional(text, {
    name: "pubkey",
    short: "p",
    variables: ["MINING_PUBKEY"],
    about: {
      en: "address (public-key hash) that the pool pays for the work",
      zh: "矿池付款的地址（公钥哈希）"
    },
    shown: {
      en: "the wallet in the data folder, else the worker's name, which a devnet pool credits and cannot pay",
      zh: "数据目录中的钱包，否则为矿工名（开发链矿池会记账但无法付款）"
    }
  }),
  worker: optional(worker, {
    name: "worker",
    about: { en: "name of this machine in the pool's statistics", zh: "本机在矿池统计中的名称" },
    shown: { en: "the host name", zh: "主机名" }
  }),
  tokenFile: optional(path("FILE"), {
    name: "token-file",
    about: {
      en: "file (mode 0600) with the access token of the pool; read again for every connection",
      zh: "矿池访问令牌文件（权限 0600）；每次连接都会重新读取"
    },
    shown: { en: "no token is sent", zh: "不发送令牌" }
  }),
  tlsCa: optional(path("FILE"), {
    name: "tls-ca",
    about: {
      en: "certificates (PEM) to trust for pools given as https://",
      zh: "以 https:// 给出的矿池所信任的证书（PEM）"
    },
    shown: { en: "those of the system", zh: "系统证书" }
  }),
  tlsCert: optional(path("FILE"), {
    name: "tls-cert",
    about: { en: "certificate (PEM) to show to the pool", zh: "向矿池出示的证书（PEM）" }
  }),
  tlsKey,
  log,
  headless: flag({
    name: "headless",
    about: { en: "log lines instead of the live display", zh: "输出日志行，不显示实时界面" }
  }),
  statusInterval: setting(seconds(1, 86_400), {
    name: "status-interval",
    fallback: 30,
    about: { en: "seconds between lines with the rate, without the live display", zh: "无实时界面时速率行的间隔秒数" }
  }),
  benchmark: flag({
    name: "benchmark",
    about: {
      en: "measure digests per second and memory of the threads, print them and end",
      zh: "测量线程的每秒摘要数和内存，输出后退出"
    }
  }),
  benchmarkSeconds: setting(seconds(0.1, 3_600), {
    name: "benchmark-seconds",
    fallback: 5,
    about: { en: "how long --benchmark measures", zh: "--benchmark 的测量秒数" }
  }),
  shutdownDeadline: setting(seconds(0, 600), {
    name: "shutdown-deadline",
    fallback: 3,
    about: { en: "seconds to wait for answers to shares after a stop", zh: "停止后等待份额应答的秒数" }
  })
} as const satisfies Group

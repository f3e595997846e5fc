/**
 * Every setting of every program, in groups: the one list behind flags, environment variables, `.env`, the
 * configuration file and the help.
 *
 * A program's settings are a group plus `common`. Names are those of the official Nexus client and of the batch client
 * where those have one; the ones of theirs that have no sense here are accepted and say what replaces them.
 */
import { difficulties } from "./Difficulties.ts"
import type { Group } from "./Setting.ts"
import {
  bytes,
  flag,
  fraction,
  matching,
  oneOf,
  optional,
  path,
  retired,
  seconds,
  setting,
  text,
  url,
  whole
} from "./Setting.ts"

const nodeId = matching("ID", (value) => /^(0|[1-9]\d{0,19})$/.test(value) && BigInt(value) < 1n << 64n, {
  en: "a node id: a whole number from 0 to 18446744073709551615",
  zh: "节点编号：0 到 18446744073709551615 的整数"
})

/** Where programs find their data and how they speak; every program has these. */
export const common = {
  config: optional(path("FILE"), {
    name: "config",
    about: { en: "configuration file (JSON)", zh: "配置文件（JSON）" },
    shown: { en: "./pitboss.json, if it is there", zh: "若存在则为 ./pitboss.json" }
  }),
  data: optional(path("DIR"), {
    name: "data",
    variables: ["PITBOSS_HOME"],
    about: { en: "data folder", zh: "数据目录" },
    shown: {
      en: "$XDG_DATA_HOME/pitboss, else ~/.local/share/pitboss",
      zh: "$XDG_DATA_HOME/pitboss，否则 ~/.local/share/pitboss"
    }
  }),
  lang: optional(oneOf(["en", "zh"]), {
    name: "lang",
    about: { en: "language of the screen", zh: "界面语言" },
    shown: { en: "as LC_ALL, LC_MESSAGES or LANG say", zh: "由 LC_ALL、LC_MESSAGES 或 LANG 决定" }
  }),
  logFormat: setting(oneOf(["text", "json"]), {
    name: "log-format",
    fallback: "text",
    about: { en: "log lines as text, or one JSON object per line", zh: "日志格式：文本，或每行一个 JSON 对象" }
  }),
  verbose: flag({
    name: "verbose",
    about: { en: "log details too, and where errors come from", zh: "输出更详细的日志和错误来源" }
  })
} as const satisfies Group

/** Which orchestrator to talk to. */
const network = {
  env: setting(
    { ...text, placeholder: "NAME|URL" },
    {
      name: "env",
      fallback: "production",
      variables: ["NEXUS_ENVIRONMENT"],
      about: {
        en: "production, beta, staging, a URL, or local, which starts an orchestrator of our own on 127.0.0.1:50505",
        zh: "production、beta、staging、一个 URL，或 local（在 127.0.0.1:50505 启动内置的 orchestrator）"
      }
    }
  ),
  orchestratorUrl: optional(url, {
    name: "orchestrator-url",
    about: { en: "an orchestrator by its URL; goes before --env", zh: "直接指定 orchestrator 的 URL，优先于 --env" }
  })
} as const satisfies Group

/** How nodes prove. */
const proving = {
  maxThreads: optional(whole(1, 4096), {
    name: "max-threads",
    about: { en: "processor cores that proving may use", zh: "证明最多使用的处理器核心数" },
    shown: { en: "all of them", zh: "全部" }
  }),
  memoryLimit: optional(bytes(256 * 2 ** 20), {
    name: "memory-limit",
    about: {
      en: "memory that the whole process tree may use; work that does not fit waits",
      zh: "整个进程树的内存上限；放不下的工作会等待"
    },
    shown: { en: "80% of what the machine or container has", zh: "机器或容器内存的 80%" }
  }),
  maxDifficulty: optional(oneOf(difficulties, "CLASS"), {
    name: "max-difficulty",
    about: {
      en: `hardest class of tasks to ask for: ${difficulties.join(", ")}`,
      zh: `请求任务的最高难度：${difficulties.join("、")}`
    }
  }),
  prover: setting(oneOf(["native", "official"]), {
    name: "prover",
    fallback: "native",
    about: {
      en: "who proves outside local environments: our own kernel (needs `pitboss nexus guest import`) or the official program",
      zh: "非本地环境由谁证明：内置证明器（需先 `pitboss nexus guest import`）或官方程序"
    }
  }),
  officialProver: optional(path("FILE"), {
    name: "official-prover",
    about: {
      en: "the installed official Nexus program; naming it chooses --prover official",
      zh: "已安装的 Nexus 官方程序；给出后即使用 --prover official"
    },
    shown: {
      en: "nexus-network, nexus-cli or nexus on PATH",
      zh: "PATH 中的 nexus-network、nexus-cli 或 nexus"
    }
  })
} as const satisfies Group

/** How a long-running program shows itself and ends. */
const running = {
  headless: flag({
    name: "headless",
    about: { en: "log lines instead of the live table", zh: "输出日志行，不显示实时表格" }
  }),
  shutdownDeadline: setting(seconds(0, 86_400), {
    name: "shutdown-deadline",
    fallback: 8,
    about: {
      en: "seconds that work in progress may take to finish after a stop; the rest is kept and goes on at the next start",
      zh: "停止后等待进行中工作完成的秒数；未完成的会保存并在下次启动时继续"
    }
  })
} as const satisfies Group

/** The orchestrator of our own; the two texts have a grammar of their own that the orchestrator judges. */
const embedded = {
  limits: setting(text, {
    name: "limits",
    fallback: "standard",
    about: {
      en: "its rate limits: standard (60 fetches, 100 submits per account and minute), official, or fetch=N,submit=N",
      zh: "内置 orchestrator 的限流：standard（每账户每分钟 60 次获取、100 次提交）、official，或 fetch=N,submit=N"
    }
  }),
  faults: setting(text, {
    name: "faults",
    fallback: "none",
    about: {
      en: "trouble that it makes on purpose: none, rate=0.1 (a tenth of all requests), or a list such as drop=0.05,lost=0.02",
      zh: "内置 orchestrator 故意制造的故障：none、rate=0.1（十分之一的请求），或如 drop=0.05,lost=0.02 的列表"
    }
  }),
  legacyReplies: setting(fraction, {
    name: "legacy-replies",
    fallback: 0,
    about: { en: "share of its task replies in the older form of the protocol", zh: "使用旧版协议格式的任务应答比例" }
  })
} as const satisfies Group

/** The same inside a fleet, for --env local. */
const embeddedHere = {
  orchestratorPort: setting(whole(1, 65_535), {
    name: "orchestrator-port",
    fallback: 50_505,
    about: {
      en: "port of the orchestrator that --env local uses or starts",
      zh: "--env local 使用或启动的 orchestrator 端口"
    }
  }),
  ...embedded
} as const satisfies Group

/** Flags of later states of the batch client. */
const retiredBatch = {
  refreshInterval: retired("refresh-interval", true, {
    en: "the table redraws itself whenever something changes",
    zh: "表格在有变化时自动重绘"
  }),
  rotation: retired("rotation", false, {
    en: "not needed: every node of the list gets its turn",
    zh: "不再需要：列表中的每个节点都会轮到"
  }),
  fetchConcurrency: retired("fetch-concurrency", true, {
    en: "use --max-concurrent; requests keep to each account's budget by themselves",
    zh: "请使用 --max-concurrent；请求会自动遵守每个账户的配额"
  }),
  timeout: retired("timeout", true, {
    en: "not needed: the server's Retry-After is honoured, else 30 to 60 s",
    zh: "不再需要：遵守服务器的 Retry-After，否则等待 30 到 60 秒"
  })
} as const satisfies Group

export const batchFile = {
  file: optional(path("FILE"), {
    name: "file",
    about: { en: "node list: one node id per line", zh: "节点列表：每行一个节点编号" },
    shown: { en: "./nodes.txt, else ./nodes/nodes.txt", zh: "./nodes.txt，否则 ./nodes/nodes.txt" }
  }),
  maxConcurrent: setting(whole(1, 100_000), {
    name: "max-concurrent",
    fallback: 10,
    about: {
      en: "how many nodes fetch, prove or submit at the same time; the others get their turns",
      zh: "同时获取、证明或提交的节点数；其余节点轮流进行"
    }
  }),
  proofInterval: setting(seconds(0, 86_400), {
    name: "proof-interval",
    fallback: 1,
    about: { en: "seconds that a node rests after a proof", zh: "节点完成一次证明后的间隔秒数" }
  }),
  workersPerNode: setting(whole(1, 1024), {
    name: "workers-per-node",
    fallback: 1,
    about: { en: "inputs of one task that are proved at the same time", zh: "同一任务中同时证明的输入数" }
  }),
  startDelay: setting(seconds(0, 3600), {
    name: "start-delay",
    fallback: 0.5,
    about: { en: "seconds between the starts of two nodes", zh: "相邻两个节点启动的间隔秒数" }
  }),
  spares: optional(path("FILE"), {
    name: "spares",
    about: {
      en: "node list of replacements for nodes that are refused for good",
      zh: "备用节点列表，替换被永久拒绝的节点"
    }
  }),
  skipInvalid: flag({
    name: "skip-invalid",
    about: {
      en: "go on without the lines of a node list that are invalid or repeated",
      zh: "跳过节点列表中无效或重复的行"
    }
  }),
  maxTasks: optional(whole(1, 1_000_000_000), {
    name: "max-tasks",
    about: { en: "stop after this many tasks", zh: "完成这么多任务后停止" }
  }),
  ...network,
  ...proving,
  ...running,
  ...embeddedHere,
  ...retiredBatch
} as const satisfies Group

export const start = {
  nodeId: optional(nodeId, {
    name: "node-id",
    variables: ["NODE_ID"],
    about: { en: "the node to run", zh: "要运行的节点编号" },
    shown: { en: "the one of ~/.nexus/config.json", zh: "~/.nexus/config.json 中的节点" }
  }),
  maxTasks: batchFile.maxTasks,
  ...network,
  ...proving,
  ...running,
  ...embeddedHere,
  checkMemory: retired("check-memory", false, {
    en: "not needed: work that does not fit --memory-limit always waits",
    zh: "不再需要：超出 --memory-limit 的工作总会等待"
  }),
  withBackground: retired("with-background", false, {
    en: "the table follows the terminal's own colours",
    zh: "表格使用终端自身的配色"
  })
} as const satisfies Group

export const registerUser = {
  walletAddress: optional(
    matching("0x...", (value) => /^0x[0-9a-f]{40}$/i.test(value), {
      en: "a wallet address: 0x and 40 hexadecimal digits",
      zh: "钱包地址：0x 加 40 位十六进制数字"
    }),
    { name: "wallet-address", about: { en: "wallet that the nodes work for", zh: "节点所属的钱包地址" } }
  ),
  ...network
} as const satisfies Group

export const registerNode = {
  nodeId: optional(nodeId, {
    name: "node-id",
    about: { en: "use this node instead of registering a new one", zh: "使用已有节点，不注册新节点" }
  }),
  ...network
} as const satisfies Group

export const logout = { ...network } as const satisfies Group

export const orchestrator = {
  host: setting(text, {
    name: "host",
    fallback: "127.0.0.1",
    about: { en: "address to listen on", zh: "监听地址" }
  }),
  port: setting(whole(0, 65_535), {
    name: "port",
    fallback: 50_505,
    about: { en: "port to listen on; 0 takes a free one", zh: "监听端口；0 表示任意空闲端口" }
  }),
  file: optional(path("FILE"), {
    name: "file",
    about: { en: "node list that groups nodes into accounts", zh: "把节点归入账户的节点列表" }
  }),
  shutdownDeadline: running.shutdownDeadline,
  ...embedded
} as const satisfies Group

/** Commands that speak to a running program. */
export const control = {
  target: optional(text, {
    name: "target",
    about: {
      en: "name (miner, pool-server, ...), process id or path of the control socket of the program to ask",
      zh: "目标程序的名称（miner、pool-server 等）、进程号或控制套接字路径"
    },
    shown: { en: "the only one that runs", zh: "唯一在运行的程序" }
  }),
  json: flag({ name: "json", about: { en: "answer as JSON", zh: "以 JSON 输出" } })
} as const satisfies Group

export const status = {
  ...control,
  target: { ...control.target, shown: { en: "all that run in the data folder", zh: "数据目录中所有在运行的程序" } },
  watch: flag({ name: "watch", about: { en: "go on showing until stopped", zh: "持续显示直到中断" } })
} as const satisfies Group

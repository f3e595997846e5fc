/**
 * The command tree: every word that can follow `pitboss`, with its settings and the module that holds its program.
 *
 * The folder mirrors this tree. Nothing here loads a program.
 */
import * as MinerSettings from "../../config/MinerSettings.ts"
import * as PoolSettings from "../../config/PoolSettings.ts"
import * as Settings from "../../config/Settings.ts"
import type { Argument, CommandSpec } from "../cli/CommandSpec.ts"
import { branch, leaf } from "../cli/CommandSpec.ts"
import * as YoungGeneration from "../pool/program/YoungGeneration.ts"
import { nexus } from "./nexus/Commands.ts"
import { pow } from "./pow/Commands.ts"
import { wallet } from "./wallet/Commands.ts"

const common = Settings.common

const batchFile = leaf({
  name: "batch-file",
  about: { en: "run all nodes of a node list", zh: "运行节点列表中的所有节点" },
  details: [
    {
      en: "Fetches tasks, proves and submits for every node of the list. Every node gets its turn; --max-concurrent says how many work at the same time. Tasks and finished proofs are kept on disk: whatever happens to the process, work goes on where it was.",
      zh: "为列表中的每个节点获取任务、证明并提交。所有节点轮流工作，--max-concurrent 决定同时工作的节点数。任务和完成的证明都保存在磁盘上：无论进程发生什么，下次都会从中断处继续。"
    },
    {
      en: "A node list holds one node id per line; text after the id is its label; # starts a comment. SIGHUP, a change of the file and `pitboss reload` read it again.",
      zh: "节点列表每行一个节点编号，编号后的文字为标签，# 开头为注释。SIGHUP、文件变化或 `pitboss reload` 会重新读取列表。"
    }
  ],
  examples: [
    "pitboss batch-file --env local --file config/examples/nodes.txt",
    "pitboss batch-file --max-concurrent 20"
  ],
  section: "batch-file",
  settings: { ...Settings.batchFile, ...common },
  lasting: true,
  load: () => import("./BatchFile.ts").then((module) => module.run)
})

const start = leaf({
  name: "start",
  about: { en: "run one node", zh: "运行单个节点" },
  examples: ["pitboss start --node-id 12345678", "pitboss start --env local --node-id 1 --max-tasks 3"],
  section: "start",
  settings: { ...Settings.start, ...common },
  lasting: true,
  load: () => import("./Start.ts").then((module) => module.run)
})

const registerUser = leaf({
  name: "register-user",
  about: { en: "register a wallet with the orchestrator", zh: "在 orchestrator 注册钱包" },
  examples: ["pitboss register-user --wallet-address 0x..."],
  section: "register-user",
  settings: { ...Settings.registerUser, ...common },
  load: () => import("./RegisterUser.ts").then((module) => module.run)
})

const registerNode = leaf({
  name: "register-node",
  about: {
    en: "register a node of the registered user, or choose an existing one",
    zh: "为已注册用户注册节点，或选用已有节点"
  },
  section: "register-node",
  settings: { ...Settings.registerNode, ...common },
  load: () => import("./RegisterNode.ts").then((module) => module.run)
})

const logout = leaf({
  name: "logout",
  about: {
    en: "forget the registered user and node (~/.nexus/config.json)",
    zh: "清除已注册的用户和节点（~/.nexus/config.json）"
  },
  section: "logout",
  settings: { ...Settings.logout, ...common },
  load: () => import("./Logout.ts").then((module) => module.run)
})

const orchestrator = leaf({
  name: "orchestrator",
  about: {
    en: "run an orchestrator of our own, for local nodes and tests",
    zh: "运行内置的 orchestrator，供本地节点和测试使用"
  },
  examples: ["pitboss orchestrator --limits official --faults rate=0.1"],
  section: "orchestrator",
  settings: { ...Settings.orchestrator, ...common },
  lasting: true,
  load: () => import("./Orchestrator.ts").then((module) => module.run)
})

const poolServer = leaf({
  name: "pool-server",
  about: {
    en: "run a mining pool: devnet chain, books, miners over gRPC, HTTP API",
    zh: "运行矿池：内置开发链、账本、gRPC 矿工接口、HTTP API"
  },
  details: [
    {
      en: "Miners connect with `pitboss miner HOST`. Blocks are mined on the embedded devnet, a small chain of its own that is not the Nockchain network. Shares are in the books before they are acknowledged.",
      zh: "矿工用 `pitboss miner 主机` 连接。区块在内置开发链上产生，它不是 Nockchain 主网。份额在确认之前已写入账本。"
    }
  ],
  examples: [
    "pitboss pool-server",
    "pitboss pool-server -p ADDRESS -a 0.0.0.0:7777 --http 127.0.0.1:8080",
    "pitboss pool-server --token-file tokens.txt --tls-cert cert.pem --tls-key key.pem"
  ],
  section: "pool-server",
  settings: { ...PoolSettings.poolServer, ...common },
  lasting: true,
  load: () => {
    YoungGeneration.keep()
    return import("./PoolServer.ts").then((module) => module.run)
  }
})

const miner = leaf({
  name: "miner",
  about: { en: "mine for a pool", zh: "为矿池挖矿" },
  details: [
    {
      en: "Searches nonces for the jobs of a pool and hands in shares. Several addresses with commas between them are tried in order, for ever; shares without an answer are handed in again. The port is 7777 unless it is given; without an address the pool is on this machine.",
      zh: "为矿池的任务搜索随机数并提交份额。多个地址以逗号分隔，按顺序无限重试；未得到应答的份额会重新提交。未给出端口时为 7777；未给出地址时连接本机矿池。"
    }
  ],
  examples: [
    "pitboss miner 192.168.1.100 --threads 16",
    "pitboss miner pool.lan,backup.lan:7777 --worker rack-3 --token-file token.txt",
    "pitboss miner --benchmark"
  ],
  section: "miner",
  settings: { ...MinerSettings.miner, ...common },
  args: [
    {
      name: "pool",
      optional: true,
      about: {
        en: "HOST or HOST:PORT of the pool, then fallbacks after commas; default 127.0.0.1:7777",
        zh: "矿池的主机或主机:端口，逗号后为备用矿池；默认 127.0.0.1:7777"
      }
    }
  ],
  lasting: true,
  load: () => import("./Miner.ts").then((module) => module.run)
})

const nodeId: Argument = { name: "id", about: { en: "node id or label", zh: "节点编号或标签" } }
const control = { ...Settings.control, ...common }

const steer = (verb: "pause" | "resume" | "restart", about: CommandSpec["about"]) =>
  leaf({
    name: verb,
    path: `node ${verb}`,
    about,
    section: "control",
    settings: control,
    args: [nodeId],
    load: () => import("./Node.ts").then((module) => module[verb])
  })

const controls: ReadonlyArray<CommandSpec> = [
  leaf({
    name: "status",
    about: { en: "show what a running program does", zh: "显示运行中程序的状态" },
    section: "control",
    settings: { ...Settings.status, ...common },
    load: () => import("./Status.ts").then((module) => module.run)
  }),
  leaf({
    name: "nodes",
    about: { en: "list its nodes", zh: "列出其节点" },
    section: "control",
    settings: control,
    load: () => import("./Nodes.ts").then((module) => module.run)
  }),
  branch({ name: "node", about: { en: "steer one of its nodes", zh: "控制单个节点" } }, [
    steer("pause", { en: "let it finish its step, then rest", zh: "完成当前步骤后暂停" }),
    steer("resume", { en: "let it work again", zh: "恢复工作" }),
    steer("restart", { en: "start it again with a clean sheet; also out of quarantine", zh: "重新启动；也可解除隔离" })
  ]),
  leaf({
    name: "concurrency",
    about: { en: "change how many of its nodes work at the same time", zh: "更改同时工作的节点数" },
    section: "control",
    settings: control,
    args: [{ name: "n", about: { en: "a whole number from 1 to 100000", zh: "1 到 100000 的整数" } }],
    load: () => import("./Concurrency.ts").then((module) => module.run)
  }),
  leaf({
    name: "reload",
    about: { en: "make it read its node list again", zh: "重新读取节点列表" },
    section: "control",
    settings: control,
    load: () => import("./Reload.ts").then((module) => module.run)
  }),
  leaf({
    name: "stop",
    about: { en: "stop it in good order", zh: "有序停止程序" },
    section: "control",
    settings: control,
    load: () => import("./Stop.ts").then((module) => module.run)
  }),
  leaf({
    name: "tree",
    about: { en: "show its supervision tree", zh: "显示其监督树" },
    section: "control",
    settings: control,
    load: () => import("./Tree.ts").then((module) => module.run)
  })
]

export const root: CommandSpec = branch(
  {
    name: "pitboss",
    about: {
      en: "supervises compute fleets: Nexus provers, mining pools, miners",
      zh: "监管计算集群：Nexus 证明节点、矿池和矿工"
    }
  },
  [
    batchFile,
    start,
    registerUser,
    registerNode,
    logout,
    orchestrator,
    poolServer,
    miner,
    wallet,
    nexus,
    pow,
    ...controls
  ]
)

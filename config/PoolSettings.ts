/**
 * What an operator can set of the pool server. Names of variables and short flags are those of the original pool.
 */
import * as Schema from "effect/Schema"
import { devnetSettings } from "./DevnetSettings.ts"
import { log, tlsKey } from "./LinkSettings.ts"
import { type Group, type Kind, matching, optional, path, seconds, setting, text, whole } from "./Setting.ts"

/** "host:port", "[v6]:port", ":port"; the port may be 0 for a free one. */
const isAddress = (value: string) => {
  const port = /^(\[[0-9a-fA-F:.]+\]|[^:\s[\]]*):(\d{1,5})$/.exec(value)?.[2]
  return port !== undefined && Number(port) <= 65_535
}

const address = matching("HOST:PORT", isAddress, {
  en: "an address such as 0.0.0.0:7777",
  zh: "地址，如 0.0.0.0:7777"
})

/** Kinds of fees: 1.5 is 1.5 per cent. */
const percent: Kind<number> = {
  placeholder: "PERCENT",
  schema: Schema.transform(
    Schema.String.pipe(Schema.filter((value) => /^\d{1,3}(\.\d{1,2})?%?$/.test(value))),
    Schema.Number.pipe(Schema.between(0, 100)),
    { strict: true, decode: (value) => Number(value.replace("%", "")), encode: String }
  ),
  expected: {
    en: "a percentage from 0 to 100 with at most two decimals",
    zh: "0 到 100 的百分数，最多两位小数"
  }
}

export const poolServer = {
  pubkey: optional(text, {
    name: "pubkey",
    short: "p",
    variables: ["MINING_PUBKEY"],
    about: {
      en: "public-key hash (address) that mined blocks pay",
      zh: "挖矿收款的公钥哈希（地址）"
    },
    shown: { en: "on the devnet, a key made for it", zh: "在开发链上自动生成" }
  }),
  address: setting(address, {
    name: "address",
    short: "a",
    fallback: "0.0.0.0:7777",
    variables: ["POOL_SERVER_ADDRESS"],
    about: { en: "address that miners connect to (gRPC)", zh: "矿工连接的地址（gRPC）" }
  }),
  http: setting(address, {
    name: "http",
    fallback: "127.0.0.1:8080",
    variables: ["HTTP_API_ADDRESS"],
    about: {
      en: "address of the HTTP API; it has no authentication",
      zh: "HTTP API 的地址；没有身份验证"
    }
  }),
  statusInterval: setting(seconds(1, 86_400), {
    name: "status-interval",
    fallback: 300,
    variables: ["STATUS_LOG_INTERVAL"],
    about: { en: "seconds between status summaries in the log", zh: "日志中状态摘要的间隔秒数" }
  }),
  log,
  chain: setting(
    { ...text, placeholder: "devnet" },
    {
      name: "chain",
      fallback: "devnet",
      about: { en: "the chain to mine: devnet, the embedded one", zh: "要挖的链：devnet（内置开发链）" }
    }
  ),
  db: optional(
    { ...text, placeholder: "URL|FILE" },
    {
      name: "db",
      about: {
        en: "the pool's books: a file for SQLite, or a postgres:// URL",
        zh: "账本：SQLite 文件，或 postgres:// URL"
      },
      shown: { en: "pool/ledger.sqlite in the data folder", zh: "数据目录中的 pool/ledger.sqlite" }
    }
  ),
  fee: setting(percent, {
    name: "fee",
    fallback: 1,
    shown: { en: "1%", zh: "1%" },
    about: { en: "the pool's part of every block, per cent", zh: "矿池从每个区块收取的费率（百分比）" }
  }),
  shareDifficulty: setting(whole(1, 1_000_000_000_000), {
    name: "share-difficulty",
    fallback: 32_768,
    about: {
      en: "expected digests of a miner's first shares; below 256 also the least",
      zh: "矿工初始份额的期望摘要数；小于 256 时也是最小值"
    }
  }),
  sharesPerMinute: setting(whole(1, 3_000), {
    name: "shares-per-minute",
    fallback: 20,
    about: {
      en: "shares of each miner per minute that its difficulty is adjusted to",
      zh: "难度调整的目标：每个矿工每分钟的份额数"
    }
  }),
  payoutInterval: setting(seconds(1, 86_400 * 31), {
    name: "payout-interval",
    fallback: 3_600,
    about: { en: "seconds between payments (devnet)", zh: "支付的间隔秒数（开发链）" }
  }),
  minimumPayout: setting(whole(1, 1_000_000_000_000), {
    name: "minimum-payout",
    fallback: 65_536,
    about: {
      en: "smallest balance that is paid, nicks (65536 are 1 NOCK)",
      zh: "最小支付余额，单位 nick（65536 为 1 NOCK）"
    }
  }),
  tokenFile: optional(path("FILE"), {
    name: "token-file",
    about: {
      en: "file (mode 0600) with one access token per line; miners need one of them",
      zh: "访问令牌文件（权限 0600），每行一个；矿工需要其中之一"
    },
    shown: { en: "no token is asked for", zh: "不要求令牌" }
  }),
  tlsCert: optional(path("FILE"), {
    name: "tls-cert",
    about: { en: "certificate chain (PEM) of the gRPC port", zh: "gRPC 端口的证书链（PEM）" }
  }),
  tlsKey,
  tlsCa: optional(path("FILE"), {
    name: "tls-ca",
    about: {
      en: "miners must show a certificate signed by one of these (PEM)",
      zh: "矿工必须出示由其中之一签发的证书（PEM）"
    }
  }),
  maxConnections: setting(whole(1, 1_000_000), {
    name: "max-connections",
    fallback: 20_000,
    about: { en: "miners at the same time", zh: "同时连接的矿工数" }
  }),
  maxPerAddress: setting(whole(1, 1_000_000), {
    name: "max-per-address",
    fallback: 1_000,
    about: { en: "miners of one IP address at the same time", zh: "同一 IP 地址同时连接的矿工数" }
  }),
  proverThreads: optional(whole(1, 1024), {
    name: "prover-threads",
    about: { en: "threads that prove a block", zh: "证明区块使用的线程数" },
    shown: { en: "half of the cores", zh: "核心数的一半" }
  }),
  ...devnetSettings,
  shutdownDeadline: setting(seconds(0, 86_400), {
    name: "shutdown-deadline",
    fallback: 8,
    about: { en: "seconds that shares in the check may take after a stop", zh: "停止后等待份额校验完成的秒数" }
  })
} as const satisfies Group

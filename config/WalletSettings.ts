/**
 * What an operator can set of the wallet's commands. Names are those of the original wallet where it has them.
 */
import * as Schema from "effect/Schema"
import { flag, type Group, type Kind, optional, retired, setting, text, url } from "./Setting.ts"

const json = flag({ name: "json", about: { en: "answer as JSON", zh: "以 JSON 输出" } })

export const keygen = {} as const satisfies Group

export const show = { json } as const satisfies Group

/** A URL; HOST:PORT is one of http. */
const api: Kind<string> = {
  ...url,
  schema: Schema.transform(Schema.String, url.schema, {
    strict: true,
    decode: (typed) => (typed.includes("://") ? typed : `http://${typed}`),
    encode: (full) => full
  })
}

/** Of the commands that ask what an address owns. */
export const notes = {
  pubkey: optional(text, {
    name: "pubkey",
    short: "p",
    about: {
      en: "address (public-key hash), or an old public key, to look for",
      zh: "要查询的地址（公钥哈希）或旧版公钥"
    },
    shown: { en: "the wallet in the data folder", zh: "数据目录中的钱包" }
  }),
  pool: setting(api, {
    name: "pool",
    fallback: "http://127.0.0.1:8080",
    about: { en: "HTTP API of the pool server whose devnet to ask", zh: "要查询其开发链的矿池 HTTP API" }
  }),
  node: optional(
    { ...text, placeholder: "HOST:PORT" },
    {
      name: "node",
      about: {
        en: "ask this Nockchain node instead, over its private gRPC (port 5555 unless given)",
        zh: "改为查询此 Nockchain 节点的私有 gRPC（未给出端口时为 5555）"
      }
    }
  ),
  nockchainSocket: retired("nockchain-socket", true, {
    en: "use --node HOST:PORT for the private gRPC of a node, or --pool URL for the devnet of a pool-server",
    zh: "请用 --node 主机:端口 查询节点的私有 gRPC，或用 --pool URL 查询矿池的开发链"
  }),
  json
} as const satisfies Group

/**
 * The `wallet` commands: a key of one's own for mining, and what it owns on a devnet.
 */
import * as Settings from "../../../config/Settings.ts"
import * as Wallet from "../../../config/WalletSettings.ts"
import type { CommandSpec } from "../../cli/CommandSpec.ts"
import { branch, leaf } from "../../cli/CommandSpec.ts"

const { common } = Settings
const section = "wallet"

export const wallet: CommandSpec = branch(
  {
    name: "wallet",
    about: { en: "a key to be paid to, and what it owns", zh: "收款密钥及其余额" },
    details: [
      {
        en: "The key is in wallet/key.json of the data folder, readable by its owner alone. The seed phrase is shown once and kept nowhere: write it down.",
        zh: "密钥保存在数据目录的 wallet/key.json，仅所有者可读。助记词只显示一次且不会保存：请抄写下来。"
      }
    ]
  },
  [
    leaf({
      name: "keygen",
      path: "wallet keygen",
      about: { en: "make a new key and show its seed phrase once", zh: "生成新密钥并显示一次助记词" },
      section,
      settings: { ...Wallet.keygen, ...common },
      load: () => import("./Keygen.ts").then((module) => module.run)
    }),
    leaf({
      name: "import",
      path: "wallet import",
      about: { en: "make the key of a seed phrase, typed or piped in", zh: "由输入或管道传入的助记词恢复密钥" },
      examples: ["pitboss wallet import", "pitboss wallet import < phrase.txt"],
      section,
      settings: { ...Wallet.keygen, ...common },
      load: () => import("./Import.ts").then((module) => module.run)
    }),
    leaf({
      name: "show",
      path: "wallet show",
      about: { en: "show the address and the public key", zh: "显示地址和公钥" },
      section,
      settings: { ...Wallet.show, ...common },
      load: () => import("./Show.ts").then((module) => module.run)
    }),
    leaf({
      name: "list-notes-by-pubkey",
      path: "wallet list-notes-by-pubkey",
      about: { en: "list the notes (coins) of an address, the largest first", zh: "列出某地址的票据（币），从大到小" },
      details: [
        {
          en: "Asks the devnet of a pool server (--pool), or a Nockchain node (--node). On a node an address is looked for under its plain lock and its coinbase lock; notes under other locks are not found.",
          zh: "查询矿池的开发链（--pool）或 Nockchain 节点（--node）。在节点上按地址的普通锁和 coinbase 锁查找；其他锁下的票据无法找到。"
        }
      ],
      examples: [
        "pitboss wallet list-notes-by-pubkey -p ADDRESS --pool http://127.0.0.1:8080",
        "pitboss wallet list-notes-by-pubkey -p ADDRESS --node 127.0.0.1:5555"
      ],
      section,
      settings: { ...Wallet.notes, ...common },
      load: () => import("./Notes.ts").then((module) => module.list)
    }),
    leaf({
      name: "balance",
      path: "wallet balance",
      about: { en: "the sum of its notes", zh: "票据总额" },
      section,
      settings: { ...Wallet.notes, ...common },
      load: () => import("./Notes.ts").then((module) => module.balance)
    })
  ]
)

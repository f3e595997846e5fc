/**
 * The `pow` commands: check any figure of Nockchain proof of work by hand.
 */
import * as Settings from "../../../config/Settings.ts"
import type { CommandSpec } from "../../cli/CommandSpec.ts"
import { branch, leaf } from "../../cli/CommandSpec.ts"
import * as Pow from "./Settings.ts"

const { common } = Settings
const section = "pow"

export const pow: CommandSpec = branch(
  {
    name: "pow",
    about: {
      en: "Nockchain proof of work by hand: digest, search, prove, verify, inspect",
      zh: "手动进行 Nockchain 工作量证明：摘要、搜索、证明、验证、查看"
    },
    details: [
      {
        en: "Digests are written as five decimal limbs separated by commas (the least significant first) or in base58.",
        zh: "摘要写作五个以逗号分隔的十进制数（最低位在前）或 base58。"
      }
    ]
  },
  [
    leaf({
      name: "digest",
      path: "pow digest",
      about: { en: "the lottery digest of one nonce", zh: "计算一个随机数的摘要" },
      examples: ["pitboss pow digest --commitment 1,2,3,4,5 --nonce 6,7,8,9,10 --json"],
      section,
      settings: { ...Pow.digest, ...common },
      load: () => import("./Digest.ts").then((module) => module.run)
    }),
    leaf({
      name: "search",
      path: "pow search",
      about: { en: "search nonces for a digest within the target (version 5)", zh: "搜索满足目标的随机数（版本 5）" },
      examples: [
        "pitboss pow search --commitment 1,2,3,4,5 --start-nonce 6,7,8,9,10 --target 0,0,0,0,1844674407370955"
      ],
      section,
      settings: { ...Pow.search, ...common },
      load: () => import("./Search.ts").then((module) => module.run)
    }),
    leaf({
      name: "prove",
      path: "pow prove",
      about: { en: "make the complete proof for one nonce", zh: "为一个随机数生成完整证明" },
      examples: ["pitboss pow prove --commitment 1,2,3,4,5 --nonce 6,7,8,9,10 --out proof.jam"],
      section,
      settings: { ...Pow.prove, ...common },
      load: () => import("./Prove.ts").then((module) => module.run)
    }),
    leaf({
      name: "verify",
      path: "pow verify",
      about: {
        en: "judge a proof, or the proof in a page; exit code 3 when it is refused",
        zh: "验证证明或区块页中的证明；拒绝时退出码为 3"
      },
      examples: ["pitboss pow verify --proof proof.jam"],
      section,
      settings: { ...Pow.verify, ...common },
      load: () => import("./Verify.ts").then((module) => module.run)
    }),
    leaf({
      name: "inspect",
      path: "pow inspect",
      about: {
        en: "show a block's page and recompute what it says; exit code 3 when something does not hold",
        zh: "显示区块页并重新计算其内容；有不符时退出码为 3"
      },
      examples: ["pitboss pow inspect --page block.jam"],
      section,
      settings: { ...Pow.inspect, ...common },
      load: () => import("./Inspect.ts").then((module) => module.run)
    })
  ]
)

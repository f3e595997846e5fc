/**
 * What an operator can set of the embedded devnet; the pool server includes this group.
 */
import { devnet } from "./Devnet.ts"
import { type Group, seconds, setting, whole } from "./Setting.ts"

export const devnetSettings = {
  devnetMaturity: setting(whole(1, 100_000), {
    name: "devnet-maturity",
    fallback: devnet.maturity,
    about: {
      en: "blocks until a coinbase of the embedded devnet can be spent",
      zh: "内置开发链的 coinbase 可花费前所需的区块数"
    }
  }),
  devnetRefresh: setting(seconds(1, 86_400), {
    name: "devnet-refresh",
    fallback: devnet.refreshSeconds,
    about: {
      en: "seconds after which the embedded devnet makes a new candidate on the same parent",
      zh: "内置开发链在同一父块上重新生成候选块的间隔秒数"
    }
  })
} as const satisfies Group

/**
 * Settings of the `pow` commands.
 */
import { type Kind, matching, optional, path, setting, whole } from "../../../config/Setting.ts"
import { flag, oneOf } from "../../../config/Setting.ts"

/** Five limbs or a base58 digest; the kernel judges the base58. */
const digestText: Kind<string> = matching(
  "DIGEST",
  (value) => /^\d{1,20}(,\d{1,20}){4}$/.test(value) || /^[1-9A-HJ-NP-Za-km-z]{1,56}$/.test(value),
  {
    en: "five decimal limbs separated by commas, or one base58 digest",
    zh: "五个以逗号分隔的十进制数，或一个 base58 摘要"
  }
)

const targetText: Kind<string> = matching(
  "TARGET",
  (value) => /^(\d{1,1200}|0x[0-9a-fA-F]{1,1000}|\d{1,20}(,\d{1,20}){4})$/.test(value),
  {
    en: "a decimal or 0x number, or five decimal limbs separated by commas",
    zh: "十进制或 0x 数，或五个以逗号分隔的十进制数"
  }
)

const countText: Kind<string> = matching("N", (value) => /^\d{1,19}$/.test(value) && BigInt(value) <= 1n << 62n, {
  en: "a whole number from 0 to 4611686018427387904",
  zh: "0 到 4611686018427387904 的整数"
})

const commitment = optional(digestText, {
  name: "commitment",
  about: { en: "block commitment", zh: "区块承诺" }
})
const nonce = optional(digestText, { name: "nonce", about: { en: "nonce", zh: "随机数" } })
const target = optional(targetText, {
  name: "target",
  about: { en: "the digest must be at most this", zh: "摘要不得大于此值" }
})
const proofVersion = setting(oneOf(["0", "1", "2", "3", "5"]), {
  name: "proof-version",
  fallback: "5",
  about: { en: "version of the proof", zh: "证明版本" }
})
const len = setting(whole(1, 1024), {
  name: "len",
  fallback: 64,
  about: { en: "puzzle length, a power of two (main network 64)", zh: "谜题长度，2 的幂（主网为 64）" }
})
const threads = optional(whole(1, 1024), {
  name: "threads",
  about: { en: "threads", zh: "线程数" },
  shown: { en: "one per processor", zh: "每个处理器一个" }
})
const json = flag({ name: "json", about: { en: "answer in JSON", zh: "以 JSON 回答" } })

export const digest = { proofVersion, commitment, nonce, len, target, json }

export const search = {
  commitment,
  startNonce: optional(digestText, { name: "start-nonce", about: { en: "first nonce", zh: "起始随机数" } }),
  count: setting(countText, {
    name: "count",
    fallback: "1000000",
    about: { en: "nonces to try", zh: "尝试的随机数个数" }
  }),
  target,
  len,
  threads,
  json
}

export const prove = {
  proofVersion,
  commitment,
  nonce,
  len,
  threads,
  out: optional(path("FILE"), {
    name: "out",
    about: { en: "write the bare proof noun here, as jam", zh: "将证明以 jam 格式写入此文件" }
  }),
  json
}

export const inspect = {
  page: optional(path("FILE"), {
    name: "page",
    about: { en: "file with a block's page, as jam", zh: "含区块页的 jam 文件" }
  }),
  json
}

export const verify = {
  proof: optional(path("FILE"), {
    name: "proof",
    about: { en: "file with a bare proof or a page, as jam", zh: "含证明或区块页的 jam 文件" }
  }),
  proofVersion: optional(oneOf(["0", "1", "2", "3", "5"]), {
    name: "proof-version",
    about: { en: "refuse other versions", zh: "拒绝其他版本" }
  }),
  commitment: optional(digestText, {
    name: "commitment",
    about: { en: "refuse proofs of another commitment", zh: "拒绝其他承诺的证明" }
  }),
  nonce: optional(digestText, {
    name: "nonce",
    about: { en: "refuse proofs of another nonce", zh: "拒绝其他随机数的证明" }
  }),
  len: optional(whole(1, 65536), {
    name: "len",
    about: { en: "refuse proofs of another length", zh: "拒绝其他长度的证明" }
  }),
  target,
  json
}

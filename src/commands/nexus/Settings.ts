/**
 * Settings of the `nexus` commands.
 */
import { bytes, flag, type Kind, matching, oneOf, optional, path, setting, whole } from "../../../config/Setting.ts"

const hex: Kind<string> = matching("HEX", (value) => /^([0-9a-fA-F]{2})*$/.test(value) && value.length <= 131_072, {
  en: "bytes as an even number of hexadecimal digits, '' for none, at most 64 KiB",
  zh: "偶数个十六进制数字表示的字节，'' 表示空，最多 64 KiB"
})
const u32 = (text: string) => /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32
const tuple: Kind<string> = matching("N,A,B", (value) => value.split(",").every(u32), {
  en: "whole numbers below 4294967296 separated by commas",
  zh: "以逗号分隔的小于 4294967296 的整数"
})

const elf = optional(path("FILE"), {
  name: "elf",
  about: { en: "the guest program (RV32I ELF)", zh: "客户程序（RV32I ELF）" },
  shown: { en: "our own guest", zh: "内置客户程序" }
})
const inputs = optional(tuple, {
  name: "inputs",
  about: { en: "public input as a tuple of numbers", zh: "公开输入（数字元组）" }
})
const publicInput = optional(hex, {
  name: "public",
  about: { en: "public input: the bytes of the input segment as they are", zh: "公开输入：输入段的原始字节" }
})
const privateInput = optional(hex, { name: "private", about: { en: "private input", zh: "私有输入" } })
const json = flag({ name: "json", about: { en: "answer in JSON", zh: "以 JSON 回答" } })
const threads = setting(whole(1, 64), {
  name: "threads",
  fallback: 1,
  about: { en: "threads inside the proof", zh: "单个证明使用的线程数" }
})

const guest = { elf, inputs, publicInput, privateInput }

export const prove = {
  ...guest,
  mode: setting(oneOf(["auto", "lean", "fast"]), {
    name: "mode",
    fallback: "auto",
    about: {
      en: "lean takes about 2.8 kB of memory per row, fast 6.2; auto: fast when it fits into --budget",
      zh: "lean 每行约 2.8 kB 内存，fast 约 6.2；auto：放得下 --budget 时用 fast"
    }
  }),
  threads,
  budget: optional(bytes(2 ** 20), {
    name: "budget",
    about: { en: "memory that the proving process may use", zh: "证明进程可用的内存" },
    shown: { en: "no limit", zh: "无限制" }
  }),
  out: optional(path("FILE"), {
    name: "out",
    about: { en: "where the proof is written", zh: "证明写入的文件" },
    shown: { en: "not written", zh: "不写入" }
  }),
  json
}

export const verify = {
  ...guest,
  proof: optional(path("FILE"), { name: "proof", about: { en: "the proof", zh: "证明文件" } }),
  exitCode: optional(whole(0, 4_294_967_295), {
    name: "exit-code",
    about: { en: "exit code that the proof must be about", zh: "证明应对应的退出码" },
    shown: { en: "what the guest gives when it is run", zh: "运行客户程序所得" }
  }),
  output: optional(hex, {
    name: "output",
    about: { en: "public output that the proof must be about", zh: "证明应对应的公开输出" },
    shown: { en: "what the guest gives when it is run", zh: "运行客户程序所得" }
  }),
  json
}

export const run = { ...guest, json }
export const inspect = { ...guest, threads, json }
export const guestImport = { json }

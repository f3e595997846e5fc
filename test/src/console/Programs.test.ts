/** The screens of pools and miners: never larger than the terminal, harmless, and saying what is the case. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "effect/FastCheck"
import { noShares } from "../../../actors/pool/PoolStatus.ts"
import type { Language } from "../../../config/Setting.ts"
import * as MinerScreen from "../../../src/console/MinerScreen.ts"
import * as Screen from "../../../src/console/Screen.ts"
import { textOf, widthOfLine } from "../../../src/console/Style.ts"
import * as View from "../../../src/console/View.ts"
import type { ProgramStatus } from "../../../src/control/Api.ts"
import { status as poolStatus } from "../pool/http/Fixture.ts"
import { anyMiner, anyPool, miner, minerStatus, pool } from "./Programs.ts"
import { now } from "./Statuses.ts"

const languages = ["en", "zh"] as const
const texts = (status: ProgramStatus, columns = 120, language: Language = "en") =>
  Screen.lines(status, columns, language).map(textOf)
const page = (status: ProgramStatus, columns = 120, language: Language = "en") =>
  texts(status, columns, language).join("\n")
const rude = [{ at: now, level: "warn" as const, who: "节\u001b[2J", message: "x\u0007\u202e".repeat(99) }]

describe("every screen of a pool and of a miner", () => {
  it("is never wider or taller than the terminal and holds no control characters", () => {
    fc.assert(
      fc.property(
        fc.oneof(anyPool, anyMiner),
        fc.integer({ min: 0, max: 220 }),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom<Language>(...languages),
        (status, columns, rows, language) => {
          const { lines } = Screen.render(status, View.initial, { columns, rows }, language, now, rude)
          assert.isAtMost(lines.length, rows)
          for (const line of lines) {
            assert.isAtMost(widthOfLine(line), columns, textOf(line))
            // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for.
            assert.notMatch(textOf(line), /[\u0000-\u001f\u007f-\u009f\u202e]/)
          }
        }
      ),
      { numRuns: 500 }
    )
  })

  it("as plain lines loses no figure on a narrow terminal, and no line with a blank in it is too wide", () => {
    for (const language of languages) {
      for (const status of [pool(), miner()]) {
        const words = (columns: number) => texts(status, columns, language).join(" ").split(/\s+/)
        assert.deepStrictEqual(words(40), words(400))
        // The banner is one line, whatever the width: a terminal wraps it.
        for (const line of Screen.lines(status, 60, language).slice(1)) assert.isAtMost(widthOfLine(line), 60)
      }
    }
  })
})

describe("a pool", () => {
  it("shows chain, miners, shares, blocks, jobs, money and door in both languages", () => {
    const en = page(pool())
    for (const part of [
      /state +ready/,
      /chain +devnet {2}synced {2}height 1234 .* difficulty 16\.78 M/,
      /miners +connected 10 {2}unidentified 2 {2}threads 80 {2}hashrate 160 MH\/s/,
      /shares +accepted 7 {2}stale 2 {2}in the check 3/,
      /blocks +found 5 {2}accepted 4 {2}orphaned 1/,
      /jobs +made 15 {2}now abcd1234 {2}height 1235/,
      /books +shares 7 {2}accounts 3 {2}immature 1\.5 NOCK {2}payable 12 NOCK {2}paid 0\.0000… NOCK/,
      /door +gRPC 0\.0\.0\.0:7777 {2}HTTP 127\.0\.0\.1:8080 {2}connections 40 {2}refused 1 {2}banned 1 {2}bans 1/
    ]) {
      assert.match(en, part)
    }
    const zh = page(pool(), 120, "zh")
    for (const part of [
      /状态 +就绪/,
      /链 +devnet {2}已同步 {2}高度 1234/,
      /矿工 +已连接 10/,
      /份额 +接受 7 {2}过期 2/
    ]) {
      assert.match(zh, part)
    }
    const payout = { enabled: true, last: "payout-1-0 sent", problem: null }
    const paying = pool({ status: { ...poolStatus, payout } })
    assert.match(page(paying), /payout payout-1-0 sent/)
    assert.match(page(paying, 120, "zh"), /支付 payout-1-0 已发送/)
  })

  it("says why miners can not work, what it is behind, and what became of its blocks", () => {
    const winner = (state: string) => ({ blockId: null, height: 1, state, minerId: "m", foundAt: now, detail: "" })
    const text = page(
      pool({
        ready: { ready: false, reason: "devnet is syncing: 12 blocks to go" },
        balances: null,
        ports: { miners: null, http: "127.0.0.1:8080" },
        status: {
          ...poolStatus,
          sync: { state: "syncing", networkHeight: 1300, detail: "" },
          shares: { ...noShares, "wrong-prefix": 3 },
          winners: [winner("accepted"), winner("proving"), winner("accepted")]
        }
      })
    )
    assert.match(text, /not ready: devnet is syncing: 12 blocks to go/)
    assert.match(text, /syncing {2}height 1234 of 1300/)
    assert.match(text, /maturing 2 {2}being proved 1/)
    assert.match(text, /accepted 0 {2}wrong prefix 3/)
    assert.match(text, /gRPC not listening/)
    assert.match(text, /books +they cannot be read/)
  })

  it("of a newer version is shown with the words that it uses", () => {
    const text = page(
      pool({
        status: {
          ...poolStatus,
          sync: { state: "rewinding", networkHeight: null, detail: "" },
          shares: { accepted: 1, "too-late": 4 }
        }
      })
    )
    assert.match(text, /rewinding/)
    assert.match(text, /too-late 4/)
  })
})

describe("a miner", () => {
  it("shows rate, shares, latency, job and threads in both languages", () => {
    for (const [language, word] of [
      ["en", "accepted 7"],
      ["zh", "接受 7"]
    ] as const) {
      const drawn = Screen.render(miner(), View.initial, { columns: 120, rows: 24 }, language, now)
      const screen = drawn.lines.map(textOf).join("\n")
      for (const text of [screen, page(miner(), 120, language)]) {
        for (const part of [word, "12.00 kH/s", "12 ms", "job-1", "32768", "389 T", "127.0.0.1:7777"]) {
          assert.include(text, part)
        }
      }
    }
  })

  it("shows every figure on a terminal of 80 columns, and the threads on a low one", () => {
    const drawn = (columns: number, rows: number) =>
      Screen.render(miner(), View.initial, { columns, rows }, "en", now).lines.map(textOf)
    const usual = drawn(80, 24).join("\n")
    for (const part of ["accepted 7", "latency 12 ms", "lost 0", "counted before 0", "searching"]) {
      assert.include(usual, part)
    }
    const low = drawn(60, 9)
    assert.isTrue(low.some((line) => line.includes("searching")))
    assert.include(low.at(-1), "quit")
  })

  it("leaves one line of what it came to, with the mean rate and without counts that are nothing", () => {
    const end = { at: now, startedAt: now - 520_000, tried: 13_000_000 }
    const shares = { found: 223, accepted: 222, stale: 1, rejected: 0, duplicate: 0, lost: 0, pending: 0 }
    assert.strictEqual(
      MinerScreen.result({ ...end, shares }, "en"),
      "stopped · up 8m40s · accepted 222 · stale 1 · rejected 0 · on average 25.00 kH/s"
    )
    assert.strictEqual(
      MinerScreen.result({ ...end, shares: { ...shares, pending: 2, lost: 1 } }, "zh"),
      "已停止 · 运行 8m40s · 接受 222 · 过期 1 · 拒绝 0 · 丢失 1 · 未应答 2 · 平均 25.00 kH/s"
    )
  })

  it("says why it has no pool or nothing to do, and which pools it may use", () => {
    const waiting = { _tag: "Waiting", until: now + 3_000, since: now, detail: "connection refused" } as const
    const lost = page(miner({ pools: ["a:1", "b:2"], status: { ...minerStatus, link: waiting } }))
    assert.match(lost, /pool +next try in 3s · connection refused {2}of a:1, b:2/)
    const idle = page(miner({ status: { ...minerStatus, job: null, idle: "no job has come" } }))
    assert.match(idle, /job +no job has come/)
    const newer = page(miner({ status: { ...minerStatus, link: { _tag: "Thinking", since: now } } }))
    assert.match(newer, /pool +Thinking/)
  })
})

it("says who is paid, and of a mere name that it cannot be", () => {
  const address = "3zxKWhhd8HY9pT2ZCZNUSEz2XWwSk15P2sD3atnnnxRtHa2Ta1H4jRy"
  assert.match(page(miner({ account: address })), new RegExp(`paid to +${address} {2}memory`))
  assert.match(page(miner({ account: "rack-7" })), /credited +rack-7 {2}\(a name, which cannot be paid\) {2}memory/)
  assert.match(page(miner({ account: "rack-7" }), 120, "zh"), /记账 +rack-7 {2}\(仅为名称，无法付款/)
})

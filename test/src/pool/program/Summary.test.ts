import { assert, it } from "@effect/vitest"
import * as Lines from "../../../../src/pool/program/Lines.ts"
import * as Summary from "../../../../src/pool/program/Summary.ts"
import { status } from "../http/Fixture.ts"

const at = Date.UTC(2023, 6, 23, 13, 0, 0)
const shown = (language: "en" | "zh") =>
  Summary.lines(status, language).map((message) =>
    Lines.format({ at, level: "info", path: "/pool/reporter", event: "log", message, fields: {} })
  )

it("the status summary is the documented Chinese text, line by line", () => {
  assert.deepStrictEqual(shown("zh"), [
    "[2023-07-23T13:00:00Z INFO] ============ 矿池状态摘要 ============",
    "[2023-07-23T13:00:00Z INFO] 运行时间: 3600 秒",
    "[2023-07-23T13:00:00Z INFO] 连接矿工: 10 (总线程数: 80)",
    "[2023-07-23T13:00:00Z INFO] 当前难度: 000000fffff...",
    "[2023-07-23T13:00:00Z INFO] 哈希率: 160000000 H/s",
    "[2023-07-23T13:00:00Z INFO] 区块高度: 1234",
    "[2023-07-23T13:00:00Z INFO] 最后区块时间: 2023-07-23T12:58:30Z",
    "[2023-07-23T13:00:00Z INFO] 找到区块: 5 (已接受: 4)",
    "[2023-07-23T13:00:00Z INFO] 当前工作ID: abcd1234",
    "[2023-07-23T13:00:00Z INFO] 工作更新次数: 15",
    "[2023-07-23T13:00:00Z INFO] ======================================"
  ])
})

it("for programs it is one event with fields", () => {
  const entries = Summary.entries(status, "fields", at)
  const message = "160 MH/s of 10 miners; height 1234; 5 blocks found, 4 accepted"
  assert.deepStrictEqual(
    entries.map(({ event, message }) => ({ event, message })),
    [{ event: "Summary", message }]
  )
  assert.include(entries[0]?.fields, { uptime: 3600, miners: 10, threads: 80, hashrate: 160_000_000, height: 1234 })
  assert.include(entries[0]?.fields, { found: 5, accepted: 4, work: "abcd1234", updates: 15 })
  assert.lengthOf(Summary.entries(status, "zh", at), 11)
})

it("in English on demand", () => {
  assert.strictEqual(shown("en").length, shown("zh").length)
  assert.include(shown("en")[2], "Connected miners: 10 (total threads: 80)")
})

it("names the cause when miners are connected but idle, or do not come", () => {
  const everywhere = { host: "0.0.0.0", port: 7777 }
  const of = (connections: Partial<typeof status.connections>, idle: string | null, where = everywhere) =>
    Summary.remarks({ connections: { ...status.connections, ...connections }, idle, unkept: null }, where).join()
  assert.strictEqual(of({}, null), "")
  assert.strictEqual(
    of({ active: 3 }, "the chain is not synced"),
    "3 miners are connected and have nothing to do: the chain is not synced"
  )
  assert.strictEqual(of({ active: 0 }, "the chain is not synced"), "")
  assert.deepStrictEqual(Summary.remarks({ ...status, unkept: "the disk is full" }, everywhere), [
    "no share can be kept, so none is acknowledged: the disk is full"
  ])
  const none = { active: 0, pending: 0, total: 0 }
  const noRefusals = { ...status.connections.refused, banned: 0 }
  assert.match(of(none, null), /no miner was let in; 1 connections were refused/)
  assert.match(
    of({ ...none, refused: noRefusals }, null),
    /can they reach this machine on TCP 7777\? look at the firewall/
  )
  assert.match(
    of({ ...none, refused: noRefusals }, null, { host: "127.0.0.1", port: 1 }),
    /only be reached from this machine/
  )
})

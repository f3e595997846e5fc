import * as Net from "node:net"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { MinerBalance, ShareRow } from "../../../../actors/pool/Ledger.ts"
import { broken, serve, status } from "./Fixture.ts"

const envelope = (data: unknown) => ({ success: true, data, error: null })

it.scopedLive("the documented routes have exactly the documented fields", () =>
  Effect.gen(function* () {
    const { get } = yield* serve()
    assert.deepStrictEqual(
      (yield* get("/api/basic")).json,
      envelope({ miners: 10, hashrate: 160_000_000, blocks: 4, current_height: 1234 })
    )
    assert.deepStrictEqual(
      (yield* get("/api/status")).json,
      envelope({
        server_start_time: "2023-07-23T12:00:00Z",
        uptime_seconds: 3600,
        current_block_height: 1234,
        last_block_time: "2023-07-23T12:58:30Z",
        latest_block_hash: "tip-id",
        sync_status: "synced (devnet)",
        sync_percentage: 100,
        network_latest_block_height: 1234,
        connected_miners: 10,
        total_threads: 80,
        estimated_hashrate: 160_000_000,
        blocks_found: 5,
        blocks_accepted: 4,
        current_difficulty: (0xfffffn << 276n).toString(16).padStart(80, "0"),
        current_work_id: "abcd1234",
        work_updates_count: 15,
        work_last_update: "2023-07-23T12:59:00Z",
        cpu_usage_percent: 12.5,
        memory_usage_mb: 300
      })
    )
    assert.deepStrictEqual(
      (yield* get("/api/sync")).json,
      envelope({
        current_block_height: 1234,
        network_block_height: 1234,
        sync_percentage: 100,
        sync_status: "synced (devnet)",
        latest_block_hash: "tip-id",
        last_block_time: "2023-07-23T12:58:30Z",
        remaining_blocks: 0,
        estimated_time_remaining: 0
      })
    )
    const health = yield* get("/health")
    assert.deepStrictEqual([health.status, health.text], [200, ""])
  })
)

it.scopedLive("what is not known is null, and ready says why not", () =>
  Effect.gen(function* () {
    const { get } = yield* serve({
      status: {
        sync: { state: "syncing", networkHeight: 4000, detail: "1000 blocks behind" },
        tip: { height: 3000, blockId: "x", timestamp: 0 },
        job: null,
        lastJobAt: null,
        idle: "the chain is not synced"
      }
    })
    const sync = (yield* get("/api/sync")).json
    assert.deepInclude(sync, { success: true })
    assert.match((yield* get("/api/sync")).text, /"sync_percentage":75,.*"remaining_blocks":1000/)
    assert.match((yield* get("/api/status")).text, /"current_work_id":"".*"work_last_update":null/)
    const ready = yield* get("/ready")
    assert.strictEqual(ready.status, 503)
    assert.deepInclude(ready.json, { success: false, error: "devnet is syncing: 1000 blocks behind" })
    assert.strictEqual((yield* get("/health")).status, 200)
  })
)

it.scopedLive("not ready while shares cannot be kept; the totals stay what they were", () =>
  Effect.gen(function* () {
    const { get } = yield* serve({ status: { unkept: "the disk is full" } })
    const ready = yield* get("/ready")
    assert.strictEqual(ready.status, 503)
    assert.deepInclude(ready.json, { success: false, error: "the disk is full" })
    assert.match((yield* get("/api/status")).text, /"blocks_found":5,"blocks_accepted":4/)
  })
)

it.scopedLive("CORS for any origin; other methods and paths are refused in the envelope", () =>
  Effect.gen(function* () {
    const { get } = yield* serve()
    const preflight = yield* get("/api/status", { method: "OPTIONS" })
    assert.strictEqual(preflight.status, 204)
    assert.strictEqual(preflight.headers.get("access-control-allow-origin"), "*")
    assert.strictEqual((yield* get("/api/basic")).headers.get("access-control-allow-origin"), "*")
    const post = yield* get("/api/basic", { method: "POST", body: "x" })
    assert.deepStrictEqual([post.status, post.headers.get("allow")], [405, "GET, HEAD, OPTIONS"])
    const missing = yield* get("/__proto__")
    assert.deepStrictEqual(
      [missing.status, missing.json],
      [404, { success: false, data: null, error: "no such path: /__proto__" }]
    )
    assert.strictEqual((yield* get("/api/basic", { method: "POST", body: "x".repeat(100_000) })).status, 413)
  })
)

const shares = (count: number): ReadonlyArray<ShareRow> =>
  Array.from({ length: count }, (_, index) => ({
    id: count - index,
    jobId: "j",
    height: 9,
    minerId: "alice",
    worker: "rig",
    nonce: Buffer.alloc(40, index + 1),
    difficulty: 2n ** 70n,
    winner: false,
    receivedAt: 1_700_000_000_000
  }))

it.scopedLive("rows come in pages, newest first, and numbers keep their digits", () =>
  Effect.gen(function* () {
    const all = shares(5)
    const { get } = yield* serve({
      ledger: {
        shares: ({ before, limit }, minerId) =>
          Effect.succeed(minerId === "bob" ? [] : all.filter((row) => row.id < (before ?? 99)).slice(0, limit))
      }
    })
    const first = yield* get("/api/v1/shares?limit=2")
    assert.match(first.text, /"next":4/)
    assert.match(first.text, /"difficulty":"1180591620717411303424"/)
    assert.match(first.text, new RegExp(`"nonce":"${"01".repeat(40)}"`))
    const last = yield* get("/api/v1/shares?limit=2&before=2")
    assert.match(last.text, /"id":1,.*"next":null/)
    assert.deepStrictEqual((yield* get("/api/v1/shares?miner=bob")).json, envelope({ items: [], next: null }))
    const bad = ["shares?limit=0", "shares?limit=1001", "shares?limit=x", "shares?before=-1", "shares?before=1e3"]
    for (const query of [...bad, "payouts?limit=51"]) {
      const wrong = yield* get(`/api/v1/${query}`)
      assert.strictEqual(wrong.status, 400, query)
      assert.match(wrong.text, /expected a whole number/)
    }
  })
)

it.scopedLive("a block's page comes as the file that it is", () =>
  Effect.gen(function* () {
    const { get } = yield* serve()
    const page = yield* get("/api/v1/page?id=known")
    assert.deepStrictEqual([page.status, page.text], [200, "\u0001\u0000\ufffd"])
    assert.strictEqual(page.headers.get("content-disposition"), 'attachment; filename="known.jam"')
    assert.deepInclude((yield* get("/api/v1/page?id=another")).json, { success: false, error: "no block another" })
    for (const id of ["", "x".repeat(57), "0", "a/b"]) {
      assert.strictEqual((yield* get(`/api/v1/page?id=${encodeURIComponent(id)}`)).status, 400)
    }
  })
)

it.scopedLive("the payout plan is what would be paid, as JSON and as CSV", () =>
  Effect.gen(function* () {
    const row = (position: number, minerId: string, payableNicks: bigint): MinerBalance => ({
      position,
      minerId,
      immatureNicks: 0n,
      payableNicks,
      paidNicks: 0n
    })
    const rows = [row(4, "alice", 150n), row(3, "nobody", 1_000n), row(2, '=cmd,"x"', 900n), row(1, "bob", 99n)]
    const { get } = yield* serve({
      ledger: { balances: ({ before }) => Effect.succeed(before === null ? rows : []) }
    })
    assert.deepStrictEqual(
      (yield* get("/api/v1/payouts/plan")).json,
      envelope({
        chain: "devnet",
        totalNicks: "1050",
        outputs: [
          { minerId: '=cmd,"x"', nicks: "900" },
          { minerId: "alice", nicks: "150" }
        ]
      })
    )
    const csv = yield* get("/api/v1/payouts/plan.csv")
    assert.strictEqual(csv.text, 'address,nicks\r\n"\'=cmd,""x""",900\r\nalice,150\r\n')
    assert.match(csv.headers.get("content-type") ?? "", /^text\/csv/)
  })
)

it.scopedLive("notes of a key come in pages, each with the number and the sum of all", () =>
  Effect.gen(function* () {
    const { get } = yield* serve()
    const all = { chain: "devnet", pkh: "abc", height: 1234, blockId: "tip-id", count: 2, totalNicks: "70005" }
    const one = { name: "one", nicks: "70000", height: 3, coinbase: true, spendableFrom: 103 }
    const two = { name: "two", nicks: "5", height: 4, coinbase: false, spendableFrom: 4 }
    const notes = (query: string) => Effect.map(get(`/api/v1/notes?${query}`), ({ json }) => json)
    assert.deepStrictEqual(yield* notes("pkh=abc"), envelope({ ...all, items: [two, one], next: null }))
    assert.deepStrictEqual(yield* notes("pkh=abc&limit=1"), envelope({ ...all, items: [two], next: 8 }))
    assert.deepStrictEqual(yield* notes("pkh=abc&limit=1&before=8"), envelope({ ...all, items: [one], next: 6 }))
    assert.deepStrictEqual(yield* notes("pkh=abc&limit=1&before=6"), envelope({ ...all, items: [], next: null }))
    assert.deepInclude(yield* notes("pkh=2"), { success: true })
    for (const wrong of ["pkh=nobody", "", "pkh=abc&limit=1001", "pkh=abc&before=x"]) {
      assert.strictEqual((yield* get(`/api/v1/notes?${wrong}`)).status, 400, wrong)
    }
  })
)

it.scopedLive("trouble is one line, never a trace", () =>
  Effect.gen(function* () {
    const { get } = yield* serve({
      ledger: { miners: () => broken, blocks: () => Effect.dieMessage("secret detail at /home/x.ts:12") }
    })
    const failed = yield* get("/api/v1/workers")
    assert.strictEqual(failed.status, 503)
    assert.match(failed.text, /the ledger could not read: disk on fire/)
    const defect = yield* get("/api/v1/blocks")
    assert.deepStrictEqual([defect.status, defect.json], [500, { success: false, data: null, error: "internal error" }])
  })
)

it.scopedLive("metrics are Prometheus text with bounded labels, and leave out what is not known", () =>
  Effect.gen(function* () {
    const { get } = yield* serve({ status: { ledger: null } })
    const { headers, text } = yield* get("/metrics")
    assert.match(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/)
    assert.include(text, 'pitboss_pool_connections{state="active"} 10\n')
    assert.include(text, 'pitboss_pool_shares_total{code="stale"} 2\n')
    assert.include(text, 'pitboss_pool_info{version="1.2.3",chain="devnet",kind="devnet"} 1\n')
    assert.notInclude(text, "pitboss_pool_blocks_total")
    for (const line of text.trimEnd().split("\n")) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.e+-]+)$/)
    }
    const names = text.split("\n").flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
    assert.strictEqual(new Set(names).size, names.length)
  })
)

it.scopedLive("the OpenAPI document describes every route that is served", () =>
  Effect.gen(function* () {
    const { get } = yield* serve()
    const { text } = yield* get("/api/openapi.json")
    const document = JSON.parse(text)
    assert.strictEqual(document.openapi, "3.1.0")
    for (const path of Object.keys(document.paths)) assert.notStrictEqual((yield* get(path)).status, 404, path)
    const fields = document.paths["/api/basic"].get.responses["200"].content["application/json"].schema.properties.data
    assert.deepStrictEqual(fields.required, ["miners", "hashrate", "blocks", "current_height"])
  })
)

it.scopedLive("a request that never ends does not hold the others", () =>
  Effect.gen(function* () {
    const { get, port } = yield* serve()
    const slow = yield* Effect.acquireRelease(
      Effect.sync(() => Net.connect(port, "127.0.0.1", () => slow.write("GET /api/basic HTTP/1.1\r\nHost: "))),
      (socket) => Effect.sync(() => socket.destroy())
    )
    slow.on("error", () => {})
    assert.strictEqual((yield* get("/api/basic")).status, 200)
    assert.strictEqual(status.connections.active, 10)
  })
)

/**
 * The page for browsers: what is served, and, where this machine has one, what a real browser makes of it.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { MinerBalance, PoolBlock } from "../../../../actors/pool/Ledger.ts"
import { packageRoot } from "../../../../kernels/Paths.ts"
import { serve } from "./Fixture.ts"

const isBuilt = existsSync(join(packageRoot, "dist", "web"))
if (!isBuilt) process.stdout.write("skipped: the page is not built (npm run build)\n")

const browser = (process.env["PATH"] ?? "")
  .split(delimiter)
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find(existsSync)
if (browser === undefined) process.stdout.write("skipped: there is no Chromium here to look at the page with\n")

const hostile = '<img src=x onerror="document.title=1">'

const block: PoolBlock = {
  id: 1,
  state: "orphaned",
  height: 1200,
  jobId: "j",
  commitment: new Uint8Array(40),
  nonce: new Uint8Array(40),
  minerId: hostile,
  worker: hostile,
  blockId: null,
  rewardNicks: 98_304n,
  networkDifficulty: 5n,
  foundAt: 1_700_000_000_000,
  detail: "another block came first"
}

const balanceOf = (minerId: string): MinerBalance => ({
  position: 1,
  minerId,
  immatureNicks: 65_536n * 7n,
  payableNicks: 0n,
  paidNicks: 0n
})

const ledger = {
  blocks: () => Effect.succeed([block]),
  balances: (_: unknown, minerId: string | null) => Effect.succeed([balanceOf(minerId ?? "everybody's first")])
}

/** The page as the browser has it after its scripts have run: elements as they are, texts escaped. */
const seen = (port: number, hash = "", language = "en-US") =>
  Effect.acquireUseRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-browser-"))),
    (profile) =>
      Effect.promise(async () => {
        const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`]
        const look = [`--accept-lang=${language}`, "--virtual-time-budget=3000", "--dump-dom"]
        const page = `http://127.0.0.1:${port}/${hash}`
        return (await promisify(execFile)(browser ?? "", [...flags, ...look, page], { timeout: 60_000 })).stdout
      }),
    (profile) => Effect.sync(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }))
  )

describe.skipIf(!isBuilt)("the page", () => {
  it.scopedLive("comes with its two files and a policy that allows nothing else", () =>
    Effect.gen(function* () {
      const { get } = yield* serve()
      const page = yield* get("/")
      assert.strictEqual(page.headers.get("content-type"), "text/html; charset=utf-8")
      assert.match(page.headers.get("content-security-policy") ?? "", /default-src 'none'.*script-src 'self'/)
      // Relative, so that it works below another path of a proxy; nothing inline, which the policy would stop.
      const named = [...page.text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, name]) => name)
      assert.sameMembers(named, ["data:,", "page.css", "page.js", "api/status"])
      assert.notMatch(page.text, /<style|<script>|\son\w+=/)
      for (const name of ["page.css", "page.js"]) assert.strictEqual((yield* get(`/${name}`)).status, 200)
      assert.strictEqual((yield* get("/page.map")).status, 404)
    })
  )
})

describe.skipIf(!isBuilt || browser === undefined)("the page in a browser", () => {
  it.scopedLive("shows the pool's own figures; a miner's name stays text", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ ledger })
      const page = yield* seen(port)
      assert.match(page, /<span class="state good" role="status">ready</)
      assert.include(page, "A devnet: its coins are worth nothing.")
      for (const figure of [
        "160 MH/s",
        "80 threads",
        "1234",
        "16.78 M",
        "4 accepted",
        "5 found",
        "7 accepted",
        "2 stale"
      ]) {
        assert.include(page, `>${figure}<`)
      }
      assert.include(page, "miner 127.0.0.1:7777 --token-file FILE")
      assert.match(page, /title="another block came first">orphaned</)
      assert.include(page, ">1.5<")
      assert.include(page, `>&lt;img src=x onerror="document.title=1"&gt;<`)
      assert.notInclude(page, "<img")
      assert.include(page, "everybody's first")
    })
  )

  it.scopedLive("says why the pool is not ready; an account's page is its own; in Chinese", () =>
    Effect.gen(function* () {
      const { port } = yield* serve({ ledger, status: { unkept: "the disk is full", job: null, hashrate: 0 } })
      const page = yield* seen(port, `#${encodeURIComponent(hostile)}`, "zh-CN")
      assert.match(page, /<html lang="zh-CN">/)
      assert.match(page, /<span class="state bad" role="status">未就绪</)
      assert.include(page, "the disk is full")
      assert.notInclude(page, "everybody's first")
      assert.include(page, "该账户的机器")
      assert.include(page, "没有该名称的已接受份额")
      assert.notMatch(page, /NaN|Infinity|undefined|null/)
    })
  )
})

/**
 * Two terminals: `pool-server` and `miner` as processes of their own, with real searches, proofs and verifications.
 *
 * What the miner says, what the API and /metrics say and what the books hold must be the same numbers, also when the pool
 * was killed in the middle.
 */
import { existsSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { createRequire } from "node:module"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Either } from "effect"
import { assert, describe, it } from "vitest"
import { hostExecutable } from "../../../kernels/Paths.ts"
import * as Page from "../../../src/nockchain/Page.ts"
import type * as Shapes from "../../../src/pool/http/Shapes.ts"
import { native } from "../nockchain/Support.ts"
import { type Program, run, start, temporary } from "./Program.ts"

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const at = server.address()
      server.close(() => resolve(typeof at === "object" && at !== null ? at.port : 0))
    })
  })

interface Db {
  readonly prepare: (sql: string) => { readonly all: () => ReadonlyArray<Record<string, unknown>> }
  readonly close: () => void
}
const Database = createRequire(import.meta.url)("better-sqlite3") as new (file: string, options: object) => Db

/** Rows of the pool's books. */
const rows = (home: string, sql: string) => {
  const db = new Database(join(home, "data", "pool", "ledger.sqlite"), { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

/** The end of a miner's log: its totals. */
const totals = (miner: Program): Record<string, unknown> => {
  const last = miner
    .output()
    .stdout.split("\n")
    .findLast((line) => line.includes('"Summary"'))
  return JSON.parse(last ?? "{}")
}

const told = (miner: Program, message: string) => miner.output().stdout.split(`"${message}"`).length - 1

const until = async (what: string, holds: () => boolean | Promise<boolean>, seconds = 500) => {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${seconds} s without this: ${what}`)
    await sleep(100)
  }
}

const poolOf = (home: string, address: string, more: ReadonlyArray<string>) =>
  start(["pool-server", "--address", address, "--http", "127.0.0.1:0", "--devnet-maturity", "1", ...more], { home })

const minerOf = (address: string, threads: number) =>
  start(["miner", address, "--threads", String(threads), "--worker", "rig", "--log", "debug", "--log-format", "json"])

const stopped = async (...programs: ReadonlyArray<Program>) => {
  for (const program of programs) {
    program.child.kill("SIGTERM")
    assert.strictEqual((await program.end).code, 0)
  }
}

/** Anybody can ask for a block and check it by hand: the real one holds, one that was changed does not. */
const inspected = async (http: string, blockId: string) => {
  const file = join(temporary(), "block.jam")
  const jam = new Uint8Array(await (await fetch(`${http}/api/v1/page?id=${blockId}`)).arrayBuffer())
  writeFileSync(file, jam)
  const sound = await run(["pow", "inspect", "--page", file, "--json"])
  assert.strictEqual(sound.code, 0, sound.stderr)
  const { id, idHolds, note, proof } = JSON.parse(sound.stdout)
  assert.deepStrictEqual([id, idHolds, proof.verdict, proof.meetsTarget], [blockId, "unknown", "valid", "yes"])
  assert.include(note, "not verifiable")
  const page = Either.getOrThrow(Page.fromJam(native, jam))
  writeFileSync(file, Page.toJam(native, { ...page, height: page.height + 1 }))
  const forged = await run(["pow", "inspect", "--page", file])
  assert.strictEqual(forged.code, 3)
  assert.include(forged.stderr, "the proof is for another commitment")
}

describe.skipIf(!existsSync(hostExecutable))("two terminals", () => {
  it("shares, a block with a verified STARK, balances; API, /metrics, the miner and the books agree", async () => {
    const address = `127.0.0.1:${await freePort()}`
    const pool = await poolOf(temporary(), address, ["--share-difficulty", "4096"])
    const [, http = ""] = await pool.until(/HTTP API on (http:\S+)/)
    const miner = await minerOf(address, 2)
    const api = async <A>(path: string) => ((await (await fetch(`${http}${path}`)).json()) as { data: A }).data
    const items = async <A>(name: string) =>
      (await api<{ items: ReadonlyArray<A> }>(`/api/v1/${name}?limit=1000`)).items
    const status = () => api<Shapes.Status>("/api/status")
    await until("an accepted share", () => told(miner, "share accepted") > 0, 30)
    await until("a block of ours on the chain", async () => (await api<Shapes.Basic>("/api/basic")).blocks > 0)
    await until("its reward shared out", async () => (await items("miners")).length > 0)
    // Nothing moves any more when the miner has gone: the numbers can be compared.
    await stopped(miner)
    // Not every block that is found gets on the chain: two shares may meet the target for one and the same candidate.
    const undecided = "SELECT id FROM ledger_blocks WHERE state IN ('found', 'proving', 'submitted')"
    await until("the fate of every block known", () => rows(pool.home, undecided).length === 0, 120)

    const shares = rows(
      pool.home,
      "SELECT job_id, hex(nonce) AS nonce, difficulty, winner FROM ledger_shares ORDER BY id"
    )
    const said = totals(miner)
    assert.strictEqual(new Set(shares.map(({ job_id, nonce }) => `${job_id} ${nonce}`)).size, shares.length)
    assert.deepStrictEqual([said["accepted"], said["rejected"], said["lost"]], [shares.length, 0, 0])
    const page = await items<Shapes.Share>("shares")
    assert.deepStrictEqual(
      page.toReversed().map(({ difficulty, jobId, nonce }) => [jobId, nonce.toUpperCase(), difficulty]),
      shares.map(({ difficulty, job_id, nonce }) => [job_id, nonce, String(difficulty)])
    )
    const [worker] = await items<Shapes.Worker>("workers")
    const worth = shares.reduce((sum, { difficulty }) => sum + Number(difficulty), 0)
    assert.deepStrictEqual([worker?.accepted, worker?.difficulty], [String(shares.length), String(worth)])
    let metrics = ""
    const metric = (name: string) => Number(new RegExp(`^pitboss_pool_${name} (\\S+)$`, "m").exec(metrics)?.[1])
    // The pool's picture of itself is some hundred milliseconds old.
    await until("metrics with every share", async () => {
      metrics = await (await fetch(`${http}/metrics`)).text()
      return metric("ledger_shares_total") === shares.length
    })

    const blocks = rows(
      pool.home,
      "SELECT id, state, height, block_id, CAST(reward AS TEXT) AS reward FROM ledger_blocks"
    )
    const shown = blocks.filter(({ state }) => state === "accepted" || state === "mature")
    const { blocks_accepted, current_block_height } = await status()
    assert.deepStrictEqual([blocks_accepted, current_block_height], [shown.length, shown.length])
    assert.deepStrictEqual(
      (await items<Shapes.Block>("blocks")).map(({ blockId, id }) => [id, blockId]),
      blocks.toReversed().map(({ block_id, id }) => [id, block_id])
    )
    assert.strictEqual(shares.filter(({ winner }) => winner === 1).length, blocks.length)
    // One miner has everything but the fee, which each block rounds down for itself.
    const [balance] = await items<Shapes.Miner>("miners")
    const { immatureNicks = "", paidNicks = "", payableNicks = "" } = balance ?? {}
    const earned = BigInt(immatureNicks) + BigInt(payableNicks) + BigInt(paidNicks)
    const rewards = shown.map((block) => BigInt(String(block["reward"])))
    assert.strictEqual(
      earned,
      rewards.reduce((sum, reward) => sum + reward - reward / 100n, 0n)
    )
    await inspected(http, String(shown.at(-1)?.["block_id"]))
    const [own = ""] = /MINING_PUBKEY is not set: .*, (\w{52,56})/.exec(pool.output().stdout)?.slice(1) ?? []
    assert.strictEqual(
      (await api<Shapes.Notes>(`/api/v1/notes?pkh=${own}`)).totalNicks,
      String(rewards.reduce((sum, reward) => sum + reward, 0n))
    )
    await stopped(pool)
  }, 600_000)

  it("shares found while the pool is dead are accepted by the next one, and every share counts once", async () => {
    const home = temporary()
    const address = `127.0.0.1:${await freePort()}`
    // About ten shares per second, and more at first: the difficulty rises. And never a new candidate: only a block could make
    // work stale.
    const flags = ["--share-difficulty", "2048", "--shares-per-minute", "600", "--devnet-refresh", "86400"]
    let pool = await poolOf(home, address, flags)
    await pool.until(/miners connect to/)
    const miner = await minerOf(address, 1)
    let away = 0
    for (let kill = 0; kill < 3; kill++) {
      const before = told(miner, "share accepted")
      await until("shares of this life", () => told(miner, "share accepted") >= before + 5)
      pool.child.kill("SIGKILL")
      await pool.end
      await until("the miner noticed", () => told(miner, "Disconnected") > 0, 10)
      const found = told(miner, "share found")
      await until("shares while there is no pool", () => told(miner, "share found") >= found + 5)
      away += told(miner, "share found") - found
      pool = await poolOf(home, address, flags)
      await pool.until(/miner rig\.rig is back/)
    }
    const before = told(miner, "share accepted")
    await until("shares of the last life", () => told(miner, "share accepted") >= before + 5)
    await stopped(miner, pool)
    const said = totals(miner)
    const [books] = rows(home, "SELECT count(*) AS shares, count(DISTINCT hex(nonce)) AS nonces FROM ledger_shares")
    assert.isAtLeast(away, 15)
    const count = (name: string) => Number(said[name])
    assert.deepStrictEqual([count("rejected"), count("pending")], [0, 0])
    // A new block is the one thing that ends work.
    const over = count("stale") + count("lost")
    const [blocks] = rows(home, "SELECT count(*) AS found FROM ledger_blocks")
    assert.isTrue(over === 0 || Number(blocks?.["found"]) > 0, `${over} shares were lost without a block`)
    assert.notInclude(miner.output().stdout, "unknown-job")
    const counted = count("accepted") + count("duplicate")
    assert.strictEqual(told(miner, "share found"), counted + over)
    assert.deepStrictEqual(books, { shares: counted, nonces: counted })
  }, 600_000)
})

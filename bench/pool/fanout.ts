/**
 * How fast a new job reaches every miner, and what a connected miner costs, beside what Node itself takes.
 *
 * Three servers stand side by side, each with its own herd, and take turns, so that a busy moment of the machine hits all
 * of them alike: the real pool (its devnet makes a new candidate every few seconds), a bare node:http2 server with one
 * shared buffer, and a bare grpc-js server. Ratios are those of neighbouring turns.
 */
import type { ChildProcess } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import type { Connected, Spread } from "./herd.ts"
import * as Processes from "./Processes.ts"

export interface Options {
  readonly folder: string
  readonly log: string
  readonly miners: number
  readonly rounds: number
  /** Seconds between jobs of the pool. */
  readonly every: number
  readonly profile: string | undefined
}

interface Row {
  readonly name: string
  readonly server: Processes.Server
  readonly herd: ChildProcess
  readonly connected: Connected
  readonly rss: number
  readonly heap: number
  readonly spreads: Array<Spread>
}

const tagged =
  <T extends Connected | Spread>(tag: T["tag"]) =>
  (value: unknown): T | undefined =>
    typeof value === "object" && value !== null && "tag" in value && value.tag === tag ? (value as T) : undefined

const kilo = (bytes: number) => bytes / 1024

const fill = async (name: string, server: Processes.Server, miners: number): Promise<Row> => {
  await sleep(1_000)
  const before = await Processes.memory(server)
  const herd = Processes.program("herd.ts", [String(server.port), String(miners)])
  const connected = await Processes.message(herd, tagged<Connected>("connected"))
  await sleep(1_500)
  const after = await Processes.memory(server)
  const rss = kilo(after.rss - before.rss) / miners
  const heap = kilo(after.heap - before.heap) / miners
  const pace = `connected in ${(connected.millis / 1000).toFixed(1)} s`
  Processes.say(`${name}: ${miners} miners ${pace}, ${rss.toFixed(1)} kB resident and ${heap.toFixed(1)} kB heap each`)
  return { name, server, herd, connected, rss, heap, spreads: [] }
}

const turn = async (row: Row, begin: () => void): Promise<void> => {
  const spread = Processes.message(row.herd, tagged<Spread>("spread"))
  row.herd.send("count")
  await sleep(50)
  begin()
  row.spreads.push(
    await Promise.race([
      spread,
      sleep(60_000).then(() => Promise.reject(new Error(`${row.name}: a job did not reach everybody within a minute`)))
    ])
  )
}

const of = (row: Row, pick: (spread: Spread) => number) => Processes.median(row.spreads.map(pick))
const range = (row: Row, pick: (spread: Spread) => number) => {
  const all = row.spreads.map(pick)
  return `${of(row, pick).toFixed(0)} [${Math.min(...all).toFixed(0)}-${Math.max(...all).toFixed(0)}]`
}
const pairs = (row: Row, beside: Row) =>
  row.spreads.map((spread, round) => spread.p99 / Math.max(1, beside.spreads[round]?.p99 ?? Number.NaN))

export const run = async (options: Options): Promise<void> => {
  const { every, folder, log, miners, profile, rounds } = options
  const limit = String(miners + 100)
  // The easiest difficulty: miners that hand in nothing are not asked for less after a while.
  const flags = [
    "--max-connections",
    limit,
    "--max-per-address",
    limit,
    "--devnet-refresh",
    String(every),
    "--share-difficulty",
    "256"
  ]
  const server = await Processes.pool({ data: folder, log, port: 0, flags, probe: true, profile })
  const pool = await fill("pool-server", server, miners)
  const size = pool.connected.size
  const raw = await fill("node:http2", await Processes.floor("http2", size), miners)
  const bare = await fill("grpc-js", await Processes.floor("grpcjs", size), miners)
  const rows = [pool, raw, bare]

  for (let round = 0; round <= rounds; round++) {
    await turn(pool, () => {})
    await sleep(250)
    await turn(raw, () => raw.server.child.send("send"))
    await sleep(250)
    await turn(bare, () => bare.server.child.send("send"))
    // The first turn warms everything up.
    if (round === 0) for (const row of rows) row.spreads.length = 0
  }

  Processes.say(
    `orders of ${size} bytes, ${rounds} rounds, median [min-max] in ms from the making of a job to its last byte:`
  )
  for (const row of rows) {
    const figures = `p50 ${range(row, (x) => x.p50)}  p99 ${range(row, (x) => x.p99)}  max ${range(row, (x) => x.max)}`
    Processes.say(`  ${row.name.padEnd(12)} ${figures}`)
    const { heap, name, rss } = row
    const times = { p50: of(row, (x) => x.p50), p99: of(row, (x) => x.p99), max: of(row, (x) => x.max) }
    Processes.record("fan-out", { server: name, miners, size, rounds, rssKb: rss, heapKb: heap, ...times })
  }
  const toRaw = Processes.median(pairs(pool, raw))
  const toGrpc = Processes.median(pairs(pool, bare))
  const ofMedians = of(pool, (x) => x.p99) / of(raw, (x) => x.p99)
  Processes.say(
    `p99 of the pool: ${toRaw.toFixed(2)} x node:http2 (aim: at most 1.3), ${toGrpc.toFixed(2)} x grpc-js, each the ` +
      `median over neighbouring turns; ${ofMedians.toFixed(2)} x node:http2 from the two medians`
  )
  Processes.say(
    `resident memory of a miner: ${pool.rss.toFixed(1)} kB (aim: at most 37), ${(pool.rss / raw.rss).toFixed(2)} x node:http2`
  )
  Processes.record("fan-out ratios", { miners, p99ToHttp2: toRaw, ofMedians, p99ToGrpcJs: toGrpc, rssKb: pool.rss })

  for (const row of rows) row.herd.disconnect()
  await sleep(500)
  for (const row of rows) row.server.child.kill("SIGTERM")
  await Promise.all(rows.map((row) => row.server.ended))
}

/**
 * How fast a new job reaches every miner, and what a connected miner costs, beside what Node itself takes.
 *
 * Three servers stand side by side, each with its own herd, and take turns, so that a busy moment of the machine hits all
 * of them alike: the real pool (its devnet makes a new candidate every few seconds), a bare node:http2 server with one
 * shared buffer, and a bare grpc-js server. The ratio held to the aim is one number: the pool's p99 over node:http2's of
 * the same round, taken of each round, and of these the median; their quartiles say how sure it is. Memory is taken twice,
 * when all are connected and after the last round, and the greater one is held to its aim.
 */
import type { ChildProcess } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import type { Connected, Counting, Spread } from "./herd.ts"
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

/** Kilobytes that one miner takes. */
interface Cost {
  readonly rss: number
  readonly heap: number
}

interface Row {
  readonly name: string
  readonly server: Processes.Server
  readonly herd: ChildProcess
  readonly connected: Connected
  readonly before: Processes.Memory
  readonly cost: Cost
  readonly spreads: Array<Spread>
}

const tagged =
  <T extends Connected | Counting | Spread>(tag: T["tag"]) =>
  (value: unknown): T | undefined =>
    typeof value === "object" && value !== null && "tag" in value && value.tag === tag ? (value as T) : undefined

const aims = { p99ToHttp2: 1.3, rssKb: 37 }

const costOf = async (server: Processes.Server, before: Processes.Memory, miners: number): Promise<Cost> => {
  const after = await Processes.memory(server)
  const each = (bytes: number) => bytes / 1024 / miners
  return { rss: each(after.rss - before.rss), heap: each(after.heap - before.heap) }
}

const fill = async (name: string, server: Processes.Server, miners: number): Promise<Row> => {
  await sleep(1_000)
  const before = await Processes.memory(server)
  const herd = Processes.program("herd.ts", [String(server.port), String(miners)])
  const connected = await Processes.message(herd, tagged<Connected>("connected"))
  await sleep(1_500)
  const cost = await costOf(server, before, miners)
  const pace = `connected in ${(connected.millis / 1000).toFixed(1)} s`
  Processes.say(
    `${name}: ${miners} miners ${pace}, ${cost.rss.toFixed(1)} kB resident and ${cost.heap.toFixed(1)} kB heap each`
  )
  return { name, server, herd, connected, before, cost, spreads: [] }
}

const turn = async (row: Row, begin: () => void): Promise<void> => {
  const counting = Processes.message(row.herd, tagged<Counting>("counting"))
  row.herd.send("count")
  await counting
  const spread = Processes.message(row.herd, tagged<Spread>("spread"))
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

interface Ratio {
  readonly median: number
  readonly quartiles: readonly [number, number]
}

/** p99 of one row over that of another, round by round. */
const ratioOf = (row: Row, beside: Row): Ratio => {
  const all = row.spreads.map((spread, round) => spread.p99 / Math.max(1, beside.spreads[round]?.p99 ?? Number.NaN))
  all.sort((a, b) => a - b)
  const at = (share: number) => Processes.percentile(all, share)
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] }
}
const shown = ({ median, quartiles: [low, high] }: Ratio) =>
  `${median.toFixed(2)} (quartiles ${low.toFixed(2)} to ${high.toFixed(2)})`

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
    const { cost, name } = row
    const times = { p50: of(row, (x) => x.p50), p99: of(row, (x) => x.p99), max: of(row, (x) => x.max) }
    Processes.record("fan-out", { server: name, miners, size, rounds, rssKb: cost.rss, heapKb: cost.heap, ...times })
  }
  const toRaw = ratioOf(pool, raw)
  const toGrpc = ratioOf(pool, bare)
  Processes.say(
    `p99 of the pool over that of the same round, median: ${shown(toRaw)} x node:http2, aim at most ${aims.p99ToHttp2}; ` +
      `${shown(toGrpc)} x grpc-js`
  )
  const late = await costOf(server, pool.before, miners)
  const rssKb = Math.max(pool.cost.rss, late.rss)
  Processes.say(
    `resident memory of a miner: ${pool.cost.rss.toFixed(1)} kB when all are connected, ${late.rss.toFixed(1)} kB after ` +
      `the rounds, aim at most ${aims.rssKb}`
  )
  Processes.record("fan-out ratios", { miners, rounds, p99ToHttp2: toRaw, p99ToGrpcJs: toGrpc, rssKb })

  for (const row of rows) row.herd.disconnect()
  await sleep(500)
  for (const row of rows) row.server.child.kill("SIGTERM")
  await Promise.all(rows.map((row) => row.server.ended))
}

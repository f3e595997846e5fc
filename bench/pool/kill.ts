/**
 * `kill -9` of the pool in the middle of its work, many times: what it acknowledged must be in its books exactly once.
 *
 * Simulated miners and the program `miner` hand in real shares all the time and look after themselves. The pool is killed at a random moment and started
 * again at once on the same data, as a service manager would. In the end it is stopped properly, and the books of the
 * miners are compared with those of the pool, and those of the pool with themselves (its audit).
 */
import { createServer, type AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import * as Books from "./books.ts"
import { Miner } from "./Miner.ts"
import * as Processes from "./Processes.ts"
import * as Real from "./RealMiner.ts"

export interface Options {
  readonly folder: string
  readonly log: string
  readonly kills: number
  readonly miners: number
}

/** Seconds of work between two kills, at random. */
const work = { least: 0.5, most: 3 }
const patience = 60_000

export const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

interface Worker {
  readonly workingSince: number | null
  readonly acceptedSince: number | null
}

/** Milliseconds from a moment until each miner was connected again, and until its first share was accepted. */
interface Back {
  readonly connected: ReadonlyArray<number>
  readonly accepted: ReadonlyArray<number>
}

const back = async (miners: ReadonlyArray<Worker>, since: number): Promise<Back> => {
  const end = performance.now() + patience
  const times = (of: (miner: Worker) => number | null) => miners.map((miner) => (of(miner) ?? Number.NaN) - since)
  for (;;) {
    const connected = times(({ workingSince }) => workingSince)
    const accepted = times(({ acceptedSince }) => acceptedSince)
    if ([...connected, ...accepted].every((time) => time > 0)) return { connected, accepted }
    if (performance.now() > end) throw new Error("a miner did not come back within a minute")
    await sleep(20)
  }
}

const sum = (counts: ReadonlyArray<ReadonlyMap<string, number>>): ReadonlyMap<string, number> => {
  const all = new Map<string, number>()
  for (const [name, count] of counts.flatMap((each) => [...each])) all.set(name, (all.get(name) ?? 0) + count)
  return all
}

const listed = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "none"

const seconds = (millis: number) => `${(millis / 1000).toFixed(2)} s`

interface Judgement {
  readonly rows: number
  readonly acknowledged: number
  readonly problems: ReadonlyArray<string>
}

const judge = (folder: string, miners: ReadonlyArray<Miner>, real: Real.RealMiner): Judgement => {
  const rows = new Map<string, number>()
  let ofReal = 0
  for (const row of Books.shares(folder)) {
    const key = Books.keyOf(row.job_id, row.nonce)
    rows.set(key, (rows.get(key) ?? 0) + 1)
    if (row.worker === Real.worker) ofReal += 1
  }
  const acknowledged = miners.flatMap((miner) => [...miner.acknowledged])
  const lost = acknowledged.filter(([key]) => !rows.has(key)).length
  const again = acknowledged.filter(([, times]) => times > 1).length
  const twice = [...rows.values()].filter((times) => times > 1).length
  const problems = {
    "acknowledged shares are not in the books": lost,
    "shares were acknowledged as new twice": again,
    "shares stand in the books twice": twice,
    "shares that the real miner counted are not in the books": Math.max(0, real.accepted - ofReal)
  }
  return {
    rows: rows.size,
    acknowledged: acknowledged.length + real.accepted,
    problems: Object.entries(problems).flatMap(([text, count]) => (count === 0 ? [] : [`${count} ${text}`]))
  }
}

export const run = async (options: Options): Promise<boolean> => {
  const { folder, kills, log } = options
  const port = await freePort()
  const flags = ["--share-difficulty", "4", "--shares-per-minute", "3000", "--devnet-refresh", "86400"]
  const start = () => Processes.pool({ data: folder, log, port, flags, probe: false })
  const miners = Array.from({ length: options.miners }, (_, lane) => new Miner(port, `bench-${lane}`, lane))
  let server = await start()
  const lives = miners.map((miner) => miner.run())
  const real = new Real.RealMiner(port, folder)
  const everybody = [...miners, real]
  await back(everybody, 0)

  const up: Array<number> = []
  const connected: Array<number> = []
  const accepted: Array<number> = []
  for (let kill = 1; kill <= kills; kill++) {
    await sleep(1000 * (work.least + Math.random() * (work.most - work.least)))
    const killed = performance.now()
    server.child.kill("SIGKILL")
    await server.ended
    server = await start()
    const ready = performance.now()
    const times = await back(everybody, killed)
    up.push(ready - killed)
    connected.push(...times.connected)
    accepted.push(...times.accepted)
    Processes.say(
      `kill ${kill}: the pool was up after ${seconds(ready - killed)}, the last miner was connected after ` +
        `${seconds(Math.max(...times.connected))}, its first share accepted after ${seconds(Math.max(...times.accepted))}`
    )
  }
  await sleep(2_000)
  const end = await real.stop()
  for (const miner of miners) miner.stop()
  await Promise.all(lives)
  server.child.kill("SIGTERM")
  const code = await server.ended

  const { acknowledged, problems, rows } = judge(folder, miners, real)
  const audit = await Books.audit(folder)
  const all = [
    ...problems,
    ...(audit === null ? [] : [audit]),
    ...(code === 0 ? [] : [`the pool ended with ${code}`]),
    ...(end === 0 ? [] : [`the miner ended with ${end}`])
  ]
  const away = sum(miners.map(({ awayAnswers }) => awayAnswers))
  const worst = Math.max(...accepted) / 1000
  Processes.say(`${acknowledged} shares acknowledged, ${rows} in the books (more: the answer was lost with the pool)`)
  Processes.say(
    `of them ${real.accepted} of the program miner; answers to the others: ${listed(sum(miners.map(({ answers }) => answers)))}`
  )
  Processes.say(`answers to shares found while there was no pool: ${listed(away)}`)
  Processes.say(
    `after the kill, p50 and max: pool up ${seconds(Processes.median(up))}, ${seconds(Math.max(...up))}; ` +
      `miners connected ${seconds(Processes.median(connected))}, ${seconds(Math.max(...connected))}; ` +
      `first share accepted ${seconds(Processes.median(accepted))}, ${worst.toFixed(2)} s (aim: within 5 s)`
  )
  Processes.say(
    all.length === 0 ? "books: every acknowledged share stands there once; they balance" : `BOOKS: ${all.join("; ")}`
  )
  const figures = { kills, miners: everybody.length, acknowledged, rows, away: Object.fromEntries(away) }
  const times = {
    upMax: Math.max(...up) / 1000,
    connectedMax: Math.max(...connected) / 1000,
    acceptedP50: Processes.median(accepted) / 1000,
    acceptedMax: worst
  }
  Processes.record("kill", { ...figures, ...times, problems: all })
  return all.length === 0
}

/**
 * How many shares per second the pool checks, keeps and acknowledges.
 *
 * Every share is a nonce of its own that meets a real target; the pool's kernel computes its digest, SQLite has it on the
 * disk before it is acknowledged, and afterwards each acknowledged one must stand in the books exactly once, with the
 * digest that the load generator knows. Rates of wall time are those of this machine at this moment; the processor time
 * of a share on the pool's main thread says what a free core could do.
 */
import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as Books from "./books.ts"
import * as Processes from "./Processes.ts"
import type { Done, Prepared } from "./submitters.ts"

export interface Options {
  readonly folder: string
  readonly log: string
  readonly shares: number
  readonly connections: number
  readonly inFlight: number
  readonly profile: string | undefined
}

/** Expected digests of a share. */
const difficulty = 4

const tagged =
  <T extends Prepared | Done>(tag: T["tag"]) =>
  (value: unknown): T | undefined =>
    typeof value === "object" && value !== null && "tag" in value && value.tag === tag ? (value as T) : undefined

/** Whether each acknowledged share stands in the books once and as it was; sentences about what is wrong. */
const compare = (folder: string, acknowledged: Buffer): ReadonlyArray<string> => {
  const digests = new Map<string, string>()
  let twice = 0
  for (const row of Books.shares(folder)) {
    const key = row.nonce.toString("base64")
    if (digests.has(key)) twice += 1
    digests.set(key, row.digest.toString("base64"))
  }
  let missing = 0
  let other = 0
  for (let at = 0; at < acknowledged.length; at += 80) {
    const digest = digests.get(acknowledged.subarray(at, at + 40).toString("base64"))
    if (digest === undefined) missing += 1
    else if (digest !== acknowledged.subarray(at + 40, at + 80).toString("base64")) other += 1
  }
  const problems = {
    "acknowledged shares are not in the books": missing,
    "shares stand there twice": twice,
    "have another digest": other
  }
  return Object.entries(problems).flatMap(([text, count]) => (count === 0 ? [] : [`${count} ${text}`]))
}

/** How shares are handed in: within the subscription, or each as a call of its own, as by the original protocol. */
type Way = "stream" | "calls"

interface Load {
  readonly prepared: Prepared
  readonly done: Done
  /** Microseconds of processor time per acknowledged share: main thread, whole process, the load generator. */
  readonly main: number
  readonly all: number
  readonly miners: number
}

/** Hand all shares in at a server. */
const load = async (server: Processes.Server, options: Options, way: Way, file: string): Promise<Load> => {
  const amounts = [options.connections, options.shares, options.inFlight].map(String)
  const miners = Processes.program("submitters.ts", [String(server.port), ...amounts, file, way])
  const prepared = await Processes.message(miners, tagged<Prepared>("prepared"))
  const used = () => ({
    server: Processes.processorSeconds(server.pid),
    miners: Processes.processorSeconds(miners.pid ?? 0)
  })
  const before = used()
  miners.send("go")
  const done = await Processes.message(miners, tagged<Done>("done"))
  const after = used()
  miners.disconnect()
  const micros = (seconds: number) => (seconds * 1e6) / Math.max(1, done.answers["accepted"] ?? 0)
  return {
    prepared,
    done,
    main: micros(after.server.main - before.server.main),
    all: micros(after.server.all - before.server.all),
    miners: micros(after.miners.all - before.miners.all)
  }
}

const tell = (name: string, way: Way, { all, done, main, miners }: Load): void => {
  const accepted = done.answers["accepted"] ?? 0
  const answers = Object.entries(done.answers).map(([code, count]) => `${count} ${code}`)
  const perSecond = accepted / done.seconds
  Processes.say(
    `  ${name.padEnd(12)} ${perSecond.toFixed(0)}/s in ${done.seconds.toFixed(1)} s; p50 ${done.p50.toFixed(0)} ms, ` +
      `p99 ${done.p99.toFixed(0)} ms; processor time of one ${main.toFixed(1)} us on the main thread, ${all.toFixed(1)} us ` +
      `in all, ${miners.toFixed(1)} us of the miners: ${(1e6 / main).toFixed(0)}/s on a free core; ${answers.join(", ")}`
  )
  const { p50, p99, seconds } = done
  const micros = { mainMicros: main, allMicros: all, minersMicros: miners }
  Processes.record("shares", { server: name, way, accepted, seconds, perSecond, ...micros, p50, p99 })
}

const floor = async (name: string, kind: string, way: Way, options: Options): Promise<Load> => {
  const server = await Processes.floor(kind, 0)
  const measured = await load(server, options, way, join(options.folder, `${kind}-${way}`))
  server.child.kill("SIGTERM")
  await server.ended
  tell(name, way, measured)
  return measured
}

const measure = async (way: Way, options: Options): Promise<ReadonlyArray<string>> => {
  const { connections, inFlight, log, profile } = options
  const folder = join(options.folder, way)
  mkdirSync(folder)
  const flags = [
    ...["--share-difficulty", String(difficulty), "--shares-per-minute", "3000", "--devnet-refresh", "86400"],
    ...["--max-per-address", String(connections + 10)]
  ]
  const server = await Processes.pool({ data: folder, log, port: 0, flags, probe: false, profile })
  const file = join(folder, "acknowledged")
  const pool = await load(server, options, way, file)
  server.child.kill("SIGTERM")
  const code = await server.ended
  const problems = [...compare(folder, readFileSync(file)), ...(code === 0 ? [] : [`the pool ended with ${code}`])]
  const audit = await Books.audit(folder)
  if (audit !== null) problems.push(audit)

  Processes.say(
    `shares ${way === "stream" ? "in the subscription" : "as calls, as by the original protocol"}: ` +
      `${pool.prepared.shares} of difficulty ${difficulty}, made in ${pool.prepared.seconds.toFixed(1)} s; ` +
      `${connections} connections with ${inFlight} on their way; durable in SQLite, or acknowledged unread by the floors:`
  )
  tell("pool-server", way, pool)
  const raw = await floor("node:http2", "http2", way, options)
  const bare = await floor("grpc-js", "grpcjs", way, options)
  const aim = way === "stream" ? " (aim: 20000 shares/s)" : ""
  Processes.say(
    `main thread of the pool: ${(pool.main / raw.main).toFixed(2)} x node:http2, ` +
      `${(pool.main / bare.main).toFixed(2)} x grpc-js${aim}`
  )
  Processes.say(
    problems.length === 0
      ? "books: every acknowledged share stands there once, with its digest; they balance"
      : `BOOKS: ${problems.join("; ")}`
  )
  Processes.record("shares ratios", { way, toHttp2: pool.main / raw.main, toGrpcJs: pool.main / bare.main, problems })
  return problems
}

export const run = async (options: Options): Promise<boolean> => {
  const problems: Array<string> = []
  for (const way of ["stream", "calls"] as const) problems.push(...(await measure(way, options)))
  return problems.length === 0
}

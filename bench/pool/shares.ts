/**
 * How many shares per second the pool checks, keeps and acknowledges.
 *
 * Every share is a nonce of its own that meets a real target; the pool's kernel computes its digest, SQLite has it on the
 * disk before it is acknowledged, and afterwards each acknowledged one must stand in the books exactly once, with the
 * digest that the load generator knows. Rates of wall time are those of this machine at this moment; the processor time
 * of a share on the pool's main thread says what a free core could do.
 */
import { readFileSync } from "node:fs"
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

export const run = async (options: Options): Promise<boolean> => {
  const { connections, folder, inFlight, log, profile } = options
  const flags = [
    ...["--share-difficulty", String(difficulty), "--shares-per-minute", "3000", "--devnet-refresh", "86400"],
    ...["--max-per-address", String(connections + 10)]
  ]
  const server = await Processes.pool({ data: folder, log, port: 0, flags, probe: false, profile })
  const file = join(folder, "acknowledged")
  const amounts = [connections, options.shares, inFlight].map(String)
  const load = Processes.program("submitters.ts", [String(server.port), ...amounts, file])
  const prepared = await Processes.message(load, tagged<Prepared>("prepared"))
  Processes.say(
    `${prepared.shares} shares of difficulty ${difficulty} made in ${prepared.seconds.toFixed(1)} s; ${connections} connections, ${inFlight} on their way at a time`
  )

  const before = Processes.processorSeconds(server.pid)
  load.send("go")
  const done = await Processes.message(load, tagged<Done>("done"))
  const after = Processes.processorSeconds(server.pid)
  load.disconnect()
  server.child.kill("SIGTERM")
  const code = await server.ended

  const accepted = done.answers["accepted"] ?? 0
  const rate = accepted / done.seconds
  const main = ((after.main - before.main) * 1e6) / Math.max(1, accepted)
  const all = ((after.all - before.all) * 1e6) / Math.max(1, accepted)
  const problems = [...compare(folder, readFileSync(file)), ...(code === 0 ? [] : [`the pool ended with ${code}`])]
  const audit = await Books.audit(folder)
  if (audit !== null) problems.push(audit)

  Processes.say(
    `answers: ${Object.entries(done.answers)
      .map(([name, count]) => `${count} ${name}`)
      .join(", ")}`
  )
  Processes.say(
    `${rate.toFixed(0)} durable shares/s over ${done.seconds.toFixed(1)} s; acknowledged after ${done.p50.toFixed(0)} ms (p50), ${done.p99.toFixed(0)} ms (p99)`
  )
  Processes.say(
    `processor time of a share: ${main.toFixed(1)} us on the main thread, ${all.toFixed(1)} us in all; a free core: ${(1e6 / main).toFixed(0)} shares/s (aim: 20000)`
  )
  Processes.say(
    problems.length === 0
      ? "books: every acknowledged share stands there once, with its digest"
      : `BOOKS: ${problems.join("; ")}`
  )
  const figures = {
    accepted,
    seconds: done.seconds,
    perSecond: rate,
    mainMicros: main,
    allMicros: all,
    p50: done.p50,
    p99: done.p99
  }
  Processes.record("shares", { ...figures, answers: done.answers, problems })
  return problems.length === 0
}

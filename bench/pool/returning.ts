/**
 * Many simulated miners in one process that all come back when their pool was killed.
 *
 * `returning.ts PORT COUNT`. Each has one TCP connection and one subscription, resumes its session, and tries again as the
 * program `miner` does. Says `back` whenever all of them have had an order again, with the times of their first orders.
 */
import * as Grade from "../../actors/pool/Grade.ts"
import { Connection, headers } from "./Http2.ts"
import { order, status, subscribePath } from "./Messages.ts"
import { percentile } from "./Processes.ts"

export interface Back {
  readonly tag: "back"
  /** Milliseconds since 1970 when so many of them had an order. */
  readonly first: number
  readonly p50: number
  readonly p99: number
  readonly last: number
  /** Connections that were tried and failed since the last time. */
  readonly failed: number
  /** How many came back to the nonce prefix of before. */
  readonly resumed: number
}

/** Milliseconds: doubling from the first to the second, four fifths of it random. */
const backoff = { least: 250, most: 1_000, random: 0.8 }

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
const block = headers(subscribePath)
const arrivals: Array<number> = []
let failed = 0
let resumed = 0

const arrived = (again: boolean) => {
  arrivals.push(Date.now())
  if (again) resumed += 1
  if (arrivals.length < count) return
  const times = arrivals.splice(0).sort((a, b) => a - b)
  const [first, p50, p99, last] = [0, 0.5, 0.99, 1].map((share) => percentile(times, share))
  process.send?.({ tag: "back", first, p50, p99, last, failed, resumed })
  failed = 0
  resumed = 0
}

const live = (name: string, session = "", prefix: bigint | null = null, failures = 0): void => {
  let now = { session, prefix, failures }
  let worked = false
  const connection = new Connection(port, () => {
    if (!worked) failed += 1
    const most = Math.min(backoff.most, backoff.least * 2 ** now.failures)
    const wait = most * (1 - backoff.random * Math.random())
    setTimeout(() => live(name, now.session, now.prefix, worked ? 0 : now.failures + 1), wait)
  })
  const message = (bytes: Buffer) => {
    const told = order(bytes)
    now = { session: told.session === "" ? now.session : told.session, prefix: told.prefix, failures: 0 }
    if (worked) return
    worked = true
    arrived(prefix !== null && Grade.sessionIn(told.prefix) === Grade.sessionIn(prefix))
  }
  connection.call(block, status(name, session), { message, ended: () => connection.close() }, true)
}

for (let index = 0; index < count; index++) setTimeout(() => live(`bench-${index}`), index / 2)
process.on("disconnect", () => process.exit(0))

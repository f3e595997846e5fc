/**
 * Many simulated miners in one process: one TCP connection and one subscription each, heartbeats every 30 seconds.
 *
 * `herd.ts PORT COUNT`. Every order carries the time when it was made (its expiry less the lifetime of a job), so latency
 * is counted from the server's own clock, and every kind of server is measured by the same code. Says `connected` once,
 * and one `spread` for each order that reached everybody. A message asks to forget orders made before it, answered with
 * `counting`.
 */
import { defaultBoard } from "../../actors/pool/PoolSettings.ts"
import { Connection, headers } from "./Http2.ts"
import { order, status, subscribePath } from "./Messages.ts"
import { percentile } from "./Processes.ts"

export interface Spread {
  readonly tag: "spread"
  readonly workId: string
  /** Milliseconds from the making of the order to its last byte at a miner. */
  readonly p50: number
  readonly p99: number
  readonly max: number
}
export interface Counting {
  readonly tag: "counting"
}
export interface Connected {
  readonly tag: "connected"
  readonly millis: number
  /** Bytes of an order. */
  readonly size: number
}

const [port = 0, count = 0] = process.argv.slice(2).map(Number)
const block = headers(subscribePath)
const miners: Array<{ readonly connection: Connection; readonly stream: number; readonly status: Buffer }> = []
const open = new Map<string, Array<number>>()
let since = Number.POSITIVE_INFINITY
let size = 0
let lost = 0

const tell = (message: Spread | Connected | Counting) => {
  if (process.connected) process.send?.(message)
}

const heard = (bytes: Buffer) => {
  const now = Date.now()
  size = bytes.length
  const { expiresAt, workId } = order(bytes)
  const made = expiresAt - defaultBoard.lifetimeMillis
  if (made < since) return
  const key = `${workId}@${expiresAt}`
  const times = open.get(key) ?? []
  if (times.length === 0) open.set(key, times)
  times.push(now - made)
  if (times.length < count - lost) return
  open.delete(key)
  times.sort((a, b) => a - b)
  tell({ tag: "spread", workId, p50: percentile(times, 0.5), p99: percentile(times, 0.99), max: percentile(times, 1) })
}

const connect = (index: number): Promise<void> =>
  new Promise((resolve) => {
    const connection = new Connection(port, () => {
      lost += 1
      process.stderr.write(`miner ${index} lost its connection (${lost} of ${count})\n`)
    })
    const hello = status(`bench-${index}`)
    let greeted = false
    const stream = connection.call(
      block,
      hello,
      {
        message: (bytes) => {
          heard(bytes)
          if (greeted) return
          greeted = true
          resolve()
        },
        ended: () => {}
      },
      true
    )
    miners.push({ connection, stream, status: hello })
  })

const at = performance.now()
for (let index = 0; index < count; index += 100) {
  await Promise.all(Array.from({ length: Math.min(100, count - index) }, (_, add) => connect(index + add)))
}
tell({ tag: "connected", millis: performance.now() - at, size })

const slices = 60
let slice = 0
setInterval(() => {
  for (let index = slice; index < miners.length; index += slices) {
    const miner = miners[index]
    if (miner?.connection.usable) miner.connection.send(miner.stream, miner.status)
  }
  slice = (slice + 1) % slices
}, 30_000 / slices)

process.on("message", () => {
  since = Date.now()
  open.clear()
  tell({ tag: "counting" })
})
process.on("disconnect", () => process.exit(0))

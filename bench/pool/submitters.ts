/**
 * Miners that hand in real shares as fast as the pool takes them.
 *
 * `submitters.ts PORT CONNECTIONS SHARES IN-FLIGHT FILE`: subscribes, makes all shares before the clock starts, says
 * `prepared`, waits for a message, then keeps IN-FLIGHT shares per connection on their way. Says `done` with what was
 * answered, and leaves every acknowledged nonce with its digest (80 bytes each) in FILE.
 */
import { writeFileSync } from "node:fs"
import { Connection, headers } from "./Http2.ts"
import * as Messages from "./Messages.ts"
import { type Found, search } from "./nonces.ts"
import { percentile } from "./Processes.ts"

export interface Prepared {
  readonly tag: "prepared"
  readonly seconds: number
  readonly shares: number
}
export interface Done {
  readonly tag: "done"
  readonly seconds: number
  /** Answers by code. */
  readonly answers: Readonly<Record<string, number>>
  /** Milliseconds from sending to the acknowledgement. */
  readonly p50: number
  readonly p99: number
}

const [port = 0, connections = 0, shares = 0, inFlight = 0] = process.argv.slice(2, 6).map(Number)
const file = process.argv[6] ?? ""
const block = headers(Messages.subscribePath)
const submitBlock = headers(Messages.submitPath)

interface Miner {
  readonly connection: Connection
  readonly stream: number
  readonly name: string
  readonly order: Messages.Order
  readonly shares: Array<Found>
}

const connect = (index: number): Promise<Miner> =>
  new Promise((resolve) => {
    const name = `bench-${index}`
    const connection = new Connection(port, () => process.stderr.write(`${name} lost its connection\n`))
    let first = true
    const message = (bytes: Buffer) => {
      const order = Messages.order(bytes)
      if (first) resolve({ connection, stream, name, order, shares: [] })
      first = false
    }
    const stream = connection.call(block, Messages.status(name), { message, ended: () => {} }, true)
  })

const miners: Array<Miner> = []
for (let index = 0; index < connections; index += 100) {
  const group = Array.from({ length: Math.min(100, connections - index) }, (_, add) => connect(index + add))
  miners.push(...(await Promise.all(group)))
}
setInterval(() => {
  for (const { connection, name, stream } of miners) connection.send(stream, Messages.status(name))
}, 30_000)

const begin = performance.now()
const each = Math.ceil(shares / connections)
for (const [lane, miner] of miners.entries()) {
  for (let from = 0; miner.shares.length < each; from += 1_024) {
    miner.shares.push(...(await search(miner.order, lane, from, 1_024, false)))
  }
  miner.shares.length = each
}

const answers: Record<string, number> = {}
const latencies: Array<number> = []
const kept: Array<Buffer> = []
let open = 0
let start = 0

const finish = () => {
  const seconds = (performance.now() - start) / 1000
  writeFileSync(file, Buffer.concat(kept))
  latencies.sort((a, b) => a - b)
  const done: Done = {
    tag: "done",
    seconds,
    answers,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99)
  }
  process.send?.(done)
}

const submit = (miner: Miner, prefix: Buffer, share: Found): void => {
  const at = performance.now()
  let code = "no answer"
  open += 1
  miner.connection.call(submitBlock, Buffer.concat([prefix, share.nonce]), {
    message: (bytes) => {
      const ack = Messages.ack(bytes)
      code = Messages.codes[ack.code] ?? String(ack.code)
      latencies.push(performance.now() - at)
      if (ack.success) kept.push(share.nonce, share.digest)
    },
    ended: () => {
      answers[code] = (answers[code] ?? 0) + 1
      open -= 1
      const next = miner.shares.pop()
      if (next !== undefined) submit(miner, prefix, next)
      else if (open === 0) finish()
    }
  })
}

process.once("message", () => {
  start = performance.now()
  for (const miner of miners) {
    const prefix = Messages.resultPrefix(miner.order.workId, miner.name, miner.order.session)
    for (const share of miner.shares.splice(0, inFlight)) submit(miner, prefix, share)
  }
})
process.on("disconnect", () => process.exit(0))
const prepared: Prepared = { tag: "prepared", seconds: (performance.now() - begin) / 1000, shares: each * connections }
process.send?.(prepared)

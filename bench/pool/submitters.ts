/**
 * Miners that hand in real shares as fast as the pool takes them.
 *
 * `submitters.ts PORT CONNECTIONS SHARES IN-FLIGHT FILE stream|calls`: subscribes, makes all shares before the clock
 * starts, says `prepared`, waits for a message, then keeps IN-FLIGHT shares per connection on their way: in the
 * subscription, one message per share, or each as a call of its own. Says `done` with what was answered, and leaves every
 * acknowledged nonce with its digest (80 bytes each) in FILE.
 */
import { writeFileSync } from "node:fs"
import { Connection, framed, headers } from "./Http2.ts"
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
const inStream = process.argv[7] === "stream"
const block = headers(Messages.subscribePath)
const submitBlock = headers(Messages.submitPath)

interface Miner {
  readonly connection: Connection
  readonly stream: number
  readonly name: string
  readonly order: Messages.Order
  readonly shares: Array<Found>
  /** Of shares in the subscription: by their sequence. */
  readonly sent: Array<Sent>
  answered: (acks: ReadonlyArray<Messages.Ack>) => void
}

interface Sent {
  readonly share: Found
  readonly message: Buffer
  at: number
  /** Without an answer. */
  open: boolean
}

const connect = (index: number): Promise<Miner> =>
  new Promise((resolve) => {
    const name = `bench-${index}`
    const connection = new Connection(port, () => process.stderr.write(`${name} lost its connection\n`))
    let miner: Miner | null = null
    const message = (bytes: Buffer) => {
      const acks = Messages.answers(bytes)
      if (acks !== null) miner?.answered(acks)
      else if (miner === null) {
        miner = { connection, stream, name, order: Messages.order(bytes), shares: [], sent: [], answered: () => {} }
        resolve(miner)
      }
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
  if (inStream) {
    const encode = (share: Found, index: number): Sent => {
      const message = framed(Messages.share(miner.order.workId, share.nonce, index + 1))
      return { share, message, at: 0, open: false }
    }
    miner.sent.push(...miner.shares.map(encode))
  }
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

/** The miner's shares in order, so many at a time; whatever is answered together is followed by as many together. */
const handInStream = (miner: Miner): void => {
  const { connection, sent, stream } = miner
  let next = 0
  let oldest = 0
  const send = (count: number) => {
    const batch = sent.slice(next, next + count)
    if (batch.length === 0) return
    const at = performance.now()
    for (const one of batch) {
      one.at = at
      one.open = true
    }
    next += batch.length
    open += batch.length
    connection.sendAll(
      stream,
      batch.map(({ message }) => message)
    )
  }
  miner.answered = (acks) => {
    const now = performance.now()
    for (const { code, sequence, success } of acks) {
      // A floor does not say which one it means.
      const one = sent[sequence === 0 ? oldest++ : sequence - 1]
      if (one?.open !== true) throw new Error("an answer to no share")
      one.open = false
      latencies.push(now - one.at)
      const name = Messages.codes[code] ?? String(code)
      answers[name] = (answers[name] ?? 0) + 1
      if (success) kept.push(one.share.nonce, one.share.digest)
    }
    open -= acks.length
    send(acks.length)
    if (open === 0) finish()
  }
  send(inFlight)
}

process.once("message", () => {
  start = performance.now()
  for (const miner of miners) {
    if (inStream) {
      handInStream(miner)
      continue
    }
    const prefix = Messages.resultPrefix(miner.order.workId, miner.name, miner.order.session)
    for (const share of miner.shares.splice(0, inFlight)) submit(miner, prefix, share)
  }
})
process.on("disconnect", () => process.exit(0))
const prepared: Prepared = { tag: "prepared", seconds: (performance.now() - begin) / 1000, shares: each * connections }
process.send?.(prepared)

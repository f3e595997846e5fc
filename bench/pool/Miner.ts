/**
 * A miner that survives everything and keeps its own books: what was acknowledged to it, and when it was back.
 *
 * It reconnects for ever with a capped and jittered back-off, resumes its session, searches real shares for the job it
 * has, also while there is no pool, and hands in again what was not answered when a connection broke; "duplicate" then
 * means that the pool has it. One of an even lane hands in within its subscription, the others by calls.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { keyOf } from "./books.ts"
import { Connection, headers } from "./Http2.ts"
import * as Messages from "./Messages.ts"
import { type Found, search } from "./nonces.ts"

const block = headers(Messages.subscribePath)
const submitBlock = headers(Messages.submitPath)

/** Milliseconds between attempts to connect: doubling from the first to the second, with a jitter of a half. */
const backoff = { least: 100, most: 1_000 }
const perTurn = 64
const inFlight = 8
/** Shares that wait for a pool. */
const mostReady = 512

interface Sent {
  readonly order: Messages.Order
  readonly share: Found
  /** Found while there was no pool. */
  readonly away: boolean
}

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1)

export class Miner {
  /** Keys of acknowledged shares with the number of times they were acknowledged as accepted. */
  readonly acknowledged = new Map<string, number>()
  readonly answers = new Map<string, number>()
  /** The same, of shares that were found while there was no pool. */
  readonly awayAnswers = new Map<string, number>()
  /** When it got its present connection's first order, ms of performance.now; null while it has none. */
  workingSince: number | null = null
  /** When the first share of its present connection was acknowledged as accepted; null while none was. */
  acceptedSince: number | null = null
  readonly #port: number
  readonly #name: string
  readonly #lane: number
  #order: Messages.Order | null = null
  #session = ""
  #connection: Connection | null = null
  #tried = 0
  #ready: Array<Sent> = []
  #open = 0
  /** Shares in the subscription that have no answer, by their sequence. */
  readonly #sent = new Map<number, Sent>()
  #sequence = 0
  #stream = 0
  #refill: Promise<void> | null = null
  #stopped = false

  constructor(port: number, name: string, lane: number) {
    this.#port = port
    this.#name = name
    this.#lane = lane
  }

  async run(): Promise<void> {
    for (let failures = 0; !this.#stopped; failures++) {
      const worked = await this.#connected()
      this.workingSince = null
      this.acceptedSince = null
      this.#connection = null
      if (worked) failures = 0
      const most = Math.min(backoff.most, backoff.least * 2 ** failures)
      await sleep(most * (0.5 + Math.random() / 2))
    }
  }

  stop(): void {
    this.#stopped = true
    this.#connection?.close()
  }

  /** One connection from its beginning to its end; whether it brought an order. */
  #connected(): Promise<boolean> {
    return new Promise((resolve) => {
      let worked = false
      const connection = new Connection(this.#port, () => resolve(worked))
      this.#connection = connection
      const message = (bytes: Buffer) => {
        const acks = Messages.answers(bytes)
        if (acks !== null) {
          for (const ack of acks) this.#answered(ack)
          return
        }
        const order = Messages.order(bytes)
        if (order.session !== "") this.#session = order.session
        this.#order = order
        this.workingSince ??= performance.now()
        worked = true
        this.#pump()
      }
      const hello = Messages.status(this.#name, this.#session)
      const ended = () => {
        for (const sent of this.#sent.values()) this.#done(sent, null)
        this.#sent.clear()
        connection.close()
      }
      this.#stream = connection.call(block, hello, { message, ended }, true)
    })
  }

  #pump(): void {
    const connection = this.#connection
    while (connection?.usable === true && this.workingSince !== null && this.#open < inFlight) {
      const next = this.#ready.pop()
      if (next === undefined) break
      this.#submit(connection, next)
    }
    if (this.#ready.length < mostReady && this.#refill === null && !this.#stopped) {
      this.#refill = this.#search().finally(() => {
        this.#refill = null
        this.#pump()
      })
    }
  }

  async #search(): Promise<void> {
    const order = this.#order
    if (order === null) return
    const from = this.#tried
    this.#tried += perTurn
    const found = await search(order, this.#lane, from, perTurn, true)
    for (const share of found) this.#ready.push({ order, share, away: this.workingSince === null })
    // An even load, not the most that is possible.
    await sleep(100)
  }

  #submit(connection: Connection, sent: Sent): void {
    const { order, share } = sent
    this.#open += 1
    if (this.#lane % 2 === 0) {
      this.#sequence += 1
      this.#sent.set(this.#sequence, sent)
      connection.send(this.#stream, Messages.share(order.workId, share.nonce, this.#sequence))
      return
    }
    const prefix = Messages.resultPrefix(order.workId, this.#name, this.#session)
    let code: string | null = null
    connection.call(submitBlock, Buffer.concat([prefix, share.nonce]), {
      message: (bytes) => {
        code = this.#told(sent, Messages.ack(bytes))
      },
      ended: () => {
        this.#done(sent, code)
        this.#pump()
      }
    })
  }

  #answered(ack: Messages.Ack): void {
    const sent = this.#sent.get(ack.sequence)
    if (sent === undefined) throw new Error(`an answer to share ${ack.sequence}, which is not on its way`)
    this.#sent.delete(ack.sequence)
    this.#done(sent, this.#told(sent, ack))
    this.#pump()
  }

  /** What the pool says to a share, in words. */
  #told({ order, share }: Sent, ack: Messages.Ack): string {
    const code = Messages.codes[ack.code] ?? String(ack.code)
    const key = keyOf(order.workId, share.nonce)
    if (ack.success) {
      this.acknowledged.set(key, (this.acknowledged.get(key) ?? 0) + 1)
      this.acceptedSince ??= performance.now()
    }
    if (code === "duplicate") this.acknowledged.set(key, this.acknowledged.get(key) ?? 0)
    return code
  }

  /** It is on its way no more; null: and nobody knows what became of it. */
  #done(sent: Sent, code: string | null): void {
    this.#open -= 1
    const said = code ?? "no answer"
    count(this.answers, said)
    if (sent.away) count(this.awayAnswers, said)
    if (code === null || code === "internal" || code === "rate limited") this.#ready.push(sent)
  }
}

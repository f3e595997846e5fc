/**
 * A gRPC client that speaks HTTP/2 by hand: one TCP connection, as little of the protocol as a pool's miner needs.
 *
 * Load generator and server share the machine, so the client must cost little: node:http2 takes longer for a request than
 * the pool for its answer. Request headers are one constant block (HPACK literals that are never indexed), response
 * headers are skipped unread, windows are opened to 2 GiB at the start, pings and settings are acknowledged. A call that
 * ends without a message has failed.
 */
import { connect, type Socket } from "node:net"

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

const kind = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, away: 7, window: 8 } as const
const flag = { ack: 1, endStream: 1, endHeaders: 4, padded: 8 } as const

const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const out = Buffer.allocUnsafe(9 + payload.length)
  out.writeUIntBE(payload.length, 0, 3)
  out.writeUInt8(type, 3)
  out.writeUInt8(flags, 4)
  out.writeUInt32BE(stream, 5)
  out.set(payload, 9)
  return out
}

const number32 = (value: number) => {
  const out = Buffer.alloc(4)
  out.writeUInt32BE(value)
  return out
}

const greatest = 2 ** 31 - 1
const largestFrame = 16_384
const greeting = Buffer.concat([
  preface,
  // SETTINGS_INITIAL_WINDOW_SIZE, and no push.
  frame(kind.settings, 0, 0, Buffer.concat([Buffer.from([0, 4]), number32(greatest), Buffer.from([0, 2, 0, 0, 0, 0])])),
  frame(kind.window, 0, 0, number32(greatest - 65_535))
])

const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)])

/** The header block of a call: indices of the static table, literals without indexing, no Huffman code. */
export const headers = (path: string): Buffer =>
  Buffer.concat([
    Buffer.from([0x83, 0x86, 0x04]),
    text(path),
    Buffer.from([0x01]),
    text("127.0.0.1"),
    Buffer.from([0x0f, 0x10]),
    text("application/grpc"),
    Buffer.from([0x00]),
    text("te"),
    text("trailers")
  ])

/** A message with its gRPC frame. */
export const framed = (message: Uint8Array): Buffer => {
  const body = Buffer.allocUnsafe(5 + message.length)
  body.writeUInt8(0, 0)
  body.writeUInt32BE(message.length, 1)
  body.set(message, 5)
  return body
}

export interface Call {
  readonly message: (bytes: Buffer) => void
  /** Once, also when the connection ended. */
  readonly ended: () => void
}

interface Open extends Call {
  rest: Buffer | null
}

export class Connection {
  readonly #socket: Socket
  readonly #calls = new Map<number, Open>()
  #rest: Buffer | null = null
  #next = 1
  #away = false

  constructor(port: number, closed: () => void = () => {}) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true })
    this.#socket.write(greeting)
    this.#socket.on("data", (chunk) => this.#take(chunk))
    // Whatever it was, the close that follows says it.
    this.#socket.on("error", () => {})
    this.#socket.once("close", () => {
      const calls = [...this.#calls.values()]
      this.#calls.clear()
      for (const call of calls) call.ended()
      closed()
    })
  }

  /** Begin a call with its first message; `half` leaves this side open for more. Returns its stream. */
  call(block: Buffer, message: Uint8Array, on: Call, half = false): number {
    const stream = this.#next
    this.#next += 2
    this.#calls.set(stream, { ...on, rest: null })
    this.#socket.cork()
    this.#socket.write(frame(kind.headers, flag.endHeaders, stream, block))
    this.send(stream, message, !half)
    process.nextTick(() => this.#socket.uncork())
    return stream
  }

  send(stream: number, message: Uint8Array, last = false): void {
    this.#socket.write(frame(kind.data, last ? flag.endStream : 0, stream, framed(message)))
  }

  /** Several messages at once, each with its gRPC frame already (`framed`), in DATA frames of the usual size. */
  sendAll(stream: number, messages: ReadonlyArray<Uint8Array>): void {
    for (let from = 0; from < messages.length; ) {
      let size = 0
      let to = from
      for (let next = messages[to]; next !== undefined && size + next.length <= largestFrame; next = messages[to]) {
        size += next.length
        to += 1
      }
      this.#socket.write(frame(kind.data, 0, stream, Buffer.concat(messages.slice(from, to), size)))
      from = to
    }
  }

  get usable(): boolean {
    return !this.#away && !this.#socket.destroyed
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    const all = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk])
    let at = 0
    while (all.length - at >= 9) {
      const length = all.readUIntBE(at, 3)
      if (all.length - at < 9 + length) break
      const stream = all.readUInt32BE(at + 5) & greatest
      this.#frame(all.readUInt8(at + 3), all.readUInt8(at + 4), stream, all.subarray(at + 9, at + 9 + length))
      at += 9 + length
    }
    this.#rest = at === all.length ? null : all.subarray(at)
  }

  #frame(type: number, flags: number, stream: number, payload: Buffer): void {
    if (type === kind.data) {
      if ((flags & flag.padded) !== 0) throw new Error("a padded frame: this client does not know them")
      this.#message(stream, payload)
      if ((flags & flag.endStream) !== 0) this.#end(stream)
    } else if (type === kind.headers) {
      if ((flags & flag.endStream) !== 0) this.#end(stream)
    } else if (type === kind.reset) this.#end(stream)
    else if (type === kind.settings && (flags & flag.ack) === 0) {
      this.#socket.write(frame(kind.settings, flag.ack, 0, Buffer.alloc(0)))
    } else if (type === kind.ping && (flags & flag.ack) === 0) {
      this.#socket.write(frame(kind.ping, flag.ack, 0, payload))
    } else if (type === kind.away) this.#away = true
  }

  #message(stream: number, payload: Buffer): void {
    const call = this.#calls.get(stream)
    if (call === undefined) return
    const all = call.rest === null ? payload : Buffer.concat([call.rest, payload])
    let at = 0
    while (all.length - at >= 5) {
      const length = all.readUInt32BE(at + 1)
      if (all.length - at < 5 + length) break
      call.message(all.subarray(at + 5, at + 5 + length))
      at += 5 + length
    }
    call.rest = at === all.length ? null : Buffer.from(all.subarray(at))
  }

  #end(stream: number): void {
    const call = this.#calls.get(stream)
    this.#calls.delete(stream)
    call?.ended()
  }
}

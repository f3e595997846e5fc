/**
 * A node's private gRPC as the facts have it: a real grpc-js server on loopback with the service's own proto file, and
 * balances as nouns that are written out here.
 */
import { fileURLToPath } from "node:url"
import * as Grpc from "@grpc/grpc-js"
import { loadSync } from "@grpc/proto-loader"
import { Effect } from "effect"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Noun } from "../../../kernels/NockPowNative.ts"
import type { Digest } from "../../../kernels/NockPowTypes.ts"

export const native = Effect.runSync(Native.load)

/** A text as an atom. */
export const cord = (text: string): bigint => {
  let atom = 0n
  for (const [index, byte] of Buffer.from(text).entries()) atom |= BigInt(byte) << BigInt(8 * index)
  return atom
}

/** [a b c], right-nested. */
export const cells = (first: Noun, ...rest: ReadonlyArray<Noun>): Noun => {
  const [second, ...others] = rest
  return second === undefined ? first : [first, cells(second, ...others)]
}

export const digest = (text: string): Noun => {
  const found = native.parseBase58(text)
  if (found === null) throw new Error(`${text} is no digest`)
  return cells(...found)
}

/** Any digest: five small limbs. */
export const some = (seed: number): Digest => [BigInt(seed), 2n, 3n, 4n, 5n]
export const b58 = (of: Digest): string => native.base58(of)

export interface NoteFacts {
  readonly first: string
  readonly last: Digest
  readonly origin: number
  readonly nicks: bigint
}

const nameOf = ({ first, last }: NoteFacts): Noun => cells(digest(first), cells(...last), 0n)

/** [1 origin name note-data assets] */
export const note1 = (facts: NoteFacts): Noun => cells(1n, BigInt(facts.origin), nameOf(facts), 0n, facts.nicks)

export interface OldFacts extends NoteFacts {
  readonly timelock: Noun
  readonly needed: number
  /** z-set of public keys; only their number is looked at. */
  readonly keys: Noun
  readonly coinbase: boolean
}

/** [[0 origin timelock] name [m keys] [hash is-coinbase] assets] */
export const note0 = (facts: OldFacts): Noun =>
  cells(
    cells(0n, BigInt(facts.origin), facts.timelock),
    nameOf(facts),
    cells(BigInt(facts.needed), facts.keys),
    cells(cells(...some(9)), facts.coinbase ? 0n : 1n),
    facts.nicks
  )

/** A tree with these items; a node is [item [left right]]. */
export const tree = (items: ReadonlyArray<Noun>): Noun => {
  const [item, ...rest] = items
  const half = rest.length >> 1
  return item === undefined ? 0n : [item, [tree(rest.slice(0, half)), tree(rest.slice(half))]]
}

export const entry = (facts: NoteFacts, note: Noun): Noun => [nameOf(facts), note]

export const balance = (height: number, block: Digest, entries: ReadonlyArray<Noun>): Noun =>
  cells(BigInt(height), cells(...block), tree(entries))

/** The kernel's double unit of a value. */
export const unit = (value: Noun): Noun => [0n, [0n, value]]

export const jam = (noun: Noun): Buffer => {
  const bytes = native.jam(noun)
  if (bytes === null) throw new Error("too large")
  // Nodes pad to whole words.
  return Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)])
}

export type Answer =
  | { readonly data: Buffer }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly status: Grpc.status; readonly details: string }
  | "silence"
  | "nothing"

/** The texts of a path that a request holds. */
const pathOf = (bytes: Buffer): ReadonlyArray<string> => {
  const cued = native.cue(bytes)
  if ("problem" in cued) throw new Error(cued.problem)
  const texts: Array<string> = []
  let rest = cued.noun
  while (typeof rest !== "bigint") {
    const [head, tail] = rest
    if (typeof head !== "bigint") throw new Error("a path of cells")
    const hex = head.toString(16)
    texts.push(
      Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex")
        .reverse()
        .toString()
    )
    rest = tail
  }
  if (rest !== 0n) throw new Error("a path without its end")
  return texts
}

const file = fileURLToPath(new URL("nockapp.proto", import.meta.url))

interface Request {
  readonly pid: number
  readonly path: Buffer
}

/** Serves on a free port of loopback until the scope closes. */
export const serve = (answer: (path: ReadonlyArray<string>, count: number) => Answer) =>
  Effect.gen(function* () {
    const asked: Array<ReadonlyArray<string>> = []
    const definition = loadSync(file)["nockchain.private.v1.NockAppService"]
    const server = new Grpc.Server({ "grpc.max_send_message_length": 64 * 2 ** 20 })
    server.addService(definition as Grpc.ServiceDefinition, {
      Peek: (call: Grpc.ServerUnaryCall<Request, unknown>, done: Grpc.sendUnaryData<unknown>) => {
        const path = pathOf(call.request.path)
        asked.push(path)
        const given = answer(path, asked.length)
        if (given === "silence") return
        if (given === "nothing") done(null, {})
        else if ("status" in given) done({ code: given.status, details: given.details })
        else done(null, given)
      }
    })
    yield* Effect.addFinalizer(() => Effect.sync(() => server.forceShutdown()))
    const port = yield* Effect.async<number, Error>((resume) =>
      server.bindAsync("127.0.0.1:0", Grpc.ServerCredentials.createInsecure(), (error, bound) =>
        resume(error === null ? Effect.succeed(bound) : Effect.fail(error))
      )
    )
    return { port, asked }
  })

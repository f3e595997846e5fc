/**
 * `pitboss wallet list-notes-by-pubkey` and `pitboss wallet balance`: what an address owns on the devnet of a pool server.
 *
 * A version-0 public key is recognised: nobody can mine to it any more and a devnet has no coins of it, so the notes of its
 * version-1 address are shown, and the operator is told.
 */
import * as Effect from "effect/Effect"
import type { Values } from "../../../config/Setting.ts"
import type { common } from "../../../config/Settings.ts"
import type { notes as settings } from "../../../config/WalletSettings.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import * as Address from "../../nockchain/Address.ts"
import { bytesOf } from "../../wallet/Base58.ts"
import { AddressInvalid, NodeNotSupported } from "../../wallet/Errors.ts"
import * as Iris from "../../wallet/Iris.ts"
import * as KeyFile from "../../wallet/KeyFile.ts"
import { nock } from "../../wallet/Nicks.ts"
import * as Notes from "../../wallet/Notes.ts"
import { answer } from "../Steer.ts"
import { homeOf } from "./Keygen.ts"

type Given = Values<typeof settings & typeof common>

const say = (line: string) => Effect.sync(() => void process.stderr.write(`pitboss: ${line}\n`))

/** The address to look for. */
const wanted = (values: Given) =>
  Effect.gen(function* () {
    const text = values.pubkey
    if (text === null) return (yield* KeyFile.get(homeOf(values))).address
    const address = Address.parse(yield* Native.load, text)
    if (address._tag === "Pkh") return address.text
    if (address._tag === "Invalid")
      return yield* new AddressInvalid({ problem: `-p: not an address: ${address.reason}` })
    const bytes = bytesOf(address.text, 97)
    const pkh = bytes === null ? null : yield* Iris.addressOf(bytes)
    if (pkh === null)
      return yield* new AddressInvalid({ problem: "-p: it has the length of an old public key and is none" })
    yield* say(
      `this is a public key of version 0: it cannot be mined to, and notes of version 0 are not on a devnet; showing its version-1 address ${pkh}`
    )
    return pkh
  })

const found = (values: Given) =>
  Effect.gen(function* () {
    if (values.node !== null) return yield* new NodeNotSupported({ node: values.node })
    return yield* Notes.ofAddress(values.pool, yield* wanted(values))
  })

const chain = ({ chain: name, height }: Notes.Found) => `${name} at height ${height}`

const kind = (note: Notes.Found["notes"][number], tip: number) => {
  if (note.spendableFrom > tip) return `immature until height ${note.spendableFrom}`
  return note.coinbase ? "coinbase" : "payment"
}

type Run = (invocation: Invocation<typeof settings & typeof common>) => Effect.Effect<void, Failure>

export const list: Run = ({ values }) =>
  Effect.gen(function* () {
    const owned = yield* found(values)
    const order = (nicks: string) => BigInt(nicks)
    const notes = [...owned.notes].sort((a, b) => (order(a.nicks) < order(b.nicks) ? 1 : -1))
    const lines = notes.map(
      (note) => `${nock(BigInt(note.nicks))} NOCK  height ${note.height}  ${kind(note, owned.height)}  ${note.name}`
    )
    const head = `${owned.pkh} on ${chain(owned)}: ${notes.length} notes, ${nock(BigInt(owned.totalNicks))} NOCK`
    yield* answer(values.json, { ...owned, notes }, [head, ...lines].join("\n"))
  })

export const balance: Run = ({ values }) =>
  Effect.gen(function* () {
    const owned = yield* found(values)
    const total = BigInt(owned.totalNicks)
    const spendable = owned.notes.reduce(
      (sum, note) => (note.spendableFrom > owned.height ? sum : sum + BigInt(note.nicks)),
      0n
    )
    const { height, pkh } = owned
    const json = { chain: owned.chain, pkh, height, totalNicks: String(total), spendableNicks: String(spendable) }
    const text = `${nock(total)} NOCK (${total} nicks), of which ${nock(spendable)} NOCK can be spent; ${pkh} on ${chain(owned)}`
    yield* answer(values.json, json, text)
  })

/**
 * `pitboss wallet list-notes-by-pubkey` and `pitboss wallet balance`: what an address owns, on a node or on the devnet of
 * a pool server.
 *
 * A version-0 public key is recognised: nobody can mine to it any more. A node is asked for its own notes; a devnet has
 * none of version 0, so the notes of its version-1 address are shown. The operator is told which.
 */
import * as Effect from "effect/Effect"
import type { Values } from "../../../config/Setting.ts"
import type { common } from "../../../config/Settings.ts"
import type { notes as settings } from "../../../config/WalletSettings.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import type { Failure, Invocation } from "../../cli/CommandSpec.ts"
import { SettingError } from "../../cli/Errors.ts"
import { counted } from "../../console/Format.ts"
import * as Endpoint from "../../miner/Endpoint.ts"
import * as Address from "../../nockchain/Address.ts"
import * as NodeApi from "../../nockchain/NodeApi.ts"
import { bytesOf } from "../../wallet/Base58.ts"
import { AddressInvalid } from "../../wallet/Errors.ts"
import * as Iris from "../../wallet/Iris.ts"
import * as KeyFile from "../../wallet/KeyFile.ts"
import { nock } from "../../nockchain/Nicks.ts"
import * as NodeNotes from "../../wallet/NodeNotes.ts"
import * as Notes from "../../wallet/Notes.ts"
import * as Owned from "../../wallet/Owned.ts"
import { answer } from "../Steer.ts"
import { homeOf } from "./Keygen.ts"

type Asked = Invocation<typeof settings & typeof common>
type Given = Values<typeof settings & typeof common>

const say = (line: string) => Effect.sync(() => void process.stderr.write(`pitboss: ${line}\n`))

/** The address to look for, and the old public key that it was given as, if it was. */
const wanted = (values: Given) =>
  Effect.gen(function* () {
    const text = values.pubkey
    if (text === null) return { pkh: (yield* KeyFile.get(homeOf(values))).address, old: null }
    const address = Address.parse(yield* Native.load, text)
    if (address._tag === "Pkh") return { pkh: address.text, old: null }
    if (address._tag === "Invalid")
      return yield* new AddressInvalid({ problem: `-p: not an address: ${address.reason}` })
    const bytes = bytesOf(address.text, 97)
    const pkh = bytes === null ? null : yield* Iris.addressOf(bytes)
    if (pkh === null)
      return yield* new AddressInvalid({ problem: "-p: it has the length of an old public key and is none" })
    return { pkh, old: address.text }
  })

const fromNode = (node: string, { origins, values }: Asked) =>
  Effect.gen(function* () {
    const endpoint = Endpoint.parse(node, NodeApi.defaultPort)
    if (endpoint === null || endpoint.tls) {
      const expected = "expected HOST or HOST:PORT of a node's private gRPC, which has no TLS"
      return yield* new SettingError({ source: origins.get("node") ?? "--node", problem: `${expected}, got "${node}"` })
    }
    const { old, pkh } = yield* wanted(values)
    if (old === null) return yield* NodeNotes.ofOwner(endpoint, { _tag: "Address", pkh })
    yield* say(
      `this is a public key of version 0: asking for its notes of version 0, whose form is inferred and checked, not documented; those of its version-1 address are asked for with -p ${pkh}`
    )
    return yield* NodeNotes.ofOwner(endpoint, { _tag: "PublicKey", text: old })
  })

const fromPool = ({ values }: Asked) =>
  Effect.gen(function* () {
    const { old, pkh } = yield* wanted(values)
    if (old !== null) {
      yield* say(
        `this is a public key of version 0: it cannot be mined to, and notes of version 0 are not on a devnet; showing its version-1 address ${pkh}`
      )
    }
    return yield* Notes.ofAddress(values.pool, pkh)
  })

const ask = (invocation: Asked): Effect.Effect<Owned.Owned, Failure> => {
  const { node } = invocation.values
  return node === null ? fromPool(invocation) : fromNode(node, invocation)
}

const place = ({ chain, height }: Owned.Owned) => `${chain} at height ${height}`

/** What both answers say of the owner and of the chain, for programs. */
const head = ({ blockId, chain, height, owner }: Owned.Owned) => ({
  chain,
  pkh: owner,
  height,
  blockId
})

export const list = (invocation: Asked): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const owned = yield* ask(invocation)
    const notes = Owned.sorted(owned.notes)
    const total = Owned.sum(notes)
    const lines = notes.map(
      (note) => `${nock(note.nicks)} NOCK  height ${note.height}  ${Owned.stateOf(note, owned.height)}  ${note.name}`
    )
    const first = `${owned.owner} on ${place(owned)}: ${counted(notes.length, "note")}, ${nock(total)} NOCK`
    const json = {
      ...head(owned),
      totalNicks: String(total),
      notes: notes.map(({ facts, nicks, ...note }) => ({ ...note, nicks: String(nicks), ...facts }))
    }
    yield* answer(invocation.values.json, json, [first, ...lines].join("\n"))
  })

export const balance = (invocation: Asked): Effect.Effect<void, Failure> =>
  Effect.gen(function* () {
    const owned = yield* ask(invocation)
    const total = Owned.sum(owned.notes)
    const spendable = Owned.sum(owned.notes.filter((note) => Owned.canSpend(note, owned.height)))
    const { json: asJson, node, pool } = invocation.values
    const owed = node === null ? yield* Notes.creditedTo(pool, owned.owner) : null
    const credited = owed === null ? null : { immatureNicks: String(owed.immature), payableNicks: String(owed.payable) }
    const json = { ...head(owned), totalNicks: String(total), spendableNicks: String(spendable), credited }
    const text = `${nock(total)} NOCK (${total} nicks), of which ${nock(spendable)} NOCK can be spent; ${owned.owner} on ${place(owned)}`
    const more =
      owed === null
        ? []
        : [
            `credited by the pool and not paid yet: ${nock(owed.immature)} NOCK of blocks that are not mature, ${nock(owed.payable)} NOCK payable`
          ]
    yield* answer(asJson, json, [text, ...more].join("\n"))
  })

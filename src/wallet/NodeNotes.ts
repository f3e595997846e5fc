/**
 * What an address or an old public key owns, asked of a Nockchain node.
 *
 * A version-1 address has two names, that of its plain lock and that of its coinbase lock; both are asked for and must be
 * of one tip, or a note that moved between two questions would count twice or not at all. Notes under other locks
 * (several keys, other timelocks) have other names and are not found. A public key of version 0 is one question.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Native from "../../kernels/NockPowNative.ts"
import type { FileError } from "../cli/Errors.ts"
import type { HostMissing } from "../../kernels/Errors.ts"
import * as Endpoint from "../miner/Endpoint.ts"
import * as Balance from "../nockchain/Balance.ts"
import * as Digest from "../nockchain/Digest.ts"
import * as NodeApi from "../nockchain/NodeApi.ts"
import * as Iris from "./Iris.ts"
import type { Note, Owned } from "./Owned.ts"

/** Who is asked for. */
export type Owner =
  | { readonly _tag: "Address"; readonly pkh: string }
  | { readonly _tag: "PublicKey"; readonly text: string }

interface Answer {
  readonly balance: Balance.Balance
  readonly notes: ReadonlyArray<Note>
}

/** Blocks come every few minutes: a node whose tip changes more often between two questions is catching up. */
const tries = 5

export const ofOwner = (
  endpoint: Endpoint.Endpoint,
  owner: Owner,
  limits: NodeApi.Limits = NodeApi.defaultLimits
): Effect.Effect<Owned, NodeApi.NodeFailed | HostMissing | FileError> =>
  Effect.gen(function* () {
    const native = yield* Native.load
    const node = Endpoint.format(endpoint)
    const failed = (problem: string) => new NodeApi.NodeFailed({ node, problem })
    const api = yield* NodeApi.connect(native, endpoint, limits)

    const ask = (path: ReadonlyArray<string>, show: (note: Balance.Note) => Note | string) =>
      Effect.gen(function* () {
        const balance = Balance.decode(yield* api.peek(path))
        if (Either.isLeft(balance)) {
          return yield* failed(`its answer to %${path[0] ?? ""} is no balance that this program knows: ${balance.left}`)
        }
        const notes: Array<Note> = []
        for (const note of balance.right.notes) {
          const shown = show(note)
          if (typeof shown === "string") return yield* failed(`its answer to %${path[0] ?? ""} is wrong: ${shown}`)
          notes.push(shown)
        }
        const answer: Answer = { balance: balance.right, notes }
        return answer
      })

    const byName = ({ firstName, kind, maturity }: Iris.Lock) =>
      ask(["balance-by-first-name", firstName], (note) => {
        if (native.base58(note.first) !== firstName)
          return "a note has another first name than the one that was asked for"
        return {
          name: Balance.nameOf(native, note),
          nicks: note.nicks,
          height: note.originPage,
          coinbase: kind === "coinbase",
          spendableFrom: note.originPage + maturity,
          facts: { version: note.version, spendableUntil: null, signatures: 1 }
        }
      })

    const byPublicKey = (text: string) =>
      ask(["balance-by-pubkey", text], (note) => {
        const { old } = note
        if (old === null) return "a note of version 1 for a public key of version 0"
        const { coinbase, needed, window } = old
        return {
          name: Balance.nameOf(native, note),
          nicks: note.nicks,
          height: note.originPage,
          coinbase,
          spendableFrom: window === null ? null : Math.max(note.originPage, window.from ?? 0),
          facts: { version: note.version, spendableUntil: window?.until ?? null, signatures: needed }
        }
      })

    const ofAddress = (locks: ReadonlyArray<Iris.Lock>) =>
      Effect.gen(function* () {
        for (let count = 0; count < tries; count++) {
          const answers = yield* Effect.forEach(locks, byName)
          const [first] = answers
          const same = answers.every(
            ({ balance }) => first !== undefined && Digest.equal(balance.blockId, first.balance.blockId)
          )
          if (same && first !== undefined) return { ...first, notes: answers.flatMap(({ notes }) => notes) }
        }
        return yield* failed(
          `its tip changed between two questions, ${tries} times in a row: it is catching up; ask again`
        )
      })

    const { balance, notes } =
      owner._tag === "PublicKey" ? yield* byPublicKey(owner.text) : yield* ofAddress(yield* Iris.locksOf(owner.pkh))
    return {
      chain: `node ${node}`,
      owner: owner._tag === "PublicKey" ? owner.text : owner.pkh,
      height: balance.height,
      blockId: native.base58(balance.blockId),
      notes
    }
  }).pipe(Effect.scoped)

/**
 * Competing blocks for tests: side branches without proof of work, valid in everything else.
 *
 * Only a devnet that was made for simulation has one. The first simulated block marks the database for good, and the
 * chain's name says so wherever it is shown.
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { BlockRefused, ChainUnavailable } from "../../../actors/pool/Errors.ts"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import type { Digest } from "../../nockchain/Digest.ts"
import { leaf } from "../../nockchain/Hash.ts"
import { text } from "../../nockchain/Noun.ts"
import type * as Page from "../../nockchain/Page.ts"
import * as Time from "../../nockchain/Time.ts"
import type { Arrival, Change } from "./Chain.ts"
import { refuse } from "./Chain.ts"
import type { Header, Rules } from "./Rules.ts"
import type * as Store from "./Store.ts"
import { bodyAfter } from "./Template.ts"
import { beforeProof, idOf } from "./Validate.ts"

export interface Branch {
  /** Height on the heaviest chain of the block that the branch stands on, or the id of any block. */
  readonly from: number | string
  /** Blocks to add, at least 1. */
  readonly length: number
  /** Whose coinbases they are; nobody's of ours by default. */
  readonly pkh?: Digest
  /** Change a page before its id is made; to see what is refused. */
  readonly change?: (page: Page.PageBody) => Page.PageBody
}

export interface Simulator {
  /** Add a branch block by block; returns the ids of its blocks, lowest first. The heaviest chain wins as always. */
  readonly branch: (branch: Branch) => Effect.Effect<ReadonlyArray<string>, BlockRefused | ChainUnavailable>
}

/** Name under which a database remembers that it holds simulated blocks. */
export const simulatedMark = "simulated"

export const make = (
  native: NockPowNative,
  rules: Rules,
  store: Store.Store,
  accept: (arrival: Arrival) => Effect.Effect<Change, BlockRefused | SqlError>
) => {
  const rival = leaf(native, text("rival"))

  const child = (parent: Header, { change, pkh = rival }: Branch) =>
    Effect.gen(function* () {
      const now = Time.fromMillis(yield* Clock.currentTimeMillis)
      const body = bodyAfter(native, rules, parent, now, pkh, [])
      const page = { ...(change === undefined ? body : change(body)), digest: body.parent, pow: null }
      const digest = idOf(native, page)
      if (digest === null) return yield* refuse(page.height, "page-digest-invalid")
      const whole = { ...page, digest }
      const refusal = beforeProof(native, rules, parent, whole, now, true)
      if (refusal !== null) return yield* refuse(page.height, refusal)
      yield* accept({ page: whole, nonce: null, transactions: [], origin: "simulated" })
      return native.base58(digest)
    })

  return {
    branch: (branch: Branch): Effect.Effect<ReadonlyArray<string>, BlockRefused | SqlError> =>
      Effect.gen(function* () {
        yield* store.setMeta(simulatedMark, "yes")
        const { from } = branch
        let parent = yield* typeof from === "number" ? store.canonicalAt(from) : store.headerOf(from)
        const ids: Array<string> = []
        while (ids.length < branch.length) {
          if (parent === null) return yield* refuse(0, "unknown-parent", String(from))
          const id = yield* child(parent, branch)
          ids.push(id)
          parent = yield* store.headerOf(id)
        }
        return ids
      })
  }
}

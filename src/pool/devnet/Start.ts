/**
 * The first moments of a devnet: whose key is mined to, and whether the chain in the database is ours and whole.
 *
 * An empty database gets the genesis. Anything else must begin with it, and the blocks near the tip must hash to what was
 * kept; a file that does not is left as it is.
 */
import { randomBytes } from "node:crypto"
import type { SqlError } from "@effect/sql/SqlError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BlockRefused } from "../../../actors/pool/Errors.ts"
import type { NockPowNative } from "../../../kernels/NockPowNative.ts"
import * as Address from "../../nockchain/Address.ts"
import * as Digest from "../../nockchain/Digest.ts"
import { words } from "../../nockchain/Hash.ts"
import * as Page from "../../nockchain/Page.ts"
import * as Roots from "../../nockchain/Roots.ts"
import type * as Chain from "./Chain.ts"
import { DevnetDamaged, ForeignDevnet, MiningKeyInvalid } from "./Errors.ts"
import type { Header } from "./Rules.ts"
import type * as Store from "./Store.ts"

/** Blocks from the tip down whose links and hashes are checked. */
const checked = 64

export interface Key {
  readonly pkh: Digest.Digest
  /** True for a key that the devnet made for itself. */
  readonly made: boolean
}

/** The key that settings name, or null for a key of the devnet's own. */
export const keyOf = (native: NockPowNative, text: string | null): Effect.Effect<Key | null, MiningKeyInvalid> => {
  if (text === null) return Effect.succeed(null)
  const address = Address.parse(native, text)
  switch (address._tag) {
    case "Pkh":
      return Effect.succeed({ pkh: address.pkh, made: false })
    case "PublicKey":
      return Effect.fail(new MiningKeyInvalid({ text, reason: "it is a public key of version 0" }))
    case "Invalid":
      return Effect.fail(new MiningKeyInvalid({ text, reason: address.reason }))
  }
}

/** The devnet's own key: random, kept in its database. Nobody needs a private half on this chain. */
export const ownKey = (native: NockPowNative, store: Store.Store): Effect.Effect<Key, SqlError> =>
  Effect.gen(function* () {
    const kept = yield* store.meta("key")
    const known = kept === null ? null : Digest.fromBase58(native, kept)
    if (known !== null) return { pkh: known, made: true }
    const pkh = words(
      native,
      Array.from(randomBytes(40), (byte) => BigInt(byte))
    )
    yield* store.setMeta("key", native.base58(pkh))
    return { pkh, made: true }
  })

/** Make the chain begin, or check the one that is there; returns its tip. */
export const begin = (
  file: string,
  native: NockPowNative,
  store: Store.Store,
  chain: Chain.Chain,
  genesis: Page.Page
): Effect.Effect<Header, ForeignDevnet | DevnetDamaged | SqlError | BlockRefused> =>
  Effect.gen(function* () {
    const expected = native.base58(genesis.digest)
    const first = yield* store.canonicalAt(0)
    if (first === null) yield* chain.add({ page: genesis, nonce: null, transactions: [], origin: "genesis" })
    else if (first.id !== expected) return yield* new ForeignDevnet({ file, found: first.id, expected })
    const tip = yield* store.tip
    if (tip === null) return yield* new DevnetDamaged({ file, detail: "it has no tip" })
    let at = tip
    for (let left = checked; left > 0; left--) {
      const found = { file, detail: `block ${at.id} at height ${at.height} is not what was kept` }
      if (!(yield* isWhole(native, store, at))) return yield* new DevnetDamaged(found)
      if (at.height === 0) break
      const below = yield* store.canonicalAt(at.height - 1)
      if (below === null || below.id !== at.parent) {
        return yield* new DevnetDamaged({
          file,
          detail: `the parent of block ${at.id} at height ${at.height} is missing`
        })
      }
      at = below
    }
    return tip
  })

const isWhole = (native: NockPowNative, store: Store.Store, header: Header) =>
  Effect.map(store.bytesOf(header.id), (bytes) => {
    const page = bytes === null ? null : Either.getOrNull(Page.fromJam(native, bytes.page))
    return (
      bytes !== null &&
      page !== null &&
      native.base58(page.digest) === header.id &&
      native.base58(page.parent) === header.parent &&
      Buffer.compare(Digest.toLimbs(Roots.commitment(native, page)), bytes.commitment) === 0
    )
  })

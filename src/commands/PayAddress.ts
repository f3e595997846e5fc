/**
 * The address that a setting names for payments, or a sentence that explains why it is none.
 *
 * Operators of the earlier pool have public keys of version 0 in their files; those are recognised and explained.
 */
import * as Effect from "effect/Effect"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import { SettingError } from "../cli/Errors.ts"
import * as Address from "../nockchain/Address.ts"

const oldKey =
  "a public key of version 0 (97 bytes, about 132 characters) cannot be mined to any more: since version 1 a coinbase pays " +
  "the hash of a key. Use the address (52 to 56 characters) that `pitboss wallet keygen` or `pitboss wallet show` prints"

/** Characters of the longest public key of version 0. */
const longestKey = 133

/** `source` names the flag, variable or line that the text is from. */
export const payAddress = (
  native: NockPowNative,
  text: string,
  source: string
): Effect.Effect<string, SettingError> => {
  const address = Address.parse(native, text)
  if (address._tag === "Pkh") return Effect.succeed(address.text)
  const old = address._tag === "PublicKey" || text.trim().length > longestKey
  return Effect.fail(new SettingError({ source, problem: old ? oldKey : `not an address: ${address.reason}` }))
}

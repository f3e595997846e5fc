/**
 * The addresses that people paste: public-key hashes of version 1, and the older public keys of version 0.
 *
 * Only a hash can be mined to today. A node that is configured with anything else ends itself, so a text is judged here
 * first, in words that help. Source: protocols/nockchain.md sections 2.4 and 8.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import type { Digest } from "../../kernels/NockPowTypes.ts"

export type Address =
  | { readonly _tag: "Pkh"; readonly pkh: Digest; readonly text: string }
  /** A public key of version 0 (97 bytes); it can hold old coins and cannot be mined to. */
  | { readonly _tag: "PublicKey"; readonly text: string }
  | { readonly _tag: "Invalid"; readonly reason: string }

const alphabet = /^[1-9A-HJ-NP-Za-km-z]+$/
/** A 97-byte public key has 132 or 133 characters. */
const publicKeyLength = { least: 131, most: 133 }

export const parse = (native: NockPowNative, input: string): Address => {
  const text = input.trim()
  if (text === "") return { _tag: "Invalid", reason: "it is empty" }
  if (!alphabet.test(text)) return { _tag: "Invalid", reason: "it has characters that base58 does not have" }
  if (text.length >= publicKeyLength.least && text.length <= publicKeyLength.most) return { _tag: "PublicKey", text }
  const pkh = native.parseBase58(text)
  if (pkh === null || text.length < 40) {
    return {
      _tag: "Invalid",
      reason: `${text.length} characters are no address: a public-key hash has 52 to 56, an old public key about 132`
    }
  }
  return { _tag: "Pkh", pkh, text }
}

/**
 * Base58 texts of a fixed number of bytes, most significant first: the form of version-0 public keys.
 */
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

/** Null when it is no base58, or more than `size` bytes. */
export const bytesOf = (text: string, size: number): Uint8Array | null => {
  if (text.length > size * 2) return null
  let value = 0n
  for (const char of text) {
    const digit = alphabet.indexOf(char)
    if (digit < 0) return null
    value = value * 58n + BigInt(digit)
  }
  const hex = value.toString(16)
  return hex.length > size * 2 ? null : Buffer.from(hex.padStart(size * 2, "0"), "hex")
}

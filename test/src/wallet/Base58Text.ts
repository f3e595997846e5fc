const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

/** Bytes, most significant first, as base58: how an old wallet wrote its public key. */
export const textOf = (bytes: Uint8Array): string => {
  let value = BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`)
  let text = ""
  for (; value > 0n; value /= 58n) text = (alphabet[Number(value % 58n)] ?? "") + text
  return text
}

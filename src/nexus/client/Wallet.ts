/**
 * Wallet addresses as the orchestrator wants them: 0x and 40 hex digits, with the EIP-55 check when the case is mixed.
 *
 * EIP-55: a hex letter is a capital when the digit of the Keccak-256 of the lower-case address at its place is 8 or more.
 * An address of one case carries no check and is taken as it is.
 */
import * as Either from "effect/Either"
import { proofHash } from "../wire/Signing.ts"
import { AccountInvalid } from "./Errors.ts"

/** The checksummed form of 40 lower-case hex digits, with 0x. */
export const checksummed = (digits: string): string => {
  const hash = proofHash(new TextEncoder().encode(digits))
  const cased = Array.from(digits, (digit, index) =>
    Number.parseInt(hash.charAt(index), 16) >= 8 ? digit.toUpperCase() : digit
  )
  return `0x${cased.join("")}`
}

/** The address as typed, or why it cannot be one. */
export const parse = (text: string): Either.Either<string, AccountInvalid> => {
  const address = text.trim()
  const digits = /^0x([0-9a-fA-F]{40})$/.exec(address)?.[1]
  if (digits === undefined) {
    const detail = `"${address.slice(0, 60)}" is no wallet address: 0x and 40 hex digits are needed`
    return Either.left(new AccountInvalid({ detail }))
  }
  const mixed = /[a-f]/.test(digits) && /[A-F]/.test(digits)
  if (mixed && checksummed(digits.toLowerCase()) !== address) {
    const detail = `${address} fails its EIP-55 check: at least one character is wrong; copy it again from the wallet`
    return Either.left(new AccountInvalid({ detail }))
  }
  return Either.right(address)
}

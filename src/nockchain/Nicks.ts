/**
 * Amounts as people read them. Money is whole nicks (bigint) everywhere; only its text is in NOCK.
 */

/** Source: protocols/nockchain.md section 4.3. */
export const nicksPerNock = 65_536n

/** "1.5": NOCK with as many decimals as it takes; 16 bits of fraction are at most 16 decimals. */
export const nock = (nicks: bigint): string => {
  const whole = nicks / nicksPerNock
  const part = (nicks % nicksPerNock) * 10n ** 16n
  const decimals = String(part / nicksPerNock)
    .padStart(16, "0")
    .replace(/0+$/, "")
  return decimals === "" ? String(whole) : `${whole}.${decimals}`
}

/** "1362493.4403…": for a screen; what is cut off is marked. */
export const nockShort = (nicks: bigint): string => nock(nicks).replace(/(\.\d{4})\d+$/, "$1…")

/**
 * What an address owns, whoever was asked: notes, and which of them can be spent now. Pure.
 */

/** What a node tells of a note beyond what a devnet does. */
export interface NodeFacts {
  readonly version: 0 | 1
  /** Last height at which it can be spent; null: no last one. */
  readonly spendableUntil: number | null
  /** Signatures that it takes; more than 1 only in version 0. */
  readonly signatures: number
}

export interface Note {
  readonly name: string
  readonly nicks: bigint
  /** Of the block that made it. */
  readonly height: number
  readonly coinbase: boolean
  /** Null: its timelock has a form that is not known. */
  readonly spendableFrom: number | null
  readonly facts: NodeFacts | null
}

export interface Owned {
  readonly chain: string
  /** What was asked for: an address, or a public key of version 0. */
  readonly owner: string
  /** Of the tip that this is the state of. */
  readonly height: number
  /** Of that tip. */
  readonly blockId: string
  readonly notes: ReadonlyArray<Note>
}

/** Whether the owner alone can spend it in a block after the tip `height`. */
export const canSpend = ({ facts, spendableFrom }: Note, height: number): boolean =>
  spendableFrom !== null &&
  spendableFrom <= height &&
  (facts === null || ((facts.spendableUntil ?? height) >= height && facts.signatures <= 1))

export const sum = (notes: ReadonlyArray<Note>): bigint => notes.reduce((total, { nicks }) => total + nicks, 0n)

/** The largest first; equal ones by name. */
export const sorted = (notes: ReadonlyArray<Note>): ReadonlyArray<Note> =>
  [...notes].sort((a, b) => (a.nicks === b.nicks ? (a.name < b.name ? -1 : 1) : a.nicks < b.nicks ? 1 : -1))

/** One or a few words on a note, as of the tip `height`. */
export const stateOf = ({ coinbase, facts, spendableFrom }: Note, height: number): string => {
  if (spendableFrom === null) return "its timelock has a form that is not known"
  if (spendableFrom > height) return `immature until height ${spendableFrom}`
  if (facts?.spendableUntil != null && facts.spendableUntil < height)
    return `spendable only until ${facts.spendableUntil}`
  if (facts !== null && facts.signatures > 1) return `takes ${facts.signatures} signatures`
  return coinbase ? "coinbase" : "payment"
}

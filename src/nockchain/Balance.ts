/**
 * What a node answers to a question for a balance: the tip that it is the state of, and the notes, decoded strictly.
 *
 * A balance is [height block-id z-map(name -> note)] (protocols/nockchain.md section 2.7). The document does not write out
 * a note. Version 1 is [1 origin-page name note-data assets] with the name [first last 0]: checked against the hash that
 * @nockbox/iris-wasm computes for a note (test/src/nockchain/Balance.test.ts). Version 0 is taken to be
 * [[0 origin-page timelock] name lock source assets], the order in which nodes write such notes to their own clients; no
 * real one was at hand. So nothing is believed by its place alone: a note must carry the name that is its key in the map,
 * a height up to the tip and an amount that can exist, else the whole answer is refused.
 */
import * as Either from "effect/Either"
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Digest from "./Digest.ts"
import { nicksPerNock } from "./Nicks.ts"
import { atomOf, equal, isCell, Malformed, type Noun, numberOf, tupleOf } from "./Noun.ts"
import { attempt } from "./Page.ts"
import * as ZTree from "./ZTree.ts"

/** More notes than fit into the largest answer of a node (16 MiB). */
const maxNotes = 200_000
/** Keys of one lock. */
const maxKeys = 1_024
/** All that will ever exist: 2^32 NOCK. */
const allNicks = nicksPerNock << 32n

/** Heights between which a note can be spent; null: no bound. */
export interface Window {
  readonly from: number | null
  readonly until: number | null
}

export interface Note {
  readonly version: 0 | 1
  readonly first: Digest.Digest
  readonly last: Digest.Digest
  /** Height of the block that made it. */
  readonly originPage: number
  readonly nicks: bigint
  /** What only a version-0 note says of itself; a version-1 note's lock is behind its first name. */
  readonly old: {
    readonly coinbase: boolean
    /** Signatures that it takes, and keys that can give one. */
    readonly needed: number
    readonly keys: number
    /** Null: a timelock in a form that is not known. */
    readonly window: Window | null
  } | null
}

export interface Balance {
  readonly height: number
  readonly blockId: Digest.Digest
  readonly notes: ReadonlyArray<Note>
}

const unitOf = <A>(noun: Noun, some: (value: Noun) => A): A | null => {
  if (noun === 0n) return null
  if (!isCell(noun) || noun[0] !== 0n) throw new Malformed("a unit is none")
  return some(noun[1])
}

const rangeOf = (noun: Noun): Window => {
  const [min = 0n, max = 0n] = tupleOf(noun, 2, "a range of heights")
  const height = (value: Noun) => numberOf(value, "a height")
  return { from: unitOf(min, height), until: unitOf(max, height) }
}

const latest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))
const earliest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.min(a, b))

/** none, or [absolute relative], each [min max] of units; relative ones count from the note's own height. */
const windowOf = (noun: Noun, origin: number): Window | null => {
  const read = attempt(() => {
    const ranges = unitOf(noun, (both) => tupleOf(both, 2, "a timelock").map(rangeOf))
    const [absolute, relative] = ranges ?? []
    const later = (height: number | null | undefined) => (height == null ? null : origin + height)
    return {
      from: latest(absolute?.from ?? null, later(relative?.from)),
      until: earliest(absolute?.until ?? null, later(relative?.until))
    }
  })
  return Either.getOrNull(read)
}

const loobean = (noun: Noun, what: string): boolean => {
  if (noun !== 0n && noun !== 1n) throw new Malformed(`${what} is neither yes nor no`)
  return noun === 0n
}

const oldPart = (timelock: Noun, lock: Noun, source: Noun, origin: number): Note["old"] => {
  const [needed = 0n, keys = 0n] = tupleOf(lock, 2, "a lock of version 0")
  const [, coinbase = 0n] = tupleOf(source, 2, "a source")
  return {
    coinbase: loobean(coinbase, "whether it is a coinbase"),
    needed: numberOf(needed, "the number of signatures"),
    keys: ZTree.fold(keys, maxKeys, 0, (_, left, right) => left + right + 1),
    window: windowOf(timelock, origin)
  }
}

const partsOf = (noun: Noun) => {
  const [head = 0n, ...rest] = tupleOf(noun, 5, "a note")
  if (!isCell(head)) {
    if (head !== 1n) throw new Malformed(`a note has the version ${head}; 0 and 1 are known`)
    const [origin = 0n, name = 0n, , assets = 0n] = rest
    return { version: 1, origin, name, assets, old: null } as const
  }
  const [version = 0n, origin = 0n, timelock = 0n] = tupleOf(head, 3, "the head of a note")
  if (version !== 0n) throw new Malformed("a note's head has a version that is not 0")
  const [name = 0n, lock = 0n, source = 0n, assets = 0n] = rest
  return { version: 0, origin, name, assets, old: { timelock, lock, source } } as const
}

const noteOf = (item: Noun, tip: number): Note => {
  const [key = 0n, value = 0n] = tupleOf(item, 2, "an entry of the balance")
  const { assets, name, old, origin, version } = partsOf(value)
  if (!equal(key, name)) throw new Malformed("a note has another name than its entry")
  const [first = 0n, last = 0n, end = 1n] = tupleOf(name, 3, "a note's name")
  if (end !== 0n) throw new Malformed("a note's name does not end in 0")
  const originPage = numberOf(origin, "a note's height")
  if (originPage > tip) throw new Malformed(`a note of height ${originPage} is above the tip ${tip}`)
  const nicks = atomOf(assets, "a note's amount")
  if (nicks > allNicks) throw new Malformed("a note holds more than all coins there will ever be")
  return {
    version,
    first: Digest.fromNoun(first, "a note's first name"),
    last: Digest.fromNoun(last, "a note's last name"),
    originPage,
    nicks,
    old: old === null ? null : oldPart(old.timelock, old.lock, old.source, originPage)
  }
}

/** "FIRST LAST" in base58, as wallets of nodes take it. */
export const nameOf = (native: NockPowNative, { first, last }: Note): string =>
  `${native.base58(first)} ${native.base58(last)}`

/** The balance, or one phrase that says why the noun is none. */
export const decode = (noun: Noun): Either.Either<Balance, string> =>
  attempt(() => {
    const [height = 0n, blockId = 0n, map = 0n] = tupleOf(noun, 3, "the balance")
    const tip = numberOf(height, "the height")
    const seen = new Set<string>()
    const notes = ZTree.items(map, maxNotes).map((item) => {
      const note = noteOf(item, tip)
      const name = [...note.first, ...note.last].join(" ")
      if (seen.has(name)) throw new Malformed("a note is in the balance twice")
      seen.add(name)
      return note
    })
    return { height: tip, blockId: Digest.fromNoun(blockId, "the block id"), notes }
  })

/** Balances of a node as nouns: what is read from them, and that every other shape is refused. */
import { createRequire } from "node:module"
import { readFileSync } from "node:fs"
import * as Iris from "@nockbox/iris-wasm"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, FastCheck as fc } from "effect"
import type { Noun } from "../../../kernels/NockPowNative.ts"
import * as Balance from "../../../src/nockchain/Balance.ts"
import { chain, leaf } from "../../../src/nockchain/Hash.ts"
import { list, text } from "../../../src/nockchain/Noun.ts"
import * as Locks from "../../../src/wallet/Iris.ts"
import { b58, balance, cells, entry, type NoteFacts, note0, note1, some, tree } from "../wallet/FakeNode.ts"
import { anyDigest, hasShared, native, parsed, vectors, withShared } from "./Support.ts"

const wasm = createRequire(import.meta.url).resolve("@nockbox/iris-wasm/iris_wasm_bg.wasm")

const facts = (more: Partial<NoteFacts> = {}): NoteFacts => ({
  first: b58(some(7)),
  last: some(8),
  origin: 40,
  nicks: 98_304n,
  ...more
})

const right = (noun: Noun): Balance.Balance => {
  const found = Balance.decode(noun)
  if (Either.isLeft(found)) throw new Error(found.left)
  return found.right
}
const left = (noun: Noun): string => {
  const found = Balance.decode(noun)
  return Either.isLeft(found) ? found.left : "it was read"
}

describe("a note of version 1", () => {
  it("has the form whose hash another implementation computes for the same facts", () => {
    Iris.initSync({ module: readFileSync(wasm) })
    const { first, last, nicks, origin } = facts()
    const name = new Iris.Name(first, b58(last))
    const theirs = new Iris.Note(Iris.Version.V1(), BigInt(origin), name, Iris.NoteData.empty(), nicks)
    // The hash of a structure follows its noun: leaves for atoms, pairs for cells, right-nested.
    const names = chain(native, parsed(first), last, leaf(native, 0n))
    const ours = chain(
      native,
      leaf(native, 1n),
      leaf(native, BigInt(origin)),
      names,
      leaf(native, 0n),
      leaf(native, nicks)
    )
    assert.strictEqual(native.base58(ours), theirs.hash().value)
  })
})

describe("a balance", () => {
  it("keeps height, block and every note, whatever they are", () => {
    const any = fc.record({ first: anyDigest, last: anyDigest, origin: fc.nat(1_000), nicks: fc.bigInt(0n, 2n ** 48n) })
    fc.assert(
      fc.property(
        fc.uniqueArray(any, { maxLength: 12, selector: ({ first, last }) => [...first, ...last].join() }),
        anyDigest,
        (notes, block) => {
          const given = notes.map((note) => ({ ...note, first: b58(note.first) }))
          const found = right(
            balance(
              1_000,
              block,
              given.map((note) => entry(note, note1(note)))
            )
          )
          assert.strictEqual(found.height, 1_000)
          assert.deepStrictEqual(found.blockId, block)
          const shown = (note: { nicks: bigint; originPage: number }, name: string) => [
            name,
            note.originPage,
            note.nicks
          ]
          assert.sameDeepMembers(
            found.notes.map((note) => shown(note, Balance.nameOf(native, note))),
            given.map(({ first, last, nicks, origin }) => shown({ nicks, originPage: origin }, `${first} ${b58(last)}`))
          )
        }
      )
    )
  })

  it("of version 0 tells signatures, coinbase and the heights between which it can be spent", () => {
    const old = { ...facts(), timelock: 0n as Noun, needed: 1, keys: tree([11n]), coinbase: false }
    const range = (min: Noun, max: Noun): Noun => [min, max]
    const only = (more: Partial<typeof old>) =>
      right(balance(100, some(1), [entry(old, note0({ ...old, ...more }))])).notes[0]?.old
    assert.deepStrictEqual(only({}), { coinbase: false, needed: 1, keys: 1, window: { from: null, until: null } })
    const both: Noun = [0n, [range([0n, 4_383n], 0n), range([0n, 100n], [0n, 5_000n])]]
    assert.deepStrictEqual(only({ timelock: both, coinbase: true, needed: 2, keys: tree([1n, 2n, 3n]) }), {
      coinbase: true,
      needed: 2,
      keys: 3,
      window: { from: 4_383, until: 5_040 }
    })
    // A timelock of another form is not guessed at.
    assert.isNull(only({ timelock: 77n })?.window)
  })

  it("of any other shape is refused, and the phrase says what is wrong", () => {
    const note = facts()
    const of = (...entries: ReadonlyArray<Noun>) => balance(100, some(1), entries)
    const cases: ReadonlyArray<readonly [Noun, RegExp]> = [
      [0n, /the balance has 1 parts, not 3/],
      [cells(100n, 5n, 0n), /the block id has 1 parts/],
      [of(entry(facts({ last: some(99) }), note1(note))), /another name than its entry/],
      [of(entry(note, note1(note)), entry(note, note1(note))), /twice/],
      [of(entry(facts({ origin: 101 }), note1(facts({ origin: 101 })))), /height 101 is above the tip 100/],
      [of(entry(note, note1(facts({ nicks: 2n ** 48n + 1n })))), /more than all coins/],
      [of(entry(note, cells(2n, 40n, 0n, 0n, 1n))), /version 2; 0 and 1 are known/],
      [of(entry(note, cells(1n, 40n, 0n))), /a note has 3 parts, not 5/],
      [of(entry(note, 5n)), /a note has 1 parts/],
      [of(7n), /an entry of the balance has 1 parts/],
      [cells(100n, cells(...some(1)), 9n), /ends in an atom that is not 0/]
    ]
    for (const [noun, phrase] of cases) assert.match(left(noun), phrase)
  })

  it("that is hostile is refused: too deep, and anything at all never throws", () => {
    let deep: Noun = 0n
    for (let level = 0; level < 1_000; level++) {
      const note = facts({ last: some(level) })
      deep = [entry(note, note1(note)), [deep, 0n]]
    }
    assert.match(left(cells(100n, cells(...some(1)), deep)), /too large/)
    const { noun } = fc.letrec<{ noun: Noun }>((tie) => ({
      noun: fc.oneof({ maxDepth: 12 }, fc.bigInt(0n, 5n), fc.tuple(tie("noun"), tie("noun")))
    }))
    fc.assert(fc.property(noun, (any) => typeof left(any) === "string"))
  })
})

describe.skipIf(!hasShared)(withShared("the question"), () => {
  it.effect("is the path of the reference vector, the name that of the fund's coinbase lock", () =>
    Effect.gen(function* () {
      const examples = vectors("jam_examples.json") as Readonly<Record<string, string>>
      const hex = examples["peek [%balance-by-first-name <b58> ~] (fund)"] ?? ""
      const [, coinbase] = yield* Locks.locksOf("9EhcJiGhAPcWLYrR9DL4ZPjU2Z9XT6FT2ZFkEEwmSQv7ES2TMC7p6Up")
      const jam = native.jam(list([text("balance-by-first-name"), text(coinbase?.firstName ?? "")]))
      assert.strictEqual(Buffer.from(jam ?? []).toString("hex"), hex)
      assert.strictEqual(coinbase?.maturity, 100)
    })
  )
})

/** The verifier: own proofs of every version pass, every changed field is refused with a reason, and bytes of any kind are judged. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import * as NockPow from "../../../kernels/NockPow.ts"
import * as Native from "../../../kernels/NockPowNative.ts"
import { fieldOrder, type Puzzle, proofVersions, simdNames } from "../../../kernels/NockPowTypes.ts"
import { one, sharedFile, six, withoutShared } from "./Support.ts"

const native = Effect.runSync(Native.load)

type Cell = readonly [Native.Noun, Native.Noun]
const cell = (noun: Native.Noun): Cell => {
  if (typeof noun === "bigint") throw new Error("a cell is expected")
  return noun
}
const list = (noun: Native.Noun): ReadonlyArray<Native.Noun> => {
  const out: Array<Native.Noun> = []
  for (let rest = noun; typeof rest !== "bigint"; rest = rest[1]) out.push(rest[0])
  return out
}
const unlist = (items: ReadonlyArray<Native.Noun>): Native.Noun =>
  items.reduceRight<Native.Noun>((rest, item) => [item, rest], 0n)
const nounOf = (jam: Uint8Array): Native.Noun => {
  const found = native.cue(jam)
  if ("problem" in found) throw new Error(found.problem)
  return found.noun
}
const jamOf = (noun: Native.Noun): Uint8Array => native.jam(noun) ?? new Uint8Array()
const tagOf = (object: Native.Noun): string => {
  const atom = cell(object)[0]
  return Buffer.from((typeof atom === "bigint" ? atom : 0n).toString(16), "hex")
    .reverse()
    .toString("latin1")
}

/** A proof in which object `index` is replaced. */
const withObject = (proof: Native.Noun, index: number, change: (object: Native.Noun) => Native.Noun): Native.Noun => {
  const [version, rest] = cell(proof)
  const [objects, tail] = cell(rest)
  return [version, [unlist(list(objects).map((object, at) => (at === index ? change(object) : object))), tail]]
}

/** Each place of an atom in a noun, as the path to it. */
const places = (noun: Native.Noun, path = ""): ReadonlyArray<string> =>
  typeof noun === "bigint" ? [path] : [...places(noun[0], `${path}0`), ...places(noun[1], `${path}1`)]
const at = (noun: Native.Noun, path: string): Native.Noun =>
  [...path].reduce((inner, step) => cell(inner)[step === "0" ? 0 : 1], noun)
const put = (noun: Native.Noun, path: string, value: Native.Noun): Native.Noun => {
  if (path === "") return value
  const [head, tail] = cell(noun)
  return path[0] === "0" ? [put(head, path.slice(1), value), tail] : [head, put(tail, path.slice(1), value)]
}

/** Ways to change an atom by one field element: arrays are changed in single words, numbers by one. */
const changes = (atom: bigint, index: number): ReadonlyArray<bigint> => {
  const words = Math.floor((atom.toString(2).length - 1) / 64)
  if (words < 2) return [atom + 1n === fieldOrder ? 0n : atom + 1n]
  const word = BigInt(index % words)
  const shift = 64n * word
  const old = (atom >> shift) & 0xffffffffffffffffn
  const fresh = old === 0n ? 1n : old - 1n
  return [atom + ((fresh - old) << shift)]
}

const puzzle = (over: Partial<Puzzle>): Puzzle => ({ version: 5, commitment: one, nonce: six, length: 2, ...over })

describe("verify", () => {
  it.scopedLive("accepts proofs of every version on every code path and tells what they say", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      for (const version of proofVersions) {
        const made = yield* pow.prove(puzzle({ version }))
        const verdict = yield* pow.verify(made.jam)
        assert.isTrue(verdict.valid)
        if (!verdict.valid) return
        assert.deepInclude(verdict.statement, { version, length: 2, commitment: one, nonce: six, objects: 53 })
        assert.deepStrictEqual(verdict.statement.digest, made.digest)
        assert.strictEqual(verdict.statement.blockDigest === null, version === 5)
        for (const simd of simdNames) {
          const other = yield* Effect.either(pow.verify(made.jam, { simd }))
          if (other._tag === "Right") assert.deepStrictEqual(other.right, verdict)
        }
      }
    })
  )

  it.scopedLive(
    "refuses every changed field",
    () =>
      Effect.gen(function* () {
        const pow = yield* NockPow.make()
        const reasons = new Map<string, number>()
        for (const version of proofVersions) {
          const proof = nounOf((yield* pow.prove(puzzle({ version }))).jam)
          const objects = list(cell(cell(proof)[1])[0])
          for (const [index, object] of objects.entries()) {
            const all = places(object)
            // All fields of the small objects; a spread of those of long paths. One word of each array.
            const step = Math.max(1, Math.floor(all.length / 4))
            for (const path of all.filter((_, place) => place % step === (index + version) % step)) {
              const atom = at(object, path)
              if (typeof atom !== "bigint") continue
              for (const fresh of changes(atom, 7 * index + version)) {
                const verdict = yield* pow.verify(jamOf(withObject(proof, index, (old) => put(old, path, fresh))))
                assert.isFalse(verdict.valid, `version ${version}, object ${index} (${tagOf(object)}) at ${path}`)
                if (!verdict.valid) reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1)
              }
            }
          }
        }
        const total = [...reasons.values()].reduce((sum, count) => sum + count, 0)
        assert.isAbove(total, 1000)
        assert.isAbove(reasons.size, 10)
      }),
    300_000
  )

  it.scopedLive(
    "refuses proofs with objects left out, doubled, exchanged or of another proof",
    () =>
      Effect.gen(function* () {
        const pow = yield* NockPow.make()
        const proof = nounOf((yield* pow.prove(puzzle({}))).jam)
        const other = list(cell(cell(nounOf((yield* pow.prove(puzzle({ nonce: one }))).jam))[1])[0])
        const [version, rest] = cell(proof)
        const [objectList, tail] = cell(rest)
        const objects = list(objectList)
        const judge = (changed: ReadonlyArray<Native.Noun>) => pow.verify(jamOf([version, [unlist(changed), tail]]))
        for (const index of objects.keys()) {
          const left = yield* judge(objects.filter((_, place) => place !== index))
          assert.isFalse(left.valid)
          const foreign = yield* judge(
            objects.map((object, place) => (place === index ? (other[place] ?? object) : object))
          )
          // Heights are the same in every proof of a length.
          assert.strictEqual(foreign.valid, tagOf(objects[index] ?? 0n) === "heights", `object ${index}`)
        }
        assert.isFalse((yield* judge([...objects, ...objects.slice(-1)])).valid)
        assert.isFalse((yield* judge([...objects].reverse())).valid)
        // The rules of the versions differ: a proof is none of another version.
        for (const wrong of proofVersions.filter((each) => each !== 5 && each !== 3)) {
          assert.isFalse((yield* pow.verify(jamOf([BigInt(wrong), rest]))).valid)
        }
      }),
    300_000
  )

  it.scopedLive("names what is wrong", () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const proof = nounOf((yield* pow.prove(puzzle({}))).jam)
      const [version, rest] = cell(proof)
      const [objects, tail] = cell(rest)
      const reason = (noun: Native.Noun) =>
        Effect.map(pow.verify(jamOf(noun)), (verdict) => (verdict.valid ? "valid" : verdict.reason))
      assert.strictEqual(yield* reason(5n), "not-a-proof")
      assert.strictEqual(yield* reason([4n, rest]), "unknown-version")
      assert.strictEqual(yield* reason([version, [objects, [1n, 0n]]]), "not-a-proof")
      assert.strictEqual(yield* reason([version, [objects, [0n, 1n]]]), "not-a-proof")
      assert.strictEqual(yield* reason([version, [0n, tail]]), "wrong-object")
      assert.strictEqual(
        yield* reason(withObject(proof, 1, () => [cell(list(objects)[1] ?? 0n)[0], [32n, [15n, 0n]]])),
        "bad-heights"
      )
      assert.strictEqual(yield* reason(withObject(proof, 2, (old) => put(old, "10", fieldOrder))), "not-based")
      assert.strictEqual(yield* reason(withObject(proof, 5, (old) => put(old, "10", 3n))), "bad-array")
      const nothing = yield* pow.verify(Uint8Array.of(1))
      assert.deepInclude(nothing, { valid: false, reason: "not-a-noun" })
      const huge = yield* pow.verify(new Uint8Array(1_048_577))
      assert.deepInclude(huge, { valid: false, reason: "too-large" })
    })
  )

  it.scopedLive(
    "judges any bytes",
    () =>
      Effect.gen(function* () {
        const pow = yield* NockPow.make()
        const { jam } = yield* pow.prove(puzzle({ length: 1 }))
        const samples = fc.sample(
          fc.oneof(
            fc.uint8Array({ maxLength: 200 }),
            fc
              .tuple(fc.nat(jam.length - 1), fc.integer({ min: 1, max: 255 }))
              .map(([place, bits]) => jam.map((byte, index) => (index === place ? byte ^ bits : byte)))
          ),
          { seed: 5, numRuns: 400 }
        )
        for (const bytes of samples) {
          const verdict = yield* pow.verify(bytes)
          assert.isFalse(verdict.valid)
        }
      }),
    300_000
  )

  const page = sharedFile("golden", "fakenet-genesis-pow-64-bex-2.jam")
  it.skipIf(page === null)(`accepts a proof inside its page${page === null ? ` (${withoutShared})` : ""}`, () =>
    Effect.gen(function* () {
      const pow = yield* NockPow.make()
      const verdict = yield* pow.verify(readFileSync(page ?? ""))
      assert.isTrue(verdict.valid)
      if (!verdict.valid || verdict.statement.blockDigest === null) return
      assert.strictEqual(verdict.statement.objects, 71)
      // page digest = ten(ten(leaf(0), proof digest), commitment); vectors/fakenet_genesis_pages.json
      const pages: ReadonlyArray<{
        readonly file: string
        readonly block_id_b58?: string
        readonly digest_b58?: string
      }> = JSON.parse(readFileSync(sharedFile("vectors", "fakenet_genesis_pages.json") ?? "", "utf8"))
      const zero = native.hashNoun(0n)
      assert.isNotNull(zero)
      if (zero === null) return
      const id = native.hashPair(native.hashPair(zero, verdict.statement.blockDigest), verdict.statement.commitment)
      assert.include(JSON.stringify(pages), native.base58(id))
    }).pipe(Effect.scoped, Effect.runPromise)
  )
})

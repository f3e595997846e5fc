/** A devnet for tests: any nonce wins, proofs are judged by the test, the clock is the test's. */
import * as Assert from "node:assert/strict"
import * as FileSystem from "node:fs"
import * as OperatingSystem from "node:os"
import * as Path from "node:path"
import { Effect, Either, Stream } from "effect"
import type { ChainEvent, ChainNote, ChainNotes, ChainSourceService } from "../../../../actors/pool/ChainSource.ts"
import type { Candidate, Limbs } from "../../../../actors/pool/Job.ts"
import * as Digest from "../../../../src/nockchain/Digest.ts"
import { digestNoun, list, type Noun, text, tuple } from "../../../../src/nockchain/Noun.ts"
import * as Devnet from "../../../../src/pool/devnet/Devnet.ts"
import { native } from "../../nockchain/Support.ts"

export { native } from "../../nockchain/Support.ts"

export const pkh = "9yPePjfWAdUnzaQKyxcRXKRa5PpUzKKEwtpECBZsUYt9Jd7egSDEWoV"
export const miner = "3zxKWhhd8HY9pT2ZCZNUSEz2XWwSk15P2sD3atnnnxRtHa2Ta1H4jRy"

export const nonceOf = (index: number): Limbs => Digest.toLimbs([BigInt(index), 1n, 2n, 3n, 4n])

/** A proof with the right head and nothing behind it. */
export const proofNoun = (commitment: Limbs, nonce: Limbs, length = 64, version = 5n): Noun => {
  const digest = (limbs: Limbs) => digestNoun(Digest.fromLimbs(limbs) ?? Digest.zero)
  const puzzle = tuple(text("puzzle"), digest(commitment), digest(nonce), BigInt(length), 0n)
  return tuple(version, list([puzzle]), 0n, 0n)
}

export const jam = (noun: Noun): Uint8Array => native.jam(noun) ?? new Uint8Array()

export const proofOf = (candidate: Candidate, nonce: Limbs): Uint8Array => jam(proofNoun(candidate.commitment, nonce))

/** A chain whose target lets everything pass, judged by `verdict` (null: valid). */
export const makeDevnet = (settings: Partial<Devnet.Settings> = {}, verdict: () => string | null = () => null) =>
  Devnet.make(
    {
      file: ":memory:",
      pkh,
      simulation: true,
      ...settings,
      rules: { genesisDifficulty: 1n, halfLifeSeconds: 10n ** 9n, maturity: 3, ...settings.rules }
    },
    () => Effect.sync(verdict)
  )

/** Take the present candidate. */
export const candidateOf = (source: ChainSourceService) =>
  Effect.flatMap(Stream.runHead(source.candidates), (head) =>
    head._tag === "Some" ? Effect.succeed(head.value) : Effect.dieMessage("no candidate")
  )

/** Mine the present candidate. */
export const mine = (source: ChainSourceService, index = 1) =>
  Effect.gen(function* () {
    const candidate = yield* candidateOf(source)
    const nonce = nonceOf(index)
    const answer = yield* source.submit(candidate, nonce, proofOf(candidate, nonce))
    return { candidate, nonce, answer }
  })

/** All unspent notes of an owner, oldest first, read in pages of two; each page must know how many there are in all. */
export const notesOf = (source: ChainSourceService, owner: string) =>
  Effect.gen(function* () {
    const newest: Array<ChainNote> = []
    for (let before: number | null = null; ; ) {
      const page: ChainNotes = yield* source.notes(owner, { limit: 2, before })
      newest.push(...page.notes)
      before = page.notes.at(-1)?.position ?? null
      if (before !== null) continue
      Assert.deepEqual(page.tip, yield* source.tip)
      Assert.equal(page.count, newest.length)
      Assert.equal(
        page.totalNicks,
        newest.reduce((sum, { nicks }) => sum + nicks, 0n)
      )
      return newest.toReversed()
    }
  })

export const line = (event: ChainEvent): string =>
  event._tag === "NewTip" ? `tip ${event.tip.height}${event.ours ? " ours" : ""}` : `orphan ${event.height}`

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => FileSystem.mkdtempSync(Path.join(OperatingSystem.tmpdir(), "pitboss-devnet-"))),
  (folder) => Effect.sync(() => FileSystem.rmSync(folder, { recursive: true, force: true }))
)

/** The failure of an effect that must fail. */
export const failure = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Effect.either(effect), (result) =>
    Either.isLeft(result) ? Effect.succeed(result.left) : Effect.dieMessage("it succeeded")
  )

/** The embedded devnet through its port: candidates, submissions, events, reorgs, payments, restarts. */
import { createRequire } from "node:module"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Either, Fiber, Logger, Option, Stream, TestClock } from "effect"
import { maxTarget } from "../../../../actors/pool/Job.ts"
import * as Emission from "../../../../src/nockchain/Emission.ts"
import * as Page from "../../../../src/nockchain/Page.ts"
import * as Roots from "../../../../src/nockchain/Roots.ts"
import * as Digest from "../../../../src/nockchain/Digest.ts"
import * as Verify from "../../../../src/pool/devnet/Verify.ts"
import {
  candidateOf,
  failure,
  jam,
  line,
  makeDevnet,
  mine,
  miner,
  native,
  nonceOf,
  pkh,
  proofNoun,
  proofOf,
  temporaryFolder,
  notesOf
} from "./Support.ts"

interface Disk {
  readonly exec: (sql: string) => unknown
  readonly close: () => unknown
}
const Database = createRequire(import.meta.url)("better-sqlite3") as new (file: string) => Disk

const today = TestClock.setTime(Date.parse("2026-11-20T08:00:00Z"))

/** Listen to events from now on; the fiber has them after `count` came. */
const listen = <A, E>(events: Stream.Stream<A, E>, count: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkScoped(Stream.runCollect(Stream.take(events, count)))
    yield* Effect.yieldNow()
    yield* TestClock.adjust(1)
    return Effect.map(Fiber.join(fiber), Chunk.toReadonlyArray)
  })

describe("a devnet", () => {
  it.scoped("offers a block on its genesis at once, labelled as what it is", () =>
    Effect.gen(function* () {
      yield* today
      const { keyMade, source } = yield* makeDevnet()
      assert.strictEqual(source.kind, "devnet")
      assert.match(source.name, /^devnet \w{8}$/)
      assert.isFalse(keyMade)
      const tip = yield* source.tip
      assert.strictEqual(tip.height, 0)
      assert.strictEqual(new Date(tip.timestamp).toISOString(), "2026-01-01T00:00:00.000Z")
      const candidate = yield* candidateOf(source)
      assert.deepInclude(candidate, { version: 5, height: 1, parent: tip.blockId, powLength: 64, target: maxTarget })
      assert.strictEqual(candidate.createdAt, Date.parse("2026-11-20T08:00:00Z"))
      assert.deepInclude(yield* source.sync, { state: "synced", networkHeight: 0 })
    })
  )

  it.scoped("has the same genesis everywhere", () =>
    Effect.gen(function* () {
      yield* today
      const first = yield* makeDevnet({ rules: { genesisDifficulty: 2n ** 20n } })
      const second = yield* makeDevnet({ rules: { genesisDifficulty: 2n ** 20n }, pkh: miner })
      assert.deepStrictEqual(yield* first.source.tip, yield* second.source.tip)
      const page = Either.getOrThrow(
        Page.fromJam(native, (yield* first.page((yield* first.source.tip).blockId)) ?? new Uint8Array())
      )
      assert.strictEqual(page.height, 0)
      const target = (yield* candidateOf(first.source)).target
      assert.strictEqual(target, maxTarget / 2n ** 20n)
    })
  )

  it.scoped("takes a block, pays its coinbase, tells everybody, and offers the next", () =>
    Effect.gen(function* () {
      yield* today
      const { page, source } = yield* makeDevnet()
      const told = yield* listen(source.events, 2)
      const offered = yield* listen(source.candidates, 3)
      const first = yield* mine(source)
      assert.strictEqual(first.answer, "delivered")
      yield* TestClock.adjust("30 seconds")
      yield* mine(source)
      assert.deepStrictEqual((yield* told).map(line), ["tip 1 ours", "tip 2 ours"])
      assert.deepStrictEqual(
        (yield* offered).map(({ height }) => height),
        [1, 2, 3]
      )
      const block = yield* source.blockAt(1)
      assert.deepStrictEqual(block?.commitment, first.candidate.commitment)
      assert.deepStrictEqual(block?.coinbase, [{ pkh, nicks: Emission.emission(1) }])
      assert.isNull(yield* source.blockAt(3))
      const notes = yield* notesOf(source, pkh)
      assert.deepStrictEqual(
        notes.map(({ coinbase, height, nicks, spendableFrom }) => [coinbase, height, nicks, spendableFrom]),
        [
          [true, 1, Emission.emission(1), 4],
          [true, 2, Emission.emission(2), 5]
        ]
      )
      const kept = Either.getOrThrow(Page.fromJam(native, (yield* page(block?.blockId ?? "")) ?? new Uint8Array()))
      assert.isNotNull(kept.pow)
      assert.deepStrictEqual(Digest.toLimbs(Roots.commitment(native, kept)), first.candidate.commitment)
    })
  )

  it.scoped("answers a repeated submission as the first, and work for an old tip as stale", () =>
    Effect.gen(function* () {
      yield* today
      const { source } = yield* makeDevnet()
      const { candidate, nonce } = yield* mine(source)
      assert.strictEqual(yield* source.submit(candidate, nonce, proofOf(candidate, nonce)), "delivered")
      const late = nonceOf(2)
      assert.strictEqual(yield* source.submit(candidate, late, proofOf(candidate, late)), "stale")
      const foreign = { ...candidate, commitment: nonceOf(9) }
      assert.strictEqual(yield* source.submit(foreign, late, proofOf(foreign, late)), "stale")
      assert.strictEqual((yield* source.tip).height, 1)
    })
  )

  it.scoped("refuses proofs that are not for this block, with the reason", () =>
    Effect.gen(function* () {
      yield* today
      let verdict: string | null = null
      let judged = 0
      const { source } = yield* makeDevnet({}, () => {
        judged++
        return verdict
      })
      const candidate = yield* candidateOf(source)
      const nonce = nonceOf(1)
      const { commitment } = candidate
      const refusal = (proof: Uint8Array, with_ = nonce) =>
        Effect.map(failure(source.submit(candidate, with_, proof)), (error) =>
          error._tag === "BlockRefused" ? error.reason : error._tag
        )
      assert.include(yield* refusal(new Uint8Array([1])), "proof-malformed")
      assert.include(yield* refusal(new Uint8Array(2 ** 20 + 1)), "too large")
      assert.include(yield* refusal(proofOf(candidate, nonce), new Uint8Array(40).fill(255)), "no digest")
      assert.include(yield* refusal(jam(proofNoun(nonceOf(7), nonce))), "pow-commitment-mismatch")
      assert.include(yield* refusal(jam(proofNoun(commitment, nonce, 2))), "pow-length-invalid")
      assert.include(yield* refusal(jam(proofNoun(commitment, nonce, 64, 3n))), "proof-malformed")
      assert.include(yield* refusal(jam(proofNoun(commitment, nonceOf(2)))), "another nonce")
      assert.strictEqual(judged, 0)
      verdict = "merkle-mismatch"
      assert.strictEqual(yield* refusal(proofOf(candidate, nonce)), "failed-pow-check (merkle-mismatch)")
      assert.strictEqual(judged, 1)
      assert.strictEqual((yield* source.tip).height, 0)
      verdict = null
      assert.strictEqual(yield* source.submit(candidate, nonce, proofOf(candidate, nonce)), "delivered")
    })
  )

  it.scoped("refuses a nonce that misses the target", () =>
    Effect.gen(function* () {
      yield* today
      const { source } = yield* makeDevnet({ rules: { genesisDifficulty: 2n ** 60n } })
      const candidate = yield* candidateOf(source)
      const error = yield* failure(source.submit(candidate, nonceOf(1), proofOf(candidate, nonceOf(1))))
      assert.strictEqual(error._tag === "BlockRefused" ? error.reason : "", "pow-target-check-failed")
    })
  )

  it.scoped("renews its candidate after the interval; the one before still counts", () =>
    Effect.gen(function* () {
      yield* today
      const { run, source } = yield* makeDevnet({ rules: { refreshSeconds: 60 } })
      yield* Effect.forkScoped(run)
      const offered = yield* listen(source.candidates, 3)
      yield* TestClock.adjust("61 seconds")
      yield* TestClock.adjust("61 seconds")
      const [first, second, third] = yield* offered
      assert.isDefined(first)
      assert.isDefined(third)
      if (first === undefined || second === undefined || third === undefined) return
      assert.strictEqual(second.parent, first.parent)
      assert.notDeepEqual(second.commitment, first.commitment)
      assert.isAtLeast(third.createdAt - first.createdAt, 120_000)
      assert.strictEqual(yield* source.submit(first, nonceOf(1), proofOf(first, nonceOf(1))), "delivered")
      assert.strictEqual(yield* source.submit(third, nonceOf(1), proofOf(third, nonceOf(1))), "stale")
    })
  )
})

describe("the verifier", () => {
  it.effect("that hangs is no verifier: it is stopped, and the chain goes on without the block", () =>
    Effect.gen(function* () {
      let stopped = 0
      const hung = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (stopped += 1)))
      const asked = yield* Effect.fork(Effect.either(Verify.fromKernel({ verify: () => hung })(new Uint8Array(1))))
      yield* TestClock.adjust("30 seconds")
      const answer = yield* Fiber.join(asked)
      assert.match(Either.isLeft(answer) ? answer.left.message : "", /did not answer within 30 seconds/)
      assert.strictEqual(stopped, 1)
    })
  )
})

describe("competing branches", () => {
  it.scoped("of equal work lose to the first; heavier ones orphan ours and take its coins back", () =>
    Effect.gen(function* () {
      yield* today
      const { simulator, source } = yield* makeDevnet()
      assert.isNotNull(simulator)
      if (simulator === null) return
      yield* mine(source)
      yield* mine(source)
      const mined = [yield* source.blockAt(1), yield* source.blockAt(2)].map((block) => block?.blockId)
      const told = yield* listen(source.events, 5)
      const [rival = ""] = yield* simulator.branch({ from: 0, length: 1 })
      assert.strictEqual((yield* source.tip).height, 2)
      const rest = yield* simulator.branch({ from: rival, length: 2 })
      assert.deepStrictEqual((yield* told).map(line), ["orphan 2", "orphan 1", "tip 1", "tip 2", "tip 3"])
      assert.strictEqual((yield* source.tip).blockId, rest[1])
      assert.deepStrictEqual(yield* notesOf(source, pkh), [])
      assert.match(source.name, /with simulated blocks/)
      assert.strictEqual((yield* candidateOf(source)).parent, rest[1])

      // And back again: our branch is mined on.
      const again = yield* listen(source.events, 7)
      yield* simulator.branch({ from: mined[1] ?? "", length: 2 })
      assert.deepStrictEqual((yield* again).map(line), [
        "orphan 3",
        "orphan 2",
        "orphan 1",
        "tip 1 ours",
        "tip 2 ours",
        "tip 3",
        "tip 4"
      ])
      assert.strictEqual((yield* notesOf(source, pkh)).length, 2)
      assert.strictEqual((yield* source.blockAt(2))?.blockId, mined[1])
    })
  )

  it.scoped("are judged by every rule but the proof", () =>
    Effect.gen(function* () {
      yield* today
      const { simulator, source } = yield* makeDevnet()
      if (simulator === null) return assert.fail("no simulator")
      const refused = (change: (page: Page.PageBody) => Page.PageBody) =>
        Effect.map(failure(simulator.branch({ from: 0, length: 1, change })), (error) =>
          error._tag === "BlockRefused" ? error.reason : error._tag
        )
      const payee = Digest.fromBase58(native, pkh) ?? Digest.zero
      const cases: ReadonlyArray<readonly [string, (page: Page.PageBody) => Page.PageBody]> = [
        ["page-version-invalid", (page) => ({ ...page, version: 0, coinbase: 0n })],
        ["page-epoch-invalid", (page) => ({ ...page, epochCounter: 2 })],
        ["page-timestamp-invalid", (page) => ({ ...page, timestamp: page.timestamp + 7_201n })],
        ["page-timestamp-invalid", (page) => ({ ...page, timestamp: 1n })],
        ["page-height-invalid", (page) => ({ ...page, height: 2 })],
        ["page-target-invalid", (page) => ({ ...page, target: [1n] })],
        ["page-work-invalid", (page) => ({ ...page, accumulatedWork: [9n] })],
        ["page-msg-invalid", (page) => ({ ...page, msg: Array.from({ length: 20 }, () => 1n) })],
        [
          "transactions-mismatch",
          (page) => ({
            ...page,
            txIds: [
              [1n, [2n, [3n, [4n, 5n]]]],
              [0n, 0n]
            ]
          })
        ],
        ["improper-split", (page) => ({ ...page, coinbase: Roots.coinbaseOf(native, [{ pkh: payee, nicks: 1n }]) })],
        [
          "improper-split",
          (page) => ({
            ...page,
            coinbase: Roots.coinbaseOf(native, [
              { pkh: payee, nicks: Emission.emission(1) - 2n },
              { pkh: [1n, 1n, 1n, 1n, 1n], nicks: 1n },
              { pkh: [2n, 1n, 1n, 1n, 1n], nicks: 1n }
            ])
          })
        ]
      ]
      for (const [reason, change] of cases) assert.include(yield* refused(change), reason)
      assert.strictEqual((yield* source.tip).height, 0)
      assert.include((yield* failure(simulator.branch({ from: 7, length: 1 }))).message, "unknown-parent")
    })
  )
})

describe("the target", () => {
  it.scoped("stays on schedule, follows the rate, and a night without miners counts as ten minutes", () =>
    Effect.gen(function* () {
      yield* today
      const { simulator, source } = yield* makeDevnet({
        rules: { genesisDifficulty: 2n ** 20n, halfLifeSeconds: 900n }
      })
      if (simulator === null) return assert.fail("no simulator")
      const start = (yield* candidateOf(source)).target
      // Blocks every 30 s, the first ones without the lag of the median.
      for (let block = 0; block < 40; block++) {
        yield* simulator.branch({ from: (yield* source.tip).height, length: 1 })
        yield* TestClock.adjust("30 seconds")
      }
      const steady = (yield* candidateOf(source)).target
      const ratio = (a: bigint, b: bigint) => Number((a * 1000n) / b) / 1000
      assert.closeTo(ratio(steady, start), 2 ** (-150 / 900), 0.05)
      for (let block = 0; block < 40; block++) {
        yield* simulator.branch({ from: (yield* source.tip).height, length: 1 })
        yield* TestClock.adjust("1 seconds")
      }
      const fast = (yield* candidateOf(source)).target
      assert.isBelow(ratio(fast, steady), 0.5)
      yield* TestClock.adjust("12 hours")
      for (let block = 0; block < 6; block++) yield* simulator.branch({ from: (yield* source.tip).height, length: 1 })
      const morning = (yield* candidateOf(source)).target
      assert.isAbove(ratio(morning, fast), 1.1)
      assert.isBelow(ratio(morning, fast), 2)
    })
  )
})

describe("payments", () => {
  const half = Emission.emission(1) / 2n

  it.scoped("are made once by the next block, from matured coins only, and survive a reorg", () =>
    Effect.gen(function* () {
      yield* today
      const { simulator, source } = yield* makeDevnet()
      const { pay } = source
      if (pay === null || simulator === null) return assert.fail("cannot pay")
      const outputs = [{ pkh: miner, nicks: half }]
      const early = yield* failure(pay("p1", outputs))
      assert.include(early.message, "0 of the pool's are spendable")
      for (let block = 0; block < 3; block++) yield* mine(source)

      const waiting = yield* Effect.forkScoped(pay("p1", outputs))
      yield* TestClock.adjust(1)
      const asked = yield* Effect.forkScoped(pay("p1", outputs))
      yield* TestClock.adjust(1)
      yield* mine(source)
      const receipt = yield* Fiber.join(waiting)
      assert.strictEqual(receipt.height, 4)
      assert.deepStrictEqual(yield* Fiber.join(asked), receipt)
      assert.deepStrictEqual(yield* pay("p1", outputs), receipt)
      const got = yield* notesOf(source, miner)
      assert.deepStrictEqual(
        got.map(({ coinbase, nicks, spendableFrom }) => [coinbase, nicks, spendableFrom]),
        [[false, half, 5]]
      )
      const own = yield* notesOf(source, pkh)
      assert.strictEqual(
        own.reduce((sum, { nicks }) => sum + nicks, 0n),
        4n * Emission.emission(1) - half
      )

      // A heavier branch without it: it is open again and the next block of ours makes it again, once.
      yield* simulator.branch({ from: 3, length: 2 })
      assert.deepStrictEqual(yield* notesOf(source, miner), [])
      yield* mine(source)
      const later = yield* pay("p1", outputs)
      assert.strictEqual(later.height, 6)
      assert.strictEqual((yield* notesOf(source, miner)).length, 1)
    })
  )

  it.scoped("reach thousands of accounts at once", () =>
    Effect.gen(function* () {
      yield* today
      const { source } = yield* makeDevnet()
      const { pay } = source
      if (pay === null) return assert.fail("cannot pay")
      for (let block = 0; block < 3; block++) yield* mine(source)
      const accounts = Array.from({ length: 3000 }, (_, index) => native.base58([BigInt(index), 9n, 9n, 9n, 9n]))
      const asked = yield* Effect.forkScoped(
        pay(
          "many",
          accounts.map((account) => ({ pkh: account, nicks: 7n }))
        )
      )
      yield* TestClock.adjust(1)
      yield* mine(source)
      assert.strictEqual((yield* Fiber.join(asked)).height, 4)
      assert.deepStrictEqual(
        (yield* notesOf(source, accounts[2999] ?? "")).map(({ nicks }) => nicks),
        [7n]
      )
    })
  )

  it.scoped("that cannot be are refused with the reason", () =>
    Effect.gen(function* () {
      yield* today
      const { source } = yield* makeDevnet()
      const { pay } = source
      if (pay === null) return assert.fail("cannot pay")
      for (let block = 0; block < 4; block++) yield* mine(source)
      const refused = (id: string, outputs: ReadonlyArray<{ pkh: string; nicks: bigint }>) =>
        Effect.map(failure(pay(id, outputs)), (error) => (error._tag === "PaymentRefused" ? error.reason : error._tag))
      assert.include(yield* refused("", [{ pkh: miner, nicks: 1n }]), "its id")
      assert.include(yield* refused("x".repeat(129), [{ pkh: miner, nicks: 1n }]), "its id")
      assert.include(yield* refused("p", []), "outputs")
      assert.include(yield* refused("p", [{ pkh: miner, nicks: 0n }]), "0 nicks")
      assert.include(yield* refused("p", [{ pkh: "3".repeat(132), nicks: 1n }]), "old public key")
      assert.include(yield* refused("p", [{ pkh: "nobody!", nicks: 1n }]), "no address")
      assert.include(yield* refused("p", [{ pkh: miner, nicks: 1n << 40n }]), "spendable")

      const first = yield* Effect.forkScoped(pay("p", [{ pkh: miner, nicks: half }]))
      yield* TestClock.adjust(1)
      assert.include(yield* refused("p", [{ pkh: miner, nicks: 1n }]), "other outputs")
      assert.include(yield* refused("q", [{ pkh: miner, nicks: Emission.emission(1) * 2n }]), "spendable")
      yield* mine(source)
      assert.strictEqual((yield* Fiber.join(first)).height, 5)
    })
  )
})

describe("the database", () => {
  it.scoped("has the chain, the candidates and the payments after a stop at any moment", () =>
    Effect.gen(function* () {
      yield* today
      const file = Path.join(yield* temporaryFolder, "devnet.db")
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const { source } = yield* makeDevnet({ file })
          for (let block = 0; block < 3; block++) yield* mine(source)
          const first = yield* candidateOf(source)
          const asked = yield* Effect.forkScoped(source.pay?.("p", [{ pkh: miner, nicks: 5n }]) ?? Effect.never)
          yield* TestClock.adjust(1)
          yield* Fiber.interrupt(asked)
          const candidate = yield* candidateOf(source)
          assert.deepStrictEqual(yield* source.standing, [first, candidate])
          return { tip: yield* source.tip, notes: yield* notesOf(source, pkh), first, candidate }
        })
      )
      // A quick restart: the miners go on with the same work.
      yield* TestClock.adjust("10 seconds")
      const soon = yield* Effect.scoped(
        Effect.flatMap(makeDevnet({ file }), ({ source }) => Effect.all([candidateOf(source), source.standing]))
      )
      assert.deepStrictEqual(soon, [before.candidate, [before.first, before.candidate]])
      // A late one: there is new work, and a winner of before can still be handed in.
      yield* TestClock.adjust("1 hours")
      const { keyMade, source } = yield* makeDevnet({ file })
      assert.isFalse(keyMade)
      assert.deepStrictEqual(yield* source.tip, before.tip)
      assert.deepStrictEqual(yield* notesOf(source, pkh), before.notes)
      assert.notDeepEqual((yield* candidateOf(source)).commitment, before.candidate.commitment)
      const nonce = nonceOf(3)
      assert.strictEqual(yield* source.submit(before.candidate, nonce, proofOf(before.candidate, nonce)), "delivered")
      assert.strictEqual((yield* notesOf(source, miner)).length, 1)
      // The chain went on: nothing of before is left to work on.
      assert.deepStrictEqual(yield* source.standing, [yield* candidateOf(source)])
    })
  )

  it.scoped("that cannot be written ends nothing: it is told once, and there are candidates again when it can", () =>
    Effect.gen(function* () {
      yield* today
      const file = Path.join(yield* temporaryFolder, "devnet.db")
      const { run, source } = yield* makeDevnet({ file })
      const said: Array<unknown> = []
      const logger = Logger.make(({ message }) => void said.push(message))
      const running = yield* Effect.forkScoped(Effect.provide(run, Logger.replace(Logger.defaultLogger, logger)))
      const first = yield* candidateOf(source)
      const disk = new Database(file)
      disk.exec("ALTER TABLE devnet_candidates RENAME TO gone")
      yield* TestClock.adjust("10 minutes")
      assert.isTrue(Option.isNone(yield* Fiber.poll(running)))
      assert.deepStrictEqual(yield* candidateOf(source), first)
      const { detail, state } = yield* source.sync
      assert.strictEqual(state, "syncing")
      assert.match(detail, /no such table/)
      disk.exec("ALTER TABLE gone RENAME TO devnet_candidates")
      disk.close()
      yield* TestClock.adjust("2 seconds")
      assert.isAbove((yield* candidateOf(source)).createdAt, first.createdAt + 600_000)
      assert.strictEqual((yield* source.sync).state, "synced")
      assert.lengthOf(said, 2)
    })
  )

  it.scoped("whose blocks are far ahead of the clock offers nothing that it would refuse, and says why", () =>
    Effect.gen(function* () {
      yield* today
      const file = Path.join(yield* temporaryFolder, "devnet.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { source } = yield* makeDevnet({ file })
          yield* TestClock.adjust("1 days")
          yield* Effect.scoped(Effect.flatMap(makeDevnet({ file }), (again) => mine(again.source)))
          assert.strictEqual((yield* source.tip).height, 0)
        })
      )
      yield* TestClock.setTime(Date.parse("2026-11-20T09:00:00Z"))
      const { run, source } = yield* makeDevnet({ file })
      const next = yield* Effect.forkScoped(candidateOf(source))
      yield* TestClock.adjust(1)
      assert.isTrue(Option.isNone(yield* Fiber.poll(next)))
      assert.match((yield* source.sync).detail, /23 hours ahead of this machine's clock/)
      yield* TestClock.setTime(Date.parse("2026-11-21T07:00:00Z"))
      yield* Effect.forkScoped(run)
      yield* TestClock.adjust("1 minutes")
      assert.deepStrictEqual(yield* Fiber.join(next), yield* candidateOf(source))
      yield* mine(source)
      assert.strictEqual((yield* source.tip).height, 2)
    })
  )

  it.scoped("keeps a key of its own when none was given", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "devnet.db")
      const open = Effect.scoped(
        Effect.map(makeDevnet({ file, pkh: null }), (made) => [made.pkh, made.keyMade] as const)
      )
      const first = yield* open
      assert.isTrue(first[1])
      assert.isNotNull(native.parseBase58(first[0]))
      assert.deepStrictEqual(yield* open, first)
    })
  )

  it.scoped("of another devnet is refused, and so are keys that cannot be mined to", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "devnet.db")
      yield* Effect.scoped(makeDevnet({ file }))
      const foreign = yield* failure(Effect.scoped(makeDevnet({ file, rules: { genesisDifficulty: 2n } })))
      assert.strictEqual(foreign._tag, "ForeignDevnet")
      const old = yield* failure(Effect.scoped(makeDevnet({ pkh: "3".repeat(132) })))
      assert.include(old.message, "version 0")
      const wrong = yield* failure(Effect.scoped(makeDevnet({ pkh: "abc" })))
      assert.include(wrong.message, "MINING_PUBKEY")
    })
  )

  it.scoped("drops old proofs and keeps everything else", () =>
    Effect.gen(function* () {
      yield* today
      const { page, source } = yield* makeDevnet({ rules: { proofsKept: 2 } })
      for (let block = 0; block < 5; block++) {
        yield* mine(source)
        yield* TestClock.adjust("30 seconds")
      }
      const kept: Array<boolean> = []
      for (let height = 1; height <= 5; height++) {
        const bytes = yield* page((yield* source.blockAt(height))?.blockId ?? "")
        kept.push(Either.getOrThrow(Page.fromJam(native, bytes ?? new Uint8Array())).pow !== null)
      }
      assert.deepStrictEqual(kept, [false, false, true, true, true])
    })
  )
})

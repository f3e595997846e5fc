/**
 * The pure parts of the miner: ranges, the board, what becomes of finds, the outbox.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { Board } from "../../../actors/miner/Board.ts"
import * as MinerCore from "../../../actors/miner/MinerCore.ts"
import { mostPending, Outbox, type Pending } from "../../../actors/miner/Outbox.ts"
import * as Ranges from "../../../actors/miner/Ranges.ts"
import { p } from "../../../actors/pool/Job.ts"
import { job } from "./Harness.ts"

const limb = FastCheck.bigInt({ min: 0n, max: 2n ** 62n })
const assignmentOf = (prefix: bigint, seed: bigint) => ({
  generation: 1,
  job: job(),
  address: "a:7777",
  prefix,
  commitment: [seed, 1n, 2n, 3n, 4n] as const,
  target: [1n, 1n, 1n, 1n, 1n] as const,
  since: 0
})

describe("miner: nonce ranges", () => {
  it("two threads, two connections or two places never meet; every limb is below p", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.array(
          FastCheck.record({ prefix: limb, thread: FastCheck.nat(1023), done: FastCheck.bigInt(0n, 2n ** 50n) }),
          { minLength: 2, maxLength: 20 }
        ),
        FastCheck.infiniteStream(limb),
        (lanes, random) => {
          const draw = () => random.next().value ?? 0n
          const seen = new Set<string>()
          const spaces = new Set<string>()
          for (const { done, prefix, thread } of lanes) {
            const who = `${prefix}/${thread}`
            if (spaces.has(who)) continue
            spaces.add(who)
            const place = Ranges.advanced(Ranges.placeIn(assignmentOf(prefix, 1n), null, draw), done)
            const nonce = Ranges.nonceAt(place, thread, prefix)
            assert.isTrue(nonce.every((one) => one >= 0n && one < p))
            assert.strictEqual(nonce[4], prefix)
            // The high limbs alone keep the lanes apart, wherever their counters are.
            const high = nonce.slice(1).join()
            assert.isFalse(seen.has(high))
            seen.add(high)
          }
        }
      )
    )
  })

  it("a place is kept within its space and left with it", () => {
    const place = Ranges.advanced(
      Ranges.placeIn(assignmentOf(1n, 1n), null, () => 9n),
      500n
    )
    assert.strictEqual(
      Ranges.placeIn(assignmentOf(1n, 1n), place, () => 8n),
      place
    )
    assert.strictEqual(Ranges.placeIn(assignmentOf(1n, 2n), place, () => 8n).next, 0n)
    assert.strictEqual(Ranges.placeIn(assignmentOf(2n, 1n), place, () => 8n).next, 0n)
  })

  it("a stretch is about a second of work within bounds, also for rates that are none", () => {
    assert.strictEqual(Ranges.stretch(0), 1_024n)
    assert.strictEqual(Ranges.stretch(Number.NaN), 1_024n)
    assert.strictEqual(Ranges.stretch(50_000.7), 50_000n)
    assert.strictEqual(Ranges.stretch(1e30), 1n << 40n)
  })
})

describe("miner: board", () => {
  const { commitment, prefix, since, target } = assignmentOf(1n, 1n)
  const put = (board: Board, change: Parameters<typeof job>[0], address = "a:7777") =>
    board.assign({ job: job(change), address, prefix, commitment, target, since })

  it("every change is a new generation; the same search again is none, and is kept as it was said last", () => {
    const board = new Board()
    const seen = [board.generation]
    for (const change of [{}, { expiresAt: 700_000 }, { jobId: "job-2" }]) {
      put(board, change)
      assert.strictEqual(board.current?.job.expiresAt, job(change).expiresAt)
      seen.push(board.generation)
    }
    put(board, { jobId: "job-2" }, "b:7777")
    seen.push(board.generation)
    board.clear()
    board.clear()
    seen.push(board.generation)
    assert.deepStrictEqual(seen, [0, 1, 1, 2, 3, 4])
  })
})

describe("miner: finds", () => {
  it.effect(
    "a find that crosses a newer job, or its loss, is kept for its pool: only the pool says what it is worth",
    () =>
      Effect.gen(function* () {
        const core = yield* MinerCore.make(1)
        core.take("a:7777", job())
        const { current } = core.board
        if (current === null) throw new Error("nothing is assigned")
        let nonces = 0n
        const crossing = () => core.found(0, current, [nonces++, 0n, 0n, 0n, 77n])
        core.take("a:7777", job({ jobId: "job-2" }))
        crossing()
        core.take("a:7777", job({ jobId: "job-3", height: 11 }))
        crossing()
        core.take("b:7777", job({ jobId: "theirs" }))
        crossing()
        core.take("a:7777", job({ jobId: "old", version: 3 }))
        crossing()
        core.drain()
        crossing()
        assert.deepStrictEqual(
          core.outbox.of("a:7777").map((share) => [share.jobId, share.nonce[0]]),
          [0, 1, 2, 3, 4].map((number) => ["job-1", number])
        )
        assert.deepInclude(core.status.shares, { found: 5, pending: 5, lost: 0 })
      })
  )
})

describe("miner: outbox", () => {
  const share = (number: number): Pending => ({
    address: number % 2 === 0 ? "a" : "b",
    jobId: "j",
    nonce: new Uint8Array(40),
    difficulty: 1n,
    foundAt: number,
    expiresAt: 1_000,
    sent: 0
  })

  it("keeps what has no answer in order, and never more than its bound", () => {
    const outbox = new Outbox()
    const gone = Array.from({ length: mostPending + 10 }, (_, number) => outbox.add(share(number))).flat()
    assert.strictEqual(outbox.size, mostPending)
    assert.deepStrictEqual(
      gone.map(({ foundAt }) => foundAt),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    )
    const own = outbox.of("a").map(({ foundAt }) => foundAt)
    assert.deepStrictEqual(
      own,
      [...own].sort((x, y) => x - y)
    )
    assert.isTrue(own.every((number) => number % 2 === 0))
  })

  it("a share is settled once", () => {
    const outbox = new Outbox()
    const one = share(1)
    outbox.add(one)
    assert.isTrue(outbox.settle(one))
    assert.isFalse(outbox.settle(one))
    assert.strictEqual(outbox.size, 0)
  })
})

/**
 * The winner judge: what became of our blocks, by what the chain shows.
 *
 * After every event of the chain, and every half minute in case one was missed, each open block is looked up on the
 * heaviest chain. Only there it becomes accepted, and its reward is shared out; after the chain's maturity it is money.
 * What left the heaviest chain again is orphaned and its credits are reversed. The books are asked again after a
 * failure; nothing is decided twice.
 *
 * A block is ours by its commitment and its nonce: of several shares that met the target of one commitment, or of two
 * pools that hand out one candidate, only the one that the chain shows is paid.
 *
 * | state          | the chain has our block      | it has another one, or went on          | not there yet      |
 * |----------------|------------------------------|-----------------------------------------|--------------------|
 * | found, proving | accepted                     | stale                                   | wait               |
 * | submitted      | accepted                     | orphaned, when two blocks are built on it | wait             |
 * | accepted       | mature, after the maturity   | orphaned                                | orphaned           |
 * | orphaned       | accepted again               | forgotten, after the maturity           | wait               |
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { ChainBlock, ChainTip } from "./ChainSource.ts"
import type { ChainUnavailable, LedgerFailed } from "./Errors.ts"
import * as Limbs from "./Limbs.ts"
import type { BlockState, Page } from "./Ledger.ts"
import type { PoolCore } from "./PoolCore.ts"
import type { Winner } from "./Winners.ts"

/** A look without an event. */
const lookMillis = 30_000
/** Blocks on top of another one after which a delivered block of ours has lost. */
const buriedBy = 2

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "winner-judge",
    start: Effect.as(remember(core), Effect.all([watch(core), remind(core)], { concurrency: 2, discard: true }))
  })

/** Among the last blocks are those that the chain may still turn back to. */
const recent: Page = { limit: 200, before: null }

/** Blocks that an earlier run left open, or orphaned a short time ago. */
const remember = (core: PoolCore): Effect.Effect<void> =>
  Effect.zipWith(core.ground.ledger.openBlocks, core.ground.ledger.blocks(recent), (open, last) => [
    ...open,
    ...last.filter(({ state }) => state === "orphaned")
  ]).pipe(
    Effect.tapError((error) => Effect.sync(() => core.trouble("winner", error.message))),
    Effect.retry(Schedule.spaced("1 second")),
    Effect.orDie,
    Effect.andThen((blocks) =>
      Effect.sync(() => {
        for (const block of blocks) core.winners.adopt(block)
        core.winners.nudge()
      })
    )
  )

const watch = (core: PoolCore): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      core.winners.nudged,
      Effect.catchAll(reconcile(core), (error) => Effect.sync(() => core.trouble("winner", error.message)))
    )
  )

const remind = (core: PoolCore): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      core.ground.alarm.sleep(lookMillis),
      Effect.sync(() => core.winners.nudge())
    )
  )

/** Look at every open block once. */
const reconcile = (core: PoolCore): Effect.Effect<void, ChainUnavailable | LedgerFailed> =>
  Effect.gen(function* () {
    const open = core.winners.all
    if (open.length === 0) return
    const tip = yield* core.ground.source.tip
    for (const winner of open) yield* judge(core, winner, tip)
  })

const judge = (core: PoolCore, winner: Winner, tip: ChainTip): Effect.Effect<void, ChainUnavailable | LedgerFailed> =>
  Effect.gen(function* () {
    const { height } = winner.block
    const there = tip.height < height ? null : yield* core.ground.source.blockAt(height)
    const sameWork = there !== null && Limbs.equal(there.commitment, winner.block.commitment)
    const ours = sameWork && there.nonce !== null && Limbs.equal(there.nonce, winner.block.nonce)
    if (ours) return yield* shown(core, winner, there, tip)
    if (winner.state === "orphaned") {
      if (tip.height - height >= core.ground.source.maturity) core.winners.forget(winner)
      return
    }
    if (winner.verdict === null) winner.verdict = sameWork ? second : missing(core, winner, there, tip)
    if (winner.verdict === null) return
    winner.cancel?.()
    const { detail, state } = winner.verdict
    yield* settle(core, winner, state, detail)
  })

const second = { state: "stale", detail: "another share for the same work is this block" } as const

const shown = (core: PoolCore, winner: Winner, there: ChainBlock, tip: ChainTip): Effect.Effect<void, LedgerFailed> =>
  Effect.gen(function* () {
    const { ledger, source } = core.ground
    const { height, id, minerId } = winner.block
    winner.verdict = null
    if (winner.state !== "accepted") {
      const rewardNicks = there.coinbase
        .filter(({ pkh }) => core.settings.rewardAddresses.includes(pkh))
        .reduce((sum, { nicks }) => sum + nicks, 0n)
      const detail = `block ${there.blockId} is on the heaviest chain`
      // At once: a delivery that returns while the books are written must not mark it as submitted after this.
      winner.state = "accepted"
      yield* Effect.onError(ledger.blockState(id, "accepted", detail, { blockId: there.blockId, rewardNicks }), () =>
        Effect.sync(() => {
          winner.state = "submitted"
        })
      )
      winner.detail = detail
      winner.blockId = there.blockId
      winner.cancel?.()
      core.lastOwnBlockAt = core.now()
      core.tell({ _tag: "BlockChanged", height, state: "accepted", minerId, detail })
      if (rewardNicks === 0n) core.trouble("winner", `the coinbase of block ${there.blockId} has nothing for the pool`)
    }
    if (!winner.credited) {
      yield* ledger.credit(id, core.payRule)
      winner.credited = true
    }
    if (tip.height - height >= source.maturity) {
      yield* settle(core, winner, "mature", `${source.maturity} blocks are built on it`)
    }
  })

/** What it means that the chain does not show it; null: nothing yet. */
const missing = (
  core: PoolCore,
  winner: Winner,
  there: ChainBlock | null,
  tip: ChainTip
): { readonly state: BlockState; readonly detail: string } | null => {
  const { height } = winner.block
  const other = there === null ? "the chain does not have it" : `block ${there.blockId} has its height`
  switch (winner.state) {
    case "accepted":
      return { state: "orphaned", detail: `it left the heaviest chain: ${other}` }
    case "submitted":
      return tip.height >= height + buriedBy
        ? { state: "orphaned", detail: `the chain was built without it: ${other}` }
        : null
    default:
      return unproved(core, winner, other, tip)
  }
}

const unproved = (
  core: PoolCore,
  winner: Winner,
  other: string,
  tip: ChainTip
): { readonly state: BlockState; readonly detail: string } | null => {
  const { commitment, height } = winner.block
  if (tip.height >= height) return { state: "stale", detail: `it was not proved in time: ${other}` }
  if (winner.candidate !== null) {
    return winner.candidate.parent === tip.blockId
      ? null
      : { state: "stale", detail: `it was not proved in time: the tip is ${tip.blockId} now` }
  }
  // From before a restart: only the very same candidate can still be delivered.
  if (core.jobs.current === null) return null
  const open = core.jobs.open(commitment)
  if (open === undefined) {
    return { state: "stale", detail: "the pool was restarted before it was proved, and its candidate is gone" }
  }
  core.winners.found(winner, open.job.candidate)
  return null
}

const settle = (core: PoolCore, winner: Winner, state: BlockState, detail: string): Effect.Effect<void, LedgerFailed> =>
  Effect.map(core.ground.ledger.blockState(winner.block.id, state, detail), () => {
    winner.state = state
    winner.detail = detail
    winner.verdict = null
    // The chain may turn back to it: it is looked at until it would have been mature.
    if (state !== "orphaned") core.winners.forget(winner)
    const { height, minerId } = winner.block
    core.tell({ _tag: "BlockChanged", height, state, minerId, detail })
  })

/** A step on the way. The books may miss it: what counts is what the chain shows, and that is looked up after a restart. */
export const move = (core: PoolCore, winner: Winner, state: BlockState, detail: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    winner.state = state
    winner.detail = detail
    const { height, id, minerId } = winner.block
    core.tell({ _tag: "BlockChanged", height, state, minerId, detail })
    return Effect.catchAll(core.ground.ledger.blockState(id, state, detail), (error) =>
      Effect.sync(() => core.trouble("winner", error.message))
    )
  })

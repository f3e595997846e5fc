/**
 * The ledger writer: a share is acknowledged here, after the books have it, and nowhere else.
 *
 * One fiber takes everything that passed the check and writes it as one group, the blocks of winners with their shares.
 * When the books cannot be written nothing is acknowledged: the shares are answered "internal" and may come again. Counts
 * of rejected shares follow once a second, and old shares leave the books, a few at a time.
 */
import * as Effect from "effect/Effect"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { LedgerFailed } from "./Errors.ts"
import type { PoolBlock } from "./Ledger.ts"
import type { PoolCore, Proven } from "./PoolCore.ts"
import * as Submission from "./Submission.ts"

const maxBatch = 4_096
/** Pause after a failed write, so that a full disk is not hammered. */
const pauseMillis = 250
const housekeepingMillis = 1_000
/** Between two steps while there is more to prune, so that shares go first. */
const pruneMillis = 50

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "ledger-writer",
    start: Effect.succeed(
      Effect.all([Effect.forever(turn(core)), housekeeping(core)], { concurrency: 2, discard: true })
    )
  })

const turn = (core: PoolCore): Effect.Effect<void> =>
  Effect.flatMap(core.toKeep.take(maxBatch), (batch) =>
    keep(core, batch).pipe(
      Effect.tap(Effect.sync(() => kept(core))),
      Effect.catchAll((error) => {
        core.unkept = { at: core.now(), why: error.message }
        core.trouble("ledger", error.message)
        for (const { pending } of batch) Submission.rejected(core, pending, "internal", notKept)
        return core.ground.alarm.sleep(pauseMillis)
      }),
      Effect.ensuring(
        Effect.sync(() => {
          for (const { pending } of batch) Submission.rejected(core, pending, "internal", notKept)
        })
      )
    )
  )

const kept = (core: PoolCore): void => {
  if (core.unkept === null) return
  core.unkept = null
  core.tell({ _tag: "Mended", where: "ledger", message: "shares are kept again" })
}

const notKept = "the pool could not keep it; hand it in again"

const keep = (core: PoolCore, batch: ReadonlyArray<Proven>): Effect.Effect<void, LedgerFailed> =>
  Effect.map(core.ground.ledger.record(batch.map(({ share }) => share)), ({ blocks, outcomes }) => {
    batch
      .filter(({ share }) => share.block !== null)
      .forEach((winner, index) => {
        offer(core, winner, blocks[index])
      })
    batch.forEach((proven, index) => {
      settle(core, proven, outcomes[index] ?? "duplicate")
    })
  })

const settle = (core: PoolCore, { pending, share }: Proven, outcome: "recorded" | "duplicate"): void => {
  if (outcome === "recorded") Submission.accepted(core, pending, share)
  else Submission.rejected(core, pending, "duplicate", "this nonce was handed in before")
}

/** A winner that was recorded before may have missed its proof: offering it again does no harm. */
const offer = (core: PoolCore, { pending }: Proven, block: PoolBlock | undefined): void => {
  if (block === undefined || !core.winners.offer(block, pending.entry.job.candidate)) return
  const detail = "a share met the network's target; its proof is next"
  core.tell({ _tag: "BlockChanged", height: block.height, state: "found", minerId: block.minerId, detail })
}

const housekeeping = (core: PoolCore): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      core.ground.alarm.sleep(housekeepingMillis),
      Effect.andThen(
        rejections(core),
        Effect.catchAll(prune(core), (error) => Effect.sync(() => core.trouble("ledger", error.message)))
      )
    )
  )

/** Counted in memory by the ledger and kept with its next commit. */
const rejections = (core: PoolCore): Effect.Effect<void> =>
  Effect.suspend(() =>
    Effect.forEach(
      core.rejections.splice(0),
      ({ code, minerId, worker }) => core.ground.ledger.countRejected(minerId, worker, code),
      { discard: true }
    )
  )

/** Without a job nobody knows how hard the network is; nor do shares come. */
const prune = (core: PoolCore): Effect.Effect<void, LedgerFailed> =>
  Effect.suspend(() => {
    const { current } = core.jobs
    if (current === null) return Effect.void
    return Effect.flatMap(core.ground.ledger.prune(core.payRule.windowFactor, current.networkDifficulty), (more) =>
      more ? Effect.andThen(core.ground.alarm.sleep(pruneMillis), prune(core)) : Effect.void
    )
  })

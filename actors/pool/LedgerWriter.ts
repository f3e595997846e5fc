/**
 * The ledger writer: a share is acknowledged here, after the books have it, and nowhere else.
 *
 * One fiber takes everything that passed the check and writes it as one group. A winner becomes a block in the books
 * before its share is acknowledged. When the books cannot be written nothing is acknowledged: the shares are answered
 * "internal" and may come again. Counts of rejected shares follow once a second.
 */
import * as Effect from "effect/Effect"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { LedgerFailed } from "./Errors.ts"
import type { PoolCore, Proven } from "./PoolCore.ts"
import * as Submission from "./Submission.ts"

const maxBatch = 4_096
/** Pause after a failed write, so that a full disk is not hammered. */
const pauseMillis = 250
const rejectionsMillis = 1_000

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "ledger-writer",
    start: Effect.succeed(Effect.all([Effect.forever(turn(core)), rejections(core)], { concurrency: 2, discard: true }))
  })

const turn = (core: PoolCore): Effect.Effect<void> =>
  Effect.flatMap(core.toKeep.take(maxBatch), (batch) =>
    keep(core, batch).pipe(
      Effect.catchAll((error) => {
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

const notKept = "the pool could not keep it; hand it in again"

const keep = (core: PoolCore, batch: ReadonlyArray<Proven>): Effect.Effect<void, LedgerFailed> =>
  Effect.flatMap(core.ground.ledger.record(batch.map(({ share }) => share)), (outcomes) =>
    Effect.forEach(
      batch,
      (proven, index) => {
        // A winner that was recorded before may have missed its entry as a block: asking again does no harm.
        if (proven.share.winner) {
          return Effect.map(found(core, proven), () => settle(core, proven, outcomes[index] ?? "duplicate"))
        }
        settle(core, proven, outcomes[index] ?? "duplicate")
        return Effect.void
      },
      { discard: true }
    )
  )

const settle = (core: PoolCore, { pending, share }: Proven, outcome: "recorded" | "duplicate"): void => {
  if (outcome === "recorded") Submission.accepted(core, pending, share)
  else Submission.rejected(core, pending, "duplicate", "this nonce was handed in before")
}

const found = (core: PoolCore, { pending, share }: Proven): Effect.Effect<void, LedgerFailed> => {
  const { candidate } = pending.entry.job
  return Effect.map(
    core.ground.ledger.blockFound(share, candidate.commitment, pending.entry.networkDifficulty),
    (block) => {
      if (!core.winners.offer(block, candidate)) return
      const detail = "a share met the network's target; its proof is next"
      core.tell({ _tag: "BlockChanged", height: block.height, state: "found", minerId: block.minerId, detail })
    }
  )
}

/** Counted in memory by the ledger and kept with its next commit. */
const rejections = (core: PoolCore): Effect.Effect<never> =>
  Effect.forever(
    Effect.andThen(
      core.ground.alarm.sleep(rejectionsMillis),
      Effect.suspend(() =>
        Effect.forEach(
          core.rejections.splice(0),
          ({ code, minerId, worker }) => core.ground.ledger.countRejected(minerId, worker, code),
          { discard: true }
        )
      )
    )
  )

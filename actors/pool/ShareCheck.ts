/**
 * The share check: digests in batches, off the event loop.
 *
 * One fiber takes every share that waits, asks the kernel for the digests job by job, and hands what passes to the ledger
 * writer; meanwhile the next batch collects. A batch that the kernel did not compute is answered "internal": its shares
 * may come again. So may the shares of a batch during which this actor crashed.
 */
import * as Effect from "effect/Effect"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { OpenJob } from "./JobTable.ts"
import type { Pending } from "./Member.ts"
import type { PoolCore } from "./PoolCore.ts"
import * as Submission from "./Submission.ts"

/** Shares in one batch at most: about 40 ms of digests. */
const maxBatch = 4_096

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({ id: "share-check", start: Effect.succeed(Effect.forever(turn(core))) })

const turn = (core: PoolCore): Effect.Effect<void> =>
  Effect.flatMap(core.toCheck.take(maxBatch), (batch) => {
    core.batches.count += 1
    core.batches.shares += batch.length
    const passed = new Set<Pending>()
    return Effect.ensuring(
      Effect.forEach(byJob(batch), ([entry, shares]) => checkJob(core, entry, shares, passed), { discard: true }),
      Effect.sync(() => {
        // Nothing is left here but what a crash or an interruption left.
        for (const pending of batch) {
          if (!passed.has(pending)) Submission.rejected(core, pending, "internal", "the check was interrupted")
        }
      })
    )
  })

const byJob = (batch: ReadonlyArray<Pending>): Map<OpenJob, Array<Pending>> => {
  const jobs = new Map<OpenJob, Array<Pending>>()
  for (const pending of batch) {
    const shares = jobs.get(pending.entry)
    if (shares === undefined) jobs.set(pending.entry, [pending])
    else shares.push(pending)
  }
  return jobs
}

const checkJob = (
  core: PoolCore,
  entry: OpenJob,
  shares: ReadonlyArray<Pending>,
  passed: Set<Pending>
): Effect.Effect<void> => {
  const { commitment, powLength } = entry.job.candidate
  const nonces = shares.map(({ nonce }) => nonce)
  return Effect.match(core.ground.kernel.digests(commitment, powLength, nonces), {
    onFailure: (error) => {
      core.trouble("share-check", error.message)
      for (const pending of shares) Submission.rejected(core, pending, "internal", "the check failed; hand it in again")
    },
    onSuccess: (digests) => {
      shares.forEach((pending, index) => {
        const digest = digests[index]
        if (digest === undefined) throw new Error(`${shares.length} nonces, ${digests.length} digests`)
        const share = Submission.judge(pending, digest)
        if (share === null) {
          Submission.missed(core, pending)
          return
        }
        passed.add(pending)
        core.toKeep.add({ pending, share })
      })
    }
  })
}

/**
 * The job board: every change of the chain becomes a job that all miners get at once.
 *
 * A new parent makes a clean job, a refreshed candidate of the same parent one more that counts beside the earlier ones,
 * those of a process that was killed included. A job is sent again before miners could take silence for a dead pool.
 * While the source is away the present job goes on until it expires: it may still be worth a block.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { ChainUnavailable } from "./Errors.ts"
import * as Feed from "./Feed.ts"
import type { Candidate } from "./Job.ts"
import type { PoolCore } from "./PoolCore.ts"
import { legacy, shareVersion } from "./Submission.ts"

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "job-board",
    start: Effect.sync(() => {
      let away = false
      const feed = Feed.listen(
        core,
        "candidates",
        candidates(core),
        (candidate) => post(core, candidate),
        (down) => {
          away = down
        }
      )
      return Effect.all([feed, repeat(core, () => away)], { concurrency: 2, discard: true })
    })
  })

/** Work that was handed out before, by this process or by the one before it, counts again before there is new work. */
const candidates = (core: PoolCore): Stream.Stream<Candidate, ChainUnavailable> => {
  const { candidates, standing } = core.ground.source
  return Stream.unwrap(
    Effect.map(standing, (earlier) => {
      core.jobs.reopen(earlier, core.now())
      return candidates
    })
  )
}

const post = (core: PoolCore, candidate: Candidate): void => {
  if (candidate.version !== shareVersion) {
    const current = core.jobs.current
    if (current !== null && current.job.candidate.parent !== candidate.parent) core.jobs.retireAll()
    core.unsuitable = `no jobs: height ${candidate.height} asks for another version: ${legacy(candidate.version)}`
    core.tell({ _tag: "Idle", why: core.unsuitable })
    return
  }
  core.unsuitable = null
  const now = core.now()
  const issued = core.jobs.issue(candidate, now)
  if (issued === null) return
  const { clean, jobId } = issued.job
  core.lastJobAt = now
  core.send(issued.job)
  core.tell({ _tag: "JobIssued", jobId, height: candidate.height, clean })
  // A winner of before a restart may wait for its candidate.
  core.winners.nudge()
}

const repeat = (core: PoolCore, away: () => boolean): Effect.Effect<never> => {
  const { rebroadcastMillis } = core.settings.board
  return Effect.forever(
    Effect.suspend(() => {
      const now = core.now()
      const since = now - core.lastSentAt
      // A clock that was set back makes it negative: then the job is sent again at once.
      if (since >= 0 && since < rebroadcastMillis) return core.ground.alarm.sleep(rebroadcastMillis - since)
      if (away()) core.jobs.expire(now)
      const entry = away() ? core.jobs.current : core.jobs.renew(now)
      if (entry !== null) core.send(entry.job)
      else core.lastSentAt = now
      return Effect.void
    })
  )
}

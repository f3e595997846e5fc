/**
 * The winner prover: a winning share becomes a proof, the proof is checked, and the block is delivered.
 *
 * The newest winner goes first: its parent is the most likely one to be the tip still. One proof runs at a time (it uses as
 * many threads as it was given); it is stopped when the judge finds that the chain went on without it. A proof that our
 * own verifier does not accept is never sent. Delivered is not accepted: that is for the judge to say.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { PowError } from "../../kernels/NockPowErrors.ts"
import type { Digest, Puzzle, Verdict } from "../../kernels/NockPowTypes.ts"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import { type BlockRefused, WinnerLost } from "./Errors.ts"
import type { Candidate, Limbs as LimbBytes } from "./Job.ts"
import * as Limbs from "./Limbs.ts"
import type { BlockState } from "./Ledger.ts"
import type { PoolCore } from "./PoolCore.ts"
import { shareVersion } from "./Submission.ts"
import * as WinnerJudge from "./WinnerJudge.ts"
import type { Winner } from "./Winners.ts"

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "winner-prover",
    start: Effect.succeed(Effect.forever(Effect.flatMap(core.winners.next, (winner) => serve(core, winner))))
  })

const digestOf = (limbs: LimbBytes): Digest => [
  Limbs.limbAt(limbs, 0),
  Limbs.limbAt(limbs, 1),
  Limbs.limbAt(limbs, 2),
  Limbs.limbAt(limbs, 3),
  Limbs.limbAt(limbs, 4)
]

const maxAttempts = 3

interface Outcome {
  readonly state: BlockState
  readonly detail: string
}

const serve = (core: PoolCore, winner: Winner): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { candidate } = winner
    if (candidate === null) return
    winner.attempts += 1
    if (winner.attempts > maxAttempts) {
      // Whatever crashes this actor again and again must not take the pool along.
      winner.verdict = { state: "lost", detail: `its proof was begun ${maxAttempts} times and never ended` }
      core.winners.nudge()
      return
    }
    yield* WinnerJudge.move(core, winner, "proving", "its proof is being made")
    const outcome = yield* Effect.raceFirst(work(core, winner, candidate), cancelled(winner))
    winner.cancel = null
    // The judge may have seen it on the chain before the delivery returned.
    if (outcome === null || winner.state !== "proving" || winner.verdict !== null) return
    if (outcome.state === "submitted") yield* WinnerJudge.move(core, winner, outcome.state, outcome.detail)
    else winner.verdict = outcome
    core.winners.nudge()
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        winner.cancel = null
      })
    )
  )

/** Ends when the judge says that the proof is of no use any more. */
const cancelled = (winner: Winner): Effect.Effect<null> =>
  Effect.async((resume) => {
    if (winner.verdict !== null) return resume(Effect.succeed(null))
    winner.cancel = () => resume(Effect.succeed(null))
    return undefined
  })

const work = (core: PoolCore, winner: Winner, candidate: Candidate): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const proof = yield* prove(core, winner, candidate)
    const delivered = yield* core.ground.source.submit(candidate, winner.block.nonce, proof).pipe(
      Effect.tapErrorTag("ChainUnavailable", (error) => Effect.sync(() => core.trouble("winner", error.message))),
      Effect.retry({ while: (error) => error._tag === "ChainUnavailable", schedule: Schedule.spaced("2 seconds") })
    )
    const detail =
      delivered === "delivered" ? "delivered; waiting for the chain to show it" : "the chain had gone on before it came"
    return { state: delivered === "delivered" ? ("submitted" as const) : ("stale" as const), detail }
  }).pipe(
    Effect.catchTags({
      WinnerLost: (error) => Effect.succeed<Outcome>({ state: "lost", detail: error.message }),
      BlockRefused: (error: BlockRefused) => Effect.succeed<Outcome>({ state: "refused", detail: error.message }),
      // Retried for ever above.
      ChainUnavailable: (error) => Effect.succeed<Outcome>({ state: "lost", detail: error.message })
    })
  )

/** A proof takes seconds. One that takes this long hangs, and would hold up all that come after it. */
const longestProof = "5 minutes"

/** A kernel that crashed is started again by its own supervisor; the third failure in a row gives the block up. */
const attempts = Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(2))

const prove = (core: PoolCore, winner: Winner, candidate: Candidate): Effect.Effect<Uint8Array, WinnerLost> => {
  const { height, nonce } = winner.block
  const lost = (detail: string) => new WinnerLost({ height, detail })
  const puzzle: Puzzle = {
    version: shareVersion,
    commitment: digestOf(candidate.commitment),
    nonce: digestOf(nonce),
    length: candidate.powLength
  }
  const { pow } = core.ground
  const once = Effect.gen(function* () {
    const { jam } = yield* pow.prove(puzzle, { threads: core.settings.proverThreads })
    const verdict = yield* pow.verify(jam)
    const problem = wrong(puzzle, verdict)
    if (problem !== null) return yield* lost(`our own verifier does not accept the proof: ${problem}`)
    return jam
  })
  return once.pipe(
    Effect.timeoutFail({ duration: longestProof, onTimeout: () => lost(`it was not made within ${longestProof}`) }),
    Effect.tapError((error) => Effect.sync(() => core.trouble("winner", error.message))),
    Effect.retry({ while: (error) => error._tag !== "PowRefused", schedule: attempts }),
    Effect.mapError((error: PowError | WinnerLost) => (error._tag === "WinnerLost" ? error : lost(error.message)))
  )
}

const wrong = (puzzle: Puzzle, verdict: Verdict): string | null => {
  if (!verdict.valid) return `${verdict.reason} at object ${verdict.object}`
  const { commitment, length, nonce, version } = verdict.statement
  const same = (a: Digest, b: Digest) => a.every((limb, index) => limb === b[index])
  const fits =
    version === puzzle.version &&
    length === puzzle.length &&
    same(commitment, puzzle.commitment) &&
    same(nonce, puzzle.nonce)
  return fits ? null : "it proves something else"
}

/**
 * The actor of one search thread: takes the present work, searches its own part of it, and drops it the moment it changes.
 *
 * A kernel host that dies takes this actor along and nothing else; its supervisor starts it again and it goes on at its
 * place, because that is kept in the core. An interrupted search stops within about 50 ms, so a new job reaches the
 * processor within 100 ms.
 */
import * as Effect from "effect/Effect"
import * as Backoff from "../runtime/Backoff.ts"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { Assignment } from "./Board.ts"
import type { MinerCore } from "./MinerCore.ts"
import { NonceSearch, type Searcher } from "./NonceSearch.ts"
import * as Ranges from "./Ranges.ts"

const searchOnce = (core: MinerCore, thread: number, searcher: Searcher, assignment: Assignment) =>
  Effect.suspend(() => {
    const place = core.lanes.place(thread, assignment)
    let counted = 0
    const progress = (tried: number) => {
      core.lanes.count(thread, tried - counted)
      counted = Math.max(counted, tried)
    }
    const stretch = {
      commitment: assignment.commitment,
      powLength: assignment.job.powLength,
      start: Ranges.nonceAt(place, thread, assignment.prefix),
      count: Ranges.stretch(core.lanes.rateOf(thread)),
      target: assignment.target
    }
    return Effect.map(searcher.search(stretch, progress), ({ done, nonce, tried }) => {
      progress(Number(tried))
      core.lanes.advance(thread, place, done)
      if (nonce !== null) core.found(thread, assignment, nonce)
    })
  })

const body = (core: MinerCore, thread: number, searcher: Searcher) =>
  Effect.suspend(() => {
    const { current, generation } = core.board
    core.lanes.enter(thread, current === null ? "idle" : "searching")
    const changed = core.board.changed(generation)
    return current === null ? changed : Effect.raceFirst(searchOnce(core, thread, searcher, current), changed)
  }).pipe(Effect.forever)

export const child = (core: MinerCore, thread: number): ChildSpec.ChildSpec<NonceSearch> =>
  ChildSpec.make({
    id: `thread-${thread}`,
    backoff: Backoff.make({ min: "50 millis", max: "10 seconds", resetAfter: "30 seconds" }),
    // A budget of its own, which this back-off cannot spend: one bad thread never ends the others.
    budget: { restarts: 60, period: "1 minute" },
    start: Effect.gen(function* () {
      core.lanes.enter(thread, "starting")
      const { open } = yield* NonceSearch
      const searcher = yield* open
      return body(core, thread, searcher)
    }).pipe(
      Effect.map(
        Effect.tapErrorCause((cause) =>
          Effect.sync(() => {
            core.lanes.enter(thread, "starting")
            const detail = cause._tag === "Fail" ? cause.error.message : String(cause)
            core.tell({ _tag: "ThreadFailed", at: core.now(), thread, detail })
          })
        )
      )
    )
  })

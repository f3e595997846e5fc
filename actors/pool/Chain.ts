/**
 * The pool's eye on the chain: the tip, the state of synchronisation, and a word to whoever judges our blocks.
 *
 * Events tell at once; a look every few seconds finds what events may have missed.
 */
import * as Effect from "effect/Effect"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import type { ChainEvent, ChainTip } from "./ChainSource.ts"
import * as Feed from "./Feed.ts"
import type { PoolCore } from "./PoolCore.ts"

const lookMillis = 5_000

export const child = (core: PoolCore): ChildSpec.ChildSpec =>
  ChildSpec.make({
    id: "chain",
    start: Effect.succeed(
      Effect.all(
        [
          Feed.listen(core, "chain events", core.ground.source.events, (event) => happened(core, event)),
          Effect.forever(Effect.andThen(look(core), core.ground.alarm.sleep(lookMillis)))
        ],
        { concurrency: 2, discard: true }
      )
    )
  })

const happened = (core: PoolCore, event: ChainEvent): void => {
  if (event._tag === "NewTip") tipIs(core, event.tip, event.ours)
  core.winners.nudge()
}

const tipIs = (core: PoolCore, tip: ChainTip, ours: boolean): void => {
  if (core.tip?.blockId === tip.blockId) return
  core.tip = tip
  core.tell({ _tag: "TipChanged", tip, ours })
}

const look = (core: PoolCore): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { source } = core.ground
    const before = core.idle
    core.sync = yield* source.sync
    // What is wrong with the source is in `sync`; a tip that cannot be asked for stays what it was.
    const tip = yield* Effect.orElseSucceed(source.tip, () => null)
    if (tip !== null && tip.blockId !== core.tip?.blockId) {
      tipIs(core, tip, false)
      core.winners.nudge()
    }
    const { idle } = core
    if (idle !== null && idle !== before && core.members.active > 0) core.tell({ _tag: "Idle", why: idle })
    core.touch()
  })

/**
 * What a program without nodes offers to those who steer it: it can be shown and stopped, and refuses the rest.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { SupervisionTree } from "../../actors/runtime/SupervisionTree.ts"
import { version } from "../cli/Version.ts"
import * as ProcessMemory from "../telemetry/ProcessMemory.ts"
import { ControlRefused, type ProgramStatus } from "./Api.ts"
import type { ControlledService } from "./Controlled.ts"
import { rowsOf } from "./TreeRows.ts"

export interface Program {
  /** As in "miner". */
  readonly name: string
  /** The sentence for who asks for a node. */
  readonly refusal: string
  /** Begins to stop, and hurries the second time. */
  readonly stop: Effect.Effect<void>
  /** What it shows of itself; nothing beyond its memory when left out. */
  readonly picture?: Effect.Effect<Partial<Pick<ProgramStatus, "pool" | "miner">>>
}

/** How often who watches sees it anew. */
const lookEvery = "500 millis"

export const make = ({
  name,
  picture = Effect.succeed({}),
  refusal,
  stop
}: Program): Effect.Effect<ControlledService, never, SupervisionTree> =>
  Effect.map(SupervisionTree, (tree) => {
    const startedAt = Date.now() - Math.round(performance.now())
    const about = { program: name, pid: process.pid, version, startedAt }
    const memory = ProcessMemory.reader()
    const status = Effect.zipWith(
      picture,
      Clock.currentTimeMillis,
      (shown, at): ProgramStatus => ({
        about,
        at,
        memory: memory(),
        fleet: null,
        pool: null,
        miner: null,
        ...shown
      })
    )
    const refused = Effect.fail(new ControlRefused({ detail: refusal }))
    return {
      about,
      status,
      changes: Stream.repeatEffectWithSchedule(status, Schedule.spaced(lookEvery)),
      pause: () => refused,
      resume: () => refused,
      restart: () => refused,
      setConcurrency: () => refused,
      reload: refused,
      stop,
      tree: Effect.map(tree.snapshot, rowsOf)
    }
  })

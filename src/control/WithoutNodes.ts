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
import { ControlRefused } from "./Api.ts"
import type { ControlledService } from "./Controlled.ts"
import { rowsOf } from "./TreeRows.ts"

/** `program` as in "miner"; `refusal` is the sentence for who asks for a node; `stop` begins to stop, and hurries the second time. */
export const make = (
  program: string,
  refusal: string,
  stop: Effect.Effect<void>
): Effect.Effect<ControlledService, never, SupervisionTree> =>
  Effect.map(SupervisionTree, (tree) => {
    const startedAt = Date.now() - Math.round(performance.now())
    const about = { program, pid: process.pid, version, startedAt }
    const memory = ProcessMemory.reader()
    const status = Effect.map(Clock.currentTimeMillis, (at) => ({ about, at, memory: memory(), fleet: null }))
    const refused = Effect.fail(new ControlRefused({ detail: refusal }))
    return {
      about,
      status,
      changes: Stream.repeatEffectWithSchedule(status, Schedule.spaced("1 second")),
      pause: () => refused,
      resume: () => refused,
      restart: () => refused,
      setConcurrency: () => refused,
      reload: refused,
      stop,
      tree: Effect.map(tree.snapshot, rowsOf)
    }
  })

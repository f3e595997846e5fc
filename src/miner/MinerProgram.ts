/**
 * The miner: from a plan to the end of the program.
 *
 * ```
 * miner (actors/miner/MinerTree)
 * |- threads    thread-0 ... thread-N-1
 * |- log        events and totals as lines
 * |- control    the control socket
 * |- display    the live display, on a terminal
 * |- link
 * ```
 *
 * A stop ends the search at once and waits for the answers to shares that were found; asking twice does not wait.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { MinerStatus } from "../../actors/miner/MinerStatus.ts"
import type { MinerService, MinerSettings } from "../../actors/miner/MinerTree.ts"
import * as MinerTree from "../../actors/miner/MinerTree.ts"
import type { NonceSearch } from "../../actors/miner/NonceSearch.ts"
import type { PoolLink } from "../../actors/miner/PoolLink.ts"
import * as Backoff from "../../actors/runtime/Backoff.ts"
import * as ChildSpec from "../../actors/runtime/ChildSpec.ts"
import type { IntensityReached, StartFailed } from "../../actors/runtime/Errors.ts"
import type * as Supervisor from "../../actors/runtime/Supervisor.ts"
import type { Language } from "../../config/Setting.ts"
import * as StopRequests from "../cli/StopRequests.ts"
import { Controlled } from "../control/Controlled.ts"
import * as WithoutNodes from "../control/WithoutNodes.ts"
import type { Sink } from "../telemetry/Log.ts"
import * as ProcessMemory from "../telemetry/ProcessMemory.ts"
import * as Lines from "./Lines.ts"

/** Everything that was decided before anything starts. */
export interface Plan extends MinerSettings {
  /** Folder of control sockets. */
  readonly run: string
  readonly account: string
  readonly worker: string
  readonly language: Language
  readonly sink: Sink
  /** True: own the terminal. */
  readonly display: boolean
  readonly summaryMillis: number
  /** Longest wait for answers after a stop, milliseconds. */
  readonly drainMillis: number
}

const backoff = Backoff.make({ min: "100 millis", max: "10 seconds", resetAfter: "30 seconds" })

/** It can be shown and stopped, and it has no nodes. */
const controlled = (
  { account, addresses: pools, worker }: Plan,
  { status }: MinerService,
  asked: StopRequests.StopRequests
) =>
  WithoutNodes.make({
    name: "miner",
    refusal: "a miner runs no nodes and reads no node list",
    stop: asked.stop,
    picture: Effect.zipWith(status, asked.stopping, (now, stopping) => ({
      miner: { status: now, pools, account, worker, stopping }
    }))
  })

const control = (plan: Plan, service: MinerService, asked: StopRequests.StopRequests) =>
  ChildSpec.make({
    id: "control",
    backoff,
    start: Effect.gen(function* () {
      const { start } = yield* Effect.promise(() => import("../control/Server.ts"))
      return yield* start(plan.run).pipe(Effect.provideServiceEffect(Controlled, controlled(plan, service, asked)))
    })
  })

const log = ({ sink, summaryMillis }: Plan, { events, status }: MinerService) =>
  ChildSpec.make({
    id: "log",
    backoff,
    start: Effect.sync(() => {
      const memory = ProcessMemory.reader()
      const lines = Stream.map(events, Lines.thinned(Lines.entryOf))
      const totals = Stream.mapEffect(Stream.fromSchedule(Schedule.spaced(summaryMillis)), () =>
        Effect.map(status, (now) => Lines.summary(now, memory().treeBytes))
      )
      return Stream.runForEach(Stream.merge(lines, totals), (entry) => Effect.sync(() => sink.write(entry)))
    })
  })

const display = (plan: Plan, service: MinerService, asked: StopRequests.StopRequests) =>
  ChildSpec.make({
    id: "display",
    backoff,
    start: Effect.gen(function* () {
      const { start } = yield* Effect.promise(() => import("../console/LiveTable.ts"))
      const { changes, stop } = yield* controlled(plan, service, asked)
      return yield* start({
        stdin: process.stdin,
        stdout: process.stdout,
        language: plan.language,
        colour: !process.env["NO_COLOR"],
        changes,
        activity: Stream.map(
          service.events,
          Lines.thinned((event) => Lines.happeningOf(event, plan.language))
        ).pipe(Stream.filter(({ level }) => level !== "debug")),
        stop
      })
    })
  })

/** Runs until it is stopped; what it came to. */
export const run = (
  plan: Plan
): Effect.Effect<MinerStatus, StartFailed | IntensityReached, NonceSearch | PoolLink | Supervisor.Services> =>
  Effect.gen(function* () {
    const asked = yield* StopRequests.make
    const miner = yield* MinerTree.make(plan, (service) => [
      log(plan, service),
      control(plan, service, asked),
      ...(plan.display ? [display(plan, service, asked)] : [])
    ])
    yield* Effect.raceFirst(Effect.zipRight(miner.await, Effect.never), asked.stopped)
    yield* miner.service.drain.pipe(
      Effect.interruptible,
      Effect.timeoutOption(plan.drainMillis),
      Effect.raceFirst(asked.hurried)
    )
    const end = yield* miner.service.status
    plan.sink.write(Lines.summary(end, ProcessMemory.reader()().treeBytes))
    return end
  }).pipe(Effect.scoped)

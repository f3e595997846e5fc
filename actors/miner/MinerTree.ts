/**
 * The miner as a supervision tree.
 *
 * ```
 * miner (one_for_one)
 * |- threads (one_for_one)
 * |  |- thread-0 ... thread-N-1   each with a kernel host of its own and a nonce range of its own
 * |- ...                          what shows and steers it: given by the composition
 * |- link                         sessions with pools: jobs down, shares up
 * ```
 *
 * Children stop in reverse: first the link, so a drain comes before it. What must outlive any of them is in `MinerCore`.
 */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Backoff from "../runtime/Backoff.ts"
import type * as ChildSpec from "../runtime/ChildSpec.ts"
import type { IntensityReached, StartFailed } from "../runtime/Errors.ts"
import * as Supervisor from "../runtime/Supervisor.ts"
import * as Link from "./Link.ts"
import * as Core from "./MinerCore.ts"
import type { MinerEvent, MinerStatus } from "./MinerStatus.ts"
import type { NonceSearch } from "./NonceSearch.ts"
import type { PoolLink } from "./PoolLink.ts"
import * as Thread from "./Thread.ts"

export interface MinerSettings {
  /** In order of preference; at least one. */
  readonly addresses: ReadonlyArray<string>
  /** At least 1. */
  readonly threads: number
}

export interface MinerService {
  readonly status: Effect.Effect<MinerStatus>
  readonly events: Stream.Stream<MinerEvent>
  /** Search no more, and wait until every share has its answer that can get one. Interrupt it when that takes too long. */
  readonly drain: Effect.Effect<void>
}

export interface Miner {
  readonly service: MinerService
  readonly await: Effect.Effect<void, IntensityReached>
}

const backoff = Backoff.make({ min: "100 millis", max: "10 seconds", resetAfter: "30 seconds" })

/** How often a drain looks. */
const drainSchedule = Schedule.spaced("20 millis")

const serviceOf = (core: Core.MinerCore): MinerService => ({
  status: Effect.sync(() => core.status),
  events: Stream.fromPubSub(core.events),
  drain: Effect.suspend(() => {
    core.drain()
    return Effect.sync(() => core.awaited === 0).pipe(
      Effect.repeat({ until: (done) => done, schedule: drainSchedule }),
      Effect.asVoid
    )
  })
})

/** `more`: children that the composition adds; they hear of everything that the link does. */
export const make = <const More extends ReadonlyArray<ChildSpec.ChildSpec<unknown>> = []>(
  settings: MinerSettings,
  more?: (service: MinerService) => More
): Effect.Effect<
  Miner,
  StartFailed,
  NonceSearch | PoolLink | Supervisor.Services | Scope.Scope | ChildSpec.Needs<More[number]>
> =>
  Effect.gen(function* () {
    const core = yield* Core.make(settings.threads)
    const service = serviceOf(core)
    const threads = Supervisor.child("threads", {
      intensity: 10,
      period: "1 minute",
      children: Array.from({ length: settings.threads }, (_, thread) => Thread.child(core, thread))
    })
    const supervisor = yield* Supervisor.make("miner", {
      intensity: 10,
      period: "1 minute",
      children: [{ ...threads, backoff }, ...(more?.(service) ?? []), Link.child(core, settings.addresses)]
    })
    return { service, await: supervisor.await }
  })

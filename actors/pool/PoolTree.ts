/**
 * The pool as a supervision tree.
 *
 * ```
 * pool (one_for_one)
 * |- ledger-writer   keeps shares in groups and acknowledges them
 * |- share-check     digests in batches
 * |- chain           tip and synchronisation
 * |- winner-judge    what the chain says of our blocks
 * |- winner-prover   proofs for winners
 * |- job-board       candidates become jobs
 * |- connections     (dynamic) one temporary actor per miner
 * |- payout
 * |- ...             listeners, HTTP, reporter: given by the composition
 * ```
 *
 * Children start in this order, so that nobody is let in before there is somebody to serve him, and stop in reverse. What
 * must outlive any one of them is in `PoolCore`, in the ledger and on the chain, so each is restarted alone.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { NockPow } from "../../kernels/NockPow.ts"
import * as Alarm from "../runtime/Alarm.ts"
import * as Backoff from "../runtime/Backoff.ts"
import type * as ChildSpec from "../runtime/ChildSpec.ts"
import type { IntensityReached, StartFailed } from "../runtime/Errors.ts"
import * as Supervisor from "../runtime/Supervisor.ts"
import * as Chain from "./Chain.ts"
import { ChainSource } from "./ChainSource.ts"
import * as Connection from "./Connection.ts"
import * as JobBoard from "./JobBoard.ts"
import { Ledger } from "./Ledger.ts"
import * as LedgerWriter from "./LedgerWriter.ts"
import { NoncePrefixes } from "./NoncePrefixes.ts"
import * as Payout from "./Payout.ts"
import { PoolCore } from "./PoolCore.ts"
import * as PoolDesk from "./PoolDesk.ts"
import type { PoolServiceShape } from "./PoolService.ts"
import type { PoolSettings } from "./PoolSettings.ts"
import * as ShareCheck from "./ShareCheck.ts"
import { ShareKernel } from "./ShareKernel.ts"
import * as WinnerJudge from "./WinnerJudge.ts"
import * as WinnerProver from "./WinnerProver.ts"

export type Ports = ChainSource | Ledger | ShareKernel | NockPow

/** A running pool: the service, and its end (only a defect or a shutdown ends it). */
export interface Pool {
  readonly service: PoolServiceShape
  readonly await: Effect.Effect<void, IntensityReached>
}

const backoff = Backoff.make({ min: "50 millis", max: "10 seconds", resetAfter: "30 seconds" })

const patient = <R>(spec: ChildSpec.ChildSpec<R>): ChildSpec.ChildSpec<R> => ({ ...spec, backoff })

/** Work that others can go on without: too many crashes put it aside, and the supervisor reports it as quarantined. */
const spare = <R>(spec: ChildSpec.ChildSpec<R>): ChildSpec.ChildSpec<R> => ({
  ...patient(spec),
  budget: { restarts: 10, period: "10 minutes" }
})

/** `more`: children that the composition adds, started last and stopped first. */
export const make = <const More extends ReadonlyArray<ChildSpec.ChildSpec<unknown>> = []>(
  settings: PoolSettings,
  more?: (service: PoolServiceShape) => More
): Effect.Effect<Pool, StartFailed, Ports | Supervisor.Services | Scope.Scope | ChildSpec.Needs<More[number]>> =>
  Effect.gen(function* () {
    const source = yield* ChainSource
    const ledger = yield* Ledger
    const kernel = yield* ShareKernel
    const pow = yield* NockPow
    const alarm = yield* Alarm.Alarm
    const prefixes = yield* NoncePrefixes.make
    const core = yield* PoolCore.make(settings, { source, ledger, kernel, pow, alarm, prefixes })
    let listener: PoolDesk.Listener | null = null
    const connections = Supervisor.dynamicChild("connections", {
      template: Connection.children(core),
      onStart: (started: PoolDesk.Listener) =>
        Effect.sync(() => {
          listener = started
        })
    })
    const service = PoolDesk.make(core, () => listener)
    const supervisor = yield* Supervisor.make("pool", {
      intensity: 10,
      period: "1 minute",
      children: [
        patient(LedgerWriter.child(core)),
        patient(ShareCheck.child(core)),
        patient(Chain.child(core)),
        patient(WinnerJudge.child(core)),
        spare(WinnerProver.child(core)),
        patient(JobBoard.child(core)),
        patient(connections),
        spare(Payout.child(core)),
        ...(more?.(service) ?? [])
      ]
    })
    const over = yield* Deferred.make<void, IntensityReached>()
    yield* Effect.forkScoped(Effect.intoDeferred(supervisor.await, over))
    return { service, await: Deferred.await(over) }
  })

/**
 * The supervision tree of `batch-file` and `start`: storage, orchestrator, prover, nodes, and what shows and steers them.
 *
 * ```
 * batch-file (rest_for_one)
 * |- spool             durable tasks and proofs
 * |- orchestrator      only for --env local: ours, or a healthy one that is already there, for as long as it is
 * |- prover            kernel hosts, or the official program
 * |- nexus             the fleet: budgets, turnstile, one actor per node
 * |- surface (one_for_one)
 *    |- steward        stop and reload requests of signals, socket and keys
 *    |- control        the control socket
 *    |- node-list      follows the file
 *    |- log            events as lines
 *    |- table          the live table, on a terminal
 * ```
 *
 * Whoever needs a service starts after it and is restarted with it. The program ends when the fleet has.
 */
import { join } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { FleetSettings } from "../../actors/nexus/FleetCore.ts"
import * as FleetTree from "../../actors/nexus/FleetTree.ts"
import type { ProveError } from "../../actors/nexus/Errors.ts"
import type { MemoryBudgetService } from "../../actors/nexus/MemoryBudget.ts"
import { MemoryBudget } from "../../actors/nexus/MemoryBudget.ts"
import type { NodeEntry, NodeFleetService, StopReport } from "../../actors/nexus/NodeFleet.ts"
import type { OrchestratorService } from "../../actors/nexus/Orchestrator.ts"
import { Orchestrator } from "../../actors/nexus/Orchestrator.ts"
import type { ProverService } from "../../actors/nexus/Prover.ts"
import { Prover, Verifier } from "../../actors/nexus/Prover.ts"
import type { SpoolService } from "../../actors/nexus/Spool.ts"
import { Spool } from "../../actors/nexus/Spool.ts"
import * as ChildSpec from "../../actors/runtime/ChildSpec.ts"
import type { IntensityReached, StartFailed } from "../../actors/runtime/Errors.ts"
import * as Supervisor from "../../actors/runtime/Supervisor.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import { version } from "../cli/Version.ts"
import type { StorageError } from "../storage/Errors.ts"
import * as NexusSpool from "../storage/NexusSpool.ts"
import * as Environment from "./client/Environment.ts"
import * as OrchestratorClient from "./client/OrchestratorClient.ts"
import * as Telemetry from "./client/Telemetry.ts"
import * as EmbeddedOrchestrator from "./orchestrator/EmbeddedOrchestrator.ts"
import * as Probe from "./orchestrator/Probe.ts"
import type { Settings as EmbeddedSettings } from "./orchestrator/Settings.ts"
import * as NativeProver from "./prover/NativeProver.ts"
import * as OfficialProver from "./prover/OfficialProver.ts"
import { holder, Slot } from "./Slot.ts"
import type { SigningKey } from "./wire/Signing.ts"

/** Everything that was decided before the first child starts. */
export interface Plan {
  /** "batch-file" or "start". */
  readonly program: string
  /** The data folder. */
  readonly home: string
  readonly environment: Environment.Environment
  /** Null: the orchestrator is somebody else's. */
  readonly embedded: EmbeddedSettings | null
  readonly key: SigningKey
  /** ISO 3166 code for telemetry; null when unknown. */
  readonly country: string | null
  /** Path of the official program; null: proofs by our own kernel. */
  readonly officialProver: string | null
  /** The network's guest program, for our own kernel; null: our own guest (local environments). */
  readonly guest: Uint8Array | null
  /** Proofs at the same time. */
  readonly slots: number
  readonly memory: MemoryBudgetService
  readonly settings: Partial<FleetSettings>
}

/** Who is in the fleet now, and what the operator has changed since the start: what a restarted fleet begins with. */
export interface Roster {
  nodes: ReadonlyArray<NodeEntry>
  spares: ReadonlyArray<NodeEntry>
  /** Null: the fleet's own default. */
  maxConcurrent: number | null
}

export interface Core {
  readonly fleet: Slot<NodeFleetService>
  readonly roster: Roster
  /** Completed once, when the fleet has ended by itself or as it was asked to. */
  readonly ended: Deferred.Deferred<StopReport>
}

/** What one orchestrator issued never goes to another: each has a spool of its own. */
const spoolFile = ({ environment, home }: Plan) =>
  join(home, "nexus", `spool${Environment.suffixOf(environment)}.sqlite`)

/** Build a layer in the child's scope and take one service out of it. */
const built = <I, S, E, R>(tag: Context.Tag<I, S>, layer: Layer.Layer<I, E, R>): Effect.Effect<S, E, R | Scope.Scope> =>
  Effect.map(Layer.build(layer), (context) => Context.get(context, tag))

/** How often somebody else's orchestrator is looked at. */
const lookEvery = "2 seconds"

/** Returns when the orchestrator that was there has gone; the supervisor then starts this child again, and so ours. */
const untilGone = ({ host, port }: EmbeddedSettings) =>
  Probe.probe(host, port).pipe(
    Effect.delay(lookEvery),
    Effect.repeat({ while: (found) => found._tag === "Orchestrator" }),
    Effect.zipRight(Effect.logWarning(`the orchestrator on ${host}:${port} has gone; starting one here`))
  )

/** Ours is started unless a healthy one is there already; either way its URL is that of the environment. */
const embeddedStart = (plan: Plan, settings: EmbeddedSettings) =>
  Effect.gen(function* () {
    const there = yield* Probe.probe(settings.host, settings.port)
    if (there._tag === "Orchestrator") {
      yield* Effect.logInfo(
        `using the orchestrator (version ${there.version}) that is already on port ${settings.port}`
      )
      return untilGone(settings)
    }
    const folder = yield* DataFolder.prepare(plan.home, "orchestrator")
    yield* DataFolder.own(folder, plan.program)
    const verifier = yield* built(Verifier, NativeProver.verifierLayer({ slots: 1, guest: null }))
    // Of two programs that start at the same moment one gets the port and the other uses it.
    const { own } = yield* Effect.provideService(EmbeddedOrchestrator.ensure(settings), Verifier, verifier)
    return own === null ? untilGone(settings) : own.running
  })

/** A supervisor of its own: when it is started again, nobody else has to be. */
const embeddedChild = (plan: Plan, settings: EmbeddedSettings) => {
  const listener = ChildSpec.make({ id: "listener", start: embeddedStart(plan, settings) })
  return Supervisor.child("orchestrator", { intensity: 10, period: "1 minute", children: [listener] })
}

const proverOf = (plan: Plan): Effect.Effect<ProverService, ProveError, Scope.Scope> =>
  plan.officialProver === null
    ? NativeProver.make({ slots: plan.slots, guest: plan.guest })
    : Effect.succeed(OfficialProver.prover(plan.officialProver, { slots: plan.slots }))

/** When this program was built: the date of the file that runs, milliseconds since 1970. */
const buildTimestamp = Effect.promise(async () => {
  const { stat } = await import("node:fs/promises")
  const file = process.argv[1]
  return file === undefined
    ? 0
    : await stat(file).then(
        (found) => Math.floor(found.mtimeMs),
        () => 0
      )
})

const clientOf = (plan: Plan) =>
  Effect.gen(function* () {
    const telemetry = yield* Telemetry.make(plan.country)
    return yield* OrchestratorClient.make({
      environment: plan.environment,
      key: plan.key,
      version,
      buildTimestamp: yield* buildTimestamp,
      telemetry
    })
  }).pipe(Effect.provide(FetchHttpClient.layer))

/** What stands behind the ports, each made in the scope of its child; a test swaps any of them. */
export interface Adapters {
  readonly spool: Effect.Effect<SpoolService, StorageError, Scope.Scope>
  readonly prover: Effect.Effect<ProverService, ProveError, Scope.Scope>
  readonly orchestrator: Effect.Effect<OrchestratorService>
}

const adaptersOf = (plan: Plan): Adapters => ({
  spool: built(Spool, NexusSpool.layer(spoolFile(plan), NexusSpool.defaultRetention, "receipt")),
  prover: proverOf(plan),
  orchestrator: clientOf(plan)
})

const coreChildren = (plan: Plan, core: Core, adapters: Adapters) => {
  const spool = new Slot<SpoolService>("spool")
  const prover = new Slot<ProverService>("prover")
  const orchestrator = plan.embedded === null ? [] : [embeddedChild(plan, plan.embedded)]
  const nexus = holder(
    core.fleet,
    Effect.gen(function* () {
      const client = yield* adapters.orchestrator
      const { maxConcurrent, nodes, spares } = core.roster
      return yield* FleetTree.make({
        nodes,
        spares,
        settings: { ...plan.settings, ...(maxConcurrent === null ? {} : { maxConcurrent }) }
      }).pipe(
        Effect.provideService(Orchestrator, client),
        Effect.provideServiceEffect(Prover, prover.get),
        Effect.provideServiceEffect(Spool, spool.get),
        Effect.provideService(MemoryBudget, plan.memory)
      )
    }),
    // A fleet that broke fails here, and is started again; one that has finished is the end of the program.
    (fleet) =>
      fleet.finished.pipe(
        Effect.flatMap((report) => Deferred.succeed(core.ended, report)),
        Effect.zipRight(Effect.never)
      )
  )
  return [holder(spool, adapters.spool), ...orchestrator, holder(prover, adapters.prover), nexus] as const
}

/**
 * Start everything; returns when the fleet has ended. `surface` makes the children that show and steer it. The scope
 * around it stops what is left, in reverse order.
 */
export const run = (
  plan: Plan,
  roster: Roster,
  surface: (core: Core) => ReadonlyArray<ChildSpec.ChildSpec<Supervisor.Services>>,
  adapters: Adapters = adaptersOf(plan)
): Effect.Effect<StopReport, StartFailed | IntensityReached, Supervisor.Services> =>
  Effect.gen(function* () {
    const core: Core = { fleet: new Slot("nexus"), roster, ended: yield* Deferred.make<StopReport>() }
    const shown = Supervisor.child("surface", { intensity: 10, period: "1 minute", children: surface(core) })
    const supervisor = yield* Supervisor.make(plan.program, {
      strategy: "rest_for_one",
      intensity: 5,
      period: "1 minute",
      children: [...coreChildren(plan, core, adapters), shown]
    })
    const gaveUp = Effect.zipRight(supervisor.await, Effect.never)
    return yield* Effect.raceFirst(Deferred.await(core.ended), gaveUp)
  }).pipe(Effect.scoped)

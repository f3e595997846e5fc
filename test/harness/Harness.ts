/**
 * The whole tree of a program in one import, with any part of its surroundings swapped.
 *
 * Time is the TestClock of `it.effect`, randomness is seeded, and every port has a fake that can be replaced one by one:
 * `batchFile(config, { spool: realSpoolLayer })` runs the same actors on real SQLite; `http` and `kernel` put the real
 * adapters over a transport or a kernel host of the test's choice. `program` runs the composition of src/ around them.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/TestClock"
import { RateLimited } from "../../actors/nexus/Errors.ts"
import * as FleetTree from "../../actors/nexus/FleetTree.ts"
import { MemoryBudget, type MemoryBudgetService } from "../../actors/nexus/MemoryBudget.ts"
import type { NodeEntry, NodeFleetService } from "../../actors/nexus/NodeFleet.ts"
import { Orchestrator } from "../../actors/nexus/Orchestrator.ts"
import * as ProofBudget from "../../actors/nexus/ProofBudget.ts"
import { Prover } from "../../actors/nexus/Prover.ts"
import { Spool } from "../../actors/nexus/Spool.ts"
import type { NodeId } from "../../actors/nexus/Task.ts"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import { SupervisionTree, type SupervisionTreeService } from "../../actors/runtime/SupervisionTree.ts"
import type { KernelHostService } from "../../kernels/KernelHost.ts"
import * as Stark from "../../kernels/Stark.ts"
import * as OrchestratorClient from "../../src/nexus/client/OrchestratorClient.ts"
import * as FleetProgram from "../../src/nexus/FleetProgram.ts"
import * as NativeProver from "../../src/nexus/prover/NativeProver.ts"
import * as Signing from "../../src/nexus/wire/Signing.ts"
import { FakeOrchestrator, node } from "./FakeOrchestrator.ts"
import { FakeProver } from "./FakeProver.ts"
import { MemorySpool } from "./MemorySpool.ts"
import { SimulatedClock, simulated } from "./SimulatedClock.ts"

export { FakeOrchestrator, node } from "./FakeOrchestrator.ts"
export { FakeProver } from "./FakeProver.ts"
export { MemorySpool } from "./MemorySpool.ts"

/** What may be swapped; the rest is a fake. Clock and Random are those of the calling effect. */
export interface Swaps {
  /** The real orchestrator client over this HTTP client, at this URL; instead of `orchestrator`. */
  readonly http?: { readonly client: Layer.Layer<HttpClient.HttpClient>; readonly url: string }
  /** The native prover of our own guest over this kernel host (or pool) with so many slots; instead of `prover`. */
  readonly kernel?: { readonly host: KernelHostService; readonly slots: number }
  readonly orchestrator?: FakeOrchestrator | Layer.Layer<Orchestrator, unknown>
  readonly prover?: FakeProver | Layer.Layer<Prover, unknown>
  readonly spool?: MemorySpool | Layer.Layer<Spool, unknown>
  readonly memory?: MemoryBudgetService
}

/** The program, and its fakes where they were not swapped for something else. */
export interface BatchFile {
  readonly fleet: NodeFleetService
  readonly tree: SupervisionTreeService
  readonly orchestrator: FakeOrchestrator
  readonly prover: FakeProver
  readonly spool: MemorySpool
}

const lots = 2 ** 40

const realClient = ({ client, url }: NonNullable<Swaps["http"]>): Layer.Layer<Orchestrator> =>
  Layer.effect(
    Orchestrator,
    OrchestratorClient.make({
      environment: { url, local: true },
      key: Signing.fromSeed(Redacted.make(new Uint8Array(32).fill(7))),
      version: "test",
      buildTimestamp: 0
    })
  ).pipe(Layer.provide(client))

const nativeProver = ({ host, slots }: NonNullable<Swaps["kernel"]>) => {
  const stark = Stark.fromHost(host)
  return NativeProver.prover(stark, stark.ownGuest, { slots })
}

/** Runs batch-file's tree until the scope closes. */
export const batchFile = (
  config: FleetTree.FleetConfig,
  swaps: Swaps = {}
): Effect.Effect<BatchFile, never, Scope.Scope> =>
  Effect.gen(function* () {
    const orchestrator = swaps.orchestrator instanceof FakeOrchestrator ? swaps.orchestrator : new FakeOrchestrator()
    const prover = swaps.prover instanceof FakeProver ? swaps.prover : new FakeProver()
    const spool = swaps.spool instanceof MemorySpool ? swaps.spool : new MemorySpool()
    const ports = Layer.mergeAll(
      swaps.http !== undefined
        ? realClient(swaps.http)
        : Layer.isLayer(swaps.orchestrator)
          ? (swaps.orchestrator as Layer.Layer<Orchestrator, unknown>)
          : Layer.succeed(Orchestrator, orchestrator.service),
      swaps.kernel !== undefined
        ? Layer.succeed(Prover, nativeProver(swaps.kernel))
        : Layer.isLayer(swaps.prover)
          ? (swaps.prover as Layer.Layer<Prover, unknown>)
          : Layer.succeed(Prover, prover.service),
      Layer.isLayer(swaps.spool) ? (swaps.spool as Layer.Layer<Spool, unknown>) : Layer.succeed(Spool, spool.service),
      Layer.succeed(MemoryBudget, swaps.memory ?? ProofBudget.make(lots))
    )
    const context = yield* Effect.orDie(Layer.build(Layer.merge(ports, ActorSystem.layer)))
    const [fleet, tree] = yield* Effect.orDie(
      Effect.provide(Effect.all([FleetTree.make(config), SupervisionTree]), context)
    )
    return { fleet, tree, orchestrator, prover, spool }
  })

/** The program's own tree, spool and prover children and all, around the fakes; returns when the fleet has ended. */
export const program = (
  settings: FleetProgram.Plan["settings"],
  nodes: ReadonlyArray<NodeEntry>,
  swaps: Partial<FleetProgram.Adapters> = {}
) =>
  FleetProgram.run(
    {
      program: "batch-file",
      home: "nowhere",
      environment: { name: "local", display: "Local", url: "http://127.0.0.1:1", local: true },
      embedded: null,
      key: Signing.fromSeed(Redacted.make(new Uint8Array(32).fill(7))),
      country: null,
      officialProver: null,
      guest: null,
      slots: 1,
      memory: ProofBudget.make(lots),
      settings
    },
    { nodes, spares: [], maxConcurrent: null },
    () => [],
    {
      spool: Effect.sync(() => new MemorySpool().service),
      prover: Effect.sync(() => new FakeProver().service),
      orchestrator: Effect.sync(() => new FakeOrchestrator().service),
      ...swaps
    }
  ).pipe(Effect.provide(ActorSystem.layer))

/** Node list entries 1 to n. */
export const entries = (count: number, from = 1): ReadonlyArray<NodeEntry> =>
  Array.from({ length: count }, (_, i) => ({ id: node(from + i), label: null, account: null }))

export const entry = (id: number, more: Partial<Omit<NodeEntry, "id">> = {}): NodeEntry => ({
  id: node(id),
  label: null,
  account: null,
  ...more
})

/** Seeds everything random below. */
export const seeded = (seed: number) => Effect.withRandom(Random.make(seed))

/**
 * Seeds everything random below and runs it on a simulated clock: like TestClock, but without its 10 ms per wait. For
 * effects that wait for nothing but the clock.
 */
export const onPaper =
  (seed: number) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    seeded(seed)(simulated(() => effect))

/** Lets time pass in steps, so that what one moment starts is under way before the next. */
export const pass = (millis: number, step = millis): Effect.Effect<void> =>
  Effect.clockWith((clock) =>
    Effect.gen(function* () {
      const adjust = (by: number) => (clock instanceof SimulatedClock ? clock.pass(by) : TestClock.adjust(by))
      if (millis === 0) yield* adjust(0)
      for (let gone = 0; gone < millis; gone += step) yield* adjust(Math.min(step, millis - gone))
    })
  )

/** Lets whatever was started come to rest without letting time pass. */
export const settle: Effect.Effect<void> = Effect.gen(function* () {
  for (let i = 0; i < 5; i++) yield* pass(0)
})

/** The row of a node. */
export const row = (fleet: NodeFleetService, id: NodeId | number) =>
  Effect.map(fleet.status, ({ nodes }) => {
    const found = nodes.find((status) => status.id === String(id))
    if (found === undefined) throw new Error(`no node ${id} on the board`)
    return found
  })

/** The state of every node. */
export const states = (fleet: NodeFleetService) =>
  Effect.map(fleet.status, ({ nodes }) => Object.fromEntries(nodes.map(({ id, state }) => [id, state._tag])))

/** Submissions are rate limited for ever. */
export const neverAccepting = () =>
  new FakeOrchestrator({
    script: ({ operation }) =>
      operation === "submit"
        ? new RateLimited({ operation: "submit proof", retryAfterMillis: 600_000, detail: "" })
        : null
  })

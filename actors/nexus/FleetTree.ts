/**
 * The fleet as a supervision tree.
 *
 * ```
 * fleet (one_for_one)
 * |- foreman            commands, spares, the end
 * |- lookout            tells the foreman which nodes their supervisor has given up
 * |- nodes (dynamic)    one actor per node, each with a restart budget of its own
 * ```
 *
 * State that must outlive any of them is in `FleetCore` and in the spool, so each can be restarted alone.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Actor from "../runtime/Actor.ts"
import * as Alarm from "../runtime/Alarm.ts"
import * as ChildSpec from "../runtime/ChildSpec.ts"
import { ActorStopped, AskTimeout, MailboxFull, type StartFailed } from "../runtime/Errors.ts"
import * as SupervisionTree from "../runtime/SupervisionTree.ts"
import * as Supervisor from "../runtime/Supervisor.ts"
import type { ReceiptsStayLocal, SpoolFailed } from "./Errors.ts"
import { FleetBoard } from "./FleetBoard.ts"
import { FleetCore, type FleetSettings, type Member } from "./FleetCore.ts"
import * as Foreman from "./Foreman.ts"
import { MemoryBudget } from "./MemoryBudget.ts"
import * as NodeActor from "./NodeActor.ts"
import type { NodeEntry, NodeFleetService, StopReport } from "./NodeFleet.ts"
import { Orchestrator } from "./Orchestrator.ts"
import { Prover } from "./Prover.ts"
import * as ProverPool from "./ProverPool.ts"
import { Spool } from "./Spool.ts"
import * as Submission from "./Submission.ts"
import type { NodeId } from "./Task.ts"

export interface FleetConfig {
  readonly nodes: ReadonlyArray<NodeEntry>
  /** Take the place of quarantined nodes, in this order. */
  readonly spares?: ReadonlyArray<NodeEntry>
  readonly settings?: Partial<FleetSettings>
}

const defaultSettings: FleetSettings = {
  proofIntervalMillis: 1_000,
  workersPerNode: 1,
  maxDifficulty: null,
  maxConcurrent: 10,
  startDelayMillis: 500,
  budget: { fetchesPerMinute: 60, submitsPerMinute: 100 },
  maxTasks: null,
  endsWithLastNode: false
}

type Ports = Orchestrator | Prover | Spool | MemoryBudget
type Failure = StartFailed | ReceiptsStayLocal | SpoolFailed

const statusInterval = Duration.millis(100)

export const make = (
  config: FleetConfig
): Effect.Effect<NodeFleetService, Failure, Ports | Supervisor.Services | Scope.Scope> =>
  Effect.gen(function* () {
    const orchestrator = yield* Orchestrator
    const prover = yield* Prover
    const spool = yield* Spool
    const memory = yield* MemoryBudget
    const tree = yield* SupervisionTree.SupervisionTree
    const alarm = yield* Alarm.Alarm
    yield* Submission.check(orchestrator, prover)
    const board = yield* FleetBoard.make(alarm.unsafeNow)
    const pool = yield* ProverPool.make(prover, memory)
    const settings = { ...defaultSettings, ...config.settings }
    const core = new FleetCore(settings, { orchestrator, spool, pool, memory, board })
    core.spares = config.spares ?? []
    for (const entry of config.nodes) core.admit(entry, false, false)
    // Nodes of an earlier list that still have a task: they finish it and go.
    for (const id of yield* spool.openNodes) {
      if (!core.members.has(id)) core.admit({ id, label: null, account: null }, false, true)
    }
    const finished = yield* Deferred.make<StopReport>()
    const family = kin(core, tree, finished)
    const lookout = ChildSpec.make({
      id: "lookout",
      start: Effect.succeed(
        watch(tree, (node, reason) => Actor.tell(family.foreman.ref, { _tag: "Quarantined", node, reason }), core)
      )
    })
    const supervisor = yield* Supervisor.make("fleet", {
      intensity: 5,
      period: "1 minute",
      children: [family.foreman, lookout, family.nodes]
    })
    // Only a bug ends the supervisor by itself; then waiting for the end must not wait for ever.
    yield* supervisor.await.pipe(
      Effect.catchAll((error) => Deferred.die(finished, error)),
      Effect.forkScoped
    )
    return service(core, family.foreman.ref, finished)
  })

/** Foreman and nodes, who know each other. */
const kin = (
  core: FleetCore,
  tree: SupervisionTree.SupervisionTreeService,
  finished: Deferred.Deferred<StopReport>
) => {
  let handle: Foreman.Nodes | null = null
  const foreman = Foreman.child({
    core,
    finished,
    givenUp: (node) =>
      Effect.map(
        tree.get(`${handle?.path}/${node}`),
        Option.exists(({ state }) => state === "quarantined")
      ),
    nodes: () => {
      if (handle === null) throw new Error("the foreman was asked before the supervisor of the nodes had started")
      return handle
    }
  })
  const nodes = Supervisor.dynamicChild("nodes", {
    restart: "transient",
    template: (member: Member) => {
      const spec = NodeActor.child(core, member.control)
      member.ref = spec.ref
      return spec
    },
    // Read at every start of the supervisor: nodes that came since the first start come back as well.
    initial: { [Symbol.iterator]: () => core.working().values() },
    onStart: (started) =>
      Effect.sync(() => {
        handle = started
      })
  })
  return { foreman, nodes }
}

/** Reports of the supervisor about nodes that it will not restart. */
const watch = (
  tree: SupervisionTree.SupervisionTreeService,
  quarantined: (node: NodeId, reason: string) => Effect.Effect<void>,
  core: FleetCore
): Effect.Effect<void> =>
  Stream.runForEach(tree.events, ({ _tag, offender, reason, supervisor }) => {
    const node = core.find(offender)?.control.node
    return _tag === "quarantined" && supervisor.endsWith("/fleet/nodes") && node !== undefined
      ? quarantined(node, reason)
      : Effect.void
  })

const service = (
  core: FleetCore,
  foreman: Actor.ActorRef<Foreman.Command>,
  finished: Deferred.Deferred<StopReport>
): NodeFleetService => {
  const ask = <A, E = never>(message: (reply: Actor.Reply<A, E>) => Foreman.Command): Effect.Effect<A, E> =>
    Actor.ask(foreman, message, { timeout: "infinity" }).pipe(
      // The foreman lives as long as the service, so only a bug can leave a question without an answer.
      Effect.catchAll((error) =>
        error instanceof AskTimeout || error instanceof ActorStopped || error instanceof MailboxFull
          ? Effect.die(error)
          : Effect.fail(error)
      )
    )
  const pictures = Stream.unwrapScoped(
    Effect.map(core.board.touches, (touches) =>
      Stream.concat(
        Stream.fromEffect(core.status),
        Stream.mapEffect(touches, () => Effect.andThen(Effect.sleep(statusInterval), core.status))
      )
    )
  )
  return {
    status: core.status,
    changes: pictures,
    events: core.board.events,
    pause: (node) => ask((reply) => ({ _tag: "Pause", node, reply })),
    resume: (node) => ask((reply) => ({ _tag: "Resume", node, reply })),
    restart: (node) => ask((reply) => ({ _tag: "Restart", node, reply })),
    setConcurrency: (limit) => ask((reply) => ({ _tag: "SetConcurrency", limit, reply })),
    reload: (nodes, spares) => ask((reply) => ({ _tag: "Reload", nodes, spares: spares ?? null, reply })),
    drain: ask((reply) => ({ _tag: "Drain", reply })),
    stop: (deadline) =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const at = now + Duration.toMillis(deadline)
        yield* ask<void>((reply) => ({ _tag: "Stop", deadline: at, reply }))
        return yield* Deferred.await(finished)
      }),
    finished: Deferred.await(finished)
  }
}

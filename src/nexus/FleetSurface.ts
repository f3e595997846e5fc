/**
 * What shows and steers a running fleet: the children of the tree's `surface`.
 *
 * Signals, keys of the table and the control socket all end in the same requests to the steward, so there is one way in
 * which a program is stopped or reloaded. Readers only read: losing one of them costs no work.
 */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { NodeFleetService } from "../../actors/nexus/NodeFleet.ts"
import type { NodeId } from "../../actors/nexus/Task.ts"
import * as ChildSpec from "../../actors/runtime/ChildSpec.ts"
import { SupervisionTree, type SupervisionTreeService } from "../../actors/runtime/SupervisionTree.ts"
import type { Language } from "../../config/Setting.ts"
import * as Signals from "../cli/Signals.ts"
import { version } from "../cli/Version.ts"
import * as Lines from "../console/Lines.ts"
import type { About, ProgramStatus } from "../control/Api.ts"
import { ControlRefused, UnknownNode } from "../control/Api.ts"
import type { ControlledService } from "../control/Controlled.ts"
import { Controlled } from "../control/Controlled.ts"
import { rowsOf } from "../control/TreeRows.ts"
import type { Entry, Sink } from "../telemetry/Log.ts"
import * as ProcessMemory from "../telemetry/ProcessMemory.ts"
import type { Core, Roster } from "./FleetProgram.ts"
import type { Lists } from "./Lists.ts"

export interface Options {
  readonly program: string
  /** Folder of control sockets. */
  readonly run: string
  readonly language: Language
  /** Milliseconds that work in progress may take after a stop. */
  readonly deadlineMillis: number
  /** True: own the terminal. */
  readonly table: boolean
  readonly sink: Sink
  /** Where node lists come from; null for a fleet without one. */
  readonly lists: Lists | null
}

type Request = Signals.Request

/** How often the totals are written as a line, when there is no table. */
const summaryEvery = "1 minute"

const base = (program: string) => `/${program}/nexus/fleet/nodes`

const controlled = (
  options: Options,
  roster: Roster,
  fleet: NodeFleetService,
  requests: Queue.Enqueue<Request>,
  reload: ControlledService["reload"],
  tree: SupervisionTreeService
): ControlledService => {
  const startedAt = Date.now() - Math.round(performance.now())
  const about: About = { program: options.program, pid: process.pid, version, startedAt }
  const memory = ProcessMemory.reader()
  const picture = (status: NonNullable<ProgramStatus["fleet"]>): ProgramStatus => ({
    about,
    at: status.at,
    memory: memory(),
    fleet: status,
    pool: null,
    miner: null
  })
  const withNode = (text: string, use: (node: NodeId) => Effect.Effect<void, { readonly message: string }>) =>
    Effect.gen(function* () {
      const { nodes } = yield* fleet.status
      const found = nodes.find((node) => node.id === text) ?? nodes.find((node) => node.label === text)
      if (found === undefined) return yield* new UnknownNode({ node: text })
      yield* Effect.mapError(use(found.id), () => new UnknownNode({ node: text }))
    })
  return {
    about,
    status: Effect.map(fleet.status, picture),
    changes: Stream.map(fleet.changes, picture),
    pause: (node) => withNode(node, fleet.pause),
    resume: (node) => withNode(node, fleet.resume),
    restart: (node) => withNode(node, fleet.restart),
    setConcurrency: (limit) =>
      Effect.suspend(() => {
        roster.maxConcurrent = limit
        return fleet.setConcurrency(limit)
      }),
    reload,
    stop: Effect.asVoid(Queue.offer(requests, "stop")),
    tree: Effect.map(tree.snapshot, rowsOf)
  }
}

/** Read the lists again; trouble with a file keeps the old ones. */
const reloadOf = (options: Options, core: Core, fleet: NodeFleetService): ControlledService["reload"] => {
  const { lists } = options
  if (lists === null) return Effect.fail(new ControlRefused({ detail: `${options.program} has no node list to read` }))
  return lists.load.pipe(
    Effect.mapError((error) => new ControlRefused({ detail: `the old node list is kept: ${error.message}` })),
    Effect.tap(({ nodes, spares }) =>
      Effect.sync(() => {
        core.roster.nodes = nodes
        core.roster.spares = spares
      })
    ),
    Effect.flatMap(({ nodes, spares }) => fleet.reload(nodes, spares))
  )
}

/** What the children of the surface share: the fleet of the present incarnation, and the one queue of requests. */
interface Surface {
  readonly options: Options
  readonly requests: Queue.Queue<Request>
  readonly fleet: Effect.Effect<NodeFleetService>
  readonly reload: ControlledService["reload"]
  readonly program: Effect.Effect<ControlledService, never, SupervisionTree>
}

/** Carries out requests, the second while the first is still at it: asking twice hurries. */
const steward = ({ fleet, options, reload, requests }: Surface) => {
  let stops = 0
  const stop = (hurry: boolean) => {
    stops += 1
    const millis = hurry || stops > 1 ? 0 : options.deadlineMillis
    const words = millis === 0 ? "stopping now" : `stopping; work in hand has ${millis / 1000} s`
    return Effect.logInfo(words).pipe(
      Effect.zipRight(fleet),
      Effect.flatMap((present) => present.stop(millis))
    )
  }
  const read = Effect.catchAll(reload, (error) => Effect.logWarning(error.message))
  const obey = (request: Request): Effect.Effect<unknown> => (request === "reload" ? read : stop(request === "hurry"))
  return ChildSpec.make({
    id: "steward",
    start: Effect.acquireRelease(
      Effect.sync(() => Signals.take(({ request }) => void requests.unsafeOffer(request))),
      (release) => Effect.sync(release)
    ).pipe(Effect.as(Stream.runDrain(Stream.mapEffect(Stream.fromQueue(requests), obey, { concurrency: "unbounded" }))))
  })
}

/** Events as lines, and without a table the totals now and then. */
const log = ({ fleet, options, program }: Surface) => {
  const write = (entry: Entry) => Effect.sync(() => options.sink.write(entry))
  return ChildSpec.make({
    id: "log",
    start: Effect.gen(function* () {
      const events = yield* (yield* fleet).events
      const { status } = yield* program
      const lines = Stream.map(events, (event) => Lines.entryOf(event, base(options.program)))
      const summaries = Stream.mapEffect(Stream.fromSchedule(Schedule.spaced(summaryEvery)), () =>
        Effect.map(status, Lines.summary)
      )
      return Stream.runForEach(Stream.merge(lines, summaries), write)
    })
  })
}

const control = ({ options, program }: Surface) =>
  ChildSpec.make({
    id: "control",
    start: Effect.gen(function* () {
      const { start } = yield* Effect.promise(() => import("../control/Server.ts"))
      return yield* start(options.run).pipe(Effect.provideServiceEffect(Controlled, program))
    })
  })

const table = ({ fleet, options, program }: Surface) =>
  ChildSpec.make({
    id: "table",
    start: Effect.gen(function* () {
      const { start } = yield* Effect.promise(() => import("../console/LiveTable.ts"))
      const events = yield* (yield* fleet).events
      const { changes, stop } = yield* program
      return yield* start({
        stdin: process.stdin,
        stdout: process.stdout,
        language: options.language,
        colour: !process.env["NO_COLOR"],
        changes,
        activity: Stream.map(Stream.filter(events, Lines.isNotable), (event) =>
          Lines.happeningOf(event, options.language)
        ),
        stop
      })
    })
  })

/** Follows the files; a change is a reload like any other. */
const follower = (lists: Lists, requests: Queue.Enqueue<Request>) =>
  ChildSpec.make({
    id: "node-list",
    start: Effect.succeed(Stream.runForEach(lists.changes, () => Queue.offer(requests, "reload")))
  })

/** The children, for `FleetProgram.run`. */
export const children = (
  options: Options,
  requests: Queue.Queue<Request>
): ((core: Core) => ReadonlyArray<ChildSpec.ChildSpec<SupervisionTree>>) => {
  return (core) => {
    const fleet = core.fleet.get
    const reload = Effect.flatMap(fleet, (present) => reloadOf(options, core, present))
    const program = Effect.gen(function* () {
      return controlled(options, core.roster, yield* fleet, requests, reload, yield* SupervisionTree)
    })
    const surface: Surface = { options, requests, fleet, reload, program }
    return [
      steward(surface),
      control(surface),
      ...(options.lists === null ? [] : [follower(options.lists, requests)]),
      log(surface),
      ...(options.table ? [table(surface)] : [])
    ]
  }
}

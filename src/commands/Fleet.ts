/**
 * What `batch-file` and `start` share: from resolved settings to a plan, and running it until it has ended.
 *
 * Everything that can be wrong is looked at before the first child starts, in the order in which an operator can mend
 * it: settings, environment, prover, data folder, account, network. Each is one line and an exit code.
 */
import { existsSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import type { FleetSettings } from "../../actors/nexus/FleetCore.ts"
import type { NodeEntry, StopReport } from "../../actors/nexus/NodeFleet.ts"
import * as ProofBudget from "../../actors/nexus/ProofBudget.ts"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import type { Language, Values } from "../../config/Setting.ts"
import type { batchFile, common, start } from "../../config/Settings.ts"
import { HostMissing } from "../../kernels/Errors.ts"
import { hostExecutable } from "../../kernels/Paths.ts"
import type { Failure } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import type * as Signals from "../cli/Signals.ts"
import { version } from "../cli/Version.ts"
import { counted } from "../console/Format.ts"
import { isScreen } from "../console/Terminal.ts"
import * as Environment from "../nexus/client/Environment.ts"
import * as NexusHome from "../nexus/client/NexusHome.ts"
import * as Preflight from "../nexus/client/Preflight.ts"
import * as FleetProgram from "../nexus/FleetProgram.ts"
import * as FleetSurface from "../nexus/FleetSurface.ts"
import type { Lists } from "../nexus/Lists.ts"
import * as MemoryLimit from "../nexus/MemoryLimit.ts"
import * as Accounts from "../nexus/orchestrator/Accounts.ts"
import * as Faults from "../nexus/orchestrator/Faults.ts"
import * as Limits from "../nexus/orchestrator/Limits.ts"
import * as Embedded from "../nexus/orchestrator/Settings.ts"
import * as GuestStore from "../nexus/prover/GuestStore.ts"
import * as OfficialProgram from "../nexus/prover/OfficialProgram.ts"
import * as Log from "../telemetry/Log.ts"

/** The settings that both programs have. */
export type Shared = Values<Pick<typeof start, keyof typeof start & keyof typeof batchFile> & typeof common>

export interface Setup {
  readonly program: "batch-file" | "start"
  readonly values: Shared
  readonly origins: ReadonlyMap<string, string>
  readonly language: Language
}

export const environmentOf = (
  values: Pick<Shared, "env" | "orchestratorUrl">,
  origins: ReadonlyMap<string, string>
) => {
  const source = (name: string) => origins.get(name) ?? `--${name}`
  return values.orchestratorUrl === null
    ? Environment.parse(values.env, source("env"))
    : Environment.parse(values.orchestratorUrl, source("orchestrator-url"))
}

/** The account folder of an environment: ~/.nexus, or one in the data folder for a local environment. */
export const nexusHome = (environment: Environment.Environment, home: string) =>
  Effect.gen(function* () {
    const places = { home: environment.local ? home : DataFolder.userHome(process.env), data: home }
    const folder = NexusHome.folderOf(environment, places, yield* Path.Path)
    return yield* NexusHome.make(folder)
  }).pipe(Effect.provide(Layer.merge(NodeFileSystem.layer, NodePath.layer)))

/** Path of the official program, or null for our own kernel with a guest (null: our own); whatever it is, it is there. */
const proverOf = (
  environment: Environment.Environment,
  home: string,
  { officialProver: configured, prover }: Pick<Shared, "officialProver" | "prover">
): Effect.Effect<Pick<FleetProgram.Plan, "officialProver" | "guest">, Failure> =>
  Effect.gen(function* () {
    if (!environment.local && (prover === "official" || configured !== null)) {
      return { officialProver: yield* OfficialProgram.find(configured === null ? {} : { configured }), guest: null }
    }
    if (!existsSync(hostExecutable)) {
      return yield* new HostMissing({ path: hostExecutable, detail: "no such file" })
    }
    return { officialProver: null, guest: environment.local ? null : yield* GuestStore.load(home) }
  })

const embeddedOf = (home: string, values: Shared, nodes: ReadonlyArray<NodeEntry>) =>
  Effect.gen(function* () {
    return {
      ...Embedded.defaults,
      file: join(home, "orchestrator", "books.sqlite"),
      port: values.orchestratorPort,
      limits: yield* Limits.parse(values.limits),
      faults: yield* Faults.parse(values.faults),
      legacyReplies: values.legacyReplies,
      groups: Accounts.groupsOf(nodes),
      version
    }
  })

/** Ready to run: the data folder is ours until the scope closes. */
const prepare = (
  setup: Setup,
  nodes: (home: string, environment: Environment.Environment) => Effect.Effect<ReadonlyArray<NodeEntry>, Failure>,
  settings: Partial<FleetSettings>
): Effect.Effect<
  { readonly plan: FleetProgram.Plan; readonly nodes: ReadonlyArray<NodeEntry> },
  Failure,
  Scope.Scope
> =>
  Effect.gen(function* () {
    const { origins, program, values } = setup
    const chosen = yield* environmentOf(values, origins)
    const environment =
      chosen.name === "local" ? { ...chosen, url: `http://127.0.0.1:${values.orchestratorPort}` } : chosen
    const home = DataFolder.locate(values.data, process.env)
    const entries = yield* nodes(home, environment)
    const { guest, officialProver } = yield* proverOf(environment, home, values)
    const embedded = environment.name === "local" ? yield* embeddedOf(home, values, entries) : null
    yield* DataFolder.own(yield* DataFolder.prepare(home, "nexus"), program)
    const account = yield* nexusHome(environment, home)
    const key = yield* account.signingKey
    const report = environment.local ? null : yield* Effect.provide(Preflight.check(), FetchHttpClient.layer)
    for (const notice of report?.notices ?? []) yield* Effect.logWarning(notice)
    const limit = values.memoryLimit ?? MemoryLimit.byDefault()
    const memory = ProofBudget.make(limit)
    yield* memory.reserve("pitboss", Math.min(MemoryLimit.ownBytes, limit / 2), "the supervisor itself")
    const plan: FleetProgram.Plan = {
      program,
      home,
      environment,
      embedded,
      key,
      country: report?.country ?? null,
      officialProver,
      guest,
      slots: values.maxThreads ?? availableParallelism(),
      memory,
      settings: { ...settings, maxDifficulty: values.maxDifficulty, maxTasks: values.maxTasks }
    }
    return { plan, nodes: entries }
  })

/** The table owns the screen on a terminal; everywhere else, and on demand, lines do. */
const hasTable = (values: Shared) => !values.headless && values.logFormat === "text" && isScreen(process, process.env)

/** Where log lines go: standard output, or a file while the table is on the screen. */
const sinkOf = (home: string, program: string, values: Shared): Log.Sink => {
  const least = values.verbose ? "debug" : "info"
  return hasTable(values)
    ? Log.file(join(home, "run", `${program}.log`), values.logFormat, least)
    : Log.stream(process.stdout, Log.lines(values.logFormat), least)
}

const told = (report: StopReport): string => {
  const kept = report.unproven.length + report.unsubmitted.length
  if (kept === 0) return "stopped; no task is left in hand"
  const tasks = kept === 1 ? "1 task is" : `${kept} tasks are`
  return `stopped; ${tasks} kept in the spool until the next start (${report.unsubmitted.length} proved)`
}

/** From settings to the end of the program, and what it left behind. */
export const launch = (
  setup: Setup,
  fleet: {
    readonly nodes: (
      home: string,
      environment: Environment.Environment
    ) => Effect.Effect<ReadonlyArray<NodeEntry>, Failure>
    readonly spares: ReadonlyArray<NodeEntry>
    readonly lists: Lists | null
    readonly settings: Partial<FleetSettings>
  }
): Effect.Effect<StopReport, Failure> => {
  const { values } = setup
  const home = DataFolder.locate(values.data, process.env)
  const sink = sinkOf(home, setup.program, values)
  return Effect.gen(function* () {
    const { nodes, plan } = yield* prepare(setup, fleet.nodes, fleet.settings)
    const requests = yield* Queue.unbounded<Signals.Request>()
    const options: FleetSurface.Options = {
      program: setup.program,
      run: join(home, "run"),
      language: setup.language,
      deadlineMillis: values.shutdownDeadline * 1000,
      table: hasTable(values),
      sink,
      lists: fleet.lists
    }
    yield* Effect.logInfo(
      `${setup.program} ${version}: ${counted(nodes.length, "node")}, ${plan.environment.url}, ${counted(plan.slots, "proof")} at a time`
    )
    const report = yield* FleetProgram.run(
      plan,
      { nodes, spares: fleet.spares, maxConcurrent: plan.settings.maxConcurrent ?? null },
      FleetSurface.children(options, requests)
    )
    yield* Effect.logInfo(told(report))
    if (options.table) process.stdout.write(`${told(report)}\n`)
    return report
  }).pipe(
    Effect.scoped,
    Effect.provide(ActorSystem.layer),
    Effect.provide(Log.layer(sink, values.verbose ? "debug" : "info"))
  )
}

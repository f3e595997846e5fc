/**
 * `pitboss orchestrator`: the orchestrator of our own as a program, for local fleets on their own and for tests.
 */
import { join } from "node:path"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import * as ChildSpec from "../../actors/runtime/ChildSpec.ts"
import * as Supervisor from "../../actors/runtime/Supervisor.ts"
import type { common, orchestrator } from "../../config/Settings.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import { version } from "../cli/Version.ts"
import { Controlled } from "../control/Controlled.ts"
import * as ControlServer from "../control/Server.ts"
import * as WithoutNodes from "../control/WithoutNodes.ts"
import * as NodeList from "../nexus/client/NodeList.ts"
import * as Accounts from "../nexus/orchestrator/Accounts.ts"
import * as EmbeddedOrchestrator from "../nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Faults from "../nexus/orchestrator/Faults.ts"
import * as Limits from "../nexus/orchestrator/Limits.ts"
import type { Settings } from "../nexus/orchestrator/Settings.ts"
import * as Embedded from "../nexus/orchestrator/Settings.ts"
import * as NativeProver from "../nexus/prover/NativeProver.ts"
import * as Log from "../telemetry/Log.ts"

const settingsOf = (home: string, values: Invocation<typeof orchestrator & typeof common>["values"]) =>
  Effect.gen(function* () {
    const groups =
      values.file === null
        ? new Map<string, string>()
        : Accounts.groupsOf((yield* NodeList.load(values.file, { skipInvalid: false })).entries)
    const settings: Settings = {
      ...Embedded.defaults,
      host: values.host,
      port: values.port,
      file: join(home, "orchestrator", "books.sqlite"),
      limits: yield* Limits.parse(values.limits),
      faults: yield* Faults.parse(values.faults),
      legacyReplies: values.legacyReplies,
      groups,
      version
    }
    return settings
  }).pipe(Effect.provide(NodeFileSystem.layer))

export const run = (invocation: Invocation<typeof orchestrator & typeof common>): Effect.Effect<void, Failure> => {
  const { values } = invocation
  const least = values.verbose ? "debug" : "info"
  return Effect.gen(function* () {
    const home = DataFolder.locate(values.data, process.env)
    const settings = yield* settingsOf(home, values)
    yield* DataFolder.own(yield* DataFolder.prepare(home, "orchestrator"), "orchestrator")
    const ended = yield* Deferred.make<void>()
    const stop = Effect.asVoid(Deferred.succeed(ended, undefined))
    const program = yield* WithoutNodes.make({
      name: "orchestrator",
      refusal: "an orchestrator runs no nodes of its own",
      stop
    })
    const supervisor = yield* Supervisor.make("orchestrator", {
      intensity: 5,
      period: "1 minute",
      children: [
        ChildSpec.make({ id: "listener", start: EmbeddedOrchestrator.child(settings) }),
        ChildSpec.make({
          id: "control",
          start: Effect.provideService(ControlServer.start(join(home, "run")), Controlled, program)
        })
      ]
    })
    yield* Effect.raceFirst(supervisor.await, Deferred.await(ended))
  }).pipe(
    Effect.scoped,
    Effect.provide(NativeProver.verifierLayer({ slots: 1, guest: null })),
    Effect.provide(ActorSystem.layer),
    Effect.provide(Log.layer(Log.stream(process.stdout, Log.lines(values.logFormat), least), least))
  )
}

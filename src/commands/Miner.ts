/**
 * `pitboss miner`: from resolved settings to a plan, and running it until it is stopped.
 *
 * Everything that can be wrong is looked at before anything starts: addresses, account, token, TLS files, the kernel host.
 * A pool that cannot be reached is no error: the miner waits for it.
 */
import { existsSync } from "node:fs"
import { availableParallelism, hostname } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { NonceSearch } from "../../actors/miner/NonceSearch.ts"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import type { miner } from "../../config/MinerSettings.ts"
import type { Values } from "../../config/Setting.ts"
import type { common } from "../../config/Settings.ts"
import { HostMissing } from "../../kernels/Errors.ts"
import * as Native from "../../kernels/NockPowNative.ts"
import { hostExecutable } from "../../kernels/Paths.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import { SettingError, UsageError } from "../cli/Errors.ts"
import * as Signals from "../cli/Signals.ts"
import { version } from "../cli/Version.ts"
import { counted, hashrate } from "../console/Format.ts"
import * as MinerScreen from "../console/MinerScreen.ts"
import { isScreen } from "../console/Terminal.ts"
import * as Endpoint from "../miner/Endpoint.ts"
import * as GrpcLink from "../miner/GrpcLink.ts"
import * as MinerProgram from "../miner/MinerProgram.ts"
import * as PoolLines from "../pool/program/Lines.ts"
import * as Secrets from "../pool/program/Secrets.ts"
import * as Log from "../telemetry/Log.ts"
import * as Keys from "../wallet/KeyFile.ts"
import { payAddress } from "./PayAddress.ts"
import { print } from "./Steer.ts"

type Given = Values<typeof miner & typeof common>
type Origins = ReadonlyMap<string, string>

const placeOf = (origins: Origins, name: string) => origins.get(name) ?? `--${name}`

/** The argument goes before the setting. */
const addressesOf = ([typed]: ReadonlyArray<string>, { poolAddress }: Given, origins: Origins) => {
  const parsed = Endpoint.parseList(typed ?? poolAddress ?? "127.0.0.1")
  if ("list" in parsed) return Effect.succeed(parsed.list.map(Endpoint.format))
  const problem = `"${parsed.wrong}" is no address of a pool`
  const advice = "write HOST or HOST:PORT, several with commas between them; the port is 7777 unless it is given"
  return typed === undefined
    ? Effect.fail(new SettingError({ source: placeOf(origins, "pool-address"), problem: `${problem}; ${advice}` }))
    : Effect.fail(new UsageError({ problem, advice }))
}

const threadsOf = ({ threads }: Given) => threads ?? Math.max(1, availableParallelism() - 1)

/** What the pool takes as a name of a machine. */
const hostLabel = () =>
  hostname()
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 64) || "miner"

/** Who is paid: the address that was given, else the wallet of the data folder, else the worker by its name. */
const accountOf = ({ pubkey }: Given, origins: Origins, home: string, worker: string) =>
  Effect.gen(function* () {
    if (pubkey !== null) return yield* payAddress(yield* Native.load, pubkey, placeOf(origins, "pubkey"))
    const key = yield* Keys.find(home)
    if (key !== null) {
      yield* Effect.logInfo(`the pool pays ${key.address}, the wallet in ${home}`)
      return key.address
    }
    const name = worker.replace(/[^\x21-\x7e]/g, "-").replaceAll(".", "-")
    yield* Effect.logWarning(
      `no --pubkey and no wallet: shares are credited to the name "${name}", which cannot be paid; pitboss wallet keygen makes an address`
    )
    return name
  })

const tlsOf = ({ tlsCa, tlsCert, tlsKey }: Given, addresses: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    if ((tlsCert === null) !== (tlsKey === null)) {
      return yield* new SettingError({ source: "TLS", problem: "--tls-cert and --tls-key go together" })
    }
    const ca = tlsCa === null ? null : yield* Secrets.authorities(tlsCa)
    const pair = tlsCert === null || tlsKey === null ? null : yield* Secrets.pair(tlsCert, tlsKey)
    // Who names certificates means TLS: a forgotten word must not send the token in plain text.
    if ((ca ?? pair) !== null && !addresses.some((address) => address.startsWith("https://"))) {
      const problem = `no pool is given as https://, so nothing would be encrypted; write https://${addresses[0]}`
      return yield* new SettingError({ source: "TLS", problem })
    }
    return { ca, ...(pair ?? { cert: null, key: null }) }
  })

const tokenOf = ({ tokenFile }: Given) =>
  tokenFile === null ? Effect.succeed(null) : Effect.map(Secrets.tokens(tokenFile), ([first]) => first ?? null)

const benchmark = (values: Given) =>
  Effect.gen(function* () {
    const { run } = yield* Effect.promise(() => import("../miner/Benchmark.ts"))
    const threads = threadsOf(values)
    let stopped = false
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        Signals.take(({ request }) => {
          stopped = stopped || request !== "reload"
        })
      ),
      (release) => Effect.sync(release)
    )
    const result = yield* run(threads, values.benchmarkSeconds, () => stopped)
    const peaks = result.threads.flatMap(({ peakBytes }) => (peakBytes === null ? [] : [peakBytes]))
    const most = peaks.length === 0 ? null : Math.max(...peaks)
    if (values.logFormat === "json") return yield* print(JSON.stringify({ ...result, peakBytesPerThread: most }))
    for (const [thread, { rate }] of result.threads.entries()) {
      yield* print(`thread ${thread}  ${hashrate(rate)}`)
    }
    const memory = most === null ? "memory unknown here" : `${(most / 2 ** 20).toFixed(1)} MB per thread`
    yield* print(
      `${hashrate(result.rate)} on ${counted(threads, "thread")} (${result.simd}, ${result.seconds} s), ${memory}`
    )
  }).pipe(Effect.scoped)

/** The display owns the screen on a terminal; everywhere else, and on demand, lines do. */
const hasDisplay = (values: Given) => !values.headless && values.logFormat === "text" && isScreen(process, process.env)

const mine = (invocation: Invocation<typeof miner & typeof common>, sink: Log.Sink, home: string) =>
  Effect.gen(function* () {
    const { args, language, origins, values } = invocation
    const addresses = yield* addressesOf(args, values, origins)
    // Node would tell the screen that an address is no TLS server name; grpc-js gives it all the same.
    process.noDeprecation = !values.verbose
    if (!existsSync(hostExecutable)) yield* new HostMissing({ path: hostExecutable, detail: "no such file" })
    const worker = values.worker ?? hostLabel()
    // A token file that cannot be used is found now; later ones are told by the link.
    yield* tokenOf(values)
    const account = yield* accountOf(values, origins, home, worker)
    const link = GrpcLink.layer({
      account,
      worker,
      version: `pitboss/${version}`,
      token: tokenOf(values),
      tls: yield* tlsOf(values, addresses)
    })
    yield* DataFolder.prepare(home, "run")
    const threads = threadsOf(values)
    yield* Effect.logInfo(`miner ${version}: ${counted(threads, "thread")}, pool ${addresses.join(", then ")}`)
    const plan: MinerProgram.Plan = {
      addresses,
      threads,
      run: join(home, "run"),
      account,
      worker,
      language,
      sink,
      display: hasDisplay(values),
      summaryMillis: values.statusInterval * 1000,
      drainMillis: values.shutdownDeadline * 1000
    }
    const end = yield* MinerProgram.run(plan).pipe(
      Effect.provide(Layer.merge(link, NonceSearch.Native())),
      Effect.provide(ActorSystem.layer)
    )
    yield* Effect.logInfo("stopped")
    // The log is in a file and the screen has gone.
    if (plan.display) process.stdout.write(`${MinerScreen.result(end, language)}\n`)
  })

export const run = (invocation: Invocation<typeof miner & typeof common>): Effect.Effect<void, Failure> => {
  const { values } = invocation
  if (values.benchmark) return benchmark(values)
  const home = DataFolder.locate(values.data, process.env)
  const least = values.verbose ? "debug" : PoolLines.leastOf(values.log)
  const sink = hasDisplay(values)
    ? Log.file(join(home, "run", "miner.log"), values.logFormat, least)
    : Log.stream(process.stdout, Log.lines(values.logFormat), least)
  return Effect.provide(mine(invocation, sink, home), Log.layer(sink, least === "debug" ? "debug" : "info"))
}

/**
 * `pitboss pool-server`: from resolved settings to a plan, and running it until it is stopped.
 *
 * Everything that can be wrong is looked at before anything starts: chain, mining key, tokens, TLS files, data folder.
 * Each is one line and an exit code.
 */
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Limits from "../../actors/pool/PoolSettings.ts"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import type { poolServer } from "../../config/PoolSettings.ts"
import type { Values } from "../../config/Setting.ts"
import type { common } from "../../config/Settings.ts"
import * as Native from "../../kernels/NockPowNative.ts"
import type { Failure, Invocation } from "../cli/CommandSpec.ts"
import * as DataFolder from "../cli/DataFolder.ts"
import { SettingError } from "../cli/Errors.ts"
import { version } from "../cli/Version.ts"
import * as Lines from "../pool/program/Lines.ts"
import * as PoolProgram from "../pool/program/PoolProgram.ts"
import * as Secrets from "../pool/program/Secrets.ts"
import * as Summary from "../pool/program/Summary.ts"
import * as PoolLedger from "../storage/PoolLedger.ts"
import * as Log from "../telemetry/Log.ts"
import { payAddress } from "./PayAddress.ts"

type Given = Values<typeof poolServer & typeof common>
type Origins = ReadonlyMap<string, string>

const placeOf = (origins: Origins, name: string) => origins.get(name) ?? `--${name}`

/** "[::1]:7777", "0.0.0.0:7777", ":7777"; the form was checked with the setting. */
const endpointOf = (text: string): PoolProgram.Endpoint => {
  const cut = text.lastIndexOf(":")
  const host = text.slice(0, cut).replace(/^\[|\]$/g, "")
  return { host: host === "" ? "0.0.0.0" : host, port: Number(text.slice(cut + 1)) }
}

const checkChain = ({ chain }: Given, origins: Origins) =>
  chain === "devnet"
    ? Effect.void
    : Effect.fail(
        new SettingError({
          source: placeOf(origins, "chain"),
          problem: `"${chain}" cannot be mined yet: the adapter to a Nockchain node comes later; leave it out to use the embedded devnet`
        })
      )

const keyOf = ({ pubkey }: Given, origins: Origins, native: Native.NockPowNative) =>
  pubkey === null ? Effect.succeed(null) : payAddress(native, pubkey, placeOf(origins, "pubkey"))

const tlsOf = ({ tlsCa, tlsCert, tlsKey }: Given) => {
  if (tlsCert !== null && tlsKey !== null) return Secrets.tls(tlsCert, tlsKey, tlsCa)
  if (tlsCert === null && tlsKey === null && tlsCa === null) return Effect.succeed(null)
  const problem = "--tls-cert and --tls-key go together, and --tls-ca needs both"
  return Effect.fail(new SettingError({ source: "TLS", problem }))
}

/** Who begins with shares easier than the least wants such shares. */
const vardiffOf = ({ shareDifficulty, sharesPerMinute }: Given): Limits.VardiffSettings => {
  const { minimumDifficulty } = Limits.defaultVardiff
  const startDifficulty = BigInt(shareDifficulty)
  const least = startDifficulty < minimumDifficulty ? startDifficulty : minimumDifficulty
  return { ...Limits.defaultVardiff, sharesPerMinute, startDifficulty, minimumDifficulty: least }
}

const planOf = (values: Given, origins: Origins, home: string, sink: Log.Sink) =>
  Effect.gen(function* () {
    yield* checkChain(values, origins)
    const native = yield* Native.load
    const plan: PoolProgram.Plan = {
      home,
      pkh: yield* keyOf(values, origins, native),
      grpc: endpointOf(values.address),
      http: endpointOf(values.http),
      tls: yield* tlsOf(values),
      statusMillis: values.statusInterval * 1000,
      // The documented text is Chinese; English only for those who ask for it by name.
      summary: values.logFormat === "json" ? "fields" : values.lang === "en" ? "en" : "zh",
      sink,
      devnet: { maturity: values.devnetMaturity, refreshSeconds: values.devnetRefresh },
      pool: {
        ...Limits.defaults,
        tokens: values.tokenFile === null ? [] : yield* Secrets.tokens(values.tokenFile),
        vardiff: vardiffOf(values),
        limits: {
          ...Limits.defaultLimits,
          maxConnections: values.maxConnections,
          maxConnectionsPerIp: values.maxPerAddress,
          // All machines behind one address may be back a few seconds after each loss of their connections.
          connectsPerSecondPerIp: Math.ceil(values.maxPerAddress / 5)
        },
        payout: {
          ...Limits.defaultPayout,
          feeBasisPoints: Math.round(values.fee * 100),
          minimumPayoutNicks: BigInt(values.minimumPayout),
          intervalMillis: values.payoutInterval * 1000,
          payable: PoolProgram.payable(native)
        },
        proverThreads: values.proverThreads ?? Math.max(1, Math.floor(availableParallelism() / 2))
      },
      drainMillis: values.shutdownDeadline * 1000
    }
    return plan
  })

const hasPassword = (url: string) => {
  try {
    return new URL(url).password !== ""
  } catch {
    return false
  }
}

/** SQLite in the data folder or in a file, or Postgres. */
const ledgerOf = ({ db }: Given, origins: Origins, books: string) =>
  Effect.gen(function* () {
    if (db === null) return PoolLedger.sqlite(join(books, "ledger.sqlite"))
    const source = placeOf(origins, "db")
    const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(db) ?? []
    if (scheme === undefined) {
      const file = resolve(db)
      yield* DataFolder.ownFile(file, "pool-server")
      return PoolLedger.sqlite(file)
    }
    if (!/^postgres(ql)?$/i.test(scheme)) {
      // Not the text itself: it may hold a password.
      return yield* new SettingError({
        source,
        problem: `expected a file or a postgres:// URL, got a ${scheme}:// URL`
      })
    }
    if (source === "--db" && hasPassword(db)) {
      yield* Effect.logWarning("every user of this machine can see the password in --db: set PITBOSS_DB instead")
    }
    return PoolLedger.postgres(Redacted.make(db))
  })

/** Files and sockets that this process may have open; null where the system does not say. */
const openFiles = (): number | null => {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]
    return found === undefined ? null : Number(found)
  } catch {
    return null
  }
}

const warn = ({ grpc, pool, tls }: PoolProgram.Plan) =>
  Effect.gen(function* () {
    if (pool.tokens.length === 0 && tls === null && !Summary.isLoopback(grpc.host)) {
      yield* Effect.logWarning(
        `the miners' port ${grpc.host}:${grpc.port} is open to everybody: no token (--token-file) and no TLS (--tls-cert, --tls-key)`
      )
    }
    const files = openFiles()
    if (files !== null && files < pool.limits.maxConnections) {
      yield* Effect.logWarning(
        `this process may have ${files} files open, less than --max-connections ${pool.limits.maxConnections}: raise it with ulimit -n`
      )
    }
  })

export const run = (invocation: Invocation<typeof poolServer & typeof common>): Effect.Effect<void, Failure> => {
  const { origins, values } = invocation
  const least = values.verbose ? "debug" : Lines.leastOf(values.log)
  const sink = Lines.sink(process.stdout, values.logFormat, least)
  return Effect.gen(function* () {
    const home = DataFolder.locate(values.data, process.env)
    const plan = yield* planOf(values, origins, home, sink)
    const books = yield* DataFolder.prepare(home, "pool")
    yield* DataFolder.own(books, "pool-server")
    yield* DataFolder.own(join(home, "chain"), "pool-server")
    const sessionKey = yield* Secrets.sessionKey(join(books, "session.key"))
    yield* Effect.logInfo(`pool-server ${version}: data in ${home}`)
    yield* warn(plan)
    yield* PoolProgram.run({ ...plan, pool: { ...plan.pool, sessionKey } }, yield* ledgerOf(values, origins, books))
    yield* Effect.logInfo("stopped")
  }).pipe(
    Effect.scoped,
    Effect.provide(ActorSystem.layer),
    Effect.provide(Log.layer(sink, least === "debug" ? "debug" : "info"))
  )
}

/**
 * The embedded Nexus orchestrator: the real protocol over real HTTP on a loopback port, with durable books.
 *
 * It plays the network for local fleets and for tests: issues tasks, limits accounts, verifies signatures, hashes and
 * proofs before it accepts anything, and makes trouble on request. `serve` runs it inside a scope, `ensure` uses a
 * healthy one that is already on the port, `child` is a supervised child's start. It has no command line: whoever starts
 * it gives `Settings` and a `Verifier`.
 */
import * as Crypto from "node:crypto"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { ParseError } from "effect/ParseResult"
import * as Scope from "effect/Scope"
import { Verifier, type VerifierService } from "../../../actors/nexus/Prover.ts"
import type { AddressUnusable, ListenerBroke, Rejection } from "../../http/Errors.ts"
import * as Listener from "../../http/Listener.ts"
import * as Database from "../../storage/Database.ts"
import { type StorageError, StorageUnavailable } from "../../storage/Errors.ts"
import * as Books from "./Books.ts"
import { migrations } from "./BooksSchema.ts"
import { draw } from "./Draw.ts"
import * as Endpoints from "./Endpoints.ts"
import { internal, overloaded, PortTaken, Refusal, tooLarge } from "./Errors.ts"
import * as Faults from "./Faults.ts"
import * as Issue from "./Issue.ts"
import * as Judge from "./Judge.ts"
import * as Limits from "./Limits.ts"
import * as Probe from "./Probe.ts"
import * as Registry from "./Registry.ts"
import type { Settings } from "./Settings.ts"

export type ServeError = StorageError | PortTaken | AddressUnusable

export interface Serving {
  /** Base URL, for example "http://127.0.0.1:50505". */
  readonly url: string
  readonly port: number
  /** The books, for whoever runs it in the same process. */
  readonly books: Books.Books
  /** Fails when the listener breaks; until then it goes on for ever. */
  readonly running: Effect.Effect<never, ListenerBroke>
}

/** Most bytes of one request: a submission with many proofs. */
const maxBodyBytes = 16 * 1_048_576
const maxBytesInFlight = 128 * 1_048_576
const maxConnections = 4_096
/** Submissions that may wait for their verification. */
const maxWaiting = 512
const drainMillis = 2_000

const urlOf = (host: string, port: number) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`

/** Start it; it stops with the scope: no new connections, running requests end or are cut after 2 s, books closed. */
export const serve = (settings: Settings): Effect.Effect<Serving, ServeError, Scope.Scope | Verifier> =>
  Effect.gen(function* () {
    const verifier = yield* Verifier
    const sql = yield* Database.open({ file: settings.file, what: "orchestrator's books", migrations })
    const books = yield* Effect.provideService(
      Books.make({
        groups: settings.groups,
        openTasksPerNode: settings.openTasksPerNode,
        taskLifetimeMillis: Duration.toMillis(settings.taskLifetime),
        settledTasks: settings.settledTasks
      }),
      SqlClient.SqlClient,
      sql
    )
    const drawn = yield* Effect.sync(() => Crypto.randomBytes(16).toString("hex"))
    const kept = yield* Effect.mapError(
      books.remember("seed", settings.seed ?? drawn),
      (error) => new StorageUnavailable({ file: settings.file, what: "orchestrator's books", detail: error.message })
    )
    const seed = settings.seed ?? kept
    const listening = yield* Listener.listen({
      host: settings.host,
      port: settings.port,
      maxBodyBytes,
      maxBytesInFlight,
      maxConnections,
      drainMillis,
      refused: rejected,
      handle: yield* handler(settings, seed, books, verifier)
    }).pipe(
      Effect.catchTag("AddressInUse", () =>
        Effect.flatMap(Probe.probe(settings.host, settings.port), (found) => Effect.fail(taken(settings, found)))
      )
    )
    const url = urlOf(settings.host, listening.port)
    yield* Effect.logInfo(
      `orchestrator on ${url}: limits ${settings.limits.name}, faults ${Faults.isNone(settings.faults) ? "none" : "on"}, books in ${settings.file}`
    )
    return { url, port: listening.port, books, running: listening.broken }
  })

const rejected = ({ detail, retryAfter, status }: Rejection): Listener.Reply =>
  Endpoints.refused(status === 413 ? tooLarge(detail, retryAfter) : overloaded(detail, retryAfter))

const taken = (settings: Settings, found: Probe.Found): PortTaken =>
  new PortTaken({
    host: settings.host,
    port: settings.port,
    found:
      found._tag === "Orchestrator"
        ? `another Pitboss orchestrator (version ${found.version}), which batch-file --env local would use as it is`
        : found._tag === "Stranger"
          ? found.description
          : "a program that does not accept connections"
  })

/** Where an orchestrator can be reached: one that was started here, or a healthy one that was there already. */
export type Ensured = { readonly url: string; readonly own: Serving | null }

/** Use the healthy orchestrator on the port, or start one there; anything else on the port is PortTaken. */
export const ensure = (settings: Settings): Effect.Effect<Ensured, ServeError, Scope.Scope | Verifier> =>
  Effect.gen(function* () {
    const found = settings.port === 0 ? null : yield* Probe.probe(settings.host, settings.port)
    if (found?._tag === "Orchestrator") return yield* useOf(settings, found.version)
    if (found?._tag === "Stranger") return yield* taken(settings, found)
    const scope = yield* Effect.acquireRelease(Scope.make(), Scope.close)
    return yield* Effect.map(serve(settings), (own): Ensured => ({ url: own.url, own })).pipe(
      Scope.extend(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
      // Two programs that start at the same moment: the port went to the other one between question and answer.
      Effect.catchTag("PortTaken", (error) =>
        Effect.flatMap(Probe.probe(settings.host, settings.port), (other) =>
          other._tag === "Orchestrator" ? useOf(settings, other.version) : error
        )
      )
    )
  })

const useOf = (settings: Settings, version: string): Effect.Effect<Ensured> => {
  const url = urlOf(settings.host, settings.port)
  return Effect.as(Effect.logInfo(`using the orchestrator (version ${version}) that is already on ${url}`), {
    url,
    own: null
  })
}

/** The start of a supervised child: ready when it serves, and its body fails when the listener breaks. */
export const child = (settings: Settings) => Effect.map(serve(settings), (serving) => serving.running)

const handler = (settings: Settings, seed: string, books: Books.Books, verifier: VerifierService) =>
  Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    const mix = { maxInputs: settings.maxInputs, legacyReplies: settings.legacyReplies }
    const answer = Endpoints.make({
      books,
      registry: Registry.make(books, seed, settings.limits.nodesPerUser),
      limiter: Limits.make(settings.limits),
      judge: Judge.make(verifier, settings.verifications, maxWaiting),
      issue: (serial, hardest, now) => Issue.issue(seed, serial, hardest, mix, now),
      health: Effect.map(Clock.currentTimeMillis, (now) => ({
        service: Probe.service,
        version: settings.version,
        proofs: verifier.kind,
        limits: settings.limits.name,
        faults: !Faults.isNone(settings.faults),
        uptimeSeconds: Math.floor((now - started) / 1_000)
      }))
    })
    const safely = (request: Listener.Request, twist: Endpoints.Twist): Effect.Effect<Listener.Reply> =>
      answer(request, twist).pipe(
        Effect.catchAll((error) => (error._tag === "Refusal" ? Effect.succeed(error) : troubled(error))),
        Effect.map((result) => (result instanceof Refusal ? Endpoints.refused(result) : result)),
        Effect.catchAllDefect((defect) =>
          Effect.as(
            Effect.logError(`a request ended in a defect: ${String(defect)}`),
            Endpoints.refused(internal("internal error"))
          )
        )
      )
    const quiet = Faults.isNone(settings.faults)
    let serial = 0
    return (request: Listener.Request): Effect.Effect<Listener.Reply> => {
      if (quiet || !request.target.startsWith("/v3/")) return safely(request, null)
      serial += 1
      const fault = Faults.pick(settings.faults, draw(seed, "fault", serial))
      return fault === null ? safely(request, null) : spoiled(fault, request, safely)
    }
  })

/** Trouble with the books: nothing was acknowledged, so the client does right to try again. */
const troubled = (error: SqlError | ParseError) =>
  Effect.as(Effect.logError(`the books cannot be used: ${error.message}`), internal("the books cannot be used", 5))

/** What a fault does around a request. */
const spoiled = (
  fault: Faults.Fault,
  request: Listener.Request,
  safely: (request: Listener.Request, twist: Endpoints.Twist) => Effect.Effect<Listener.Reply>
): Effect.Effect<Listener.Reply> => {
  switch (fault.kind) {
    case "latency":
      return Effect.delay(safely(request, null), fault.pauseMillis)
    case "error":
      return Effect.succeed(
        Endpoints.refused(
          new Refusal({
            status: fault.status,
            name: "InjectedError",
            detail: "trouble on purpose",
            retryAfter: fault.retryAfter
          })
        )
      )
    case "drop":
      return Effect.succeed({ status: 500, headers: {}, body: new Uint8Array(0), spoil: "drop" })
    case "vanish":
      return safely(request, "vanish")
    case "again":
      return safely(request, "again")
    case "truncate":
      return Effect.map(safely(request, null), (reply) => ({
        ...reply,
        spoil: Math.floor(fault.share * reply.body.length)
      }))
    case "lost":
      return Effect.map(safely(request, null), (reply) => ({ ...reply, spoil: "drop" as const }))
    case "late":
      return Effect.tap(safely(request, null), () => Effect.sleep(fault.pauseMillis))
  }
}

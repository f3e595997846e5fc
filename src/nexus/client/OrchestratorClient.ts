/**
 * The Orchestrator port over HTTP: one request and one answer per call, every outcome typed.
 *
 * Endpoints, headers and bodies follow protocols/nexus-orchestrator.md sections 1 and 2. An answer has 10 s in all,
 * connecting included, and at most 4 MiB; redirects are not followed and no tracing headers are added. The HttpClient is
 * chosen by the composition. No retries here: schedules belong to the actors. A 2xx on a submission is final whatever
 * becomes of its body, so a connection that drops behind the verdict costs nothing.
 */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import {
  MalformedReply,
  type Operation,
  SubmissionRefused,
  Unreachable,
  UnsupportedTask
} from "../../../actors/nexus/Errors.ts"
import type { OrchestratorService } from "../../../actors/nexus/Orchestrator.ts"
import { knownProgram, NodeId } from "../../../actors/nexus/Task.ts"
import * as Codec from "../wire/Codec.ts"
import type { WireError } from "../wire/Errors.ts"
import * as Messages from "../wire/Messages.ts"
import { oneLine } from "../wire/Printable.ts"
import type { Fields, MessageType } from "../wire/Schema.ts"
import type { SigningKey } from "../wire/Signing.ts"
import * as Submission from "../wire/Submission.ts"
import * as TaskReply from "../wire/TaskReply.ts"
import * as Body from "./Body.ts"
import type { Environment } from "./Environment.ts"
import * as Replies from "./Replies.ts"

export interface Options {
  readonly environment: Pick<Environment, "url" | "local">
  readonly key: SigningKey
  /** Our own version, sent as `nexus-cli/0.10.18 pitboss/<version>`. */
  readonly version: string
  /** When this program was built, milliseconds since 1970; sent as X-Build-Timestamp. */
  readonly buildTimestamp: number
  /** Read anew for every submission; none is sent when absent. */
  readonly telemetry?: Effect.Effect<Submission.Telemetry>
  /** The whole time of one request; 10 s unless given. */
  readonly timeout?: Duration.DurationInput
}

/** The official client whose protocol this is. */
export const officialVersion = "0.10.18"

/** Most bytes of an error page that are read for its one line of detail. */
const errorBodyBytes = 65_536

const decodeNodeId = Schema.decodeUnknownEither(NodeId)

/** The text of the innermost cause: "connect ECONNREFUSED 127.0.0.1:1" instead of "fetch failed". */
const causeOf = (error: HttpClientError.HttpClientError): string => {
  const seen = new Set<unknown>()
  let cause: unknown = error
  let text = error.message
  while (cause instanceof Error && !seen.has(cause)) {
    seen.add(cause)
    if (cause.message !== "") text = cause.message
    // Several addresses were tried: the failures of all of them are one AggregateError without a message.
    cause = cause instanceof AggregateError ? cause.errors[0] : cause.cause
  }
  return oneLine(text)
}

/** A body that only explains, or that nobody needs: what comes within a second, and no failure of its own. */
const readAtMost = (response: HttpClientResponse.HttpClientResponse) =>
  Body.read(response, errorBodyBytes).pipe(
    Effect.timeout("1 second"),
    Effect.orElseSucceed(() => Buffer.alloc(0))
  )

/** Refusal: an answer that is not 2xx. Reply: the body, empty when the status alone was wanted. */
type Answer =
  | { readonly _tag: "Refusal"; readonly refusal: Replies.Refusal }
  | { readonly _tag: "Reply"; readonly body: Uint8Array }

export const make = (options: Options): Effect.Effect<OrchestratorService, never, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const client = HttpClient.withTracerPropagation(yield* HttpClient.HttpClient, false)
    const { key } = options
    const { local, url } = options.environment
    const timeout = Duration.decode(options.timeout ?? "10 seconds")
    const headers = {
      "user-agent": `nexus-cli/${officialVersion} pitboss/${options.version}`,
      "x-build-timestamp": String(options.buildTimestamp)
    }

    const exchange = (operation: Operation, request: HttpClientRequest.HttpClientRequest, wants: "reply" | "status") =>
      Effect.gen(function* () {
        const response = yield* client.execute(HttpClientRequest.setHeaders(request, headers))
        if (response.status < 200 || response.status >= 300) {
          const body = (yield* readAtMost(response)).toString("utf8")
          return { _tag: "Refusal", refusal: { status: response.status, headers: response.headers, body } } as const
        }
        if (wants === "reply")
          return { _tag: "Reply", body: yield* Body.read(response, Codec.defaultMaxBytes) } as const
        yield* readAtMost(response)
        return { _tag: "Reply", body: new Uint8Array(0) } as const
      }).pipe(
        Effect.mapError((error) => new Unreachable({ operation, detail: causeOf(error) })),
        Effect.timeoutFail({
          duration: timeout,
          onTimeout: () => new Unreachable({ operation, detail: `no answer within ${Duration.format(timeout)}` })
        }),
        Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" })
      ) satisfies Effect.Effect<Answer, Unreachable>

    const post = (operation: Operation, path: string, body: Uint8Array, wants: "reply" | "status") =>
      exchange(
        operation,
        HttpClientRequest.bodyUint8Array(HttpClientRequest.post(`${url}${path}`), body, "application/octet-stream"),
        wants
      )

    const get = (operation: Operation, path: string) =>
      exchange(operation, HttpClientRequest.get(`${url}${path}`), "reply")

    /** The body of an answer, or its refusal as a typed error. */
    const bodyOf = (operation: Exclude<Operation, "submit proof">) => (answer: Answer) =>
      answer._tag === "Reply"
        ? Effect.succeed(answer.body)
        : Effect.flatMap(Clock.currentTimeMillis, (now) =>
            Effect.fail(Replies.refusalOf(operation, answer.refusal, now))
          )

    const wellFormed = <A>(operation: Operation, result: Either.Either<A, WireError>) =>
      Either.mapLeft(
        result,
        ({ detail, offset, what }) => new MalformedReply({ operation, offset, detail: `${what}: ${detail}` })
      )

    const replyOf =
      <F extends Fields>(operation: Exclude<Operation, "submit proof">, type: MessageType<F>) =>
      (answer: Answer) =>
        Effect.flatMap(bodyOf(operation)(answer), (body) => wellFormed(operation, Codec.decode(type, body)))

    /** A text that must not be empty. */
    const present = (operation: Operation, name: string, text: string) =>
      text === ""
        ? Effect.fail(new MalformedReply({ operation, offset: null, detail: `it holds no ${name}` }))
        : Effect.succeed(text)

    const fetchTask: OrchestratorService["fetchTask"] = (node, maxDifficulty) => {
      const operation = "fetch task"
      const request = Codec.encode(Messages.GetProofTaskRequest, {
        nodeId: node,
        nodeType: "CLI_PROVER",
        ed25519PublicKey: key.publicKey,
        maxDifficulty
      })
      return post(operation, "/v3/tasks", request, "reply").pipe(
        Effect.flatMap(bodyOf(operation)),
        Effect.flatMap((body) => wellFormed(operation, TaskReply.read(body))),
        Effect.filterOrFail(
          (task) => task.programId === knownProgram,
          ({ programId, taskId }) =>
            new UnsupportedTask({
              taskId: taskId,
              detail: `it is for program "${oneLine(programId)}", known is ${knownProgram}`
            })
        )
      )
    }

    const submit: OrchestratorService["submit"] = (_node, proven) =>
      Effect.gen(function* () {
        const { taskId } = proven.task
        if (!local && proven.proofs.some((proof) => proof.kind !== "stark")) {
          const detail = "not sent: it is an execution receipt, which never leaves a local environment"
          return yield* new SubmissionRefused({ taskId, status: 0, detail })
        }
        const request = Submission.write(proven, key, options.telemetry === undefined ? null : yield* options.telemetry)
        const answer = yield* post("submit proof", "/v3/tasks/submit", request, "status")
        if (answer._tag === "Reply") return "accepted"
        const outcome = Replies.submitOutcome(taskId, answer.refusal, yield* Clock.currentTimeMillis)
        return outcome === "duplicate" ? outcome : yield* outcome
      })

    return {
      url,
      local,
      fetchTask,
      submit,
      walletOf: (node) =>
        get("read node", `/v3/nodes/${encodeURIComponent(node)}`).pipe(
          Effect.flatMap(replyOf("read node", Messages.GetNodeResponse)),
          Effect.flatMap(({ walletAddress }) => present("read node", "wallet address", walletAddress))
        ),
      userOf: (wallet) =>
        get("look up user", `/v3/users/${encodeURIComponent(wallet)}`).pipe(
          Effect.flatMap(replyOf("look up user", Messages.UserResponse)),
          Effect.flatMap(({ userId }) => present("look up user", "user id", userId))
        ),
      registerUser: ({ uuid, wallet }) =>
        post(
          "register user",
          "/v3/users",
          Codec.encode(Messages.RegisterUserRequest, { uuid, walletAddress: wallet }),
          "status"
        ).pipe(Effect.flatMap(bodyOf("register user")), Effect.asVoid),
      registerNode: (userId) =>
        post(
          "register node",
          "/v3/nodes",
          Codec.encode(Messages.RegisterNodeRequest, { nodeType: "CLI_PROVER", userId }),
          "reply"
        ).pipe(
          Effect.flatMap(replyOf("register node", Messages.RegisterNodeResponse)),
          Effect.flatMap(({ nodeId }) =>
            Either.mapLeft(
              decodeNodeId(nodeId),
              () =>
                new MalformedReply({
                  operation: "register node",
                  offset: null,
                  detail: `"${oneLine(nodeId)}" is no node id`
                })
            )
          )
        )
    }
  })

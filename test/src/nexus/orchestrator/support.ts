/**
 * What the orchestrator's tests share: a raw HTTP client, a verifier that stands in for the real one, and a signer.
 *
 * Nothing here uses our own orchestrator client: the server is tested apart from it, over real sockets.
 */
import * as Crypto from "node:crypto"
import * as Http from "node:http"
import { Effect, Either, Layer, Logger, LogLevel, Redacted, type Scope } from "effect"
import { type Verdict, Verifier } from "../../../../actors/nexus/Prover.ts"
import type { Difficulty, Task } from "../../../../actors/nexus/Task.ts"
import * as EmbeddedOrchestrator from "../../../../src/nexus/orchestrator/EmbeddedOrchestrator.ts"
import * as Settings from "../../../../src/nexus/orchestrator/Settings.ts"
import * as Codec from "../../../../src/nexus/wire/Codec.ts"
import * as Messages from "../../../../src/nexus/wire/Messages.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"
import * as Submission from "../../../../src/nexus/wire/Submission.ts"
import * as TaskReply from "../../../../src/nexus/wire/TaskReply.ts"

export interface Answer {
  readonly status: number
  readonly headers: Http.IncomingHttpHeaders
  readonly body: Uint8Array
}

/** One request on a connection of its own; fails when the answer does not arrive whole. */
export const call = (
  url: string,
  method: string,
  path: string,
  body: Uint8Array = new Uint8Array(0),
  headers: Record<string, string> = {}
): Effect.Effect<Answer, Error> =>
  Effect.async((resume) => {
    const fail = (error: Error) => resume(Effect.fail(error))
    const request = Http.request(
      url + path,
      { method, agent: false, headers: { "content-length": String(body.length), ...headers } },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", fail)
        response.on("end", () =>
          resume(
            Effect.succeed({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: new Uint8Array(Buffer.concat(chunks))
            })
          )
        )
      }
    )
    request.on("error", fail)
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

export const jsonOf = (answer: Answer): unknown => JSON.parse(Buffer.from(answer.body).toString("utf8"))

/** The error body that a refusal must have. */
export const refusalOf = (answer: Answer) =>
  jsonOf(answer) as { readonly name: string; readonly message: string; readonly httpCode: number }

/** The only proof that the stand-in verifier takes for an input. */
export const proofOf = (input: Uint8Array): Uint8Array => Buffer.concat([Buffer.from("proof of "), input])

const verdict = (valid: boolean): Verdict => ({ valid, reason: valid ? "" : "these are other bytes" })

export const verifier = Layer.succeed(Verifier, {
  kind: "receipt",
  verify: (_, input, proof) => Effect.succeed(verdict(Buffer.from(proofOf(input)).equals(proof))),
  expectedHash: (_, input) => Effect.succeed(Signing.proofHash(proofOf(input)))
})

/** An orchestrator on a free port with books that end with the test. */
export const serve = (
  settings: Partial<Settings.Settings> = {}
): Effect.Effect<EmbeddedOrchestrator.Serving, EmbeddedOrchestrator.ServeError, Scope.Scope> =>
  EmbeddedOrchestrator.serve({ ...Settings.defaults, port: 0, seed: "test", ...settings }).pipe(
    Effect.provide(verifier),
    Effect.provide(Logger.minimumLogLevel(LogLevel.None))
  )

export const key = (byte: number) => Signing.fromSeed(Redacted.make(new Uint8Array(32).fill(byte)))

export const fetchAnswer = (url: string, node: string, signer = key(1), maxDifficulty: Difficulty = "SMALL_MEDIUM") =>
  call(
    url,
    "POST",
    "/v3/tasks",
    Codec.encode(Messages.GetProofTaskRequest, {
      nodeId: node,
      nodeType: "CLI_PROVER",
      ed25519PublicKey: signer.publicKey,
      maxDifficulty
    })
  )

export const fetchTask = (url: string, node: string, signer = key(1), maxDifficulty: Difficulty = "SMALL_MEDIUM") =>
  Effect.flatMap(fetchAnswer(url, node, signer, maxDifficulty), (answer) =>
    answer.status === 200
      ? Either.match(TaskReply.read(answer.body), { onLeft: Effect.fail, onRight: Effect.succeed })
      : Effect.fail(new Error(`fetch: ${answer.status} ${Buffer.from(answer.body).toString()}`))
  )

/** The honest submission of a task, which a test may spoil. */
export const submission = (task: Task, signer = key(1), proofs = task.inputs.map(proofOf)): Uint8Array =>
  Submission.write(
    { task, proofs: proofs.map((bytes) => ({ kind: "receipt" as const, bytes, hash: Signing.proofHash(bytes) })) },
    signer,
    null
  )

export const submit = (url: string, body: Uint8Array) => call(url, "POST", "/v3/tasks/submit", body)

/** SHA3-256, which is not Keccak-256: defect 1 of the existing batch client. */
export const sha3 = (bytes: Uint8Array) => Crypto.createHash("sha3-256").update(bytes).digest("hex")

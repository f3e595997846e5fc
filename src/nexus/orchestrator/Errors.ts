/**
 * What the embedded orchestrator says no to: refusals that travel to a client, and reasons not to start.
 *
 * A `Refusal` becomes an HTTP answer with the body `{name, message, httpCode}` of the real service. The others reach the
 * operator.
 */
import * as Data from "effect/Data"

/** One refused request. Facts: protocols/nexus-orchestrator.md section 5. */
export class Refusal extends Data.TaggedError("Refusal")<{
  readonly status: 400 | 404 | 405 | 409 | 410 | 413 | 422 | 429 | 500 | 502 | 503
  readonly name: string
  readonly detail: string
  /** Seconds for a Retry-After header; null for none. */
  readonly retryAfter: number | null
}> {
  override get message() {
    return this.detail
  }
}

const refusal =
  (status: Refusal["status"], name: string) =>
  (detail: string, retryAfter: number | null = null): Refusal =>
    new Refusal({ status, name, detail, retryAfter })

export const badRequest = refusal(400, "BadRequestError")
export const badSignature = refusal(400, "InvalidSignatureError")
export const notFound = refusal(404, "NotFoundError")
export const wrongMethod = refusal(405, "MethodNotAllowedError")
export const conflict = refusal(409, "ConflictError")
export const gone = refusal(410, "TaskExpiredError")
export const tooLarge = refusal(413, "PayloadTooLargeError")
export const badProof = refusal(422, "InvalidProofError")
export const rateLimited = refusal(429, "RateLimitError")
export const internal = refusal(500, "InternalServerError")
export const overloaded = refusal(503, "ServiceUnavailableError")

/** Something else listens where the orchestrator should. Exit code 4. */
export class PortTaken extends Data.TaggedError("PortTaken")<{
  readonly host: string
  readonly port: number
  /** What answered there, as far as it could be told. */
  readonly found: string
}> {
  override get message() {
    return (
      `port ${this.port} on ${this.host} is taken by ${this.found}: ` +
      "stop it, or choose another port (--orchestrator-port; for the orchestrator on its own --port)"
    )
  }
}

/** A value of `--faults`, `--limits` or another setting of the orchestrator makes no sense. Exit code 2. */
export class InvalidSetting extends Data.TaggedError("InvalidSetting")<{
  readonly setting: string
  readonly value: string
  readonly expected: string
}> {
  override get message() {
    return `${this.setting} "${this.value}" makes no sense: expected ${this.expected}`
  }
}

/**
 * Finds out what listens on a port: an orchestrator of ours, something else, or nothing.
 *
 * Plain node:http with a deadline and a bounded body, because whatever answers is not trusted.
 */
import * as Http from "node:http"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"

/** The name by which /health identifies this service. */
export const service = "pitboss-orchestrator"

const Health = Schema.parseJson(Schema.Struct({ service: Schema.Literal(service), version: Schema.String }))

/** What was found; `description` completes "the port is taken by ...". */
export type Found =
  | { readonly _tag: "Orchestrator"; readonly version: string }
  | { readonly _tag: "Stranger"; readonly description: string }
  | { readonly _tag: "Nothing"; readonly detail: string }

const deadlineMillis = 2_000
const maxBodyBytes = 65_536

const judge = (status: number, server: string, body: string): Found => {
  const health = Schema.decodeUnknownEither(Health)(body)
  if (status === 200 && Either.isRight(health)) return { _tag: "Orchestrator", version: health.right.version }
  const name = server === "" ? "" : ` (${server.replace(/[^\x20-\x7e]/g, "?").slice(0, 60)})`
  return { _tag: "Stranger", description: `an HTTP server${name} that answers /health with ${status}` }
}

/** Ask GET /health; takes 2 s at most and never fails. */
export const probe = (host: string, port: number): Effect.Effect<Found> =>
  Effect.async<Found>((resume) => {
    const request = Http.get({ host, port, path: "/health", agent: false }, (response) => {
      let body = ""
      response.setEncoding("utf8")
      response.on("data", (chunk: string) => {
        body += chunk
        if (body.length > maxBodyBytes) response.destroy()
      })
      response.on("close", () => done(judge(response.statusCode ?? 0, String(response.headers.server ?? ""), body)))
    })
    const timer = setTimeout(
      () => done({ _tag: "Stranger", description: "something that accepts connections and does not answer" }),
      deadlineMillis
    )
    const done = (found: Found) => {
      clearTimeout(timer)
      request.destroy()
      resume(Effect.succeed(found))
    }
    request.on("error", (error: NodeJS.ErrnoException) =>
      done(
        error.code === "ECONNREFUSED"
          ? { _tag: "Nothing", detail: error.message }
          : { _tag: "Stranger", description: `something that does not speak HTTP (${error.message})` }
      )
    )
    return Effect.sync(() => {
      clearTimeout(timer)
      request.destroy()
    })
  })

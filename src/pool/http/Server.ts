/**
 * The HTTP listener of the pool server, as the start of a supervised child.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Listener from "../../http/Listener.ts"
import { AddressUnusable, PortTaken } from "../Errors.ts"
import * as Answers from "./Answers.ts"
import * as Routes from "./Routes.ts"

export interface Options {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
}

const flag = "--http"

export const serve = (
  options: Options,
  sources: Routes.Sources
): Effect.Effect<Listener.Listening, PortTaken | AddressUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const address = `${options.host}:${options.port}`
    return yield* Listener.listen({
      ...options,
      // Every request is a GET: bodies are not read further than this.
      maxBodyBytes: 4_096,
      maxBytesInFlight: 1_048_576,
      maxConnections: 512,
      drainMillis: 1_000,
      handle: yield* Routes.make(sources),
      refused: ({ detail, status }) => Answers.failed(status, detail)
    }).pipe(
      Effect.mapError((error) =>
        error._tag === "AddressInUse"
          ? new PortTaken({ address, flag })
          : new AddressUnusable({ address, flag, detail: error.detail })
      )
    )
  })

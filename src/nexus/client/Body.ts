/**
 * Reads the body of an HTTP answer up to a limit, whatever its length header says.
 *
 * The rest of a longer body is left unread and its connection closed, so that no server can make us hold more.
 */
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** At most `most` bytes of a body, and one more as the sign that there were more. */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  most: number
): Effect.Effect<Buffer, HttpClientError.ResponseError> =>
  response.stream.pipe(
    Stream.mapAccum(0, (before, chunk) => [before + chunk.length, { chunk, total: before + chunk.length }] as const),
    Stream.takeUntil(({ total }) => total > most),
    Stream.runCollect,
    Effect.map((parts) => Buffer.concat(Array.from(parts, ({ chunk }) => chunk)).subarray(0, most + 1)),
    // An answer without a body is one that ends at once.
    Effect.catchIf(
      (error) => error.reason === "EmptyBody",
      () => Effect.succeed(Buffer.alloc(0))
    )
  )

/**
 * Files that hold secrets or keys of the pool server: access tokens, and the TLS keys of the gRPC port.
 *
 * A secret that other users of the machine can read is none: such a file is refused before anything starts. Tokens stay
 * redacted in memory and are compared in constant time by the pool's actors.
 */
import { readFileSync, statSync } from "node:fs"
import { createSecureContext } from "node:tls"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { FileError } from "../../cli/Errors.ts"
import type { Tls } from "../grpc/Server.ts"

/** Bytes of the largest file that is read. */
const largest = 262_144

const failed = (path: string) => (cause: unknown) =>
  cause instanceof FileError
    ? cause
    : new FileError({ path, problem: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` })

/** The bytes of a file; a secret one must be private. */
export const read = (path: string, secret: boolean): Effect.Effect<Buffer, FileError> =>
  Effect.try({
    try: () => {
      const found = statSync(path)
      if (!found.isFile()) throw new FileError({ path, problem: "expected a file" })
      if (found.size > largest) throw new FileError({ path, problem: "larger than 256 kB" })
      if (secret && process.platform !== "win32" && (found.mode & 0o077) !== 0) {
        throw new FileError({ path, problem: "other users of this machine can read it; make it private: chmod 600" })
      }
      return readFileSync(path)
    },
    catch: failed(path)
  })

/** One token per line; empty lines and lines that begin with # do not count. */
export const tokens = (path: string): Effect.Effect<ReadonlyArray<Redacted.Redacted>, FileError> =>
  Effect.flatMap(read(path, true), (bytes) => {
    const lines = bytes
      .toString("utf8")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
    const wrong = lines.findIndex((line) => !/^[\x21-\x7e]{16,256}$/.test(line))
    if (wrong >= 0) {
      const problem = `token ${wrong + 1}: expected 16 to 256 printable characters without spaces`
      return Effect.fail(new FileError({ path, problem }))
    }
    if (lines.length === 0) return Effect.fail(new FileError({ path, problem: "there is no token in it" }))
    return Effect.succeed(lines.map((line) => Redacted.make(line)))
  })

/** Certificate and key that fit each other, and the authority of the miners' certificates when there is one. */
export const tls = (cert: string, key: string, ca: string | null): Effect.Effect<Tls, FileError> =>
  Effect.gen(function* () {
    const found = {
      cert: yield* read(cert, false),
      key: yield* read(key, true),
      ca: ca === null ? null : yield* read(ca, false)
    }
    yield* Effect.try({
      try: () =>
        createSecureContext({ cert: found.cert, key: found.key, ...(found.ca === null ? {} : { ca: found.ca }) }),
      catch: (cause) =>
        new FileError({
          path: `${cert}, ${key}`,
          problem: `cannot be used for TLS: ${cause instanceof Error ? cause.message : String(cause)}`
        })
    })
    return found
  })

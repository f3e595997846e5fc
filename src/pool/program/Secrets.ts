/**
 * Files that hold secrets or keys of the pool server: access tokens, the TLS keys of the gRPC port, the key of sessions.
 *
 * A secret that other users of the machine can read is none: such a file is refused before anything starts. Tokens stay
 * redacted in memory and are compared in constant time by the pool's actors.
 */
import { randomBytes, X509Certificate } from "node:crypto"
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from "node:fs"
import { createSecureContext } from "node:tls"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Ticket from "../../../actors/pool/Ticket.ts"
import { FileError } from "../../cli/Errors.ts"
import type { Tls } from "../grpc/Server.ts"

/** Bytes of the largest file that is read. */
const largest = 262_144

const failed = (path: string) => (cause: unknown) =>
  cause instanceof FileError
    ? cause
    : new FileError({ path, problem: `cannot be read: ${cause instanceof Error ? cause.message : String(cause)}` })

/** The bytes of a file; a secret one must be private. */
const read = (path: string, secret: boolean): Effect.Effect<Buffer, FileError> =>
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

/** A new file that is whole or not there, readable by its owner alone. */
const write = (path: string, bytes: Uint8Array) => {
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, "w", 0o600)
  try {
    writeSync(file, bytes)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/** The key that seals the tickets of miners' sessions: made once, so that sessions outlive the process. */
export const sessionKey = (path: string): Effect.Effect<Redacted.Redacted<Uint8Array>, FileError> =>
  Effect.gen(function* () {
    const problem = (cause: unknown) => `cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`
    yield* Effect.try({
      try: () => {
        if (!existsSync(path)) write(path, randomBytes(Ticket.keyBytes))
      },
      catch: (cause) => new FileError({ path, problem: problem(cause) })
    })
    const key = yield* read(path, true)
    if (key.length === Ticket.keyBytes) return Redacted.make(key)
    const found = `expected ${Ticket.keyBytes} bytes, found ${key.length}; remove it, and a new one is made`
    return yield* new FileError({ path, problem: found })
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

const sentence = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** Certificate and key that fit each other. */
export const pair = (cert: string, key: string): Effect.Effect<Pick<Tls, "cert" | "key">, FileError> =>
  Effect.gen(function* () {
    const found = { cert: yield* read(cert, false), key: yield* read(key, true) }
    yield* Effect.try({
      try: () => createSecureContext(found),
      catch: (cause) =>
        new FileError({ path: `${cert}, ${key}`, problem: `cannot be used for TLS: ${sentence(cause)}` })
    })
    return found
  })

const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** Certificates to trust. TLS itself takes any text for them and then trusts nobody. */
export const authorities = (path: string): Effect.Effect<Buffer, FileError> =>
  Effect.flatMap(read(path, false), (bytes) =>
    Effect.try({
      try: () => {
        const found = bytes.toString("latin1").match(certificate) ?? []
        if (found.length === 0) throw new Error("there is no certificate (PEM) in it")
        for (const one of found) new X509Certificate(one)
        return bytes
      },
      catch: (cause) => new FileError({ path, problem: `cannot be used for TLS: ${sentence(cause)}` })
    })
  )

/** What the gRPC port shows, and the authority of the miners' certificates when there is one. */
export const tls = (cert: string, key: string, ca: string | null): Effect.Effect<Tls, FileError> =>
  Effect.gen(function* () {
    return { ...(yield* pair(cert, key)), ca: ca === null ? null : yield* authorities(ca) }
  })

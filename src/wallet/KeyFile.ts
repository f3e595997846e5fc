/**
 * The wallet's key file: `wallet/key.json` in the data folder, private to its owner, written once and never over.
 *
 * It holds the extended private key, so it alone can spend. The seed phrase is not in it: the owner keeps that on paper.
 */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as DataFolder from "../cli/DataFolder.ts"
import { FileError } from "../cli/Errors.ts"
import type { Keys } from "./Iris.ts"

const hex = (bytes: number) => Schema.String.pipe(Schema.pattern(new RegExp(`^[0-9a-f]{${2 * bytes}}$`)))

const Stored = Schema.Struct({
  format: Schema.Literal("pitboss-wallet-1"),
  /** Public-key hash, base58. */
  address: Schema.String.pipe(Schema.pattern(/^[1-9A-HJ-NP-Za-km-z]{40,60}$/)),
  publicKey: hex(97),
  privateKey: hex(32),
  chainCode: hex(32),
  createdAt: Schema.String
})

/** What may be shown of a wallet. */
export interface Shown {
  readonly address: string
  /** Hexadecimal, 97 bytes. */
  readonly publicKey: string
  readonly createdAt: string
  readonly path: string
}

const decode = Schema.decodeUnknownEither(Schema.parseJson(Stored))

export const pathOf = (home: string): string => join(home, "wallet", "key.json")

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const codeOf = (cause: unknown) => (cause instanceof Error && "code" in cause ? cause.code : undefined)
const sentence = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause))

/** Write it; fails when there is one already. */
export const create = (home: string, keys: Keys, now: number): Effect.Effect<Shown, FileError> =>
  Effect.gen(function* () {
    yield* DataFolder.prepare(home, "wallet")
    const path = pathOf(home)
    const stored: typeof Stored.Type = {
      format: "pitboss-wallet-1",
      address: keys.address,
      publicKey: text(keys.publicKey),
      privateKey: text(Redacted.value(keys.privateKey)),
      chainCode: text(Redacted.value(keys.chainCode)),
      createdAt: new Date(now).toISOString()
    }
    yield* Effect.try({
      try: () => {
        const file = openSync(path, "wx", 0o600)
        try {
          writeFileSync(file, `${JSON.stringify(stored, null, 2)}\n`)
          fsyncSync(file)
        } catch (cause) {
          // Half a key is none, and would be in the way of the next try.
          unlinkSync(path)
          throw cause
        } finally {
          closeSync(file)
        }
      },
      catch: (cause) => {
        const there =
          "a wallet is already there and is never written over; use another folder (--data DIR) or move it away"
        return new FileError({
          path,
          problem: codeOf(cause) === "EEXIST" ? there : `cannot be written: ${sentence(cause)}`
        })
      }
    })
    return { address: stored.address, publicKey: stored.publicKey, createdAt: stored.createdAt, path }
  })

/** The wallet of a data folder; null when there is none. A file that others can read, or that is broken, is refused. */
export const find = (home: string): Effect.Effect<Shown | null, FileError> =>
  Effect.suspend(() => {
    const path = pathOf(home)
    const refused = (problem: string) => Effect.fail(new FileError({ path, problem }))
    try {
      const { mode } = statSync(path)
      if (process.platform !== "win32" && (mode & 0o077) !== 0) {
        return refused("other users of this machine can read it; make it private: chmod 600")
      }
      const found = decode(readFileSync(path, "utf8"))
      if (Either.isLeft(found)) return refused("this is not a wallet's key file, or it is damaged")
      const { address, createdAt, publicKey } = found.right
      return Effect.succeed({ address, createdAt, publicKey, path })
    } catch (cause) {
      return codeOf(cause) === "ENOENT" ? Effect.succeed(null) : refused(`cannot be read: ${sentence(cause)}`)
    }
  })

/** The wallet that must be there. */
export const get = (home: string): Effect.Effect<Shown, FileError> =>
  Effect.flatMap(find(home), (found) =>
    found === null
      ? Effect.fail(
          new FileError({ path: pathOf(home), problem: "there is no wallet yet; pitboss wallet keygen makes one" })
        )
      : Effect.succeed(found)
  )

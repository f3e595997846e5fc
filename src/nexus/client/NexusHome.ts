/**
 * The folder of an operator's Nexus account: `config.json`, shared with the official client, and the signing key.
 *
 * Non-local environments use ~/.nexus, compatible in both directions: fields of config.json that we do not know are
 * kept, and `node.key` is the raw 32-byte seed that the batch client writes. A local environment has a folder of its own
 * under the data folder, so that playing with the embedded orchestrator never touches a real account. The key is made
 * once, on demand, in one atomic step, and is never replaced: a key that cannot be used stops the program with what to
 * do (the batch client deletes it silently, defect 18).
 */
import { randomBytes, randomUUID } from "node:crypto"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Signing from "../wire/Signing.ts"
import type { Environment } from "./Environment.ts"
import { ConfigInvalid, KeyInvalid } from "./Errors.ts"

/** The fields of config.json that the official client knows; all are strings and empty by default. */
export interface Config {
  readonly environment: string
  readonly userId: string
  readonly walletAddress: string
  readonly nodeId: string
}

export interface NexusHome {
  readonly folder: string
  readonly configPath: string
  readonly keyPath: string
  /** What config.json holds; null when there is none. */
  readonly readConfig: Effect.Effect<Config | null, ConfigInvalid>
  /** Writes the known fields, keeps all others, replaces the file in one step. */
  readonly writeConfig: (config: Config) => Effect.Effect<void, ConfigInvalid>
  /** Removes config.json; false when there was none. The key stays. */
  readonly removeConfig: Effect.Effect<boolean, ConfigInvalid>
  /** The signing key; made when there is none yet. */
  readonly signingKey: Effect.Effect<Signing.SigningKey, KeyInvalid>
}

/** Where the account of an environment lives: ~/.nexus, or a folder of the data folder for a local one. */
export const folderOf = (
  environment: Pick<Environment, "local">,
  places: { readonly home: string; readonly data: string },
  path: Path.Path
): string => (environment.local ? path.join(places.data, "nexus", "account") : path.join(places.home, ".nexus"))

const configBytes = 1_048_576
const fileNames = { environment: "environment", userId: "user_id", walletAddress: "wallet_address", nodeId: "node_id" }
const keys = Object.keys(fileNames) as ReadonlyArray<keyof Config>

const reasonOf = (error: PlatformError): string =>
  error._tag === "BadArgument"
    ? error.message
    : error.reason === "PermissionDenied"
      ? "permission denied; it must belong to the user who runs this program"
      : (error.description ?? error.reason)

const isReason = (reason: string) => (error: PlatformError) => error._tag === "SystemError" && error.reason === reason

const parseObject = (text: string): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null
  }
}

/** The account folder at `folder`; nothing is read or written before it is asked for. */
export const make = (folder: string): Effect.Effect<NexusHome, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const configPath = path.join(folder, "config.json")
    const keyPath = path.join(folder, "node.key")
    const aside = (name: string) => path.join(folder, `.${name}.${randomUUID()}`)

    /** Level by level: a recursive mkdir never ends below a folder such as /proc (src/cli/Folder.ts). */
    const makeFolder = (at: string): Effect.Effect<void, PlatformError> =>
      fs.makeDirectory(at, { mode: 0o700 }).pipe(
        Effect.catchIf(isReason("AlreadyExists"), () => Effect.void),
        Effect.catchIf(isReason("NotFound"), (error) =>
          Effect.if(fs.exists(path.dirname(at)), {
            onTrue: () => Effect.fail(error),
            onFalse: () => Effect.zipRight(makeFolder(path.dirname(at)), makeFolder(at))
          })
        )
      )
    const ensureFolder = makeFolder(folder)

    /** Writes a file that did not exist, on the disk when this returns, readable by its owner only. */
    const writeNew = (file: string, bytes: Uint8Array) =>
      Effect.scoped(
        Effect.gen(function* () {
          const open = yield* fs.open(file, { flag: "wx", mode: 0o600 })
          yield* open.writeAll(bytes)
          yield* open.sync
        })
      )

    const configFault = (doing: string) => (error: PlatformError) =>
      new ConfigInvalid({ path: configPath, detail: `cannot be ${doing}: ${reasonOf(error)}` })

    const readObject = Effect.gen(function* () {
      const { size } = yield* fs.stat(configPath)
      if (size > configBytes) {
        return yield* new ConfigInvalid({
          path: configPath,
          detail: "is larger than 1 MiB; it cannot be a config file"
        })
      }
      const object = parseObject(yield* fs.readFileString(configPath))
      const detail = "is not a JSON object; mend it, or run logout to remove it and register again"
      return object ?? (yield* new ConfigInvalid({ path: configPath, detail }))
    }).pipe(
      Effect.catchIf(
        (error): error is Extract<typeof error, { _tag: "SystemError" }> =>
          error._tag === "SystemError" && error.reason === "NotFound",
        () => Effect.succeed(null)
      ),
      Effect.mapError((error) => (error._tag === "ConfigInvalid" ? error : configFault("read")(error)))
    )

    const readConfig = Effect.gen(function* () {
      const object = yield* readObject
      if (object === null) return null
      const texts = { environment: "", userId: "", walletAddress: "", nodeId: "" }
      for (const key of keys) {
        const value = object[fileNames[key]] ?? ""
        if (typeof value !== "string") {
          const detail = `"${fileNames[key]}" must be a text in quotes`
          return yield* new ConfigInvalid({ path: configPath, detail })
        }
        texts[key] = value
      }
      return texts as Config
    })

    const writeConfig = (config: Config) =>
      Effect.gen(function* () {
        const known = Object.fromEntries(keys.map((key) => [fileNames[key], config[key]]))
        const object = { ...(yield* readObject), ...known }
        const temporary = aside("config")
        yield* ensureFolder.pipe(
          Effect.zipRight(writeNew(temporary, new TextEncoder().encode(`${JSON.stringify(object, null, 2)}\n`))),
          Effect.zipRight(fs.rename(temporary, configPath)),
          Effect.onError(() => Effect.ignore(fs.remove(temporary))),
          Effect.mapError(configFault("written"))
        )
      })

    const removeConfig = fs.remove(configPath).pipe(
      Effect.as(true),
      Effect.catchIf(isReason("NotFound"), () => Effect.succeed(false)),
      Effect.mapError(configFault("removed"))
    )

    const keyFault = (detail: string) => new KeyInvalid({ path: keyPath, detail })

    /** The seed on the disk, none when there is no file; every other trouble is an error. */
    const readSeed = Effect.gen(function* () {
      const info = yield* fs.stat(keyPath)
      if (info.type !== "File") return yield* keyFault("is not a file; move it away")
      if (process.platform !== "win32" && (info.mode & 0o077) !== 0) {
        return yield* keyFault(`is open to other users of this host; run: chmod 600 ${keyPath}`)
      }
      if (Number(info.size) !== Signing.seedBytes) {
        return yield* keyFault(
          `has ${info.size} bytes, not ${Signing.seedBytes}, so it is no signing key; put the right one back, or move it away and a new key is made`
        )
      }
      return Option.some(Redacted.make(yield* fs.readFile(keyPath)))
    }).pipe(
      Effect.catchIf(
        (error): error is Extract<typeof error, { _tag: "SystemError" }> =>
          error._tag === "SystemError" && error.reason === "NotFound",
        () => Effect.succeed(Option.none<Redacted.Redacted<Uint8Array>>())
      ),
      Effect.mapError((error) => (error._tag === "KeyInvalid" ? error : keyFault(`cannot be read: ${reasonOf(error)}`)))
    )

    /** Makes a key. Linking a finished file fails when another program was first: its key is then the key. */
    const createSeed = Effect.gen(function* () {
      const temporary = aside("node")
      yield* ensureFolder
      yield* writeNew(temporary, randomBytes(Signing.seedBytes)).pipe(
        Effect.zipRight(fs.link(temporary, keyPath)),
        Effect.catchIf(isReason("AlreadyExists"), () => Effect.void),
        Effect.ensuring(Effect.ignore(fs.remove(temporary)))
      )
    }).pipe(Effect.mapError((error) => keyFault(`cannot be made: ${reasonOf(error)}`)))

    const signingKey = Effect.gen(function* () {
      const found = yield* readSeed
      const seed = Option.isSome(found) ? found : yield* Effect.zipRight(createSeed, readSeed)
      if (Option.isNone(seed)) return yield* keyFault("was removed while it was being read; start again")
      return Signing.fromSeed(seed.value)
    })

    return { folder, configPath, keyPath, readConfig, writeConfig, removeConfig, signingKey }
  })

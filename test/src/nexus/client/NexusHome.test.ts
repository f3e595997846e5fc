/**
 * The account folder on a real disk: compatibility of config.json, and a signing key that is never replaced.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as NexusHome from "../../../../src/nexus/client/NexusHome.ts"
import * as Signing from "../../../../src/nexus/wire/Signing.ts"

const config: NexusHome.Config = { environment: "Production", userId: "u-1", walletAddress: "0xabc", nodeId: "7" }
const modeOf = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.map(fs.stat(path), ({ mode }) => mode & 0o777))

it.layer(NodeContext.layer)("NexusHome", (it) => {
  /** An account folder that does not exist yet, in a folder of the test's own. */
  const fresh = Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const home = yield* NexusHome.make(`${yield* fs.makeTempDirectoryScoped()}/.nexus`)
    return { fs, home }
  })

  it.effect("a local environment never uses ~/.nexus", () =>
    Effect.gen(function* () {
      const path = yield* Path.Path
      const places = { home: "/home/anna", data: "/data" }
      assert.strictEqual(NexusHome.folderOf({ local: false }, places, path), "/home/anna/.nexus")
      assert.strictEqual(NexusHome.folderOf({ local: true }, places, path), "/data/nexus/account")
    })
  )

  it.scoped("reading nothing makes nothing", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      assert.isNull(yield* home.readConfig)
      assert.isFalse(yield* home.removeConfig)
      assert.isFalse(yield* fs.exists(home.folder))
    })
  )

  it.scoped("config.json is what the official client reads: its four names, pretty, for the owner only", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* home.writeConfig(config)
      assert.strictEqual(
        yield* fs.readFileString(home.configPath),
        `{
  "environment": "Production",
  "user_id": "u-1",
  "wallet_address": "0xabc",
  "node_id": "7"
}
`
      )
      assert.strictEqual(yield* modeOf(home.configPath), 0o600)
      assert.strictEqual(yield* modeOf(home.folder), 0o700)
      assert.deepStrictEqual(yield* home.readConfig, config)
    })
  )

  it.scoped("a config.json of the official client or of its documentation is read, absent fields are empty", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* fs.makeDirectory(home.folder)
      yield* fs.writeFileString(home.configPath, '{"node_id":"123"}')
      assert.deepStrictEqual(yield* home.readConfig, { environment: "", userId: "", walletAddress: "", nodeId: "123" })
    })
  )

  it.scoped("unknown fields survive a write, in their place", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* fs.makeDirectory(home.folder)
      yield* fs.writeFileString(home.configPath, '{"theme":{"dark":true},"node_id":"1","zzz":[1,null]}')
      yield* home.writeConfig(config)
      assert.deepStrictEqual(JSON.parse(yield* fs.readFileString(home.configPath)), {
        theme: { dark: true },
        node_id: "7",
        zzz: [1, null],
        environment: "Production",
        user_id: "u-1",
        wallet_address: "0xabc"
      })
    })
  )

  it.scoped("a broken config.json is refused and left alone", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* fs.makeDirectory(home.folder)
      for (const broken of ["", "{", "[]", '"text"', "null"]) {
        yield* fs.writeFileString(home.configPath, broken)
        assert.include((yield* Effect.flip(home.readConfig)).message, "is not a JSON object")
        assert.include((yield* Effect.flip(home.writeConfig(config))).message, "is not a JSON object")
        assert.strictEqual(yield* fs.readFileString(home.configPath), broken)
      }
      yield* fs.writeFileString(home.configPath, '{"node_id":7}')
      assert.include((yield* Effect.flip(home.readConfig)).message, '"node_id" must be a text in quotes')
      yield* fs.writeFile(home.configPath, new Uint8Array(1_048_577))
      assert.include((yield* Effect.flip(home.readConfig)).message, "larger than 1 MiB")
    })
  )

  it.scoped("a write that fails leaves the old file and nothing beside it", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* home.writeConfig(config)
      const full = new PlatformError.SystemError({
        reason: "Unknown",
        module: "FileSystem",
        method: "rename",
        description: "no space left on device"
      })
      const broken = yield* NexusHome.make(home.folder).pipe(
        Effect.provideService(FileSystem.FileSystem, { ...fs, rename: () => full })
      )
      const error = yield* Effect.flip(broken.writeConfig({ ...config, nodeId: "8" }))
      assert.strictEqual(error._tag, "ConfigInvalid")
      assert.include(error.message, `${home.configPath}: cannot be written: no space left on device`)
      assert.deepStrictEqual(yield* home.readConfig, config)
      assert.deepStrictEqual(yield* fs.readDirectory(home.folder), ["config.json"])
    })
  )

  it.scoped("logout removes config.json and keeps the key", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* home.writeConfig(config)
      const { publicKey } = yield* home.signingKey
      assert.isTrue(yield* home.removeConfig)
      assert.deepStrictEqual(yield* fs.readDirectory(home.folder), ["node.key"])
      assert.deepStrictEqual((yield* home.signingKey).publicKey, publicKey)
    })
  )

  it.scoped("the key is made on demand: 32 random bytes, 0600, the same ever after", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      const first = yield* home.signingKey
      const seed = yield* fs.readFile(home.keyPath)
      assert.strictEqual(seed.length, 32)
      assert.strictEqual(yield* modeOf(home.keyPath), 0o600)
      assert.deepStrictEqual(first.publicKey, Signing.fromSeed(Redacted.make(seed)).publicKey)
      assert.deepStrictEqual((yield* home.signingKey).publicKey, first.publicKey)
      assert.deepStrictEqual(yield* fs.readDirectory(home.folder), ["node.key"])
      const other = (yield* fresh).home
      assert.notDeepEqual((yield* other.signingKey).publicKey, first.publicKey)
    })
  )

  it.scoped("a key of the batch client is used as it is", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      const seed = Buffer.from("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "hex")
      yield* fs.makeDirectory(home.folder)
      yield* fs.writeFile(home.keyPath, seed, { mode: 0o600 })
      assert.strictEqual(
        Buffer.from((yield* home.signingKey).publicKey).toString("hex"),
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
      )
      assert.deepStrictEqual(Buffer.from(yield* fs.readFile(home.keyPath)), seed)
    })
  )

  it.scoped("programs that start at the same time agree on one key", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      const homes = yield* Effect.all(Array.from({ length: 8 }, () => NexusHome.make(home.folder)))
      const keys = yield* Effect.all(
        homes.map((each) => each.signingKey),
        { concurrency: "unbounded" }
      )
      const seed = yield* fs.readFile(home.keyPath)
      const { publicKey } = Signing.fromSeed(Redacted.make(seed))
      for (const key of keys) assert.deepStrictEqual(key.publicKey, publicKey)
      assert.deepStrictEqual(yield* fs.readDirectory(home.folder), ["node.key"])
    })
  )

  it.scoped("defect 18: a key of the wrong size is refused, named and left alone", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* fs.makeDirectory(home.folder)
      for (const size of [0, 31, 33, 64]) {
        const bytes = new Uint8Array(size).fill(5)
        yield* fs.writeFile(home.keyPath, bytes, { mode: 0o600 })
        const error = yield* Effect.flip(home.signingKey)
        assert.strictEqual(error._tag, "KeyInvalid")
        assert.include(error.message, `${home.keyPath}: has ${size} bytes, not 32`)
        assert.deepStrictEqual(new Uint8Array(yield* fs.readFile(home.keyPath)), bytes)
      }
    })
  )

  it.scoped("a key that others can read, or that is no file, is refused with what to do", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      yield* fs.makeDirectory(home.folder)
      yield* fs.writeFile(home.keyPath, new Uint8Array(32))
      for (const mode of [0o640, 0o604, 0o644, 0o620]) {
        yield* fs.chmod(home.keyPath, mode)
        assert.include((yield* Effect.flip(home.signingKey)).message, `run: chmod 600 ${home.keyPath}`)
      }
      yield* fs.chmod(home.keyPath, 0o400)
      yield* home.signingKey
      yield* fs.remove(home.keyPath)
      yield* fs.makeDirectory(home.keyPath)
      assert.include((yield* Effect.flip(home.signingKey)).message, "is not a file")
    })
  )

  it.scoped("a key that cannot be read is an error, not a reason to make another", () =>
    Effect.gen(function* () {
      const { fs, home } = yield* fresh
      const denied = new PlatformError.SystemError({
        reason: "PermissionDenied",
        module: "FileSystem",
        method: "stat"
      })
      const broken = yield* NexusHome.make(home.folder).pipe(
        Effect.provideService(FileSystem.FileSystem, { ...fs, stat: () => denied })
      )
      const error = yield* Effect.flip(broken.signingKey)
      assert.include(error.message, "cannot be read: permission denied; it must belong to the user")
      assert.isFalse(yield* fs.exists(home.keyPath))
    })
  )
})

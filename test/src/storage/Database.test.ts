import * as FileSystem from "node:fs"
import * as OperatingSystem from "node:os"
import * as Path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as SqlClient from "@effect/sql/SqlClient"
import { Effect, Exit } from "effect"
import * as Database from "../../../src/storage/Database.ts"

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => FileSystem.mkdtempSync(Path.join(OperatingSystem.tmpdir(), "pitboss-storage-"))),
  (folder) => Effect.sync(() => FileSystem.rmSync(folder, { recursive: true, force: true }))
)

const first: Database.Migrations = {
  "1_things": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`CREATE TABLE things (id INTEGER PRIMARY KEY, body ${Database.bytesType(sql)})`
  })
}
const second: Database.Migrations = {
  ...first,
  "2_names": Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    yield* sql`ALTER TABLE things ADD COLUMN name TEXT`
  })
}

const open = (file: string, migrations: Database.Migrations) => Database.open({ file, what: "things", migrations })

describe("Database", () => {
  it.scoped("is private, durable by default, and leaves one file after a clean close", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const file = Path.join(folder, "deep", "er", "things.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open(file, first)
          yield* sql`INSERT INTO things (body) VALUES (${new Uint8Array([1, 2, 3])})`
          for (const suffix of ["", "-wal", "-shm"]) {
            assert.strictEqual(FileSystem.statSync(file + suffix).mode & 0o777, 0o600, suffix)
          }
          assert.deepStrictEqual(yield* sql`PRAGMA synchronous`, [{ synchronous: 2 }])
          assert.deepStrictEqual(yield* sql`PRAGMA journal_mode`, [{ journal_mode: "wal" }])
          assert.deepStrictEqual(yield* sql`PRAGMA foreign_keys`, [{ foreign_keys: 1 }])
          assert.deepStrictEqual(yield* sql`PRAGMA busy_timeout`, [{ timeout: 5000 }])
        })
      )
      assert.deepStrictEqual(FileSystem.readdirSync(Path.dirname(file)), ["things.db"])
    })
  )

  it.scoped("tightens the mode of a file that others could read", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      FileSystem.writeFileSync(file, "", { mode: 0o644 })
      yield* open(file, first)
      assert.strictEqual(FileSystem.statSync(file).mode & 0o777, 0o600)
    })
  )

  it.scoped("migrates forward and keeps what is there", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      yield* Effect.scoped(Effect.flatMap(open(file, first), (sql) => sql`INSERT INTO things (id) VALUES (7)`))
      const sql = yield* open(file, second)
      assert.deepStrictEqual(yield* sql`SELECT id, name FROM things`, [{ id: 7, name: null }])
    })
  )

  it.scoped("refuses a file of a newer program and changes nothing in it", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      yield* Effect.scoped(open(file, second))
      const before = FileSystem.readFileSync(file)
      const error = yield* Effect.flip(Effect.scoped(open(file, first)))
      assert.strictEqual(error._tag, "SchemaMismatch")
      assert.include(error.message, "2_names")
      assert.include(error.message, "1_things")
      assert.isTrue(before.equals(FileSystem.readFileSync(file)))
    })
  )

  it.scoped("refuses the database of another program", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      yield* Effect.scoped(open(file, { "1_others": Effect.void }))
      const error = yield* Effect.flip(Effect.scoped(open(file, first)))
      assert.strictEqual(error._tag, "SchemaMismatch")
      assert.include(error.message, "1_others")
    })
  )

  it.scoped("names a file that is no database, and keeps its bytes", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      const text = "this is not a database, it is a letter to the operator ".repeat(200)
      FileSystem.writeFileSync(file, text)
      const error = yield* Effect.flip(Effect.scoped(open(file, first)))
      assert.strictEqual(error._tag, "StorageCorrupt")
      assert.include(error.message, file)
      assert.include(error.message, "Nothing was changed")
      assert.strictEqual(FileSystem.readFileSync(file, "utf8"), text)
    })
  )

  it.scoped("finds damaged pages before anything is read from them", () =>
    Effect.gen(function* () {
      const file = Path.join(yield* temporaryFolder, "things.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const sql = yield* open(file, first)
          for (let row = 0; row < 200; row++) {
            yield* sql`INSERT INTO things (body) VALUES (${new Uint8Array(500).fill(row)})`
          }
        })
      )
      const bytes = FileSystem.readFileSync(file)
      bytes.fill(0xee, 5 * 4096, 9 * 4096)
      FileSystem.writeFileSync(file, bytes)
      const error = yield* Effect.flip(Effect.scoped(open(file, first)))
      assert.strictEqual(error._tag, "StorageCorrupt")
      assert.isTrue(bytes.equals(FileSystem.readFileSync(file)))
      // A table that is too large to be read at every start shows its damage when it is read.
      const large = Database.open({ file, what: "things", migrations: first, unchecked: ["things"] })
      const read = Effect.flatMap(large, (sql) => Effect.exit(sql`SELECT body FROM things`))
      assert.isTrue(Exit.isFailure(yield* Effect.scoped(read)))
    })
  )

  it.scoped("says when the place cannot be used at all", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      FileSystem.writeFileSync(Path.join(folder, "plain"), "")
      const error = yield* Effect.flip(Effect.scoped(open(Path.join(folder, "plain", "things.db"), first)))
      assert.strictEqual(error._tag, "StorageUnavailable")
      assert.match(error.message, /ENOTDIR|EEXIST/)
    })
  )
})

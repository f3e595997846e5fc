/** Data folders: where, how private, and that a folder never has two owners. */
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Scope, TestClock } from "effect"
import * as DataFolder from "../../../src/cli/DataFolder.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-data-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const locks = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("lock."))
const realm = () => `${hostname()}/${statSync("/proc/self/ns/pid").ino}`
const owner = (pid: number, birth = "") =>
  `${JSON.stringify({ pid, program: "other", host: hostname(), birth, realm: realm() })}\n`

/** A pid that was alive a moment ago and is not any more. */
const deadPid = Effect.async<number>((resume) => {
  const child = spawn(process.execPath, ["-e", "0"])
  child.on("exit", () => resume(Effect.succeed(child.pid ?? 0)))
})

describe("the data folder", () => {
  it("is --data, else PITBOSS_HOME (as the same setting), else the XDG folder, else ~/.local/share", () => {
    assert.strictEqual(DataFolder.locate("/x/y", {}), "/x/y")
    assert.strictEqual(DataFolder.locate(null, { XDG_DATA_HOME: "/data", HOME: "/home/a" }), "/data/pitboss")
    assert.strictEqual(
      DataFolder.locate(null, { XDG_DATA_HOME: "relative", HOME: "/home/a" }),
      "/home/a/.local/share/pitboss"
    )
  })

  it("of a user without HOME is where the system says; of one that it does not know it has to be named", () => {
    const unknown = () => {
      throw new Error("uv_os_get_passwd returned ENOENT")
    }
    for (const environment of [{}, { HOME: "" }]) {
      assert.strictEqual(
        DataFolder.userHome(environment, () => "/home/b"),
        "/home/b"
      )
      assert.throws(() => DataFolder.userHome(environment, unknown), /HOME is not set.*--data DIR/)
    }
    assert.strictEqual(DataFolder.userHome({ HOME: "/home/a" }, unknown), "/home/a")
  })

  it.scoped("that can not be made is told at once: a file on the way, and a folder that takes no new one", () =>
    Effect.gen(function* () {
      const home = yield* temporary
      writeFileSync(join(home, "file"), "")
      // Below /proc a recursive mkdir of Node never returns.
      for (const place of [join(home, "file", "x"), "/proc/nope", "/proc/nope/x/y"]) {
        const error = yield* Effect.flip(DataFolder.prepare(place, "pool"))
        assert.strictEqual(error._tag, "FileError")
        assert.match(error.message, /the data folder cannot be made \(choose another with --data\): E[A-Z]+: /)
      }
    })
  )

  it.scoped("has private parts, also when they were open before", () =>
    Effect.gen(function* () {
      const home = join(yield* temporary, "deep", "home")
      yield* DataFolder.prepare(home, "nexus")
      for (const part of DataFolder.parts) assert.strictEqual(statSync(join(home, part)).mode & 0o777, 0o700)
    })
  )

  it.scoped("a folder has one owner, who is named to the second", () =>
    Effect.gen(function* () {
      const folder = yield* DataFolder.prepare(yield* temporary, "nexus")
      const scope = yield* Scope.make()
      yield* Scope.extend(DataFolder.own(folder, "batch-file"), scope)
      const error = yield* Effect.flip(DataFolder.own(folder, "start"))
      assert.strictEqual(error._tag, "FolderOwned")
      assert.include(error.message, `batch-file (pid ${process.pid})`)
      const [name = ""] = locks(folder)
      assert.strictEqual(statSync(join(folder, name)).mode & 0o777, 0o600)
      yield* Scope.close(scope, Exit.void)
      yield* DataFolder.own(folder, "start")
      assert.lengthOf(locks(folder), 1)
    })
  )

  it.scoped("the lock of a dead process is taken over; so is one of a pid that lives a second life", () =>
    Effect.gen(function* () {
      const folder = yield* DataFolder.prepare(yield* temporary, "nexus")
      writeFileSync(join(folder, "lock.7"), owner(yield* deadPid))
      yield* Effect.scoped(DataFolder.own(folder, "a"))
      assert.deepStrictEqual(locks(folder), ["lock.8"])
      writeFileSync(join(folder, "lock.9"), owner(process.pid, "another boot/123"))
      yield* Effect.scoped(DataFolder.own(folder, "b"))
      assert.deepStrictEqual(locks(folder), ["lock.10"])
      writeFileSync(join(folder, "lock.11"), "{ cut off")
      yield* Effect.scoped(DataFolder.own(folder, "c"))
      assert.deepStrictEqual(locks(folder), ["lock.12"])
    })
  )

  it.scoped("the lock of a killed process that its parent has not taken note of is taken over", () =>
    Effect.gen(function* () {
      const folder = yield* DataFolder.prepare(yield* temporary, "nexus")
      // The shell becomes a program that never waits for its children.
      const parent = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn("sh", ["-c", "sleep 100 & echo $!; exec sleep 100"], { stdio: ["ignore", "pipe", "ignore"] })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      const pid = yield* Effect.async<number>((resume) => {
        parent.stdout.once("data", (line: Buffer) => resume(Effect.succeed(Number(line))))
      })
      writeFileSync(join(folder, "lock.3"), owner(pid))
      assert.strictEqual((yield* Effect.flip(Effect.scoped(DataFolder.own(folder, "a"))))._tag, "FolderOwned")
      process.kill(pid, "SIGKILL")
      yield* Effect.sync(() => / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"))).pipe(
        Effect.repeat({ until: (zombie) => zombie, times: 100_000 })
      )
      yield* Effect.scoped(DataFolder.own(folder, "a"))
      assert.deepStrictEqual(locks(folder), ["lock.4"])
    })
  )

  it.scoped("an owner in another container is believed when it gives a sign of life, and dead when it is silent", () =>
    Effect.gen(function* () {
      const folder = yield* DataFolder.prepare(yield* temporary, "nexus")
      const elsewhere = { pid: 1, program: "batch-file", host: "box", birth: "", realm: "box/1" }
      const lock = join(folder, "lock.1")
      writeFileSync(lock, JSON.stringify(elsewhere))
      const refused = yield* Effect.fork(Effect.flip(Effect.scoped(DataFolder.own(folder, "a"))))
      yield* TestClock.adjust("3 seconds")
      utimesSync(lock, new Date(), new Date(Date.now() + 5_000))
      yield* TestClock.adjust("1 second")
      assert.include((yield* Fiber.join(refused)).message, "pid 1 on box")

      const patient = yield* Effect.fork(Effect.scoped(DataFolder.own(folder, "b")))
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual(locks(folder), ["lock.1"])
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(patient)
      assert.deepStrictEqual(locks(folder), ["lock.2"])
    })
  )

  it.live("of many processes that race for the lock of a dead one, one gets it", () =>
    Effect.gen(function* () {
      const folder = yield* DataFolder.prepare(yield* temporary, "nexus")
      writeFileSync(join(folder, "lock.3"), owner(yield* deadPid))
      const module = JSON.stringify(join(process.cwd(), "src/cli/DataFolder.ts"))
      const program = `
        const { own } = await import(${module})
        const { Effect } = await import("effect")
        process.stdout.write("ready\\n")
        process.stdin.once("data", async () => {
          const exit = await Effect.runPromiseExit(Effect.scoped(Effect.zipRight(own(${JSON.stringify(folder)}, "racer"), Effect.sleep(1500))))
          process.stdout.write(exit._tag === "Success" ? "WON\\n" : "lost\\n")
          process.exit(0)
        })`
      const racer = Effect.async<{ readonly go: () => void; readonly result: Promise<string> }>((resume) => {
        const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program])
        let said = ""
        const result = new Promise<string>((done) => child.on("exit", () => done(said)))
        child.stdout.on("data", (data: Buffer) => {
          said += data.toString()
          if (said === "ready\n") resume(Effect.succeed({ go: () => child.stdin.write("go\n"), result }))
        })
      })
      const racers = yield* Effect.all(
        Array.from({ length: 4 }, () => racer),
        { concurrency: 2 }
      )
      for (const { go } of racers) go()
      const results = yield* Effect.promise(() => Promise.all(racers.map(({ result }) => result)))
      assert.lengthOf(
        results.filter((said) => said.includes("WON")),
        1,
        results.join()
      )
      assert.deepStrictEqual(locks(folder), ["lock.4"])
      assert.include(readFileSync(join(folder, "lock.4"), "utf8"), '"pid":0')
    }).pipe(Effect.scoped)
  )
})

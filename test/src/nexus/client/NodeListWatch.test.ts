/**
 * Following a node list: the timing rules on a file in memory under the test clock, folder events on a real disk.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as PlatformError from "@effect/platform/Error"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as NodeListWatch from "../../../../src/nexus/client/NodeListWatch.ts"

const describeChange = (change: NodeListWatch.Change) =>
  change._tag === "Changed" ? change.list.entries.map(({ id }) => id).join(",") : `kept: ${change.error._tag}`

/** A file in memory whose folder never reports anything, as on network mounts; null: it is missing. */
const memory = (initial: string) => {
  let text: string | null = initial
  const bytes = Effect.suspend(() =>
    text === null
      ? new PlatformError.SystemError({ reason: "NotFound", module: "FileSystem", method: "readFile" })
      : Effect.succeed(new TextEncoder().encode(text))
  )
  const info = (size: number): FileSystem.File.Info => ({
    type: "File",
    size: FileSystem.Size(size),
    mtime: Option.none(),
    atime: Option.none(),
    birthtime: Option.none(),
    dev: 0,
    ino: Option.none(),
    mode: 0o600,
    nlink: Option.none(),
    uid: Option.none(),
    gid: Option.none(),
    rdev: Option.none(),
    blksize: Option.none(),
    blocks: Option.none()
  })
  const layer = FileSystem.layerNoop({
    stat: () => Effect.map(bytes, ({ length }) => info(length)),
    readFile: () => bytes,
    watch: () => Stream.never
  })
  const write = (next: string | null) =>
    Effect.sync(() => {
      text = next
    })
  return { layer, write }
}

describe("NodeListWatch by polling", () => {
  /** `start` ends 1 s after the first poll; the next ones follow every 5 s. */
  const untilJustAfterAPoll = TestClock.adjust("4100 millis")

  const start = (initial: string) =>
    Effect.gen(function* () {
      const { layer, write } = memory(initial)
      const changes = yield* Queue.unbounded<string>()
      yield* NodeListWatch.watch("nodes.txt", { skipInvalid: false }).pipe(
        Stream.runForEach((change) => Queue.offer(changes, describeChange(change))),
        Effect.provide(layer),
        Effect.provide(Path.layer),
        Effect.forkScoped
      )
      yield* TestClock.adjust("1 second")
      return { write, reported: Effect.map(Queue.takeAll(changes), (all) => [...all]) }
    })

  it.scoped("a change is reported once, after it stayed the same for a moment", () =>
    Effect.gen(function* () {
      const { reported, write } = yield* start("1\n2\n")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* reported, [])
      yield* write("1\n")
      yield* untilJustAfterAPoll
      // The writer was not finished: half a file was a valid list of one node.
      yield* write("1\n3\n")
      yield* TestClock.adjust("300 millis")
      assert.deepStrictEqual(yield* reported, [])
      yield* TestClock.adjust("300 millis")
      assert.deepStrictEqual(yield* reported, ["1,3"])
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* reported, [])
    })
  )

  it.scoped("a change that is taken back at once is none", () =>
    Effect.gen(function* () {
      const { reported, write } = yield* start("1\n2\n")
      yield* write("1\n")
      yield* untilJustAfterAPoll
      yield* write("1\n2\n")
      yield* TestClock.adjust("30 seconds")
      assert.deepStrictEqual(yield* reported, [])
    })
  )

  it.scoped("an invalid, empty or missing file keeps the old list, is reported once, and can be mended", () =>
    Effect.gen(function* () {
      const { reported, write } = yield* start("1\n")
      const reportOf = (text: string | null) =>
        Effect.zipRight(write(text), Effect.zipRight(TestClock.adjust("30 seconds"), reported))
      assert.deepStrictEqual(yield* reportOf("1\nnonsense\n"), ["kept: NodeListInvalid"])
      assert.deepStrictEqual(yield* reportOf(""), ["kept: NodeListInvalid"])
      assert.deepStrictEqual(yield* reportOf(null), ["kept: NodeListUnreadable"])
      assert.deepStrictEqual(yield* reportOf("1\n2\n"), ["1,2"])
    })
  )
})

describe("NodeListWatch by folder events", () => {
  it.scopedLive("a file replaced by rename is noticed without polling", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/nodes.txt`
      yield* fs.writeFileString(path, "1\n")
      const changes = yield* Queue.unbounded<string>()
      yield* NodeListWatch.watch(path, { skipInvalid: false, quiet: "10 millis", poll: "1 hour" }).pipe(
        Stream.runForEach((change) => Queue.offer(changes, describeChange(change))),
        Effect.forkScoped
      )
      // The watch begins at some moment after the fork, so the file is replaced until that is noticed.
      const replace = Effect.zipRight(fs.writeFileString(`${path}.new`, "7\n8\n"), fs.rename(`${path}.new`, path)).pipe(
        Effect.delay("30 millis"),
        Effect.forever
      )
      assert.strictEqual(yield* Effect.race(Queue.take(changes), replace), "7,8")
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

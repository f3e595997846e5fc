/** The control socket: every call over a real socket, its limits, and how a program is found. */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Queue, Schema, Stream } from "effect"
import * as Screen from "../../../src/console/Screen.ts"
import { ProgramStatus, UnknownNode } from "../../../src/control/Api.ts"
import * as Client from "../../../src/control/Client.ts"
import { Controlled, type ControlledService } from "../../../src/control/Controlled.ts"
import * as Server from "../../../src/control/Server.ts"
import * as Sockets from "../../../src/control/Sockets.ts"
import { miner, pool } from "../console/Programs.ts"
import { nodeStatus, status } from "../console/Statuses.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pitboss-control-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A program that notes what it is told. */
const fake = (
  told: Array<string>,
  changes: Stream.Stream<ProgramStatus> = Stream.empty,
  picture = status([nodeStatus(1, { label: "节点" }), nodeStatus(2)])
): ControlledService => {
  const note = (what: string) => Effect.sync(() => void told.push(what))
  return {
    about: picture.about,
    status: Effect.succeed(picture),
    changes,
    pause: (node) => (node === "9" ? Effect.fail(new UnknownNode({ node })) : note(`pause ${node}`)),
    resume: (node) => note(`resume ${node}`),
    restart: (node) => note(`restart ${node}`),
    setConcurrency: (limit) => note(`concurrency ${limit}`),
    reload: Effect.as(note("reload"), { added: ["3"], retiring: [], relabelled: [], unchanged: 2 }),
    stop: note("stop"),
    tree: Effect.succeed([])
  }
}

const serving = (run: string, program: ControlledService) =>
  Effect.gen(function* () {
    const body = yield* Server.start(run)
    yield* Effect.forkScoped(body)
  }).pipe(Effect.provideService(Controlled, program))

const connect = (run: string) =>
  Effect.flatMap(Client.choose(run, null, "en"), (target) => Client.connect(target, "en"))

describe("the control socket", () => {
  it.live("carries every call and every error", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      const told: Array<string> = []
      yield* serving(run, fake(told))
      const { call } = yield* connect(run)
      assert.strictEqual((yield* call((client) => client.about())).pid, 4711)
      const picture = yield* call((client) => client.status())
      assert.deepStrictEqual(picture, status([nodeStatus(1, { label: "节点" }), nodeStatus(2)]))
      yield* call((client) => client.pause({ node: "节点" }))
      yield* call((client) => client.resume({ node: "1" }))
      yield* call((client) => client.restart({ node: "1" }))
      yield* call((client) => client.concurrency({ limit: 7 }))
      assert.deepStrictEqual((yield* call((client) => client.reload())).added, ["3"])
      yield* call((client) => client.stop())
      assert.deepStrictEqual(told, ["pause 节点", "resume 1", "restart 1", "concurrency 7", "reload", "stop"])
      const error = yield* Effect.flip(call((client) => client.pause({ node: "9" })))
      assert.strictEqual(error._tag, "UnknownNode")
    }).pipe(Effect.scoped)
  )

  it.live("carries the pictures of pools and miners, numbers of any size included", () =>
    Effect.gen(function* () {
      for (const picture of [pool(), miner()]) {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const run = yield* temporary
            yield* serving(run, fake([], Stream.empty, picture))
            const { call } = yield* connect(run)
            const seen = yield* call((client) => client.status())
            assert.deepStrictEqual(Screen.lines(seen, 120, "en"), Screen.lines(picture, 120, "en"))
            assert.strictEqual(seen.miner?.status.job?.networkDifficulty, picture.miner?.status.job?.networkDifficulty)
          })
        )
      }
    })
  )

  it("older and newer programs can be read: missing pictures are none, unknown fields and words are no trouble", () => {
    const decode = Schema.decodeUnknownSync(ProgramStatus)
    const encode = Schema.encodeSync(ProgramStatus)
    const { miner: _, pool: __, ...older } = encode(status([nodeStatus(1)]))
    assert.deepStrictEqual(decode(older), status([nodeStatus(1)]))
    const sent = encode(pool())
    const newer = {
      ...sent,
      gpu: { busy: true },
      pool: sent.pool && {
        ...sent.pool,
        status: { ...sent.pool.status, temperature: 40, sync: { ...sent.pool.status.sync, state: "rewinding" } }
      }
    }
    assert.strictEqual(decode(newer).pool?.status.sync.state, "rewinding")
  })

  it.live("streams statuses as they change", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      const queue = yield* Queue.unbounded<ProgramStatus>()
      yield* serving(run, fake([], Stream.fromQueue(queue)))
      const { client } = yield* connect(run)
      const taken = yield* Effect.fork(Stream.runCollect(Stream.take(client.watch({ perSecond: 10 }), 2)))
      yield* Queue.offer(queue, status([nodeStatus(1)]))
      yield* Effect.sleep(300)
      yield* Queue.offer(queue, status([nodeStatus(1), nodeStatus(2)]))
      const counts = Chunk.toReadonlyArray(yield* Fiber.join(taken)).map(({ fleet }) => fleet?.nodes.length)
      assert.deepStrictEqual(counts, [1, 2])
    }).pipe(Effect.scoped)
  )

  it.live("is private, named after program and pid, and gone with its scope", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* serving(run, fake([]))
          const path = join(run, `batch-file-${process.pid}.sock`)
          assert.isTrue(statSync(path).isSocket())
          assert.strictEqual(statSync(path).mode & 0o777, 0o600)
        })
      )
      assert.deepStrictEqual(readdirSync(run), [])
    }).pipe(Effect.scoped)
  )

  it.live("works in a folder whose path is longer than a socket's may be", () =>
    Effect.gen(function* () {
      const run = join(yield* temporary, "x".repeat(100), "run")
      mkdirSync(run, { recursive: true })
      yield* serving(run, fake([]))
      const { call } = yield* connect(run)
      assert.strictEqual((yield* call((client) => client.about())).program, "batch-file")
    }).pipe(Effect.scoped)
  )

  it.live("a peer that sends garbage or too much is told so; others do not notice", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      const told: Array<string> = []
      yield* serving(run, fake(told))
      const { call, target } = yield* connect(run)
      const answerTo = (bytes: string) =>
        Effect.async<string>((resume) => {
          const socket = createConnection(target.address)
          socket.once("data", (data: Buffer) => resume(Effect.succeed(data.toString())))
          socket.on("error", () => resume(Effect.succeed("closed")))
          socket.write(bytes)
          return Effect.sync(() => socket.destroy())
        })
      assert.include(yield* answerTo("not json at all\n"), "Defect")
      assert.match(yield* answerTo(`{"_tag":"Request","tag":"${"x".repeat(200_000)}`), /Defect|closed/)
      const request = { _tag: "Request", id: "1", tag: "concurrency", payload: { limit: -5 }, headers: [] }
      assert.include(yield* answerTo(`${JSON.stringify(request)}\n`), "Failure")
      assert.strictEqual((yield* call((client) => client.about())).pid, 4711)
      assert.deepStrictEqual(told, [])
    }).pipe(Effect.scoped)
  )
})

describe("finding the program", () => {
  it.effect("none, one, several, by name, by pid and by path", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      const none = yield* Effect.flip(Client.choose(run, null, "en"))
      assert.strictEqual(none._tag, "NoTarget")
      const mine = join(run, `batch-file-${process.pid}.sock`)
      writeFileSync(mine, "")
      assert.strictEqual((yield* Client.choose(run, null, "en")).pid, process.pid)
      const other = join(run, `orchestrator-${process.ppid}.sock`)
      writeFileSync(other, "")
      const all = yield* Client.chooseAll(run, null, "en")
      assert.lengthOf(all, 2)
      assert.strictEqual((yield* Effect.flip(Client.chooseAll(run, "999999999", "en")))._tag, "NoTarget")
      const many = yield* Effect.flip(Client.choose(run, null, "en"))
      assert.strictEqual(many._tag, "ManyTargets")
      assert.include(many.message, String(process.ppid))
      assert.strictEqual((yield* Client.choose(run, String(process.ppid), "en")).program, "orchestrator")
      assert.strictEqual((yield* Client.choose(run, mine, "en")).pid, process.pid)
      assert.strictEqual((yield* Client.choose(run, "batch-file", "en")).pid, process.pid)
      assert.strictEqual((yield* Effect.flip(Client.choose(run, "miner", "en")))._tag, "NoTarget")
      writeFileSync(join(run, `orchestrator-1.sock`), "")
      assert.strictEqual((yield* Effect.flip(Client.choose(run, "orchestrator", "en")))._tag, "ManyTargets")
      const unknown = yield* Effect.flip(Client.choose(run, "999999999", "en"))
      assert.strictEqual(unknown._tag, "NoTarget")
      assert.include(unknown.message, `--target ${process.ppid}  orchestrator`)
      assert.strictEqual((yield* Effect.flip(Client.choose(run, join(run, "nothing.sock"), "en")))._tag, "NoTarget")
    }).pipe(Effect.scoped)
  )

  it.live("sockets of dead programs are removed", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      const pid = yield* Effect.async<number>((resume) => {
        const child = spawn(process.execPath, ["-e", "0"])
        child.on("exit", () => resume(Effect.succeed(child.pid ?? 0)))
      })
      const stale = join(run, `batch-file-${pid}.sock`)
      writeFileSync(stale, "")
      assert.lengthOf(Sockets.list(run), 0)
      assert.isFalse(existsSync(stale))
    }).pipe(Effect.scoped)
  )

  it.live("a program whose socket nobody serves is reported, not waited for", () =>
    Effect.gen(function* () {
      const run = yield* temporary
      writeFileSync(join(run, `batch-file-${process.pid}.sock`), "")
      const error = yield* Effect.flip(Effect.scoped(connect(run)))
      assert.strictEqual(error._tag, "TargetGone")
      assert.include(error.message, String(process.pid))
    }).pipe(Effect.scoped)
  )
})

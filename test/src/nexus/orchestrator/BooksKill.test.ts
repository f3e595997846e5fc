import { spawn } from "node:child_process"
import * as FileSystem from "node:fs"
import * as OperatingSystem from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import type { Task } from "../../../../actors/nexus/Task.ts"
import { call, fetchTask, jsonOf, submission, submit } from "./support.ts"

const script = fileURLToPath(new URL("orchestratorProcess.ts", import.meta.url))

const start = (file: string) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly kill: () => void; readonly dead: Promise<void> }>((resume) => {
      const child = spawn(process.execPath, ["--import", "tsx", script, file], { stdio: ["ignore", "pipe", "inherit"] })
      const dead = new Promise<void>((ended) => {
        child.on("close", () => ended())
      })
      child.stdout
        .setEncoding("utf8")
        .once("data", (port: string) =>
          resume(Effect.succeed({ url: `http://127.0.0.1:${port.trim()}`, kill: () => child.kill("SIGKILL"), dead }))
        )
    }),
    ({ dead, kill }) =>
      Effect.promise(() => {
        kill()
        return dead
      })
  )

it.scopedLive("keeps every acknowledged acceptance across kill -9, and accepts nothing twice", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => FileSystem.mkdtempSync(Path.join(OperatingSystem.tmpdir(), "pitboss-books-"))),
      (path) => Effect.sync(() => FileSystem.rmSync(path, { recursive: true, force: true }))
    )
    const file = Path.join(folder, "books.db")
    const fetched = new Map<string, Task>()
    const acknowledged = new Map<string, number>()

    /** One node: fetch, submit, note what was acknowledged, until the connection breaks. */
    const node = (url: string, id: string, done: { count: number }) =>
      Effect.gen(function* () {
        for (;;) {
          const task = yield* fetchTask(url, id)
          fetched.set(task.taskId, task)
          const answer = yield* submit(url, submission(task))
          // 409: an earlier answer was lost in a kill.
          assert.isTrue(answer.status === 200 || answer.status === 409, String(answer.status))
          if (answer.status === 200) acknowledged.set(task.taskId, (acknowledged.get(task.taskId) ?? 0) + 1)
          done.count += 1
        }
      })

    for (let run = 0; run < 3; run++) {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { dead, kill, url } = yield* start(file)
          const done = { count: 0 }
          const killAt = 60 + 45 * run
          yield* Effect.all(
            [
              ...Array.from({ length: 12 }, (_, id) => Effect.either(node(url, String(id), done))),
              Effect.gen(function* () {
                while (done.count < killAt) yield* Effect.sleep(2)
                kill()
                yield* Effect.promise(() => dead)
              })
            ],
            { concurrency: "unbounded" }
          )
        })
      )
    }
    assert.isAbove(acknowledged.size, 200)
    assert.deepStrictEqual([...new Set(acknowledged.values())], [1])

    const { url } = yield* start(file)
    const { tasks } = jsonOf(yield* call(url, "GET", "/books/tasks?limit=10000")) as {
      tasks: ReadonlyArray<{ task_id: string; state: string }>
    }
    const state = new Map(tasks.map((task) => [task.task_id, task.state]))
    for (const id of fetched.keys()) assert.isTrue(state.has(id), `task ${id} was handed out and forgotten`)
    for (const id of acknowledged.keys()) assert.strictEqual(state.get(id), "accepted", id)
    const accepted = tasks.filter((task) => task.state === "accepted")
    assert.deepInclude(jsonOf(yield* call(url, "GET", "/books")), { accepted: accepted.length, issued: tasks.length })
    for (const { task_id } of accepted) {
      const task = fetched.get(task_id)
      assert.isDefined(task)
      if (task !== undefined) assert.strictEqual((yield* submit(url, submission(task))).status, 409)
    }
    assert.isTrue(Either.isRight(yield* Effect.either(fetchTask(url, "1"))))
  })
)

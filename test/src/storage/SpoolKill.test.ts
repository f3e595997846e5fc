import { type ChildProcess, spawn } from "node:child_process"
import * as FileSystem from "node:fs"
import * as OperatingSystem from "node:os"
import * as Path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Database from "../../../src/storage/Database.ts"
import { migrations } from "../../../src/storage/NexusSpoolSchema.ts"

const script = fileURLToPath(new URL("spoolWriter.ts", import.meta.url))

/** Run the writer until it has acknowledged `lines` lines, then SIGKILL it in the middle of its work. */
const writeAndKill = (file: string, run: number, lines: number) =>
  Effect.async<ReadonlyArray<string>, Error>((resume) => {
    const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", script, file, String(run)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let text = ""
    let killed = false
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
      if (!killed && text.split("\n").length > lines) {
        killed = true
        child.kill("SIGKILL")
      }
    })
    child.on("close", (code, signal) =>
      resume(
        signal === "SIGKILL" ? Effect.succeed(text.split("\n").slice(0, -1)) : Effect.fail(new Error(`exit ${code}`))
      )
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

it.scopedLive("loses nothing acknowledged when it is killed in the middle of writing, again and again", () =>
  Effect.gen(function* () {
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => FileSystem.mkdtempSync(Path.join(OperatingSystem.tmpdir(), "pitboss-kill-"))),
      (path) => Effect.sync(() => FileSystem.rmSync(path, { recursive: true, force: true }))
    )
    const file = Path.join(folder, "spool.db")
    const acknowledged: Array<string> = []
    for (let run = 0; run < 5; run++) acknowledged.push(...(yield* writeAndKill(file, run, 150 + 170 * run)))
    assert.isAbove(acknowledged.length, 2000)

    const sql = yield* Database.open({ file, what: "spool", migrations })
    const rows = yield* sql<{ readonly task_id: string; readonly state: string; readonly hash: string | null }>`
      SELECT t.task_id, t.state, p.hash FROM spool_tasks t
      LEFT JOIN spool_proofs p ON p.node = t.node AND p.task_id = t.task_id`
    const found = new Map(rows.map((row) => [row.task_id, row]))
    for (const line of acknowledged) {
      const [what, taskId = ""] = line.split(" ")
      const row = found.get(taskId)
      assert.isDefined(row, line)
      if (what === "proved") assert.isTrue(row?.state === "accepted" || row?.hash === taskId, line)
      if (what === "closed") assert.strictEqual(row?.state, "accepted", line)
    }
    const [total] = yield* sql<{ readonly tasks: number }>`SELECT tasks FROM spool_totals WHERE outcome = 'accepted'`
    assert.strictEqual(total?.tasks, rows.filter((row) => row.state === "accepted").length)
  })
)

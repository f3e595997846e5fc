/**
 * `npm run bench -- soak [--nodes 200] [--minutes 10] [--kills 5] [--faults rate=0.1] [--idle 5000]`: the fleet under
 * faults and `kill -9`, judged by its books.
 *
 * Runs the real program (dist/main.js) with its embedded orchestrator, kills the whole process group without warning
 * several times, lets it end gracefully, and then compares two independent sets of books: what the orchestrator accepted
 * and what the spool says became of every task. Afterwards it measures, from outside, what an idle node costs.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const root = fileURLToPath(new URL("../..", import.meta.url))
const { values: flags } = parseArgs({
  options: {
    nodes: { type: "string", default: "200" },
    minutes: { type: "string", default: "10" },
    kills: { type: "string", default: "5" },
    faults: { type: "string", default: "rate=0.1" },
    idle: { type: "string", default: "5000" },
    keep: { type: "boolean", default: false }
  }
})
const nodes = Number(flags.nodes)
const seconds = Number(flags.minutes) * 60
const kills = Number(flags.kills)

const folder = mkdtempSync(join(tmpdir(), "pitboss-soak-"))
const log = createWriteStream(join(folder, "soak.log"))

const nodeList = (count: number) => {
  const file = join(folder, `nodes-${count}.txt`)
  writeFileSync(file, Array.from({ length: count }, (_, index) => `${1_000_000 + index}`).join("\n"))
  return file
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** Every (task, input) whose proof the program said to have made durable; more than once is a proof made twice. */
const proved = new Map<string, number>()

const launch = (args: ReadonlyArray<string>): ChildProcess => {
  const child = spawn(process.execPath, [join(root, "dist/main.js"), ...args], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder }
  })
  child.stderr?.pipe(log, { end: false })
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.write(`${line}\n`)
      const found = /input proved.*task=(\S+) input=(\d+)/.exec(line)
      if (found !== null) proved.set(`${found[1]}/${found[2]}`, (proved.get(`${found[1]}/${found[2]}`) ?? 0) + 1)
    })
  }
  return child
}

const ended = (child: ChildProcess) =>
  new Promise<number | string>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode)
    else child.once("exit", (code, signal) => resolve(code ?? signal ?? "?"))
  })

/** Proportional resident bytes of a process and all its descendants, as the kernel counts them. */
const treeBytes = (pid: number): number => {
  const parents = new Map<number, number>()
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8")
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]))
    } catch {
      // The process ended while we looked.
    }
  }
  const inTree = (candidate: number): boolean =>
    candidate === pid || (candidate > 1 && inTree(parents.get(candidate) ?? 0))
  let bytes = 0
  for (const candidate of parents.keys()) {
    if (!inTree(candidate)) continue
    try {
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${candidate}/smaps_rollup`, "utf8"))
      bytes += Number(pss?.[1] ?? 0) * 1024
    } catch {
      // As above.
    }
  }
  return bytes
}

const mb = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`

interface Row {
  readonly task_id: string
  readonly state: string
}
interface Db {
  readonly prepare: (sql: string) => { readonly all: () => ReadonlyArray<Row> }
  readonly close: () => void
}
const Database = createRequire(import.meta.url)("better-sqlite3") as new (file: string, options: object) => Db
const rows = (file: string, sql: string) => {
  const db = new Database(file, { readonly: true })
  const found = db.prepare(sql).all()
  db.close()
  return found
}

// ------------------------------------------------------------------------------------------ faults and kill -9

const data = join(folder, "data")
mkdirSync(data)
const port = await freePort()
const fleet = [
  ...["batch-file", "--env", "local", "--orchestrator-port", String(port)],
  ...["--file", nodeList(nodes), "--data", data, "--headless", "--max-concurrent", "20", "--start-delay", "0.02"],
  ...["--faults", flags.faults, "--shutdown-deadline", "60"]
]
process.stdout.write(`${nodes} nodes, faults ${flags.faults}, ${seconds} s, ${kills} times kill -9; log ${folder}\n`)

let peak = 0
let child = launch(fleet)
for (let phase = 0; phase <= kills; phase++) {
  const end = Date.now() + (seconds * 1000) / (kills + 1)
  while (Date.now() < end) {
    await sleep(1000)
    if (child.exitCode !== null) throw new Error(`the program ended by itself with ${child.exitCode}; see ${folder}`)
    if (child.pid !== undefined) peak = Math.max(peak, treeBytes(child.pid))
  }
  if (phase === kills) break
  const gone = ended(child)
  process.kill(-(child.pid ?? 0), "SIGKILL")
  await gone
  process.stdout.write(`kill -9 number ${phase + 1}\n`)
  child = launch(fleet)
}
const lastBytes = treeBytes(child.pid ?? 0)
const exit = ended(child)
child.kill("SIGTERM")
const code = await exit

const spool = rows(join(data, "nexus/spool-local.sqlite"), "SELECT task_id, state FROM spool_tasks")
const books = rows(join(data, "orchestrator/books.sqlite"), "SELECT task_id, state FROM books_tasks")
const accepted = new Set(books.filter((row) => row.state === "accepted").map((row) => row.task_id))
const claimed = new Set(
  spool.filter((row) => row.state === "accepted" || row.state === "duplicate").map((row) => row.task_id)
)
const open = new Set(spool.filter((row) => row.state === "open").map((row) => row.task_id))
const lost = [...claimed].filter((task) => !accepted.has(task))
const unknown = [...accepted].filter((task) => !claimed.has(task) && !open.has(task))
const doubled = spool.length - new Set(spool.map((row) => row.task_id)).size
const twice = [...proved].filter(([, times]) => times > 1)
const outcomes = [...new Set(spool.map((row) => row.state))].map(
  (state) => `${state} ${spool.filter((row) => row.state === state).length}`
)

process.stdout.write(
  [
    `exit code after SIGTERM:                         ${code}`,
    `tasks in the spool:                              ${spool.length} (${outcomes.join(", ")})`,
    `accepted in the orchestrator's books:            ${accepted.size}`,
    `done in the spool, unknown to the orchestrator:  ${lost.length}`,
    `accepted by the orchestrator, lost by the spool: ${unknown.length}`,
    `tasks that stand twice in the spool:             ${doubled}`,
    `inputs proved again after their proof was kept:  ${twice.length}`,
    `process tree, proportional resident memory:      peak ${mb(peak)}, at the end ${mb(lastBytes)}`,
    ""
  ].join("\n")
)

// ------------------------------------------------------------------------------------------ cost of an idle node

/** Nodes that wait for their first start do nothing but exist. */
const idleBytes = async (count: number) => {
  const home = join(folder, `idle-${count}`)
  mkdirSync(home)
  const idle = launch([
    ...["batch-file", "--env", "local", "--orchestrator-port", String(await freePort())],
    ...["--file", nodeList(count), "--data", home, "--headless", "--start-delay", "3600"]
  ])
  await sleep(45_000)
  const bytes = treeBytes(idle.pid ?? 0)
  const gone = ended(idle)
  idle.kill("SIGTERM")
  await gone
  return bytes
}
const few = await idleBytes(nodes)
const many = await idleBytes(nodes + Number(flags.idle))
process.stdout.write(
  `idle fleet of ${nodes}: ${mb(few)}; of ${nodes + Number(flags.idle)}: ${mb(many)}; ` +
    `${((many - few) / Number(flags.idle) / 1024).toFixed(2)} kB for each further idle node\n`
)

const good = code === 0 && lost.length + unknown.length + doubled + twice.length === 0 && accepted.size > 0
process.stdout.write(good ? "books agree: nothing lost, nothing doubled\n" : `BOOKS DISAGREE, kept in ${folder}\n`)
log.end()
if (good && !flags.keep) rmSync(folder, { recursive: true, force: true })
process.exitCode = good ? 0 : 3

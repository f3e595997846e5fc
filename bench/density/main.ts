/**
 * `npm run bench -- density [largest number of nodes]`: memory of the whole process tree of a local fleet that proves, from
 * outside.
 *
 * Runs the built program (dist/main.js; `npm run build`) with 1 and 10 nodes, one proof at a time, the embedded orchestrator in
 * the same process, and samples the proportional set size (PSS: shared pages counted once) of the process and all its
 * children every 50 ms. Linux only.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const program = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "main.js")
const say = (line: string) => process.stdout.write(`${line}\n`)

/** Parent of every process. */
const parents = (): ReadonlyMap<number, number> => {
  const out = new Map<number, number>()
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8")
      out.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]))
    } catch {}
  }
  return out
}

const treeOf = (root: number): ReadonlyArray<number> => {
  const above = parents()
  const within = (pid: number): boolean => pid === root || (above.has(pid) && pid > 1 && within(above.get(pid) ?? 0))
  return [...above.keys()].filter(within)
}

/** Bytes; 0 for a process that has just ended. */
const pssOf = (pid: number): number => {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0))
    })
  })

const measure = async (nodes: number) => {
  const home = mkdtempSync(join(tmpdir(), "pitboss-density-"))
  try {
    const file = join(home, "nodes.txt")
    writeFileSync(file, Array.from({ length: nodes }, (_, k) => `${1000 + k}\n`).join(""))
    const port = String(await freePort())
    const flags = [
      "--env",
      "local",
      "--file",
      file,
      "--max-tasks",
      String(3 * nodes),
      "--max-threads",
      "1",
      "--headless"
    ]
    const child = spawn(process.execPath, [program, "batch-file", ...flags, "--orchestrator-port", port], {
      cwd: home,
      env: { PATH: "/usr/bin:/bin", HOME: home, PITBOSS_HOME: join(home, "data") },
      stdio: ["ignore", "pipe", "inherit"]
    })
    let accepted = 0
    child.stdout.on("data", (data: Buffer) => {
      accepted += data.toString().split("proof accepted").length - 1
    })
    let most = { total: 0, kernels: 0 }
    const timer = setInterval(() => {
      const sizes = treeOf(child.pid ?? 0).map((pid) => [pid, pssOf(pid)] as const)
      const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
      const own = sizes.find(([pid]) => pid === child.pid)?.[1] ?? 0
      if (total > most.total) most = { total, kernels: total - own }
    }, 50)
    await new Promise((resolve) => child.on("close", resolve))
    clearInterval(timer)
    return { accepted, ...most }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const mb = (bytes: number) => (bytes / 1e6).toFixed(1).padStart(8)
const largest = Number(process.argv[2] ?? 10)
say("nodes  tasks accepted  tree MB at most  of that kernels MB")
for (const nodes of [1, 10, 100].filter((each) => each <= largest)) {
  const { accepted, kernels, total } = await measure(nodes)
  say(
    `${String(nodes).padStart(5)} ${String(accepted).padStart(15)} ${mb(total).padStart(16)} ${mb(kernels).padStart(18)}`
  )
}

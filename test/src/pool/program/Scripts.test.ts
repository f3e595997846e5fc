/** The shell scripts of the original pool: the words that they pass on, and stopping by process id. */
import { spawn, spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import * as Http from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const root = mkdtempSync(join(tmpdir(), "pitboss-scripts-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
cpSync("scripts", join(root, "scripts"), { recursive: true })
mkdirSync(join(root, "dist"))
// Stands for the program: says its words, or waits to be stopped.
writeFileSync(
  join(root, "dist", "main.js"),
  'if (process.argv[3] === "wait") { console.log("up"); setInterval(() => {}, 1000) } else console.log(JSON.stringify(process.argv.slice(2)))'
)

const script = (name: string, ...words: ReadonlyArray<string>) => {
  const { status, stderr, stdout } = spawnSync(join(root, "scripts", name), words, {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: root }
  })
  return { status, stdout, stderr }
}
const passed = (name: string, ...words: ReadonlyArray<string>) => JSON.parse(script(name, ...words).stdout)

describe("start", () => {
  it("start-pool-server.sh passes on its flags, whatever they hold", () => {
    assert.deepStrictEqual(passed("start-pool-server.sh"), ["pool-server"])
    assert.deepStrictEqual(
      passed("start-pool-server.sh", "-p", "a key", "--address", "1.2.3.4:5", "-l", "debug", "--", "--fee", "2"),
      ["pool-server", "--pubkey", "a key", "--address", "1.2.3.4:5", "--log", "debug", "--fee", "2"]
    )
  })

  it("start-miner.sh passes on the address and its flags", () => {
    assert.deepStrictEqual(passed("start-miner.sh", "192.168.1.100", "-t", "3"), [
      "miner",
      "192.168.1.100",
      "--threads",
      "3"
    ])
    assert.deepStrictEqual(passed("start-miner.sh"), ["miner"])
  })

  it("says what is wrong, with 2, and helps, with 0", () => {
    for (const name of ["start-pool-server.sh", "start-miner.sh"]) {
      assert.strictEqual(script(name, "-l").status, 2)
      assert.match(script(name, "-l").stderr, /-l needs a value/)
      assert.strictEqual(script(name, "--nonsense").status, 2)
      const help = script(name, "--help")
      assert.strictEqual(help.status, 0)
      assert.match(help.stdout, /^Usage: /)
    }
  })
})

describe("stop", () => {
  it("ends the program of the data folder by its process id, and nothing else", async () => {
    const run = join(root, "data", "run")
    mkdirSync(run, { recursive: true })
    const start = (word: string) => spawn(process.execPath, [join(root, "dist", "main.js"), word, "wait"])
    const [pool, miner] = [start("pool-server"), start("miner")]
    const up = (child: typeof pool) => new Promise((resolve) => child.stdout.once("data", resolve))
    await Promise.all([up(pool), up(miner)])
    writeFileSync(join(run, `pool-server-${pool.pid}.sock`), "")
    // A number that was used again by another program, and a socket whose process is gone.
    writeFileSync(join(run, `pool-server-${miner.pid}.sock`), "")
    symlinkSync("/nowhere", join(run, "pool-server-999999999.sock"))
    const ended = new Promise<string | null>((resolve) => pool.once("exit", (_, signal) => resolve(signal)))
    const stopped = spawn(join(root, "scripts", "stop-pool-server.sh"), [join(root, "data")])
    assert.strictEqual(await ended, "SIGTERM")
    assert.strictEqual(await new Promise((resolve) => stopped.once("exit", resolve)), 0)
    assert.isNull(miner.exitCode)
    assert.isNull(miner.signalCode)
    assert.strictEqual(script("stop-pool-server.sh", join(root, "data")).status, 4)
    miner.kill()
  })

  it("looks in the data folder that the program takes: the environment, else .env, else the home folder", () => {
    const looked = (env: Record<string, string>, dotEnv: string) => {
      writeFileSync(join(root, ".env"), dotEnv)
      const { stderr } = spawnSync(join(root, "scripts", "stop-miner.sh"), {
        encoding: "utf8",
        env: { PATH: process.env["PATH"], HOME: "/home/a", ...env }
      })
      rmSync(join(root, ".env"))
      return /with the data folder (.*); for another/.exec(stderr)?.[1]
    }
    assert.strictEqual(looked({}, "MINING_PUBKEY=x\n"), "/home/a/.local/share/pitboss")
    assert.strictEqual(looked({ XDG_DATA_HOME: "/x" }, ""), "/x/pitboss")
    assert.strictEqual(looked({ PITBOSS_HOME: "/env" }, "PITBOSS_HOME=/file\n"), "/env")
    for (const line of [
      "PITBOSS_HOME=/file a",
      'export PITBOSS_HOME="/file a" # mine\r',
      "PITBOSS_HOME='/file a'",
      "PITBOSS_DATA=/file a # mine"
    ]) {
      assert.strictEqual(looked({}, `# PITBOSS_HOME=/no\n${line}\n`), "/file a", line)
    }
    assert.strictEqual(looked({}, "PITBOSS_HOME=data here\n"), join(root, "data here"))
  })
})

const has = (tool: string) => spawnSync("sh", ["-c", `command -v ${tool}`]).status === 0

describe("monitor-pool.sh", () => {
  it.skipIf(!has("curl") || !has("jq"))("shows the documented items from /api/basic", async () => {
    const data = { miners: 10, hashrate: 2_500_000, blocks: 5, current_height: 1234 }
    const server = Http.createServer((request, response) => {
      assert.strictEqual(request.url, "/api/basic")
      response.end(JSON.stringify({ success: true, data, error: null }))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const shown = await new Promise<string>((resolve) => {
      const child = spawn(join(root, "scripts", "monitor-pool.sh"), [`127.0.0.1:${port}`, "once"])
      let text = ""
      child.stdout.on("data", (part) => {
        text += part
      })
      child.on("close", () => resolve(text))
    })
    server.close()
    for (const line of ["连接矿工: 10", "总哈希率: 2.50 MH/s", "找到区块: 5", "当前高度: 1234"])
      assert.include(shown, line)
    assert.strictEqual(script("monitor-pool.sh", "127.0.0.1:1", "once").status, 4)
  })
})

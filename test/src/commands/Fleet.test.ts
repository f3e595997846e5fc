/** Whole programs: an orchestrator and a fleet in processes of their own, steered, stopped, killed and started again. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { hostExecutable } from "../../../kernels/Paths.ts"
import { type Program, run, start, temporary } from "./Program.ts"

const built = existsSync(hostExecutable)
if (!built) process.stdout.write(`skipped: ${hostExecutable} is not built, so no fleet can run (npm run build)\n`)

let url = ""
let orchestrator: Program | null = null

beforeAll(async () => {
  if (!built) return
  orchestrator = await start(["orchestrator", "--port", "0", "--limits", "fetch=10000,submit=10000"])
  url = (await orchestrator.until(/orchestrator on (http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ""
})

afterAll(async () => {
  orchestrator?.child.kill("SIGTERM")
  await orchestrator?.end
})

const homeWith = (nodes: string) => {
  const home = temporary()
  writeFileSync(join(home, "nodes.txt"), nodes)
  return home
}

const quick = ["--start-delay", "0", "--proof-interval", "0.2", "--max-difficulty", "SMALL"]
const fleet = (home: string, ...more: ReadonlyArray<string>) =>
  start(["batch-file", "--orchestrator-url", url, "--log-format", "json", ...quick, ...more], { home })

interface Line {
  readonly inputs?: number
  readonly event: string
  readonly message: string
  readonly node?: string
  readonly task?: string
  readonly level: string
  readonly at: string
}

const lines = (program: Program): ReadonlyArray<Line> =>
  program
    .output()
    .stdout.split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line))

const acceptedNodes = (program: Program) =>
  new Set(lines(program).flatMap((line) => (line.message === "proof accepted" ? [line.node ?? ""] : [])))

/** Wait until a condition over the lines holds. */
const eventually = async (what: string, holds: () => boolean | Promise<boolean>) => {
  for (let i = 0; i < 1000; i++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`20 s without: ${what}`)
}

const stop = async (program: Program, signal: NodeJS.Signals = "SIGTERM") => {
  program.child.kill(signal)
  return program.end
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

describe.skipIf(!built)("a running fleet", () => {
  it("defect 4: every node of the list gets its turns, however few work at a time", async () => {
    const ids = numbers(100, 8)
    const program = await fleet(homeWith(ids.join("\n")), "--max-concurrent", "2")
    await eventually("a proof of every node", () => acceptedNodes(program).size === ids.length)
    assert.deepStrictEqual(await stop(program), { code: 0, signal: null })
    // Nothing is missing from the beginning of the log.
    const started = lines(program).filter(({ event }) => event === "NodeStarted")
    assert.deepStrictEqual(
      started.map(({ node }) => node),
      ids.map(String)
    )
  })

  it("defect 5: --workers-per-node proves inputs of one task at the same time", async () => {
    // Hosts start when a job finds none that is free, so how many there are tells how many jobs ran together.
    const hosts = async (workers: number) => {
      const more = ["--max-threads", "4", "--workers-per-node", String(workers)]
      const program = await fleet(homeWith("150"), ...more)
      // Which tasks have several inputs is the orchestrator's draw: wait until one of them is done too.
      const several = () => {
        const all = lines(program)
        const accepted = all.filter(({ message }) => message === "proof accepted").map(({ task }) => task)
        const wide = all.filter(({ inputs, message }) => message === "task fetched" && Number(inputs) > 1)
        return accepted.length >= 6 && wide.some(({ task }) => accepted.includes(task))
      }
      await eventually("some tasks", several)
      const pid = program.child.pid ?? 0
      const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")
      await stop(program)
      return children.length
    }
    assert.strictEqual(await hosts(1), 1)
    assert.isAbove(await hosts(4), 1)
  })

  it("defect 6: one pool of provers serves all nodes", async () => {
    const program = await fleet(homeWith(numbers(200, 12).join("\n")), "--max-threads", "2", "--max-concurrent", "12")
    await eventually("proofs of all nodes", () => acceptedNodes(program).size === 12)
    const pid = program.child.pid ?? 0
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")
    assert.isAtMost(children.length, 2)
    await stop(program)
  })

  it("defect 14: without a terminal there is one whole line per event, and nothing that moves a cursor", async () => {
    const home = homeWith(numbers(300, 3).join("\n"))
    const program = await start(["batch-file", "--orchestrator-url", url, ...quick], { home })
    await program.until(/proof accepted/)
    await stop(program, "SIGINT")
    const { stderr, stdout } = program.output()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
    assert.notMatch(stdout, /[\u001b\r]/)
    for (const line of stdout.trimEnd().split("\n")) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO |WARN |ERROR) /)
    }
    const stamps = new Set(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => line.slice(0, 24))
    )
    assert.isAbove(stamps.size, 3)
    assert.strictEqual(stderr, "")
  })

  it("json lines are objects with time, level, event and message", async () => {
    const program = await fleet(homeWith("1 first\n2 second"))
    await eventually("a proof", () => acceptedNodes(program).size > 0)
    await stop(program)
    for (const line of lines(program)) {
      assert.isFalse(Number.isNaN(Date.parse(line.at)))
      assert.include(["debug", "info", "warn", "error"], line.level)
      assert.isString(line.event)
      assert.isString(line.message)
    }
  })

  it("can be asked and steered from another process", async () => {
    const home = homeWith("401 amber\n402 birch\n403 cedar\n")
    const program = await fleet(home)
    await eventually("proofs of all", () => acceptedNodes(program).size === 3)
    const ask = (...args: ReadonlyArray<string>) => run(args, { home })
    const status = async () => JSON.parse((await ask("status", "--json")).stdout)
    assert.strictEqual((await status()).about.pid, program.child.pid)
    assert.strictEqual((await status()).fleet.totals.nodes, 3)
    assert.match((await ask("status")).stdout, /nodes 3 /)
    assert.match((await ask("nodes")).stdout, /402 +birch/)
    assert.match((await ask("tree")).stdout, /^batch-file .*\n {2}spool +running/)

    assert.strictEqual((await ask("node", "pause", "birch")).code, 0)
    await eventually("birch paused", async () => {
      const { nodes } = (await status()).fleet
      return nodes.find((node: { label: string }) => node.label === "birch").state._tag === "Paused"
    })
    assert.strictEqual((await ask("node", "resume", "402")).code, 0)
    assert.strictEqual((await ask("node", "restart", "402")).code, 0)
    assert.strictEqual((await ask("node", "pause", "nobody")).code, 2)

    assert.strictEqual((await ask("concurrency", "1")).code, 0)
    assert.strictEqual((await status()).fleet.turnstile.limit, 1)
    assert.strictEqual((await ask("concurrency", "0")).code, 2)

    writeFileSync(join(home, "nodes.txt"), "401 amber\n403 cedar\n404 dune\n")
    const reload = JSON.parse((await ask("reload", "--json")).stdout)
    const byWatch = lines(program).some(({ event }) => event === "Reloaded")
    assert.isTrue(byWatch || reload.added.length === 1)
    await eventually("the new node works", () => acceptedNodes(program).has("404"))
    writeFileSync(join(home, "nodes.txt"), "not a node\n")
    const refused = await ask("reload")
    assert.strictEqual(refused.code, 2)
    assert.match(refused.stderr, /the old node list is kept: .*\n {2}line 1/s)

    const watching = await start(["status", "--watch", "--json"], { home })
    await watching.until(/"about"/)
    assert.deepStrictEqual(await stop(watching), { code: 0, signal: null })
    assert.strictEqual(watching.output().stderr, "")

    const second = await run(["batch-file", "--orchestrator-url", url], {
      home: homeWith("1"),
      env: { PITBOSS_HOME: join(home, "data") }
    })
    assert.strictEqual(second.code, 4)
    assert.include(second.stderr, `pid ${program.child.pid}`)

    assert.match((await ask("stop")).stdout, /has stopped/)
    assert.deepStrictEqual(await program.end, { code: 0, signal: null })
    assert.deepStrictEqual(
      readdirSync(join(home, "data", "run")).filter((name) => name.endsWith(".sock")),
      []
    )
  })

  it("a changed file is read without being told, and SIGHUP reads it too", async () => {
    const home = homeWith("501\n")
    const program = await fleet(home)
    await eventually("a proof", () => acceptedNodes(program).has("501"))
    writeFileSync(join(home, "nodes.txt"), "501\n502\n")
    await eventually("the new node works", () => acceptedNodes(program).has("502"))
    program.child.kill("SIGHUP")
    await eventually("SIGHUP", () => lines(program).filter(({ event }) => event === "Reloaded").length >= 2)
    await stop(program)
  })

  it("defect 15: a signal at any moment of the start is a request, not a kill: exit 0, no half-written folder", async () => {
    const home = homeWith(numbers(600, 5).join("\n"))
    for (const [index, delay] of [0, 150, 400, 700, 1200].entries()) {
      const program = await fleet(home)
      // Before its first instruction a process can not catch anything; bit 0 is SIGHUP, which Node itself leaves alone.
      await eventually("the first instruction", () => {
        const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${program.child.pid}/status`, "utf8"))?.[1]
        return (BigInt(`0x${caught ?? "0"}`) & 1n) === 1n
      })
      await new Promise((resolve) => setTimeout(resolve, delay))
      const end = await stop(program, index % 2 === 0 ? "SIGINT" : "SIGTERM")
      assert.deepStrictEqual(end, { code: 0, signal: null }, `after ${delay} ms: ${program.output().stderr}`)
      assert.strictEqual(program.output().stderr, "")
    }
  })

  it("defect 15: it stops within its deadline in the middle of waits, and a second signal hurries", async () => {
    // Nobody answers there, so every node waits for its next try.
    const home = homeWith(numbers(700, 5).join("\n"))
    const args = ["batch-file", "--orchestrator-url", "http://127.0.0.1:1", "--log-format", "json", ...quick]
    const waiting = await start(args, { home })
    await waiting.until(/trying again/)
    const began = performance.now()
    assert.deepStrictEqual(await stop(waiting), { code: 0, signal: null })
    assert.isBelow(performance.now() - began, 5_000)

    const busy = await start([...args, "--shutdown-deadline", "600"], { home })
    await busy.until(/trying again/)
    busy.child.kill("SIGTERM")
    busy.child.kill("SIGTERM")
    assert.deepStrictEqual(await busy.end, { code: 0, signal: null })
  })

  it("a reader that goes away stops it in good order: exit 0", async () => {
    const program = await fleet(homeWith(numbers(750, 3).join("\n")))
    await program.until(/proof accepted/)
    program.child.stdout?.destroy()
    assert.deepStrictEqual(await program.end, { code: 0, signal: null })
    assert.strictEqual(program.output().stderr, "")
  })

  it("--env local starts an orchestrator, uses one that is there, and replaces that one when it goes", async () => {
    const probe = createServer()
    const port = await new Promise<number>((resolve) => {
      probe.listen(0, "127.0.0.1", () => {
        const address = probe.address()
        resolve(typeof address === "object" && address !== null ? address.port : 0)
      })
    })
    await new Promise((resolve) => probe.close(resolve))
    const local = (home: string) =>
      start(["batch-file", "--env", "local", "--orchestrator-port", String(port), "--log-format", "json", ...quick], {
        home
      })
    const first = await local(homeWith("1 one\n2 two\n"))
    await first.until(/orchestrator on http.*proof accepted/s)
    const second = await local(homeWith("3 three\n4 four\n"))
    await second.until(/using the orchestrator .*proof accepted/s)
    assert.strictEqual((await stop(first)).code, 0)
    await second.until(/has gone; starting one here.*orchestrator on http.*proof accepted/s)
    assert.strictEqual((await stop(second)).code, 0)
  })

  it("kill -9 loses nothing: the lock is taken over and the work goes on", async () => {
    const home = homeWith(numbers(800, 6).join("\n"))
    for (let round = 0; round < 3; round++) {
      const program = await fleet(home)
      await eventually("a proof", () => acceptedNodes(program).size > 2)
      program.child.kill("SIGKILL")
      assert.strictEqual((await program.end).signal, "SIGKILL")
    }
    const program = await fleet(home)
    await eventually("proofs of all", () => acceptedNodes(program).size === 6)
    assert.strictEqual((await stop(program)).code, 0)
    assert.notMatch(program.output().stdout, /TaskClosed.*refused/)
  })

  it("start runs one node and ends by itself after --max-tasks", async () => {
    const home = temporary()
    const result = await run(
      ["start", "--node-id", "900", "--max-tasks", "2", "--orchestrator-url", url, "--log-format", "json"],
      { home }
    )
    assert.strictEqual(result.code, 0, result.stderr)
    assert.lengthOf(result.stdout.match(/proof accepted/g) ?? [], 2)
  })

  it("account commands work against the orchestrator, and start uses what they saved", async () => {
    const home = temporary()
    const at = ["--orchestrator-url", url]
    const wallet = `0x${"3c".repeat(20)}`
    assert.match((await run(["register-user", "--wallet-address", wallet, ...at], { home })).stdout, /user \S+\n$/)
    assert.match((await run(["register-node", ...at], { home })).stdout, /node \d+ is ready/)
    assert.strictEqual((await run(["start", "--max-tasks", "1", ...at], { home })).code, 0)
    assert.match((await run(["logout", ...at], { home })).stdout, /logged out/)
    assert.strictEqual((await run(["start", "--max-tasks", "1", ...at], { home })).code, 2)
  })
})

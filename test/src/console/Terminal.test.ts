/** The live table in a real terminal: what is seen, what keys do, and that the terminal is given back on every way out. */
import { spawnSync } from "node:child_process"
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, assert, beforeAll, describe, it } from "@effect/vitest"
import { hostExecutable } from "../../../kernels/Paths.ts"
import { isScreen } from "../../../src/console/Terminal.ts"
import { widthOf } from "../../../src/console/Width.ts"
import { main, type Program, start, temporary } from "../commands/Program.ts"
import { Tmux, there } from "./Tmux.ts"

const possible = there && existsSync(hostExecutable)
if (!possible) {
  const reason = there ? `${hostExecutable} is not built` : "tmux is not installed"
  process.stdout.write(`skipped: the live table is not tried in a terminal, because ${reason}\n`)
}

it("a terminal that is told to be dumb gets lines", () => {
  const tty = { stdin: { isTTY: true }, stdout: { isTTY: true } }
  assert.isTrue(isScreen(tty, { TERM: "xterm" }))
  assert.isTrue(isScreen(tty, {}), "Windows has no TERM")
  assert.isFalse(isScreen(tty, { TERM: "dumb" }))
  assert.isFalse(isScreen({ ...tty, stdout: {} }, { TERM: "xterm" }))
})

let url = ""
let orchestrator: Program | null = null
let tmux = new Tmux("none")

beforeAll(async () => {
  if (!possible) return
  orchestrator = await start(["orchestrator", "--port", "0", "--limits", "fetch=10000,submit=10000"])
  url = (await orchestrator.until(/orchestrator on (http:\/\/127\.0\.0\.1:\d+)/))[1] ?? ""
})

afterEach(() => tmux.close())

afterAll(async () => {
  orchestrator?.child.kill("SIGTERM")
  await orchestrator?.end
})

interface Shown {
  readonly nodes?: number
  readonly columns?: number
  readonly rows?: number
  readonly more?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Run a program of the bundle in the terminal, between two lines that show what the terminal was and is. */
const show = async (home: string, args: string, size: { columns: number; rows: number }, env: Shown["env"] = {}) => {
  tmux = new Tmux("table")
  tmux.open(`cd ${home}; echo before; ${process.execPath} ${await main()} ${args}; echo EXIT $?; sleep 60`, size, {
    PATH: "/usr/bin:/bin",
    HOME: home,
    PITBOSS_HOME: join(home, "data"),
    TERM: "screen-256color",
    LANG: "C.UTF-8",
    ...env
  })
}

const open = async ({ columns = 120, env = {}, more = "", nodes = 8, rows = 24 }: Shown) => {
  const home = temporary()
  const ids = Array.from({ length: nodes }, (_, index) => `${1000 + index} node-${index}`)
  writeFileSync(join(home, "nodes.txt"), ids.join("\n"))
  await show(
    home,
    `batch-file --orchestrator-url ${url} --start-delay 0 --proof-interval 0.5 ${more}`,
    { columns, rows },
    env
  )
  await tmux.until(/1000 .*node-0/)
  return home
}

/** The terminal is as a shell expects it: normal screen with what was on it, cursor visible, keys echoed in lines. */
const givenBack = async () => {
  const screen = await tmux.until(/EXIT \d+/)
  assert.strictEqual(screen[0], "before")
  assert.strictEqual(tmux.fact("alternate_on"), "0")
  assert.strictEqual(tmux.fact("cursor_flag"), "1")
  const tty = tmux.fact("pane_tty")
  assert.match(spawnSync("stty", ["-F", tty, "-a"], { encoding: "utf8" }).stdout, / icanon .* echo /s)
  return screen
}

describe.skipIf(!possible)("the live table", () => {
  it("shows totals and one straight row per node, and q gives the terminal back", async () => {
    await open({})
    const screen = await tmux.until(/accepted [1-9]/)
    assert.match(screen[0] ?? "", /Pitboss .* batch-file .*native \(stark\) ×\d+ .*running/)
    assert.match(screen[1] ?? "", /nodes 8 +active \d+\/10/)
    const rows = screen.filter((line) => /^ 10\d\d node-\d/.test(line))
    assert.lengthOf(rows, 8)
    assert.strictEqual(tmux.fact("alternate_on"), "1")
    assert.strictEqual(tmux.fact("cursor_flag"), "0")
    tmux.keys("q")
    const last = await givenBack()
    assert.include(last.join("\n"), "EXIT 0")
    assert.include(last.join("\n"), "stopped;")
  })

  it("pages, sorts, filters and searches hundreds of nodes", async () => {
    await open({ nodes: 300, rows: 20, more: "--max-concurrent 4" })
    tmux.keys("NPage")
    await tmux.until(/1-14|15-28 \/ 300/)
    await tmux.until(/15-28 \/ 300/)
    tmux.keys("G")
    await tmux.until(/287-300 \/ 300/)
    tmux.keys("/", "1", "2", "9", "9", "Enter")
    const found = await tmux.until(/1-1 \/ 1\b/)
    assert.lengthOf(
      found.filter((line) => /^ 1\d\d\d /.test(line)),
      1
    )
    tmux.keys("Escape")
    await tmux.until(/ \/ 300/)
    tmux.keys("f")
    await tmux.until(/filter: active/)
    tmux.keys("s")
    await tmux.until(/sort: state/)
    tmux.keys("q")
    await givenBack()
  })

  it("follows the size of the terminal", async () => {
    await open({ columns: 150, rows: 30 })
    for (const [columns, rows] of [
      [60, 12],
      [30, 8],
      [180, 40]
    ] as const) {
      tmux.resize(columns, rows)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const screen = tmux.screen()
      assert.isAtMost(screen.length, rows)
      for (const line of screen) assert.isAtMost(widthOf(line), columns)
      assert.match(screen.join("\n"), /1000/)
    }
    tmux.keys("q")
    await tmux.until(/EXIT 0/)
  })

  it("speaks Chinese with straight columns, and without colours under NO_COLOR", async () => {
    await open({ env: { LANG: "zh_CN.UTF-8", NO_COLOR: "1" } })
    const screen = await tmux.until(/通过 [1-9]/)
    assert.match(screen[4] ?? "", /节点 .*状态 .*倒计时/)
    const places = screen
      .filter((line) => /^ 10\d\d node-\d/.test(line))
      .map((line) => widthOf(line.slice(0, line.indexOf("node-"))))
    assert.deepStrictEqual([...new Set(places)], [places[0]])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
    assert.notMatch(tmux.screen(true).join("\n"), /\u001b\[3[0-7]m/)
    tmux.keys("q")
    await givenBack()
  })

  it("gives the terminal back on Ctrl+C and on SIGTERM", async () => {
    await open({})
    tmux.keys("C-c")
    assert.include((await givenBack()).join("\n"), "EXIT 0")
    tmux.close()

    await open({})
    const shell = tmux.pid()
    const find = spawnSync("pgrep", ["-P", String(shell), "-f", "main.js"], { encoding: "utf8" })
    process.kill(Number(find.stdout.trim().split("\n")[0]), "SIGTERM")
    assert.include((await givenBack()).join("\n"), "EXIT 0")
  })

  it("is shown from outside by status --watch; leaving it leaves the program alone", async () => {
    const home = temporary()
    writeFileSync(join(home, "nodes.txt"), "1000 node-0\n1001 node-1\n")
    const fleet = await start(["batch-file", "--orchestrator-url", url, "--log-format", "json"], { home })
    await fleet.until(/proof accepted/)
    await show(home, "status --watch", { columns: 100, rows: 20 })
    await tmux.until(/nodes 2 .*1001 +node-1/s)
    tmux.keys("q")
    assert.include((await givenBack()).join("\n"), "EXIT 0")
    assert.isNull(fleet.child.exitCode)
    tmux.close()

    await show(home, "status --watch", { columns: 100, rows: 20 })
    await tmux.until(/nodes 2 .*1001 +node-1/s)
    fleet.child.kill("SIGTERM")
    await fleet.end
    // The program has gone: so has what there was to watch.
    assert.include((await givenBack()).join("\n"), "EXIT 0")
  })

  it("shows a pool from outside and a miner on its own terminal", async () => {
    const home = temporary()
    const ports = ["--address", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    const pool = await start(["pool-server", "--share-difficulty", "64", ...ports], { home })
    const [, port = ""] = await pool.until(/miners connect to 127\.0\.0\.1:(\d+)/)
    await show(home, "status --watch", { columns: 100, rows: 16 })
    const before = await tmux.until(/connected 0/)
    assert.match(before[0] ?? "", /^ Pitboss \S+ · pool-server · devnet .* up \d+s/)
    assert.match(before[1] ?? "", /^ state +ready$/)
    assert.strictEqual(before[15]?.trimEnd(), " q quit")
    const outside = tmux
    await show(home, `miner 127.0.0.1:${port} -t 1 --worker rack`, { columns: 100, rows: 12 })
    const screen = await tmux.until(/accepted [1-9]/)
    assert.match(screen[0] ?? "", /^ Pitboss \S+ · miner · rack .* up \d+s/)
    assert.match(screen.join("\n"), / 0 {2}searching /)
    await outside.until(/connected 1 {2}threads 1 .*shares +accepted [1-9]/s)
    tmux.keys("q")
    const left = (await givenBack()).join("\n")
    assert.include(left, "EXIT 0")
    // The screen has gone; what it came to has not.
    assert.match(left, /^stopped · up \d+s · accepted [1-9]\d* · stale \d+ · rejected 0 · .*on average [\d.]+ k?H\/s/m)
    tmux.close()
    tmux = outside
    await outside.until(/connected 0/)
    tmux.keys("q")
    assert.include((await givenBack()).join("\n"), "EXIT 0")
    assert.isNull(pool.child.exitCode)
    pool.child.kill("SIGTERM")
    assert.strictEqual((await pool.end).code, 0)
  })

  it("does not scroll or garble when log lines are written (defect 14)", async () => {
    const home = await open({ more: "--verbose" })
    await tmux.until(/accepted [1-9]\d/)
    const screen = tmux.screen()
    assert.match(screen[0] ?? "", /^ Pitboss /)
    assert.notMatch(screen.join("\n"), /INFO|DEBUG/)
    assert.isTrue(existsSync(join(home, "data", "run", "batch-file.log")))
    tmux.keys("q")
    await givenBack()
  })
})

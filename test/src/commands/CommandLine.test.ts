/** The command line as a user meets it: help, version, exit codes, errors that point at their place. */
import { spawn } from "node:child_process"
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { createServer as createNetServer } from "node:net"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { CommandSpec } from "../../../src/cli/CommandSpec.ts"
import { conclude } from "../../../src/cli/Run.ts"
import { root } from "../../../src/commands/Commands.ts"
import { main, run, start, temporary } from "./Program.ts"

const servers: Array<{ close: () => unknown }> = []
afterAll(() => {
  for (const server of servers) server.close()
})

const listen = (server: Server | ReturnType<typeof createNetServer>) =>
  new Promise<number>((resolve) => {
    servers.push(server)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

const leaves = (spec: CommandSpec, path: ReadonlyArray<string> = []): ReadonlyArray<ReadonlyArray<string>> =>
  spec.commands.length === 0 ? [path] : spec.commands.flatMap((command) => leaves(command, [...path, command.name]))

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
const escape = /\u001b/

describe.skipIf(!existsSync("/dev/full"))("a full disk under the output", () => {
  const onFull = async (words: ReadonlyArray<string>, patience: number) => {
    const home = temporary()
    const full = openSync("/dev/full", "w")
    const env = { PATH: process.env["PATH"], HOME: home }
    const child = spawn(process.execPath, [await main(), ...words], { cwd: home, env, stdio: ["ignore", full, "pipe"] })
    closeSync(full)
    let stderr = ""
    child.stderr?.on("data", (part) => {
      stderr += part
    })
    const end = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)))
    const timer = setTimeout(() => child.kill("SIGTERM"), patience)
    const code = await end
    clearTimeout(timer)
    return { code, stderr }
  }

  it("is told by a short command, which has not answered", async () => {
    for (const words of [["--help"], ["wallet", "keygen"]]) {
      const { code, stderr } = await onFull(words, 60_000)
      assert.match(stderr, /^pitboss: the output cannot be written: ENOSPC[^\n]*\n$/, words.join(" "))
      assert.strictEqual(code, 2)
    }
  })

  it("does not end a program that lasts", async () => {
    const { code, stderr } = await onFull(["orchestrator", "--port", "0"], 3_000)
    assert.deepStrictEqual([code, stderr], [0, ""])
  })
})

describe("help and version", () => {
  it("prints the version of the manifest, wherever the flag stands", async () => {
    const manifest: { version: string } = JSON.parse(readFileSync("package.json", "utf8"))
    for (const args of [["--version"], ["batch-file", "--version"]]) {
      const result = await run(args)
      assert.deepStrictEqual([result.code, result.stdout, result.stderr], [0, `${manifest.version}\n`, ""])
    }
  })

  it("helps with every command, without escape sequences, in both languages", async () => {
    for (const path of [[], ["node"], ...leaves(root)]) {
      const result = await run([...path, "--help"])
      assert.strictEqual(result.code, 0, path.join(" "))
      assert.include(result.stdout, `pitboss ${path.join(" ")}`.trim())
      assert.notMatch(result.stdout, escape)
      assert.strictEqual(result.stderr, "")
    }
    const chinese = await run(["batch-file", "--help"], { env: { LANG: "zh_CN.UTF-8" } })
    assert.include(chinese.stdout, "节点列表")
    const [flag, word] = [await run(["wallet", "keygen", "--help"]), await run(["help", "wallet", "keygen"])]
    assert.deepStrictEqual(word, flag)
  })

  it("asks questions only where somebody can answer", async () => {
    const { code, stderr } = await run(["--wizard"])
    assert.match(stderr, /^pitboss: --wizard asks questions and needs a terminal; use flags\n$/)
    assert.strictEqual(code, 2)
  })

  it("names the shells that it has completions for", async () => {
    const { code, stderr } = await run(["--completions", "csh"])
    assert.deepStrictEqual(
      [code, stderr],
      [2, "pitboss: --completions needs the name of a shell; bash, zsh, sh or fish\n"]
    )
  })

  it("prints completions for the usual shells", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const result = await run(["--completions", shell])
      assert.strictEqual(result.code, 0)
      assert.include(result.stdout, "batch-file")
    }
  })
})

describe("exit codes", () => {
  it("a defect is 1 and one line, its trace only on demand", () => {
    const exit = Exit.die(new TypeError("undefined is not a function"))
    const written: Array<string> = []
    const write = process.stderr.write
    process.stderr.write = ((text: string) => written.push(text) > 0) as typeof process.stderr.write
    try {
      assert.strictEqual(conclude({ exit, signal: null, lasting: false, verbose: false }), 1)
    } finally {
      process.stderr.write = write
    }
    assert.lengthOf(written, 1)
    assert.match(
      written.join(""),
      /^pitboss: internal error, this is a bug: TypeError: undefined is not a function; .*--verbose.*\n$/
    )
  })

  it("so is whatever is thrown where nobody can catch it", async () => {
    const thrower = "data:text/javascript,setTimeout(()=>{throw%20new%20Error('boom')},1500)"
    const result = await run(["orchestrator", "--port", "0"], { env: { NODE_OPTIONS: `--import=${thrower}` } })
    assert.strictEqual(result.code, 1)
    assert.match(result.stderr, /^pitboss: internal error, this is a bug: Error: boom; [^\n]*\n$/)
  })

  const wrong: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
    ["an unknown command", ["bath-file"], /no command bath-file; did you mean pitboss batch-file\?/],
    [
      "an unknown flag",
      ["batch-file", "--max-concurent", "3"],
      /no flag --max-concurent; did you mean --max-concurrent\?/
    ],
    ["a flag without its value", ["batch-file", "--file"], /--file needs a value/],
    ["a flag given twice", ["batch-file", "--file", "a", "--file", "b"], /--file is given more than once/],
    ["a word too many", ["batch-file", "nodes.txt"], /does not know what to do with "nodes.txt"/],
    ["a missing argument", ["node", "pause"], /needs <id>/],
    [
      "a bad number",
      ["batch-file", "--max-concurrent", "many"],
      /--max-concurrent: expected a whole number from 1 to 100000, got "many"/
    ],
    ["a bad duration", ["batch-file", "--proof-interval", "1s"], /--proof-interval: expected seconds/],
    [
      "an unknown environment",
      ["batch-file", "--env", "moon", "--file", "nodes.txt"],
      /--env: "moon" is no environment/
    ],
    ["bad faults", ["orchestrator", "--faults", "all"], /--faults "all" makes no sense/],
    ["a config file that is not there", ["batch-file", "--config", "nowhere.json"], /nowhere.json: no such file/],
    [
      "a wallet that is none",
      ["register-user", "--wallet-address", "0x12"],
      /--wallet-address: expected a wallet address/
    ]
  ]
  for (const [what, args, message] of wrong) {
    it(`${what} is 2, with one message on stderr and nothing on stdout`, async () => {
      const home = temporary()
      writeFileSync(join(home, "nodes.txt"), "1\n2\n")
      const result = await run(args, { home })
      assert.strictEqual(result.code, 2, result.stderr)
      assert.strictEqual(result.stdout, "")
      assert.match(result.stderr, message)
      assert.notMatch(result.stderr, /\n\s+at /)
    })
  }

  it("a bare batch-file without a list is 2 and says the one line to type", async () => {
    const result = await run(["batch-file"])
    assert.strictEqual(result.code, 2)
    assert.match(result.stderr, /pitboss batch-file --file PATH\n$/)
  })

  it("a node list with bad lines is 2 and names each line", async () => {
    const home = temporary()
    writeFileSync(join(home, "nodes.txt"), "1\nabc\n2 two\n1\n")
    const result = await run(["batch-file", "--env", "local"], { home })
    assert.strictEqual(result.code, 2)
    assert.match(result.stderr, /line 2: .*\n.*line 4: the same id as in line 1/)
  })

  it("wrong values of environment, .env and configuration file are 2 and name their place", async () => {
    const home = temporary()
    writeFileSync(join(home, "nodes.txt"), "1\n")
    const of = async (where: { env?: Record<string, string> }) => {
      const result = await run(["batch-file"], { home, ...where })
      assert.strictEqual(result.code, 2)
      return result.stderr
    }
    assert.match(await of({ env: { PITBOSS_MAX_CONCURRENT: "0" } }), /PITBOSS_MAX_CONCURRENT \(environment\): /)
    assert.match(
      await of({ env: { NEXUS_ENVIRONMENT: "moon" } }),
      /NEXUS_ENVIRONMENT \(environment\): "moon" is no environment/
    )
    writeFileSync(join(home, ".env"), "# limits\n\nPITBOSS_MAX_CONCURRENT=x\n")
    assert.match(await of({}), /\.env line 3: PITBOSS_MAX_CONCURRENT: /)
    writeFileSync(join(home, ".env"), "")
    writeFileSync(join(home, "pitboss.json"), JSON.stringify({ "batch-file": { "max-concurrent": -1 } }))
    assert.match(await of({}), /pitboss\.json: batch-file\.max-concurrent: /)
    writeFileSync(join(home, "pitboss.json"), JSON.stringify({ "batch-file": { "max-concurent": 1 } }))
    assert.match(await of({}), /pitboss\.json: batch-file\.max-concurent: no such setting/)
    writeFileSync(join(home, "pitboss.json"), '{\n  "lang": "en",\n  oops\n}')
    assert.match(await of({}), /pitboss\.json: not valid JSON at line 3/)
  })

  it("a variable of .env that no setting has is named, with the one that was meant", async () => {
    const home = temporary()
    writeFileSync(join(home, ".env"), "PITBOSS_MAX_CONCURENT=3\nOTHER=1\n")
    const { stderr } = await run(["status"], { home })
    assert.match(stderr, /\.env line 1: no setting has .*did you mean PITBOSS_MAX_CONCURRENT\?/)
    assert.notInclude(stderr, "OTHER")
  })

  it("production without a guest or an official prover is 4, in one line (defect 3: its name is accepted)", async () => {
    for (const env of ["production", "beta", "staging"]) {
      const home = temporary()
      writeFileSync(join(home, "nodes.txt"), "1\n")
      const result = await run(["batch-file", "--env", env], { home })
      assert.strictEqual(result.code, 4, result.stderr)
      assert.match(result.stderr, /^pitboss: the network's guest program is not here: [^\n]+\n$/)
      const official = await run(["batch-file", "--env", env, "--prover", "official"], { home })
      assert.strictEqual(official.code, 4, official.stderr)
      assert.match(official.stderr, /^pitboss: no official Nexus prover was found: [^\n]+\n$/)
    }
  })

  it.skipIf(!existsSync("/proc/self"))("a data folder that cannot be made is 2, whatever wants it", async () => {
    const wallet = `0x${"ab".repeat(20)}`
    for (const args of [
      ["pool-server", "--address", "127.0.0.1:0", "--http", "127.0.0.1:0"],
      ["wallet", "keygen"],
      ["orchestrator", "--port", "0"],
      ["register-user", "--env", "local", "--wallet-address", wallet]
    ]) {
      const result = await run([...args, "--data", "/proc/nope/deeper"])
      assert.strictEqual(result.code, 2, `${args[0]}: ${result.stderr}`)
      assert.match(result.stderr, /^(pitboss: )?[^\n]*\/proc\/nope\/deeper[^\n]*\n$/)
    }
  })

  it("no running program is 4", async () => {
    for (const args of [
      ["status"],
      ["nodes"],
      ["tree"],
      ["reload"],
      ["stop"],
      ["node", "pause", "1"],
      ["concurrency", "2"]
    ]) {
      const result = await run(args)
      assert.strictEqual(result.code, 4, args.join(" "))
      assert.match(result.stderr, /no program is running/)
    }
    const chinese = await run(["status", "--lang", "zh"])
    assert.strictEqual(chinese.code, 4)
    assert.match(chinese.stderr, /^pitboss: 没有正在运行的程序（.*--data 指定其他数据目录\n$/)
    assert.match((await run(["stop", "--target", "1", "--lang", "zh"])).stderr, /"1" 没有在运行/)
  })

  it("a port that something else holds is 4 and says what it is", async () => {
    const port = await listen(createServer((_request, response) => response.end("hello")))
    const result = await run(["orchestrator", "--port", String(port)])
    assert.strictEqual(result.code, 4, result.stderr)
    assert.match(result.stderr, new RegExp(`${port}`))
  })

  it("an orchestrator that refuses is 3, one that cannot be reached is 4", async () => {
    const wallet = `0x${"ab".repeat(20)}`
    const port = await listen(
      createServer((_request, response) => {
        response.writeHead(403).end("no")
      })
    )
    const ask = (url: string) => run(["register-user", "--wallet-address", wallet, "--orchestrator-url", url])
    assert.strictEqual((await ask(`http://127.0.0.1:${port}`)).code, 3)
    const gone = await ask("http://127.0.0.1:1")
    assert.strictEqual(gone.code, 4)
    // A command of the account ends: it does not promise to go on.
    assert.match(gone.stderr, /cannot be reached: .*; run the command again later\n$/)
  })

  it("start ends with 3 when its node is refused for good", async () => {
    const port = await listen(createServer((_request, response) => response.writeHead(403).end("no")))
    const result = await run(["start", "--node-id", "7", "--orchestrator-url", `http://127.0.0.1:${port}`])
    assert.strictEqual(result.code, 3, result.stderr)
    assert.match(result.stderr, /^pitboss: node 7 is refused: .*403.*--node-id\n$/m)
  })

  it("a short command that is interrupted was not done: 1", async () => {
    const port = await listen(createNetServer(() => {}))
    const wallet = `0x${"ab".repeat(20)}`
    const program = await start([
      "register-user",
      "--wallet-address",
      wallet,
      "--orchestrator-url",
      `http://127.0.0.1:${port}`
    ])
    await new Promise((resolve) => setTimeout(resolve, 1500))
    program.child.kill("SIGINT")
    assert.deepStrictEqual(await program.end, { code: 1, signal: null })
    assert.match(program.output().stderr, /stopped by SIGINT before it was done/)
  })

  it("flags of the official client that have no sense here are accepted and explained", async () => {
    const result = await run(["start", "--env", "local", "--check-memory", "--with-background"])
    assert.match(result.stderr, /--check-memory: .*--memory-limit/)
    assert.match(result.stderr, /--with-background: /)
    // No node is registered in this fresh home.
    assert.strictEqual(result.code, 2)
    assert.match(result.stderr, /register/)
  })
})

describe("an interrupted program", () => {
  it.effect("that lasts until it is stopped is done: 0", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.interrupt)
      assert.strictEqual(conclude({ exit, signal: "SIGTERM", lasting: true, verbose: false }), 0)
    })
  )
})

it("flags may stand before their command; what belongs to none is an error as before", async () => {
  const home = temporary()
  const before = await run(["--data", home, "--json", "wallet", "show"])
  const behind = await run(["wallet", "show", "--json", "--data", home])
  assert.include(before.stderr, "there is no wallet yet")
  assert.deepStrictEqual([before.stderr, before.code], [behind.stderr, behind.code])
  const stranger = await run(["--bogus", "wallet", "show"])
  assert.deepStrictEqual(
    [stranger.stderr, stranger.code],
    ["pitboss: pitboss wallet show has no flag --bogus; see pitboss wallet show --help\n", 2]
  )
  const short = await run(["wallet", "--json=1", "-p", "x", "show"])
  assert.strictEqual(short.code, 2)
})

/**
 * The miner and wallet commands as their users run them.
 */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { assert, describe, it } from "vitest"
import { hostExecutable } from "../../../kernels/Paths.ts"
import { main, run, start, temporary } from "./Program.ts"

const oldKey = `2${"q".repeat(131)}`
const address = "3zxKWhhd8HY9pT2ZCZNUSEz2XWwSk15P2sD3atnnnxRtHa2Ta1H4jRy"

const file = (name: string, text: string, mode: number) => {
  const path = join(temporary(), name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

describe.skipIf(!existsSync(hostExecutable))("miner refuses, in one line and with 2,", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, RegExp]> = [
    ["something that is no address", ["a b"], /"a b" is no address of a pool; write HOST or HOST:PORT/],
    ["a list with a hole", ["one,,two"], /"" is no address of a pool/],
    ["a key of version 0", ["-p", oldKey], /--pubkey: a public key of version 0 .* cannot be mined to any more/],
    ["a flag without its value", ["--threads"], /--threads needs a value: a whole number from 1/],
    ["zero threads", ["-t", "0"], /--threads: expected a whole number from 1/],
    ["half of a TLS setting", ["--tls-cert", "x"], /--tls-cert and --tls-key go together/],
    [
      "a token that others can read",
      ["--token-file", file("t", "0123456789abcdef\n", 0o644)],
      /other users of this machine can read it/
    ]
  ]
  for (const [what, args, message] of cases) {
    it(what, async () => {
      const { code, stderr } = await run(
        ["miner", ...args],
        args.includes("-p") ? {} : { env: { MINING_PUBKEY: address } }
      )
      assert.match(stderr, message)
      assert.strictEqual(code, 2)
    })
  }
})

describe.skipIf(!existsSync(hostExecutable))("miner without a pool", () => {
  it("takes the pool from the environment; the argument goes before it, and who gave a wrong one is named", async () => {
    const env = { PITBOSS_POOL_ADDRESS: "a b" }
    const wrong = await run(["miner", "-p", address], { env })
    assert.match(
      wrong.stderr,
      /PITBOSS_POOL_ADDRESS \(environment\): "a b" is no address of a pool; write HOST or HOST:PORT/
    )
    assert.strictEqual(wrong.code, 2)
    for (const [words, given] of [
      [["miner"], { PITBOSS_POOL_ADDRESS: "127.0.0.2,127.0.0.3:1" }],
      [["miner", "127.0.0.2,127.0.0.3:1"], env]
    ] as const) {
      const miner = await start([...words, "-t", "1", "-p", address], { env: given })
      await miner.until(/1 thread, pool 127\.0\.0\.2:7777, then 127\.0\.0\.3:1/)
      miner.child.kill("SIGTERM")
      assert.strictEqual((await miner.end).code, 0)
    }
  })

  it("defects 9 and 10: goes on trying a bare address at port 7777, says why, and is stopped with 0", async () => {
    const miner = await start(["miner", "127.0.0.2", "-t", "1", "-p", address])
    await miner.until(
      /pool 127\.0\.0\.2:7777: connection refused: no pool-server listens on port 7777 there; trying again/
    )
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    assert.isNull(miner.child.exitCode)
    const { stdout } = await run(["status"], { home: miner.home })
    assert.match(stdout, /^Pitboss \S+ · miner · /)
    assert.match(
      stdout,
      /\n pool +(next try in \ds · connection refused: no pool-server listens on port 7777 there|127\.0\.0\.2:7777 connecting)\n/
    )
    assert.include(stdout, `paid to  ${address}`)
    const nodes = await run(["nodes"], { home: miner.home })
    assert.deepStrictEqual([nodes.code, nodes.stdout], [2, ""])
    assert.match(nodes.stderr, /^pitboss: miner runs no nodes; [^\n]+\n$/)
    miner.child.kill("SIGTERM")
    assert.strictEqual((await miner.end).code, 0)
  })

  it("--benchmark prints the rate and the memory of a thread", async () => {
    const { code, stdout } = await run(["miner", "--benchmark", "-t", "1", "--benchmark-seconds", "0.2"])
    assert.strictEqual(code, 0)
    assert.match(stdout, /H\/s on 1 thread \((scalar|avx2|avx512), \d+\.?\d* s\)/)
  })

  it("--benchmark that is stopped early prints what it has measured", async () => {
    const benchmark = await start(["miner", "--benchmark", "-t", "1", "--benchmark-seconds", "3600"])
    // Its search process is there: it measures.
    while (spawnSync("pgrep", ["-P", String(benchmark.child.pid)]).status !== 0) await sleep(50)
    benchmark.child.kill("SIGINT")
    assert.strictEqual((await benchmark.end).code, 0)
    assert.match(benchmark.output().stdout, /[1-9].*H\/s on 1 thread /)
  })
})

describe("wallet", () => {
  it("keygen shows the phrase once and keeps it nowhere; show and a second keygen do not", async () => {
    const home = temporary()
    const made = await run(["wallet", "keygen"], { home })
    assert.strictEqual(made.code, 0)
    const phrase = /^- ((?:[a-z]+ ){23}[a-z]+)$/m.exec(made.stdout)?.[1] ?? ""
    assert.notStrictEqual(phrase, "")
    const own = /Address\n- (\S+)/.exec(made.stdout)?.[1]
    const shown = await run(["wallet", "show", "--json"], { home })
    assert.strictEqual(JSON.parse(shown.stdout).address, own)
    const again = await run(["wallet", "keygen"], { home })
    assert.strictEqual(again.code, 2)
    assert.include(again.stderr, "never written over")
    for (const name of readdirSync(home, { recursive: true, encoding: "utf8" })) {
      const path = join(home, name)
      try {
        assert.notInclude(readFileSync(path, "utf8"), phrase.split(" ").slice(0, 4).join(" "))
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EISDIR")) throw error
      }
    }
    for (const text of [shown.stdout, shown.stderr, again.stdout, again.stderr]) assert.notInclude(text, phrase)
  })

  it("an address that is missing and old flags are answered with what to do", async () => {
    const none = await run(["wallet", "balance"])
    assert.match(none.stderr, /there is no wallet yet; pitboss wallet keygen makes one/)
    assert.strictEqual(none.code, 2)
    const socket = ["--nockchain-socket", "./nockchain.sock", "--pool", "http://127.0.0.1:9"]
    const old = await run(["wallet", "list-notes-by-pubkey", "-p", address, ...socket])
    assert.match(old.stderr, /--nockchain-socket: use --node HOST:PORT .* or --pool URL/)
    assert.strictEqual(old.code, 4)
    // As the original wallet was called: the flag before the command. An address without a scheme is one of HTTP.
    const [flag = "", path = ""] = socket
    const early = await run(["wallet", flag, path, "list-notes-by-pubkey", "-p", address, "--pool", "127.0.0.1:9"])
    assert.match(early.stderr, /--nockchain-socket: use --node[^\n]*\npitboss: http:\/\/127\.0\.0\.1:9: /)
    assert.strictEqual(early.code, 4)
  })

  it("a key that could not be written whole is not in the way of the next one", async () => {
    const home = temporary()
    const line = 'ulimit -f 0; exec node "$0" wallet keygen --data "$1"'
    const full = spawnSync("sh", ["-c", line, await main(), home], {
      encoding: "utf8",
      env: { ...process.env, HOME: home }
    })
    assert.match(full.stderr, /key\.json: cannot be written: EFBIG/)
    assert.strictEqual(full.status, 2)
    assert.strictEqual(full.stdout, "")
    assert.strictEqual((await run(["wallet", "keygen", "--data", home])).code, 0)
  })
})

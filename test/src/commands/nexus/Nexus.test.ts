/** `nexus prove|verify|run|inspect|guest import` as their users run them: answers, JSON, files, exit codes. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { hostExecutable } from "../../../../kernels/Paths.ts"
import { run, temporary } from "../Program.ts"

const built = existsSync(hostExecutable)
if (!built) process.stdout.write(`skipped: ${hostExecutable} is not built (npm run build)\n`)

const fixture = (name: string) => fileURLToPath(new URL(`../../../kernels/fixtures/${name}`, import.meta.url))
const io = ["--elf", fixture("io.elf"), "--public", "0409010100000000ff00ff0011223344", "--private", "0102037f80ff"]

describe.skipIf(!built)("nexus", () => {
  it("prove writes the published proof and says what it took; verify accepts it and nothing near it", async () => {
    const home = temporary()
    const file = join(home, "proof.bin")
    const made = await run(["nexus", "prove", ...io, "--mode", "lean", "--threads", "2", "--out", file, "--json"])
    assert.strictEqual(made.code, 0, made.stderr)
    const answer = JSON.parse(made.stdout)
    assert.deepInclude(answer, {
      // Carried from ../shared/vectors/nexus/io.json.
      keccak: "108ea6f9224bbb785510c3e9fb387311e9dabc204d862efe2b18e23f6bc0a3b6",
      bytes: 46364,
      rows: 103,
      logSizes: [8, 5, 8, 7, 4, 4, 5, 7, 8],
      exitCode: 0,
      output: "142c334604020000142c3346",
      mode: "lean"
    })
    assert.strictEqual(readFileSync(file).length, 46364)
    assert.isAtMost(answer.peakBytes ?? 0, answer.announcedBytes)

    const good = await run(["nexus", "verify", ...io, "--proof", file])
    assert.strictEqual(good.code, 0, good.stderr)
    assert.include(good.stdout, "valid: exit code 0, output 142c334604020000142c3346")
    const other = await run(["nexus", "verify", ...io, "--proof", file, "--exit-code", "1", "--json"])
    assert.strictEqual(other.code, 3)
    assert.deepInclude(JSON.parse(other.stdout), { valid: false, verdict: "statement" })
    writeFileSync(file, readFileSync(file).subarray(1))
    const cut = await run(["nexus", "verify", ...io, "--proof", file])
    assert.deepStrictEqual([cut.code, cut.stdout], [3, ""])
    assert.include(cut.stderr, "refused, malformed")
  }, 60_000)

  it("run and inspect prove nothing", async () => {
    const did = await run(["nexus", "run", "--inputs", "9,1,1", "--json"])
    assert.deepInclude(JSON.parse(did.stdout), { exitCode: 0, output: "90000000", log: "144" })
    const would = await run(["nexus", "inspect", "--inputs", "9,1,1", "--json"])
    const facts = JSON.parse(would.stdout)
    assert.strictEqual(facts.rows, JSON.parse(did.stdout).steps)
    assert.isAbove(facts.processBytes.fast, facts.processBytes.lean)
  }, 60_000)

  it("--public '' is the empty input, --inputs the encoded tuple", async () => {
    const empty = await run(["nexus", "prove", "--elf", fixture("min.elf"), "--public", "", "--json"])
    const published = "369859426f0bba11d1e49c4181deffd6f7f6a3ff27d4efea250d22e58f91fe45"
    assert.strictEqual(JSON.parse(empty.stdout).keccak, published)
    const encoded = await run(["nexus", "prove", "--public", "0409010100000000", "--json"])
    const tuple = await run(["nexus", "prove", "--inputs", "9,1,1", "--json"])
    assert.strictEqual(JSON.parse(tuple.stdout).keccak, JSON.parse(encoded.stdout).keccak)
  }, 60_000)

  it("mistakes of the operator are code 2, in one line", async () => {
    const nonsense = join(temporary(), "nonsense.elf")
    writeFileSync(nonsense, "nonsense")
    for (const [args, says] of [
      [["prove", "--elf", nonsense], "cannot be proven"],
      [["prove", "--elf", "/nowhere.elf"], "/nowhere.elf"],
      [["prove", "--inputs", "9,1,1", "--public", "00"], "--inputs and --public"],
      [["prove", "--public", "0"], "hexadecimal"],
      [["prove", "--inputs", "9,1,1", "--budget", "1MiB"], "MiB"],
      [["verify", "--inputs", "9,1,1"], "--proof is missing"],
      [["guest", "import", fixture("min.elf")], "holds no guest program"]
    ] as const) {
      const { code, stderr, stdout } = await run(["nexus", ...args])
      assert.strictEqual(code, 2, `${args.join(" ")}: ${stderr}`)
      assert.include(stderr, says)
      assert.strictEqual(stdout, "")
      assert.strictEqual(stderr.trim().split("\n").length, 1)
    }
  }, 60_000)

  it("production without the guest says the one command to type, and ends with 4", async () => {
    const home = temporary()
    const nodes = join(home, "nodes.txt")
    writeFileSync(nodes, "1\n")
    const production = await run(["batch-file", "--file", nodes, "--env", "production", "--headless"], { home })
    assert.strictEqual(production.code, 4, production.stderr)
    assert.include(production.stderr, "nexus guest import FILE")
  }, 60_000)
})

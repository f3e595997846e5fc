/** `pow digest|search|prove|verify|inspect` as their users run them: answers, JSON, files, exit codes. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { hostExecutable } from "../../../../kernels/Paths.ts"
import { run, temporary } from "../Program.ts"

const built = existsSync(hostExecutable)
if (!built) process.stdout.write(`skipped: ${hostExecutable} is not built (npm run build)\n`)

const puzzle = ["--commitment", "1,2,3,4,5", "--nonce", "6,7,8,9,10"]
const v5 = "8595989672312632757,9762463409256548030,14793879948702456683,14367530516376597694,13984338572722075386"

describe.skipIf(!built)("pow", () => {
  it("digest gives limbs, the number and base58", async () => {
    const text = await run(["pow", "digest", ...puzzle])
    assert.deepStrictEqual([text.code, text.stdout.split("\n")[0]], [0, v5])
    const json = await run(["pow", "digest", ...puzzle, "--target", "0", "--json"])
    const answer = JSON.parse(json.stdout)
    assert.deepStrictEqual(answer.digest, v5.split(","))
    assert.deepInclude(answer, {
      version: 5,
      len: 64,
      base58: "AeHq2EwPW4HCjhW32omfwqefJJiX4ohb6qiEwbP3HX22VVBfmMU4kDj",
      meetsTarget: false
    })
    const other = await run(["pow", "digest", ...puzzle, "--proof-version", "2", "--len", "2"])
    assert.strictEqual(other.stdout.split(",")[0], "1573970395162217791")
  }, 60_000)

  it("takes digests in base58", async () => {
    const first = JSON.parse((await run(["pow", "digest", ...puzzle, "--json"])).stdout)
    const limbs = await run(["pow", "digest", "--commitment", first.digest.join(), "--nonce", "6,7,8,9,10"])
    const base58 = await run(["pow", "digest", "--commitment", first.base58, "--nonce", "6,7,8,9,10"])
    assert.strictEqual(base58.stdout, limbs.stdout)
  }, 60_000)

  it("search finds the lowest nonce, or says that there is none", async () => {
    const range = ["--commitment", "1,2,3,4,5", "--start-nonce", "6,7,8,9,10", "--threads", "2", "--json"]
    const hit = await run(["pow", "search", ...range, "--target", "0,0,0,0,1844674407370955", "--count", "20000"])
    assert.strictEqual(hit.code, 0)
    assert.deepInclude(JSON.parse(hit.stdout), { found: true, offset: "13661", nonce: ["13667", "7", "8", "9", "10"] })
    const none = await run(["pow", "search", ...range, "--target", "0x1", "--count", "100", "--len", "2"])
    assert.deepInclude(JSON.parse(none.stdout), { found: false, tried: "100" })
  }, 60_000)

  it("prove writes the proof, verify accepts it and refuses a changed one", async () => {
    const home = temporary()
    const file = join(home, "proof.jam")
    const made = await run(["pow", "prove", ...puzzle, "--len", "2", "--out", file, "--json"])
    assert.strictEqual(made.code, 0)
    const hash = "c0cef98d38faf962ca4c62dca036757e1d472e8ec1f22a16f3ce0367a0027feb"
    assert.strictEqual(createHash("sha256").update(readFileSync(file)).digest("hex"), hash)
    assert.deepInclude(JSON.parse(made.stdout), { version: 5, len: 2, sha256: hash })

    const good = await run(["pow", "verify", "--proof", file, ...puzzle, "--len", "2", "--proof-version", "5"])
    assert.deepStrictEqual([good.code, good.stdout.split("\n")[0]], [0, "valid: version 5, length 2, 53 objects"])
    const other = await run(["pow", "verify", "--proof", file, "--nonce", "1,2,3,4,5"])
    assert.strictEqual(other.code, 3)
    assert.include(other.stderr, "another-nonce")
    const above = await run(["pow", "verify", "--proof", file, "--target", "1"])
    assert.deepStrictEqual([above.code, above.stderr.includes("above-the-target")], [3, true])

    const bytes = readFileSync(file)
    bytes[40_000] = (bytes[40_000] ?? 0) ^ 4
    writeFileSync(file, bytes)
    const bad = await run(["pow", "verify", "--proof", file, "--json"])
    assert.strictEqual(bad.code, 3)
    const answer = JSON.parse(bad.stdout)
    assert.isFalse(answer.valid)
    assert.isString(answer.reason)
    assert.include(bad.stderr, answer.reason)
  }, 60_000)

  it("mistakes of the operator are code 2, in one line", async () => {
    const home = temporary()
    const noPage = join(home, "page.jam")
    writeFileSync(noPage, "not a page")
    const wrong: ReadonlyArray<readonly [ReadonlyArray<string>, string]> = [
      [["digest", "--nonce", "6,7,8,9,10"], "--commitment is missing"],
      [["digest", "--commitment", "1,2,3", "--nonce", "6,7,8,9,10"], "--commitment"],
      [["digest", "--commitment", "1,2,3,4,18446744069414584321", "--nonce", "6,7,8,9,10"], "--commitment"],
      [["digest", ...puzzle, "--len", "3"], "--len"],
      [["digest", ...puzzle, "--proof-version", "4"], "--proof-version"],
      [["prove", ...puzzle, "--len", "2", "--out", join(home, "no", "such", "folder")], "folder"],
      [["search", "--commitment", "1,2,3,4,5", "--start-nonce", "6,7,8,9,10"], "--target is missing"],
      [["verify"], "--proof is missing"],
      [["verify", "--proof", join(home, "absent.jam")], "absent.jam"],
      [["inspect"], "--page is missing"],
      [["inspect", "--page", noPage], "no page"]
    ]
    for (const [args, says] of wrong) {
      const { code, stderr, stdout } = await run(["pow", ...args])
      assert.strictEqual(code, 2, `${args.join(" ")}: ${stderr}`)
      assert.include(stderr, says)
      assert.strictEqual(stdout, "")
      assert.notInclude(stderr, "    at ")
    }
  }, 60_000)
})

/**
 * Runs the program from a folder that holds only what the container image holds: nothing may be missing there.
 *
 * No container engine is needed: the packages are read from the Dockerfile, and the bundle is the one that tests make.
 */
import { spawn } from "node:child_process"
import { cpSync, existsSync, readFileSync, realpathSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { main, temporary } from "./src/commands/Program.ts"

const packages = /for package in ([^;]+);/.exec(readFileSync("Dockerfile", "utf8"))?.[1]?.trim().split(" ") ?? []
const native = ["pitboss.node", "pitboss-host"].map((name) => join("kernels", "build", "Release", name))
const built = native.every((file) => existsSync(file))

const image = async (): Promise<string> => {
  const folder = realpathSync(temporary("pitboss-image-"))
  cpSync(dirname(await main()), join(folder, "dist"), { recursive: true })
  for (const name of packages)
    cpSync(join("node_modules", name), join(folder, "node_modules", name), { recursive: true })
  for (const path of [...native, "package.json"]) cpSync(path, join(folder, path))
  return folder
}

const run = (folder: string, args: ReadonlyArray<string>, until: RegExp) =>
  new Promise<string>((resolve) => {
    const env = { PATH: "/usr/bin:/bin", HOME: folder, PITBOSS_HOME: join(folder, "data") }
    const child = spawn(process.execPath, [join(folder, "dist", "main.js"), ...args], { cwd: folder, env })
    let output = ""
    const heard = (data: Buffer) => {
      output += data.toString()
      if (until.test(output)) child.kill()
    }
    child.stdout.on("data", heard)
    child.stderr.on("data", heard)
    child.on("close", () => resolve(output))
  })

describe.skipIf(!built)("the files of the image", () => {
  it("suffice for SQLite, native code and the wallet's WebAssembly", async () => {
    assert.isAbove(packages.length, 2)
    const folder = await image()
    const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp]> = [
      [["orchestrator", "--port", "0"], /orchestrator on http/],
      [
        ["pow", "digest", ..."--proof-version 5 --commitment 1,2,3,4,5 --nonce 6,7,8,9,10 --len 64".split(" ")],
        /\d{9}/
      ],
      [["wallet", "keygen"], /Address/]
    ]
    for (const [args, expected] of cases) assert.match(await run(folder, args, expected), expected)
  })
})

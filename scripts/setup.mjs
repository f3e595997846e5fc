#!/usr/bin/env node
/**
 * One door for every npm script: makes the machine ready (checks, install, native build, bundle), then runs the task.
 *
 * It has no dependencies, because it runs before any are installed. Each step is skipped while its inputs are unchanged:
 * a step's stamp in .setup/ holds the digest of what it was made from, so an interrupted or older build is never taken
 * for a current one. A lock keeps two terminals from building at the same time.
 */
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const state = join(root, ".setup")
const at = (...parts) => join(root, ...parts)
const say = (text) => process.stderr.write(`setup: ${text}\n`)

/** A user's machine lacks something: say what and how to get it, exit 4 (a needed program is missing). */
const missing = (text) => {
  say(text)
  process.exit(4)
}

// ---------------------------------------------------------------------------------------------------- checks

const run = (command, args, options = {}) => {
  const done = spawnSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options })
  if (done.error) missing(`cannot run ${command}: ${done.error.message}`)
  if (done.status !== 0) {
    say(`${command} ${args.join(" ")} failed (${done.signal ?? `exit ${done.status}`}); the lines above say why`)
    process.exit(done.status === 2 ? 2 : 1)
  }
}

/** Runs a chatty command: its output goes to a file and is shown only when it fails. */
const runQuietly = (name, command, args) => {
  const log = join(state, `${name}.log`)
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 })
  writeFileSync(log, `${done.stdout ?? ""}${done.stderr ?? ""}`)
  if (done.status === 0) return
  process.stderr.write(`${readFileSync(log, "utf8").split("\n").slice(-60).join("\n")}\n`)
  say(
    `building failed (${done.error?.message ?? done.signal ?? `exit ${done.status}`}); all of its output is in ${log}`
  )
  process.exit(1)
}

const read = (command, args) => {
  const done = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  return done.status === 0 ? done.stdout.trim() : null
}

const checkNode = () => {
  const [major, minor] = process.versions.node.split(".").map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  missing(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer (https://nodejs.org, or your package manager)`
  )
}

/** Native code is compiled on this machine: compilers are needed only when something has to be built. */
const checkToolchain = () => {
  const packages = []
  if (read("python3", ["--version"]) === null) packages.push("python3")
  if (read("make", ["--version"]) === null) packages.push("make")
  const gxx = read(process.env.CXX ?? "g++", ["-dumpfullversion", "-dumpversion"])
  if (gxx === null) packages.push("g++")
  else if (Number(gxx.split(".")[0]) < 10)
    missing(`g++ ${gxx} is too old for C++20: install g++ 10 or newer and name it with CXX=g++-10`)
  if (packages.length > 0)
    missing(`missing ${packages.join(", ")}: on Debian or Ubuntu type  sudo apt-get install ${packages.join(" ")}`)
}

/** Native builds need Node's headers; a distribution's Node has them beside itself, others fetch them once. */
const findHeaders = () => {
  const prefix = dirname(dirname(process.execPath))
  if (existsSync(join(prefix, "include", "node", "node_version.h"))) process.env.npm_config_nodedir = prefix
  else if (!process.env.npm_config_nodedir)
    say("Node's headers are not beside this Node: node-gyp will fetch them from nodejs.org")
}

// ---------------------------------------------------------------------------------------------------- stamps

const filesBelow = (path) => {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== "build" && entry.name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => filesBelow(join(path, entry.name)))
}

const digestOf = (paths, keep = () => true) => {
  const hash = createHash("sha256").update(`${process.version} ${process.arch} ${process.platform}\n`)
  for (const file of paths.flatMap((path) => filesBelow(at(path))).filter(keep)) {
    hash.update(`${file.slice(root.length)}\n`).update(readFileSync(file))
  }
  return hash.digest("hex")
}

/** Run `make` unless the output is there and was made from the same inputs. */
const step = (name, digest, output, make) => {
  const stamp = join(state, `${name}.sha256`)
  if (existsSync(at(output)) && existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return
  rmSync(stamp, { force: true })
  make()
  writeFileSync(stamp, digest)
}

// ---------------------------------------------------------------------------------------------------- steps

const node = process.execPath
const bin = (name) => at("node_modules", ".bin", name)

/** npm writes this file last, so a broken install has none. */
const installed = "node_modules/.package-lock.json"

/** Packages are there, not older than the lockfile, and were compiled for this Node. */
const isInstalled = () => {
  const builtFor = join(state, "node.txt")
  return (
    existsSync(at(installed)) &&
    statSync(at(installed)).mtimeMs >= statSync(at("package-lock.json")).mtimeMs &&
    (!existsSync(builtFor) || readFileSync(builtFor, "utf8") === `${process.version} ${process.arch}`)
  )
}

const install = () => {
  if (isInstalled()) return
  checkToolchain()
  say("installing packages (npm ci; one to two minutes the first time, SQLite is compiled)")
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
  writeFileSync(join(state, "node.txt"), `${process.version} ${process.arch}`)
}

const native = () =>
  step(
    "native",
    digestOf(["kernels"], (file) => !file.endsWith(".ts")),
    "kernels/build/Release/pitboss.node",
    () => {
      checkToolchain()
      say("building native code (kernels/; one to three minutes the first time)")
      runQuietly("native", node, [
        at("node_modules/node-gyp/bin/node-gyp.js"),
        ...["configure", "build", "--directory", "kernels", "--jobs", "max", "--loglevel=error"]
      ])
    }
  )

const bundle = () =>
  step(
    "bundle",
    digestOf(["src", "actors", "kernels", "config", "package.json", "scripts/build.mjs"]),
    "dist/main.js",
    () => {
      say("bundling dist/main.js")
      run(node, [at("scripts/build.mjs")])
    }
  )

const lint = () => {
  const checks = [
    ["format and lint", bin("biome"), ["ci", "--error-on-warnings", "--colors=off"]],
    ["import direction and circles", node, [at("scripts/imports.mjs")]],
    ["types and Effect's rules", node, [at("scripts/types.mjs")]]
  ]
  for (const [name, command, args] of checks) {
    say(`lint: ${name}`)
    run(command, args)
  }
}

/** Only one process at a time may build; the others wait for it and then find everything done. */
const locked = async (work) => {
  mkdirSync(state, { recursive: true })
  const lock = join(state, "lock")
  for (let told = false; ; ) {
    // Linked into place with its content, so that nobody ever reads a lock without an owner.
    const own = join(state, `lock.${process.pid}`)
    writeFileSync(own, String(process.pid))
    try {
      linkSync(own, lock)
      break
    } catch (error) {
      if (error.code !== "EEXIST") throw error
    } finally {
      rmSync(own, { force: true })
    }
    const owner = Number(existsSync(lock) ? readFileSync(lock, "utf8") : "0")
    if (!isAlive(owner)) rmSync(lock, { force: true })
    else {
      if (!told) say(`waiting for the set-up that process ${owner} is doing`)
      told = true
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  const release = () => rmSync(lock, { force: true })
  process.once("exit", release)
  work()
  release()
  process.removeListener("exit", release)
}

const isAlive = (pid) => {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return error.code === "EPERM"
  }
}

// ---------------------------------------------------------------------------------------------------- tasks

/** Hand over to the program: it gets the terminal, the signals and the last word on the exit code. */
const become = (args) => {
  const child = spawn(node, args, { cwd: root, stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // The terminal sends ^C to the whole group already; signals sent to this process alone are passed on.
    process.on(signal, () => (signal !== "SIGINT" || !process.stdin.isTTY ? child.kill(signal) : undefined))
  }
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1)))
}

const orDefault = (args, ...fallback) => (args.length > 0 ? args : fallback)

const tasks = {
  start: (args) =>
    become([
      at("dist/main.js"),
      ...orDefault(args, "batch-file", "--env", "local", "--file", "config/examples/nodes.txt")
    ]),
  test: (args) => {
    if (args.length === 0) lint()
    become([at("node_modules/vitest/vitest.mjs"), "run", ...args])
  },
  lint,
  build: () => say("everything is built: node dist/main.js --help"),
  bench: (args) => become(["--expose-gc", "--import", "tsx", at("bench/main.ts"), ...args]),
  fuzz: (args) => become([at("scripts/fuzz.mjs"), ...args]),
  dev: (args) => become(["--import", "tsx", at("src/main.ts"), ...args])
}

const [task, ...rest] = process.argv.slice(2)
const args = rest[0] === "--" ? rest.slice(1) : rest
if (!Object.hasOwn(tasks, task)) {
  say(`no task ${task}; there are ${Object.keys(tasks).join(", ")}`)
  process.exit(2)
}
checkNode()
findHeaders()
await locked(() => {
  install()
  native()
  bundle()
})
tasks[task](args)

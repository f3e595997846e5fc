// Builds native programs with sanitizers and runs the fuzzer among them.
//
// Usage: node kernels/native/sanitize.mjs fuzz [SECONDS] [SEED]   fuzz every kernel under ASan + UBSan, each for about that long
//        node kernels/native/sanitize.mjs host [address|thread]   build a host with sanitizers, print its path
//                                                                 (run tests with PITBOSS_KERNEL_HOST=<path> npx vitest run ...)
// Targets, sources and instruction-set flags come from binding.gyp, so nothing is forgotten. Output goes to
// kernels/build/sanitize.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const kernels = join(dirname(fileURLToPath(import.meta.url)), "..")
const out = join(kernels, "build", "sanitize")

// A gyp file is JSON with comments at the beginning of lines; the sources of an included one lie beside it.
const readGyp = (file) => JSON.parse(readFileSync(join(kernels, file), "utf8").replace(/^\s*#.*$/gm, ""))
const targetsOf = (file) => {
  const { includes = [], targets = [] } = readGyp(file)
  const own = targets.map((target) => ({
    ...target,
    sources: (target.sources ?? []).map((source) => join(dirname(file), source))
  }))
  return [...own, ...includes.flatMap(targetsOf)]
}
const targets = targetsOf("binding.gyp")

const closureOf = (name) => {
  const target = targets.find((each) => each.target_name === name)
  if (target === undefined) throw new Error(`binding.gyp has no target ${name}`)
  return [...new Set([target, ...(target.dependencies ?? []).flatMap(closureOf)])]
}
const flagsOf = ({ cflags_cc = [], conditions = [] }) => [
  ...cflags_cc,
  ...conditions
    .filter(([when]) => process.arch === "x64" && when === "target_arch=='x64'")
    .flatMap(([, then]) => then.cflags_cc ?? [])
]

const run = (command, args) => {
  const done = spawnSync(command, args, { cwd: kernels, stdio: ["ignore", "inherit", "inherit"] })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

// Newest of all native files: a header may matter to any object.
const newest = Math.max(
  ...readdirSync(join(kernels, "native"), { recursive: true }).map(
    (file) => statSync(join(kernels, "native", file)).mtimeMs
  )
)
const isCurrent = (object) => existsSync(object) && statSync(object).mtimeMs > newest

const compile = (name, target, extra, sanitizer) => {
  const folder = join(out, `${name}-${sanitizer}-objects`)
  mkdirSync(folder, { recursive: true })
  const compiler = process.env.CXX ?? "g++"
  const sanitize =
    sanitizer === "thread" ? ["-fsanitize=thread"] : ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
  const flags = [
    "-std=c++20",
    "-O1",
    "-g",
    "-Wall",
    "-Wextra",
    "-Wno-unused-parameter",
    "-pthread",
    "-Inative",
    ...sanitize
  ]
  const objects = []
  for (const part of [{ sources: extra }, ...closureOf(target)]) {
    for (const source of part.sources) {
      const object = join(folder, `${source.replaceAll(/[/\\]/g, "_")}.o`)
      if (!isCurrent(object)) run(compiler, [...flags, ...flagsOf(part), "-c", source, "-o", object])
      objects.push(object)
    }
  }
  const program = join(out, `${name}-${sanitizer}`)
  run(compiler, [...flags, ...objects, "-o", program])
  return program
}

// The fuzzers of Nexus take seconds, the other one a number of inputs for each of its decoders.
const fuzzers = [
  {
    name: "machine-fuzz",
    target: "nexus_machine",
    source: "native/nexus/machine/fuzz.cc",
    amount: (seconds) => String(seconds)
  },
  {
    name: "stark-fuzz",
    target: "nexus_stark",
    source: "native/nexus/stark/dev/fuzz.cc",
    amount: (seconds) => String(seconds)
  },
  {
    name: "nockpow-fuzz",
    target: "nockpow",
    source: "native/nockpow/dev/fuzz.cc",
    amount: (seconds) => String(Math.ceil(seconds * 3500))
  }
]

const [task = "fuzz", first, second] = process.argv.slice(2)
if (task === "host") {
  const sanitizer = first === "thread" ? "thread" : "address"
  console.log(compile("pitboss-host", "pitboss-host", [], sanitizer))
} else if (task === "fuzz") {
  const seconds = Number(first ?? 20)
  const seed = second ?? String(Date.now() % 1_000_000)
  for (const { amount, name, source, target } of fuzzers) {
    const program = compile(name, target, [source], "address")
    console.log(`${name}, seed ${seed}`)
    run(program, [amount(seconds), seed])
  }
} else {
  console.error("usage: sanitize.mjs fuzz [SECONDS] [SEED] | host [address|thread]")
  process.exit(2)
}

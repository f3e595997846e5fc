// Builds native programs with sanitizers and runs the fuzzers among them.
//
// Usage: node kernels/native/sanitize.mjs fuzz [SECONDS] [SEED]   fuzz the Nexus machine under ASan + UBSan
//        node kernels/native/sanitize.mjs host [address|thread]   build a host with sanitizers, print its path
//                                                                 (run tests with PITBOSS_KERNEL_HOST=<path> npx vitest run ...)
// Sources come from binding.gyp, so nothing is forgotten. Output goes to kernels/build/sanitize.
import { spawnSync } from "node:child_process"
import { mkdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const kernels = join(dirname(fileURLToPath(import.meta.url)), "..")
const out = join(kernels, "build", "sanitize")

// binding.gyp is JSON with comments at the beginning of lines.
const gyp = JSON.parse(readFileSync(join(kernels, "binding.gyp"), "utf8").replace(/^\s*#.*$/gm, ""))
const sourcesOf = (target) => {
  const found = gyp.targets.find((each) => each.target_name === target)
  return [
    ...(found.sources ?? []),
    ...(found.dependencies ?? []).filter((name) => name === "nexus_machine").flatMap(sourcesOf)
  ]
}

const compile = (name, sources, sanitizer) => {
  mkdirSync(out, { recursive: true })
  const program = join(out, name)
  const flags =
    sanitizer === "thread" ? ["-fsanitize=thread"] : ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
  const args = ["-std=c++20", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-pthread", ...flags]
  const done = spawnSync(process.env.CXX ?? "g++", [...args, "-Inative", ...sources, "-o", program], {
    cwd: kernels,
    stdio: "inherit"
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
  return program
}

const [task = "fuzz", first, second] = process.argv.slice(2)
if (task === "host") {
  console.log(compile(`pitboss-host-${first ?? "address"}`, sourcesOf("pitboss-host"), first ?? "address"))
} else if (task === "fuzz") {
  const program = compile("machine-fuzz", [...sourcesOf("nexus_machine"), "native/nexus/machine/fuzz.cc"], "address")
  const run = spawnSync(program, [first ?? "20", second ?? String(Date.now() % 1_000_000)], { stdio: "inherit" })
  process.exit(run.status ?? 1)
} else {
  console.error("usage: sanitize.mjs fuzz [SECONDS] [SEED] | host [address|thread]")
  process.exit(2)
}

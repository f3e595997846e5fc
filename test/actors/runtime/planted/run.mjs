/**
 * Plant each fault into a copy of the runtime and demand that the suite notices.
 *
 * `node test/actors/runtime/planted/run.mjs [--write] [--verbose] [part of a name]` copies actors/runtime and its tests to a temporary
 * folder, checks that the untouched copy passes, then plants one fault after the other. A fault is caught when at least one
 * test fails or times out; a file that does not load counts as not caught. `--write` renews docs/planted-faults.md.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { faults } from "./faults.mjs"

const root = resolve(fileURLToPath(import.meta.url), "../../../../..")
const write = process.argv.includes("--write")
const verbose = process.argv.includes("--verbose")
const only = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? ""
const copy = mkdtempSync(join(tmpdir(), "planted-"))
const runtime = join(copy, "actors/runtime")

const fresh = () => cpSync(join(root, "actors/runtime"), runtime, { recursive: true })

const edit = ({ file, find, replace }) => {
  const path = join(runtime, file)
  const source = readFileSync(path, "utf8")
  if (source.split(find).length !== 2) throw new Error(`${file}: the text to replace must occur exactly once: ${find}`)
  writeFileSync(
    path,
    source.replace(find, () => replace)
  )
}

/** Names of the tests that failed; undefined when nothing ran. */
const run = (suites, patience = 15_000) => {
  const report = join(copy, "report.json")
  rmSync(report, { force: true })
  const files = suites.map((suite) => `test/actors/runtime/${suite}`)
  const options = [
    "--bail=1",
    `--testTimeout=${patience}`,
    "--hookTimeout=2000",
    "--reporter=json",
    `--outputFile=${report}`
  ]
  spawnSync(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", "--root", copy, ...options, ...files],
    {
      env: { ...process.env, PITBOSS_PROPERTY_RUNS: "60" },
      stdio: "ignore",
      timeout: 300_000
    }
  )
  try {
    const { numTotalTests, testResults } = JSON.parse(readFileSync(report, "utf8"))
    if (numTotalTests === 0) return undefined
    return testResults.flatMap(({ assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ failureMessages, fullName }) => {
          if (verbose) console.error(failureMessages.join("\n"))
          return fullName.trim()
        })
    )
  } catch {
    return undefined
  }
}

const rows = []
let missed = 0
try {
  cpSync(join(root, "test/actors/runtime"), join(copy, "test/actors/runtime"), { recursive: true })
  for (const file of ["package.json", "tsconfig.json", "vitest.config.ts"]) cpSync(join(root, file), join(copy, file))
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))
  fresh()
  const healthy = run(["."], 120_000)
  if (healthy === undefined || healthy.length > 0) {
    throw new Error(`the suite must pass before faults are planted: ${healthy?.join("; ") ?? "nothing ran"}`)
  }
  for (const fault of faults.filter(({ name }) => name.includes(only))) {
    fresh()
    for (const change of [fault, ...(fault.also ?? [])]) edit(change)
    const failed = run(fault.suites)
    const caught = failed !== undefined && failed.length > 0
    if (!caught) missed++
    console.log(`${caught ? "caught" : "MISSED"}  ${fault.name}${caught ? `  <-  ${failed[0]}` : ""}`)
    rows.push(
      `| ${rows.length + 1} | ${fault.name} | \`${fault.file}\` | ${caught ? failed[0].replaceAll("|", "/") : "**missed**"} |`
    )
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.log(`${rows.length - missed} of ${rows.length} planted faults caught`)
if (write && only === "") {
  const text = [
    "# Planted faults",
    "",
    "A test suite is worth what it catches. Each fault below is planted, one at a time, into a copy of `actors/runtime`, and",
    "the tests must fail. `node test/actors/runtime/planted/run.mjs` repeats it (some minutes); `--write` renews this page,",
    "which is its output. `npm test` checks that every fault can still be planted, so the list can not rot.",
    "",
    `${rows.length - missed} of ${rows.length} are caught.`,
    "",
    "| # | fault | file | caught first by |",
    "|---|---|---|---|",
    ...rows,
    ""
  ]
  writeFileSync(join(root, "docs/planted-faults.md"), text.join("\n"))
}
process.exitCode = missed === 0 ? 0 : 1

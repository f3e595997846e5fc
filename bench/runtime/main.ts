/**
 * `npm run bench -- runtime [--runs 3] [--json FILE]`: the actor runtime beside bare Effect and, where installed, Erlang/OTP.
 *
 * The programs are bundled as the product is (tsx wraps every function to keep its name, which costs more than some of
 * the operations measured) and run one after the other, several times, each in a process of its own. Printed are medians
 * with [min-max], the ratio to each reference, and the bars of the anchors. A ratio is said to be better or worse only
 * when the ranges do not overlap.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { buildSync } from "esbuild"

const here = fileURLToPath(new URL(".", import.meta.url))
const { values } = parseArgs({
  options: { runs: { type: "string", default: "3" }, json: { type: "string" } }
})
const runs = Number(values.runs)

type Line = { readonly rt: string; readonly test: string; readonly value: number }

const node = (program: string): (() => ReadonlyArray<Line>) => {
  const bundle = join(scratch, `${program}.mjs`)
  buildSync({
    entryPoints: [join(here, `${program}.ts`)],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile: bundle,
    logLevel: "error",
    packages: "bundle"
  })
  return () => lines(process.execPath, ["--expose-gc", "--max-old-space-size=8000", bundle])
}

const lines = (command: string, args: ReadonlyArray<string>): ReadonlyArray<Line> => {
  const { error, status, stderr, stdout } = spawnSync(command, args, {
    encoding: "utf8",
    cwd: scratch,
    maxBuffer: 1 << 26
  })
  if (error !== undefined || status !== 0) throw new Error(`${command} ${args.at(-1)}: ${error?.message ?? stderr}`)
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
}

/** The Erlang program prints several figures a line; these are the ones that have a counterpart here. */
const otpFigures: ReadonlyArray<readonly [test: string, figure: string, ours: string, scale: number]> = [
  ["spawn-supervised-simple_one_for_one", "us_per", "spawn us", 1],
  ["spawn-supervised-simple_one_for_one", "total_B", "bytes idle", 1],
  ["spawn-gen_server-hibernate", "total_B", "bytes passivated", 1],
  ["tell1", "mps", "tell M/s", 1e-6],
  ["fanout10", "mps", "fan-out M/s", 1e-6],
  ["ask", "rps", "ask k/s", 1e-3],
  ["restart-one_for_one", "p50_us", "restart p50 us", 1],
  ["restart-one_for_one", "p99_us", "restart p99 us", 1],
  ["mass-restart", "ms", "mass restart 10k ms", 1],
  ["stop-all", "ms", "stop all ms", 1]
]

const erlang = (): (() => ReadonlyArray<Line>) | undefined => {
  if (spawnSync("erlc", ["-o", scratch, join(here, "otp.erl")]).status !== 0) return undefined
  return () => {
    const raw: ReadonlyArray<Record<string, string | number>> = lines("erl", [
      "-noshell",
      "+S",
      "2:2",
      "-s",
      "otp",
      "main"
    ])
    return otpFigures.flatMap(([test, figure, ours, scale]) => {
      const value = raw.find((line) => line["test"] === test)?.[figure]
      return typeof value === "number" ? [{ rt: "erlang/otp", test: ours, value: value * scale }] : []
    })
  }
}

interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
}

const figure = (numbers: ReadonlyArray<number>): Figure => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) }
}

/** Anchors section 8, bars 1 to 5; who must reach them. */
const bars: ReadonlyArray<readonly [rt: string, test: string, bar: number, most: boolean]> = [
  ["pitboss reduce", "spawn us", 4.1, true],
  ["pitboss reduce", "bytes idle", 2_800, true],
  ["pitboss reduce", "bytes passivated", 1_230, true],
  ["pitboss receive", "bytes idle", 2_800, true],
  ["pitboss receive", "bytes passivated", 1_230, true],
  ["pitboss fiber child", "bytes idle", 2_800, true],
  ["pitboss reduce", "tell M/s", 0.6, false],
  ["pitboss receive", "tell M/s", 0.6, false],
  ["pitboss reduce", "tell batched M/s", 5.8, false],
  ["pitboss reduce", "ask k/s", 450, false],
  ["pitboss receive", "ask k/s", 450, false],
  ["pitboss reduce", "restart p50 us", 33, true],
  ["pitboss reduce", "restart p99 us", 147, true],
  ["pitboss receive", "restart p50 us", 33, true],
  ["pitboss receive", "restart p99 us", 147, true],
  ["pitboss reduce", "mass restart 10k ms", 1_000, true],
  ["pitboss receive", "mass restart 10k ms", 1_000, true]
]

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
const shown = (entry: Figure | undefined): string =>
  entry === undefined ? "-" : `${short(entry.median)} [${short(entry.min)}-${short(entry.max)}]`

const verdict = (ours: Figure, theirs: Figure | undefined, lessIsBetter: boolean): string => {
  if (theirs === undefined) return "-"
  const ratio = lessIsBetter ? theirs.median / ours.median : ours.median / theirs.median
  const apart = ours.max < theirs.min || ours.min > theirs.max
  return `${short(ratio)}x${apart ? "" : " (ranges overlap)"}`
}

const scratch = mkdtempSync(join(tmpdir(), "bench-runtime-"))
try {
  cpSync(join(here, "otp.erl"), join(scratch, "otp.erl"))
  const otp = erlang()
  const programs = [node("pitboss"), node("bare"), ...(otp === undefined ? [] : [otp])]
  const collected = new Map<string, Map<string, Array<number>>>()
  for (let run = 1; run <= runs; run++) {
    for (const program of programs) {
      for (const { rt, test, value } of program()) {
        const tests = collected.get(rt) ?? new Map<string, Array<number>>()
        collected.set(rt, tests)
        tests.set(test, [...(tests.get(test) ?? []), value])
      }
    }
    process.stderr.write(`run ${run} of ${runs} done\n`)
  }
  const find = (rt: string, test: string): Figure | undefined => {
    const numbers = collected.get(rt)?.get(test)
    return numbers === undefined ? undefined : figure(numbers)
  }
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? "?"}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
  const print = (line: string) => process.stdout.write(`${line}\n`)
  print(`${machine}; medians of ${runs} runs [min-max]; a ratio above 1 means better than the reference\n`)
  print("| runtime | test | measured | to bare effect 3 | to erlang/otp |\n|---|---|---|---|---|")
  for (const [rt, tests] of collected) {
    for (const [test, numbers] of tests) {
      const ours = figure(numbers)
      const less = !test.endsWith("/s")
      const against = (reference: string) =>
        rt.startsWith("pitboss") ? verdict(ours, find(reference, test), less) : ""
      print(`| ${rt} | ${test} | ${shown(ours)} | ${against("bare effect 3")} | ${against("erlang/otp")} |`)
    }
  }
  if (otp === undefined) print("\nerlc is not installed: Erlang/OTP was not measured (apt-get install erlang-base)")
  print(
    "\n| bar of the anchors | runtime | bar | measured | erlang/otp in the same runs | |\n|---|---|---|---|---|---|"
  )
  for (const [rt, test, bar, most] of bars) {
    const ours = find(rt, test)
    const reached = ours !== undefined && (most ? ours.median <= bar : ours.median >= bar)
    print(
      `| ${test} | ${rt} | ${most ? "<=" : ">="} ${bar} | ${shown(ours)} | ${shown(find("erlang/otp", test))} | ${reached ? "reached" : "MISSED"} |`
    )
  }
  if (values.json !== undefined) {
    const results = Array.from(collected, ([rt, tests]) => ({ rt, tests: Object.fromEntries(tests) }))
    writeFileSync(values.json, `${JSON.stringify({ machine, runs, results }, undefined, 2)}\n`)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

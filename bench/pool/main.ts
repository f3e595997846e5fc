/**
 * `npm run bench -- pool [--miners 2000] [--rounds 40] [--shares 100000] [--only fan-out|shares] [--kill [--herd 10000]] [--profile DIR]`:
 * the pool server under load, judged from outside.
 *
 * Runs the real program (dist/main.js) with its devnet: job fan-out and memory per miner beside bare servers, shares per
 * second that are durable, and with --kill the books after 20 times `kill -9`, or with --herd how long it takes until so
 * many idle miners behind one address are back. Prints lines for people and JSON lines;
 * times of a busy machine are only worth their ratios. Ends with 3 when the books are wrong.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as Fanout from "./fanout.ts"
import * as Kill from "./kill.ts"
import * as Processes from "./Processes.ts"
import * as Return from "./return.ts"
import * as Shares from "./shares.ts"

const { values: flags } = parseArgs({
  options: {
    miners: { type: "string", default: "2000" },
    rounds: { type: "string", default: "40" },
    every: { type: "string" },
    shares: { type: "string", default: "100000" },
    connections: { type: "string", default: "400" },
    "in-flight": { type: "string", default: "16" },
    only: { type: "string" },
    kill: { type: "boolean", default: false },
    kills: { type: "string", default: "20" },
    herd: { type: "string" },
    profile: { type: "string" },
    keep: { type: "boolean", default: false }
  }
})

const folder = mkdtempSync(join(tmpdir(), "pitboss-bench-pool-"))
const fresh = (name: string) => {
  const data = join(folder, name)
  mkdirSync(data)
  return { folder: data, log: join(folder, `${name}.log`) }
}

const miners = Number(flags.miners)
Processes.say(
  `${cpus().length} cores (${cpus()[0]?.model ?? "?"}), load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}; logs in ${folder}`
)

let good = true
if (flags.kill && flags.herd !== undefined) {
  good = await Return.run({ ...fresh("return"), kills: Number(flags.kills), miners: Number(flags.herd) })
} else if (flags.kill) good = await Kill.run({ ...fresh("kill"), kills: Number(flags.kills), miners: 8 })
else {
  if (flags.only !== "shares") {
    const every = Number(flags.every ?? (miners > 4_000 ? 10 : 2))
    await Fanout.run({ ...fresh("fan-out"), miners, rounds: Number(flags.rounds), every, profile: flags.profile })
  }
  if (flags.only !== "fan-out") {
    good = await Shares.run({
      ...fresh("shares"),
      shares: Number(flags.shares),
      connections: Number(flags.connections),
      inFlight: Number(flags["in-flight"]),
      profile: flags.profile
    })
  }
}
if (good && !flags.keep) rmSync(folder, { recursive: true, force: true })
process.exit(good ? 0 : 3)

/**
 * `kill -9` of a pool with thousands of idle miners behind one address: how long until all of them have work again.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { freePort } from "./kill.ts"
import * as Processes from "./Processes.ts"
import type { Back } from "./returning.ts"

export interface Options {
  readonly folder: string
  readonly log: string
  readonly kills: number
  readonly miners: number
}

const backOf = (value: unknown): Back | undefined =>
  typeof value === "object" && value !== null && "tag" in value && value.tag === "back" ? (value as Back) : undefined

const seconds = (millis: number) => `${(millis / 1000).toFixed(2)} s`

export const run = async ({ folder, kills, log, miners }: Options): Promise<boolean> => {
  const port = await freePort()
  const most = String(miners + 1_000)
  const flags = ["--max-connections", most, "--max-per-address", most]
  const start = () => Processes.pool({ data: folder, log, port, flags, probe: false })
  let server = await start()
  const herd = Processes.program("returning.ts", [String(port), String(miners)])
  await Processes.message(herd, backOf)
  let good = true
  for (let kill = 1; kill <= kills; kill++) {
    await sleep(2_000)
    const back = Processes.message(herd, backOf)
    const killed = Date.now()
    server.child.kill("SIGKILL")
    await server.ended
    server = await start()
    const up = Date.now()
    const { failed, first, last, p50, p99, resumed } = await back
    good &&= resumed === miners
    Processes.say(
      `kill ${kill}: the pool was up after ${seconds(up - killed)}; of ${miners} miners the first had work after ` +
        `${seconds(first - killed)}, half of them after ${seconds(p50 - killed)}, 99 % after ${seconds(p99 - killed)}, ` +
        `the last after ${seconds(last - killed)}; ${resumed} sessions went on, ${failed} tries in vain`
    )
    const figures = { kill, miners, up: up - killed, first: first - killed, p50: p50 - killed, p99: p99 - killed }
    Processes.record("return", { ...figures, last: last - killed, resumed, failed })
  }
  herd.kill("SIGKILL")
  server.child.kill("SIGTERM")
  return (await server.ended) === 0 && good
}

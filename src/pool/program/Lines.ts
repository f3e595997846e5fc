/**
 * The log of the pool server in the form that the original pool documents: `[2023-07-23T13:00:00Z INFO] text`.
 *
 * Fields follow the text as name=value. JSON lines are those of every Pitboss program.
 */
import * as Log from "../../telemetry/Log.ts"

/** Names of the original pool's levels; trace is the most that is told. */
export type Least = "trace" | "debug" | "info" | "warn" | "error"

export const leastOf = (level: Least): Log.Level => (level === "trace" ? "debug" : level)

const order: ReadonlyArray<Log.Level> = ["debug", "info", "warn", "error"]

/** One line, without its end: the common text form with another beginning. */
export const format = (entry: Log.Entry): string => {
  const at = `${new Date(entry.at).toISOString().slice(0, 19)}Z`
  const common = Log.format({ ...entry, path: "" }, "text")
  const body = common.slice(common.indexOf(" ") + 1).slice(6)
  return `[${at} ${entry.level.toUpperCase()}] ${body}`
}

/** Most bytes that wait for a reader of the log; beyond, lines are dropped rather than memory taken. */
const bound = 4 * 2 ** 20

export const sink = (
  out: NodeJS.WritableStream & { readonly writableLength: number },
  as: Log.Format,
  least: Log.Level
): Log.Sink => {
  if (as === "json") return Log.stream(out, as, least)
  let lost = 0
  return {
    write: (entry) => {
      if (order.indexOf(entry.level) < order.indexOf(least)) return
      if (out.writableLength > bound) {
        lost += 1
        return
      }
      if (lost > 0) {
        const message = `${lost} log lines were lost: the reader was too slow`
        out.write(`${format({ at: entry.at, level: "warn", path: "", event: "log", message, fields: {} })}\n`)
        lost = 0
      }
      out.write(`${format(entry)}\n`)
    }
  }
}

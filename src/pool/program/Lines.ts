/**
 * The log of the pool server in the form that the original pool documents: `[2023-07-23T13:00:00Z INFO] text`.
 *
 * Fields follow the text as name=value. JSON lines are those of every Pitboss program.
 */
import * as Log from "../../telemetry/Log.ts"

/** Names of the original pool's levels; trace is the most that is told. */
export type Least = "trace" | "debug" | "info" | "warn" | "error"

export const leastOf = (level: Least): Log.Level => (level === "trace" ? "debug" : level)

/** One line, without its end: the common text form with another beginning. */
export const format = (entry: Log.Entry): string => {
  const at = `${new Date(entry.at).toISOString().slice(0, 19)}Z`
  const common = Log.format({ ...entry, path: "" }, "text")
  const body = common.slice(common.indexOf(" ") + 1).slice(6)
  return `[${at} ${entry.level.toUpperCase()}] ${body}`
}

/** Lines of the pool server on a stream. */
export const sink = (out: Log.Out, as: Log.Format, least: Log.Level): Log.Sink =>
  Log.stream(out, as === "json" ? Log.lines(as) : format, least)

/**
 * Log lines: one event per line, as text for people or JSON for programs, from every part of a program.
 *
 * Effect's logger and the events of the fleet end up in the same form: when, how bad, which actor, what happened, and
 * fields with values. Where lines go is decided by who shows the program: standard output, or a file while the table
 * owns the screen. Values from outside are made harmless and short before they are written.
 */
import { appendFileSync, renameSync, statSync } from "node:fs"
import * as Cause from "effect/Cause"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { plain } from "../console/Width.ts"

export type Level = "debug" | "info" | "warn" | "error"
export type Value = string | number | boolean | null

export interface Entry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly level: Level
  /** Path of the actor, for example /batch-file/nodes/7; empty for the program itself. */
  readonly path: string
  /** Name of the event, for example TaskClosed; "log" for free text. */
  readonly event: string
  /** One line for people. */
  readonly message: string
  readonly fields: Readonly<Record<string, Value>>
}

export type Format = "text" | "json"

/** A field longer than this is cut. Characters. */
const longest = 2_000

const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text)

const fieldText = (value: Value): string => {
  const text = plain(cut(String(value)))
  return text === "" || /[\s"=]/.test(text) ? JSON.stringify(text) : text
}

/** One line, without its end. */
export const format = (entry: Entry, as: Format): string => {
  const at = new Date(entry.at).toISOString()
  if (as === "json") {
    const { level, path, event, message, fields } = entry
    return JSON.stringify({ at, level, event, ...(path === "" ? {} : { path }), message: cut(message), ...fields })
  }
  const fields = Object.entries(entry.fields).map(([name, value]) => ` ${name}=${fieldText(value)}`)
  const path = entry.path === "" ? "" : `${entry.path} `
  return `${at} ${entry.level.toUpperCase().padEnd(5)} ${path}${plain(cut(entry.message))}${fields.join("")}`
}

export interface Sink {
  readonly write: (entry: Entry) => void
}

const order: ReadonlyArray<Level> = ["debug", "info", "warn", "error"]
const enough = (level: Level, least: Level) => order.indexOf(level) >= order.indexOf(least)

/** What a log needs of a stream. */
export interface Out {
  /** What waits to be written, bytes. */
  readonly writableLength: number
  readonly write: (text: string, done: (error?: Error | null) => void) => unknown
}

/**
 * Lines on a stream. A reader that does not keep up loses lines rather than grow the process without bound, and so does a
 * full disk. `lineOf`: a line without its end.
 */
export const stream = (out: Out, lineOf: (entry: Entry) => string, least: Level): Sink => {
  const bound = 4 * 2 ** 20
  let lost = 0
  const put = (entry: Entry) => {
    out.write(`${lineOf(entry)}\n`, (error) => {
      if (error) lost += 1
    })
  }
  return {
    write: (entry) => {
      if (!enough(entry.level, least)) return
      if (out.writableLength > bound) {
        lost += 1
        return
      }
      if (lost > 0) {
        const message = `${lost} log lines were lost: the reader was too slow, or the disk full`
        lost = 0
        put({ at: entry.at, level: "warn", path: "", event: "log", message, fields: {} })
      }
      put(entry)
    }
  }
}

/** The lines of most programs. */
export const lines =
  (as: Format) =>
  (entry: Entry): string =>
    format(entry, as)

/** Lines in a private file of at most `limit` bytes; one older file is kept beside it (`.1`). */
export const file = (path: string, as: Format, least: Level, limit = 10 * 2 ** 20): Sink => {
  let size = 0
  try {
    size = statSync(path).size
  } catch {
    // The file is made by its first line.
  }
  return {
    write: (entry) => {
      if (!enough(entry.level, least)) return
      const line = `${format(entry, as)}\n`
      try {
        const bytes = Buffer.byteLength(line)
        if (size > 0 && size + bytes > limit) {
          renameSync(path, `${path}.1`)
          size = 0
        }
        appendFileSync(path, line, { mode: 0o600 })
        size += bytes
      } catch {
        // A full disk must not stop the work; the books have their own way to say that nothing can be written.
      }
    }
  }
}

const levelOf = (level: LogLevel.LogLevel): Level => {
  if (LogLevel.greaterThanEqual(level, LogLevel.Error)) return "error"
  if (LogLevel.greaterThanEqual(level, LogLevel.Warning)) return "warn"
  return LogLevel.greaterThanEqual(level, LogLevel.Info) ? "info" : "debug"
}

const valueOf = (value: unknown): Value => {
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string")
    return value
  if (value instanceof Error) return value.message
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

/** Effect's own logger, writing to the sink; the annotations "path" and "event" take their places. */
export const layer = (sink: Sink, least: Level): Layer.Layer<never> => {
  const logger = Logger.make(({ annotations, cause, date, logLevel, message }) => {
    const words = Array.isArray(message) ? message : [message]
    const {
      path = "",
      event = "log",
      ...fields
    } = Object.fromEntries(Array.from(HashMap.entries(annotations), ([name, value]) => [name, valueOf(value)] as const))
    const failure: Record<string, Value> = Cause.isEmpty(cause)
      ? {}
      : { cause: Cause.pretty(cause, { renderErrorCause: true }) }
    sink.write({
      at: date.getTime(),
      level: levelOf(logLevel),
      path: String(path),
      event: String(event),
      message: words.map((word) => String(valueOf(word))).join(" "),
      fields: { ...fields, ...failure }
    })
  })
  return Layer.merge(
    Logger.replace(Logger.defaultLogger, logger),
    Logger.minimumLogLevel(least === "debug" ? LogLevel.Debug : LogLevel.Info)
  )
}

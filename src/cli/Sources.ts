/**
 * The places where settings come from, read once and kept apart: flags, environment, `.env`, configuration file.
 *
 * Nothing is judged here except that the files can be read and that the configuration file holds only keys that exist:
 * a misspelt key that is silently ignored is the worst kind of default. Which value wins is `Resolve`'s business.
 */
import { readFileSync } from "node:fs"
import * as Either from "effect/Either"
import type { Group, Setting } from "../../config/Setting.ts"
import { variableOf } from "../../config/Setting.ts"
import * as Settings from "../../config/Settings.ts"
import * as DotEnv from "./DotEnv.ts"
import { FileError, SettingError } from "./Errors.ts"

/** Flags as they were typed: name without dashes to text; "true" or "false" for those without a value. */
export type Flags = ReadonlyMap<string, string>

export interface ConfigFile {
  /** As the operator named it. */
  readonly path: string
  readonly content: Readonly<Record<string, unknown>>
}

export interface Sources {
  readonly flags: Flags
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly dotEnv: ReadonlyMap<string, DotEnv.Entry>
  readonly file: ConfigFile | null
}

/** A text with the name of its place. */
export interface Found {
  readonly text: string
  readonly source: string
}

/** Files larger than this are not settings. Bytes. */
const largest = 1_048_576

/** The content of a file, or null when there is none. */
const contentOf = (path: string): Either.Either<string | null, FileError> => {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > largest) return Either.left(new FileError({ path, problem: "larger than 1 MB" }))
    return Either.right(bytes.toString("utf8"))
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined
    if (code === "ENOENT") return Either.right(null)
    const problem = code === "EISDIR" ? "a folder, expected a file" : `cannot be read (${String(code)})`
    return Either.left(new FileError({ path, problem }))
  }
}

/** What flag, environment or `.env` say about a setting, in this order; null when they are silent. */
export const beforeFile = (sources: Omit<Sources, "file">, setting: Setting<unknown>): Found | null => {
  const typed = setting.secret ? undefined : sources.flags.get(setting.name)
  if (typed !== undefined) return { text: typed, source: `--${setting.name}` }
  const variables = [variableOf(setting), ...setting.variables]
  for (const variable of variables) {
    const text = sources.environment[variable]
    if (text !== undefined && text !== "") return { text, source: `${variable} (environment)` }
  }
  for (const variable of variables) {
    const entry = sources.dotEnv.get(variable)
    if (entry !== undefined && entry.text !== "") {
      return { text: entry.text, source: `.env line ${entry.line}: ${variable}` }
    }
  }
  return null
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Line and column of the place that a JSON error names, for people. */
const placeOf = (content: string, message: string): string => {
  const position = /position (\d+)/.exec(message)?.[1]
  const before = content.slice(0, position === undefined ? content.length : Number(position))
  const lines = before.split("\n")
  return `line ${lines.length}, column ${(lines[lines.length - 1] ?? "").length + 1}`
}

const namesOf = (group: Group) =>
  Object.values(group)
    .filter((one) => one.replacedBy === null)
    .map((one) => one.name)

/** The first key that no program has; `sections` are the groups by the name of their section. */
const unknownKey = (
  content: Readonly<Record<string, unknown>>,
  sections: Readonly<Record<string, Group>>
): { readonly key: string; readonly problem: string } | null => {
  const general = namesOf(Settings.common).filter((name) => name !== "config")
  for (const [key, value] of Object.entries(content)) {
    const section = Object.hasOwn(sections, key) ? sections[key] : undefined
    if (section === undefined) {
      if (general.includes(key)) continue
      return {
        key,
        problem: `no such setting or program; there are ${[...general, ...Object.keys(sections)].join(", ")}`
      }
    }
    if (!isRecord(value)) return { key, problem: "expected an object with the settings of this program" }
    const known = [...new Set([...general, ...namesOf(section)])].filter((name) => name !== "config")
    const stranger = Object.keys(value).find((name) => !known.includes(name))
    if (stranger !== undefined)
      return { key: `${key}.${stranger}`, problem: `no such setting; there are ${known.join(", ")}` }
  }
  return null
}

const readConfig = (
  path: string,
  sections: Readonly<Record<string, Group>>,
  wanted: boolean
): Either.Either<ConfigFile | null, FileError | SettingError> =>
  Either.flatMap(contentOf(path), (content): Either.Either<ConfigFile | null, FileError | SettingError> => {
    if (content === null) {
      return wanted ? Either.left(new FileError({ path, problem: "no such file" })) : Either.right(null)
    }
    let parsed: unknown
    try {
      parsed = JSON.parse(content.replace(/^\uFEFF/, ""))
    } catch (cause) {
      const place = placeOf(content, String(cause))
      return Either.left(new FileError({ path, problem: `not valid JSON at ${place}` }))
    }
    if (!isRecord(parsed)) return Either.left(new FileError({ path, problem: "expected a JSON object" }))
    const stranger = unknownKey(parsed, sections)
    if (stranger !== null) {
      return Either.left(new SettingError({ source: `${path}: ${stranger.key}`, problem: stranger.problem }))
    }
    return Either.right({ path, content: parsed })
  })

/**
 * Variables of `.env` that look like ours and belong to no setting, each as one line for the operator. The environment is
 * not looked at: other programs and our own kernels have variables there.
 */
export const strangers = (
  { dotEnv }: Sources,
  sections: Readonly<Record<string, Group>>
): ReadonlyArray<{ readonly variable: string; readonly line: number; readonly known: ReadonlyArray<string> }> => {
  const known = [Settings.common, ...Object.values(sections)].flatMap((group: Group) =>
    Object.values(group).flatMap((one) => [variableOf(one), ...one.variables])
  )
  return [...dotEnv]
    .filter(([variable]) => variable.startsWith("PITBOSS_") && !known.includes(variable))
    .map(([variable, { line }]) => ({ variable, line, known }))
}

/** Read every source. Relative paths are relative to the working directory. */
export const read = (
  flags: Flags,
  environment: Readonly<Record<string, string | undefined>>,
  sections: Readonly<Record<string, Group>>
): Either.Either<Sources, FileError | SettingError> =>
  Either.gen(function* () {
    const content = yield* contentOf(".env")
    const dotEnv = yield* Either.mapLeft(
      DotEnv.parse(content ?? ""),
      ({ line, problem }) => new SettingError({ source: `.env line ${line}`, problem })
    )
    const named = beforeFile({ flags, environment, dotEnv }, Settings.common.config)
    const file = yield* readConfig(named?.text ?? "pitboss.json", sections, named !== null)
    return { flags, environment, dotEnv, file }
  })

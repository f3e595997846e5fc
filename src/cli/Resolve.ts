/**
 * Decides the value of every setting: flag, then environment, then `.env`, then configuration file, then default.
 *
 * One function for all programs. A wrong value never falls through to the next source: it is an error that names the
 * flag, variable, line or key it stands in. All wrong values are reported together.
 */
import * as Either from "effect/Either"
import type { Group, Language, Setting, Values } from "../../config/Setting.ts"
import { SettingError } from "./Errors.ts"
import type { ConfigFile, Found, Sources } from "./Sources.ts"
import { beforeFile } from "./Sources.ts"

export interface Resolved<G extends Group> {
  readonly values: Values<G>
  /** One line for each flag that was given and has no effect here. */
  readonly notices: ReadonlyArray<string>
  /** Where each value came from, by flag name; "default" when nowhere. */
  readonly origins: ReadonlyMap<string, string>
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A key of the program's own section goes before the same key at the top. */
const inFile = (file: ConfigFile, section: string, setting: Setting<unknown>): Found | SettingError | null => {
  const own = file.content[section]
  for (const [place, holder] of [
    [`${section}.`, isRecord(own) ? own : {}],
    ["", file.content]
  ] as const) {
    if (!Object.hasOwn(holder, setting.name)) continue
    const value = holder[setting.name]
    const source = `${file.path}: ${place}${setting.name}`
    if (value === null) continue
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      return { text: String(value), source }
    }
    return new SettingError({ source, problem: "expected a text, a number, true or false" })
  }
  return null
}

const find = (sources: Sources, section: string, setting: Setting<unknown>): Found | SettingError | null => {
  if (setting.replacedBy !== null) {
    const text = sources.flags.get(setting.name)
    return text === undefined ? null : { text, source: `--${setting.name}` }
  }
  return beforeFile(sources, setting) ?? (sources.file === null ? null : inFile(sources.file, section, setting))
}

/** Long values are cut: an error is one line. */
const quote = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)

const complain = (setting: Setting<unknown>, found: Found, language: Language) =>
  new SettingError({
    source: found.source,
    problem: {
      en: `expected ${setting.expected.en}${setting.secret ? "" : `, got ${quote(found.text)}`}`,
      zh: `应为 ${setting.expected.zh}${setting.secret ? "" : `，实际为 ${quote(found.text)}`}`
    }[language]
  })

export const resolve = <const G extends Group>(
  group: G,
  section: string,
  sources: Sources,
  language: Language
): Either.Either<Resolved<G>, SettingError> => {
  const values: Record<string, unknown> = {}
  const notices: Array<string> = []
  const origins = new Map<string, string>()
  const wrong: Array<SettingError> = []
  for (const [key, setting] of Object.entries(group)) {
    const found = find(sources, section, setting)
    if (found instanceof SettingError) {
      wrong.push(found)
    } else if (found === null) {
      values[key] = setting.fallback
      origins.set(setting.name, "default")
    } else if (setting.replacedBy !== null) {
      values[key] = null
      notices.push(`--${setting.name}: ${setting.replacedBy[language]}`)
    } else {
      const read = setting.read(found.text)
      origins.set(setting.name, found.source)
      if (Either.isRight(read)) values[key] = read.right
      else wrong.push(complain(setting, found, language))
    }
  }
  const [first, ...rest] = wrong
  if (first === undefined) return Either.right({ values: values as Values<G>, notices, origins })
  if (rest.length === 0) return Either.left(first)
  const problem = [first.problem, ...rest.map((error) => error.message)].join("\n")
  return Either.left(new SettingError({ source: first.source, problem }))
}

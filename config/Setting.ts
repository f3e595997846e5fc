/**
 * One thing that an operator can set: its name, its meaning in two languages, how text becomes its value, its default.
 *
 * A setting knows nothing of where its text came from. The command line, the environment, `.env` and the configuration
 * file all go through the same schema, so a value is judged by one rule and an error can name its source. A secret
 * setting has no flag (arguments are visible to every user of a machine) and its value is never repeated in a message.
 */
import type * as Either from "effect/Either"
import * as Schema from "effect/Schema"

/** A sentence for the operator in the languages that the program speaks. */
export interface Text {
  readonly en: string
  readonly zh: string
}
export type Language = keyof Text

export interface Setting<A> {
  /** Name of the flag without dashes; also the key in the configuration file. Environment: `variableOf(setting)`. */
  readonly name: string
  /** One letter for a short form of the flag (`-p`); null for none. `h` is taken by the help. */
  readonly short: string | null
  /** A flag stands alone (`--verbose`, `--no-verbose`); a value follows its flag. */
  readonly kind: "flag" | "value"
  /** What stands for the value in the help, for example `SECONDS`; empty for flags. */
  readonly placeholder: string
  /** Turn text into the value; none when it is not of the expected form. */
  readonly read: (text: string) => Either.Either<A, unknown>
  /** What a valid text is, to complete the sentence "expected ...". */
  readonly expected: Text
  /** The value when no source gives one. */
  readonly fallback: A
  /** How the help shows the default; empty when there is nothing to show. */
  readonly shown: Text
  readonly about: Text
  /** Further environment variables that give this setting, after its own one. */
  readonly variables: ReadonlyArray<string>
  readonly secret: boolean
  /** Accepted and without effect: what replaces it, said once when it is used. */
  readonly replacedBy: Text | null
}

/** Settings by the name under which a program reads them. */
export type Group = Readonly<Record<string, Setting<unknown>>>

/** What a program gets for a group. */
export type Values<G extends Group> = { readonly [K in keyof G]: G[K] extends Setting<infer A> ? A : never }

/** The environment variable of a setting: `max-concurrent` is `PITBOSS_MAX_CONCURRENT`. */
export const variableOf = (setting: { readonly name: string }): string =>
  `PITBOSS_${setting.name.toUpperCase().replaceAll("-", "_")}`

export interface Base {
  readonly name: string
  readonly about: Text
  readonly short?: string
  readonly variables?: ReadonlyArray<string>
  readonly secret?: boolean
}

/** A kind of value: how it is written and read. Kinds are shared by settings. */
export interface Kind<A> {
  readonly placeholder: string
  readonly schema: Schema.Schema<A, string>
  readonly expected: Text
}

/** A text that reads the same in every language. */
export const same = (text: string): Text => ({ en: text, zh: text })

const make = <A, B extends A>(kind: Kind<B>, base: Base, fallback: A, shown: Text): Setting<A> => {
  const decode = Schema.decodeEither(kind.schema)
  return {
    name: base.name,
    short: base.short ?? null,
    kind: "value",
    placeholder: kind.placeholder,
    read: decode,
    expected: kind.expected,
    fallback,
    shown,
    about: base.about,
    variables: base.variables ?? [],
    secret: base.secret ?? false,
    replacedBy: null
  }
}

/** A setting with a default. */
export const setting = <A>(
  kind: Kind<A>,
  base: Base & { readonly fallback: NoInfer<A>; readonly shown?: Text }
): Setting<A> => make(kind, base, base.fallback, base.shown ?? same(String(base.fallback)))

/** A setting that may stay unset (null); `shown` says in the help what happens then. */
export const optional = <A>(kind: Kind<A>, base: Base & { readonly shown?: Text }): Setting<A | null> =>
  make<A | null, A>(kind, base, null, base.shown ?? same(""))

/** An on/off setting; off unless said otherwise. */
export const flag = (base: Base): Setting<boolean> => ({
  ...setting(truth, { ...base, fallback: false, shown: same("") }),
  kind: "flag"
})

/** A flag of another client that has no sense here: accepted, with one line that says what replaces it. */
export const retired = (name: string, takesValue: boolean, replacedBy: Text): Setting<string | null> => ({
  ...optional(text, { name, about: replacedBy }),
  kind: takesValue ? "value" : "flag",
  placeholder: takesValue ? "X" : "",
  replacedBy
})

const number = Schema.NumberFromString.pipe(Schema.finite())
const decimal = Schema.String.pipe(
  Schema.filter((value) => /^\d+(\.\d+)?$|^\.\d+$/.test(value)),
  Schema.compose(number)
)

/** Any text but the empty one. */
export const text: Kind<string> = {
  placeholder: "TEXT",
  schema: Schema.NonEmptyString,
  expected: { en: "some text", zh: "非空文本" }
}

/** Path of a file or folder, relative to the working directory. */
export const path = (placeholder: string): Kind<string> => ({
  placeholder,
  schema: Schema.NonEmptyString.pipe(Schema.filter((value) => !value.includes("\0"))),
  expected: { en: "a path", zh: "路径" }
})

/** A whole number from `min` to `max`. */
export const whole = (min: number, max: number, placeholder = "N"): Kind<number> => ({
  placeholder,
  schema: Schema.String.pipe(
    Schema.filter((value) => /^\d{1,15}$/.test(value)),
    Schema.compose(number),
    Schema.between(min, max)
  ),
  expected: { en: `a whole number from ${min} to ${max}`, zh: `${min} 到 ${max} 的整数` }
})

/** Seconds, decimals allowed, from `min` to `max`. */
export const seconds = (min: number, max: number): Kind<number> => ({
  placeholder: "SECONDS",
  schema: decimal.pipe(Schema.between(min, max)),
  expected: { en: `seconds from ${min} to ${max} (decimals allowed)`, zh: `${min} 到 ${max} 秒（可带小数）` }
})

/** A share of one, 0 to 1; `10%` is 0.1. */
export const fraction: Kind<number> = {
  placeholder: "SHARE",
  schema: Schema.transform(
    Schema.String.pipe(Schema.filter((value) => /^(\d+(\.\d+)?|\.\d+)%?$/.test(value))),
    Schema.Number.pipe(Schema.between(0, 1)),
    {
      strict: true,
      decode: (value) => (value.endsWith("%") ? Number(value.slice(0, -1)) / 100 : Number(value)),
      encode: String
    }
  ),
  expected: { en: "a share from 0 to 1, or a percentage such as 10%", zh: "0 到 1 的比例，或百分数如 10%" }
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** Bytes with a unit of 1024: `900M`, `3.5G`, `512MB`, `2GiB`. */
export const bytes = (min: number): Kind<number> => ({
  placeholder: "SIZE",
  schema: Schema.transform(
    Schema.String.pipe(Schema.filter((value) => /^\d{1,15}(\.\d+)?\s*([kmgt](i?b)?|b)?$/i.test(value))),
    Schema.Number.pipe(Schema.finite(), Schema.greaterThanOrEqualTo(min)),
    {
      strict: true,
      decode: (value) => {
        const unit = /[a-z]/i.exec(value)?.[0].toLowerCase() ?? ""
        return Math.round(Number.parseFloat(value) * (units[unit === "b" ? "" : unit] ?? Number.NaN))
      },
      encode: String
    }
  ),
  expected: {
    en: `a size of at least ${min / 2 ** 20} MB such as 900M or 3.5G`,
    zh: `至少 ${min / 2 ** 20} MB 的大小，如 900M 或 3.5G`
  }
})

/** One of some words; case does not matter. */
export const oneOf = <const W extends string>(words: ReadonlyArray<W>, placeholder = words.join("|")): Kind<W> => {
  const find = (value: string) => words.find((word) => word.toLowerCase() === value.toLowerCase())
  return {
    placeholder,
    schema: Schema.transform(
      Schema.String.pipe(Schema.filter((value) => find(value) !== undefined)),
      Schema.String.pipe(Schema.filter((value): value is W => words.some((word) => word === value))),
      { strict: true, decode: (value) => find(value) ?? value, encode: (word) => word }
    ),
    expected: { en: `one of ${words.join(", ")}`, zh: `${words.join("、")} 之一` }
  }
}

const truth: Kind<boolean> = {
  placeholder: "",
  schema: Schema.transform(
    Schema.String.pipe(Schema.filter((value) => /^(true|false|1|0|yes|no|on|off)$/i.test(value))),
    Schema.Boolean,
    { strict: true, decode: (value) => /^(true|1|yes|on)$/i.test(value), encode: String }
  ),
  expected: { en: "true or false", zh: "true 或 false" }
}

/** Values that are checked by a pattern or predicate of their own. */
export const matching = (placeholder: string, valid: (value: string) => boolean, expected: Text): Kind<string> => ({
  placeholder,
  schema: Schema.String.pipe(Schema.filter((value) => valid(value))),
  expected
})

const isUrl = (value: string) => {
  try {
    const url = new URL(value)
    return (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.password === ""
  } catch {
    return false
  }
}

/** A password has no place in an argument. */
export const url = matching("URL", isUrl, {
  en: "a URL that starts with http:// or https:// and holds no password",
  zh: "以 http:// 或 https:// 开头且不含密码的 URL"
})

/**
 * From the words of a command line to a command, its flags as text and its arguments; also completions and the wizard.
 *
 * @effect/cli does the parsing from our specification. Values stay text here, because one schema judges them whatever
 * source they come from. Its error messages are replaced by ones that say what was wrong with which word.
 */
import * as Args from "@effect/cli/Args"
import * as CliApp from "@effect/cli/CliApp"
import * as CliConfig from "@effect/cli/CliConfig"
import * as CommandDescriptor from "@effect/cli/CommandDescriptor"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import type * as ValidationError from "@effect/cli/ValidationError"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { Language, Setting } from "../../config/Setting.ts"
import type { CommandSpec } from "./CommandSpec.ts"
import { locate } from "./CommandSpec.ts"
import { UsageError } from "./Errors.ts"
import type { Flags } from "./Sources.ts"
import { version } from "./Version.ts"

export interface Parsed {
  readonly spec: CommandSpec
  readonly path: ReadonlyArray<string>
  readonly flags: Flags
  readonly args: ReadonlyArray<string>
}

type OptionValue = Option.Option<string> | boolean
type Given = Readonly<Record<string, OptionValue>>

const short = <A>(option: Options.Options<A>, setting: Setting<unknown>): Options.Options<A> =>
  setting.short === null ? option : Options.withAlias(option, setting.short)

const optionsOf = (settings: ReadonlyArray<Setting<unknown>>, language: Language) => {
  const options: Record<string, Options.Options<OptionValue>> = {}
  for (const setting of settings) {
    if (setting.secret) continue
    if (setting.kind === "value") {
      options[setting.name] = short(Options.text(setting.name), setting).pipe(
        Options.withPseudoName(setting.placeholder),
        Options.withDescription(setting.about[language]),
        Options.optional
      )
    } else {
      options[setting.name] = short(Options.boolean(setting.name), setting).pipe(
        Options.withDescription(setting.about[language])
      )
      options[`no-${setting.name}`] = Options.boolean(`no-${setting.name}`)
    }
  }
  return options
}

/** Text by flag name; a flag that stands alone gives "true", its opposite "false". */
const flagsOf = (settings: ReadonlyArray<Setting<unknown>>, given: Given) => {
  const flags = new Map<string, string>()
  for (const { name } of settings) {
    const value = given[name]
    if (typeof value === "object" && Option.isSome(value)) flags.set(name, value.value)
    if (given[`no-${name}`] === true) flags.set(name, "false")
    if (value === true) flags.set(name, "true")
  }
  return flags
}

const commandOf = (
  spec: CommandSpec,
  path: ReadonlyArray<string>,
  language: Language
): CommandDescriptor.Command<Parsed> => {
  const settings = Object.values(spec.settings)
  const args = spec.args.map((arg) => {
    const word = Args.text({ name: arg.name }).pipe(Args.withDescription(arg.about[language]))
    return Args.map(Args.between(word, arg.optional === true ? 0 : 1, 1), (words) => Array.from(words))
  })
  const options = Object.keys(spec.settings).length === 0 ? Options.none : Options.all(optionsOf(settings, language))
  const self = CommandDescriptor.make(
    spec.name,
    Options.map(options, (given) => given ?? {}),
    Args.all(args)
  ).pipe(CommandDescriptor.withDescription(spec.about[language]))
  const parsed = ({
    options: given,
    args: words
  }: {
    options: Given
    args: ReadonlyArray<ReadonlyArray<string>>
  }): Parsed => ({
    spec,
    path,
    flags: flagsOf(settings, given),
    // Of a command without arguments the parser gives none.
    args: words?.flat() ?? []
  })
  const [first, ...rest] = spec.commands.map(
    (sub) => [sub.name, commandOf(sub, [...path, sub.name], language)] as const
  )
  if (first === undefined) return CommandDescriptor.map(self, parsed)
  return CommandDescriptor.map(CommandDescriptor.withSubcommands(self, [first, ...rest]), (value) =>
    Option.match(value.subcommand, { onNone: () => parsed(value), onSome: ([, sub]) => sub })
  )
}

/** Edit distance, for suggestions. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The known word that is nearest, if it is near enough to be a slip of the keyboard. */
export const nearest = (word: string, known: ReadonlyArray<string>): string | null => {
  const starts = known.filter((one) => word.length >= 3 && one.startsWith(word))
  if (starts[0] !== undefined) return starts[0]
  const ranked = known.map((one) => [distance(word, one), one] as const).sort(([a], [b]) => a - b)
  const [best] = ranked
  return best !== undefined && best[0] <= Math.max(1, Math.floor(word.length / 3)) ? best[1] : null
}

const didYouMean = (word: string | null) => (word === null ? "" : `did you mean ${word}?`)

/** Say what is wrong with which word, from the words alone. */
const explain = (root: CommandSpec, words: ReadonlyArray<string>, fallback: string): UsageError => {
  const { spec, path } = locate(root, words)
  const name = ["pitboss", ...path].join(" ")
  const see = `see ${name} --help`
  // Flags that a command below knows have been put behind it.
  const [first = ""] = path
  const early = words.slice(0, words.indexOf(first)).find((word) => word.startsWith("-"))
  if (early?.startsWith("--completions")) {
    return new UsageError({ problem: "--completions needs the name of a shell", advice: "bash, zsh, sh or fish" })
  }
  if (early !== undefined) return new UsageError({ problem: `${name} has no flag ${early.split("=")[0]}`, advice: see })
  const settings = Object.values(spec.settings).filter((one) => !one.secret)
  const names = settings.flatMap((one) => (one.kind === "flag" ? [one.name, `no-${one.name}`] : [one.name]))
  const rest = words.slice(words.findIndex((word) => word === path[path.length - 1]) + 1)
  const seen = new Set<string>()
  const loose: Array<string> = []
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index] ?? ""
    if (!/^-(-|[a-z]$)/i.test(word)) {
      loose.push(word)
      continue
    }
    const [typed = "", inline] = word.replace(/^--?/, "").split("=", 2)
    const letter = !word.startsWith("--")
    const known = settings.find((one) => letter && one.short === typed)
    if (letter && known === undefined && spec.commands.length === 0) {
      return new UsageError({ problem: `${name} has no flag -${typed}`, advice: see })
    }
    const flag = known?.name ?? typed
    if (spec.commands.length > 0) {
      return new UsageError({ problem: `--${flag}: flags follow the command`, advice: see })
    }
    if (!names.includes(flag)) {
      const near = nearest(flag, names)
      return new UsageError({
        problem: `${name} has no flag --${flag}`,
        advice: near === null ? see : didYouMean(`--${near}`)
      })
    }
    if (seen.has(flag)) return new UsageError({ problem: `--${flag} is given more than once`, advice: "give it once" })
    seen.add(flag)
    const setting = settings.find((one) => one.name === flag)
    if (setting?.kind !== "value" || inline !== undefined) continue
    if (index + 1 >= rest.length) {
      return new UsageError({ problem: `--${flag} needs a value: ${setting.expected.en}`, advice: see })
    }
    index += 1
  }
  const [word] = loose
  if (spec.commands.length > 0 && word !== undefined) {
    const near = nearest(
      word,
      spec.commands.map((command) => command.name)
    )
    return new UsageError({
      problem: `${name} has no command ${word}`,
      advice: near === null ? see : didYouMean(`${name} ${near}`)
    })
  }
  const missing = spec.args[loose.length]
  if (missing !== undefined && missing.optional !== true) {
    return new UsageError({ problem: `${name} needs <${missing.name}>: ${missing.about.en}`, advice: see })
  }
  const extra = loose[spec.args.length]
  if (extra !== undefined) {
    return new UsageError({ problem: `${name} does not know what to do with "${extra}"`, advice: see })
  }
  return new UsageError({ problem: fallback, advice: see })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
const ansi = /\u001b\[[0-9;]*m/g

const platform = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  NodeTerminal.layer,
  CliConfig.layer({ showBuiltIns: false })
)

/** Null when a built-in (completions, wizard) has already answered. */
export const parse = (
  root: CommandSpec,
  words: ReadonlyArray<string>,
  language: Language
): Effect.Effect<Parsed | null, UsageError> =>
  Effect.gen(function* () {
    const found: { parsed: Parsed | null } = { parsed: null }
    const outer = yield* Effect.console
    // The parser prints its own idea of an error before it fails: ours is printed instead, by the one place for errors.
    const quiet: Console.Console = { ...outer, error: () => Effect.void }
    const app = CliApp.make({ name: root.name, version, executable: root.name, command: commandOf(root, [], language) })
    const keep = (parsed: Parsed) =>
      Effect.sync(() => {
        found.parsed = parsed
      })
    // @effect/cli 0.77.2 declares this result with its error and its requirements exchanged.
    const run = CliApp.run(app, ["node", "pitboss", ...words], keep) as unknown as Effect.Effect<
      void,
      ValidationError.ValidationError,
      CliApp.CliApp.Environment
    >
    yield* run.pipe(
      Effect.withConsole(quiet),
      Effect.provide(platform),
      Effect.mapError((error) => explain(root, words, HelpDoc.toAnsiText(error.error).replace(ansi, "").trim()))
    )
    // A flag whose value was forgotten reaches a command with an optional word as that word.
    const flag = found.parsed?.args.find((word) => /^--?[a-z]/i.test(word))
    if (flag !== undefined && !words.includes("--")) return yield* explain(root, words, `${flag} is not understood`)
    return found.parsed
  })

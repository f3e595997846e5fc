/**
 * What a command is: its words, its settings, and how its program is loaded when it is wanted.
 *
 * The specification is data for the parser, the help, the completions and the check of the configuration file. The
 * program itself is behind `import()`, so that a command costs only its own code.
 */
import * as Effect from "effect/Effect"
import type { Group, Language, Setting, Text, Values } from "../../config/Setting.ts"
import type { SettingError } from "./Errors.ts"
import * as Resolve from "./Resolve.ts"
import type { Sources } from "./Sources.ts"

/** A word that stands without a flag, for example the id of a node. */
export interface Argument {
  readonly name: string
  readonly about: Text
  /** It may be left out: the program then has no word at this place. Only the last one can be. */
  readonly optional?: boolean
}

/** What a program is started with. */
export interface Invocation<G extends Group> {
  /** "batch-file", "node pause". */
  readonly command: string
  readonly values: Values<G>
  readonly args: ReadonlyArray<string>
  readonly language: Language
  readonly origins: ReadonlyMap<string, string>
}

/** Every failure of a program: the tag decides the exit code, the message is what the operator reads. */
export interface Failure {
  readonly _tag: string
  readonly message: string
}

export type Program<G extends Group> = (invocation: Invocation<G>) => Effect.Effect<void, Failure>

export interface Start {
  readonly sources: Sources
  readonly args: ReadonlyArray<string>
  /** Language of messages until `--lang` of any source is known. */
  readonly language: Language
  readonly onNotice: (line: string) => void
}

export interface CommandSpec {
  readonly name: string
  readonly about: Text
  /** Further paragraphs for its help. */
  readonly details: ReadonlyArray<Text>
  readonly examples: ReadonlyArray<string>
  /** Its section in the configuration file. */
  readonly section: string
  readonly settings: Group
  readonly args: ReadonlyArray<Argument>
  readonly commands: ReadonlyArray<CommandSpec>
  /** A program that runs until it is stopped: being stopped is how it is done. */
  readonly lasting: boolean
  /** Absent for words that only hold other commands. */
  readonly execute: ((start: Start) => Effect.Effect<void, Failure | SettingError>) | null
}

interface Words {
  readonly name: string
  readonly about: Text
  readonly details?: ReadonlyArray<Text>
  readonly examples?: ReadonlyArray<string>
}

/** A command with a program of its own. */
export const leaf = <const G extends Group>(
  words: Words & {
    /** "node pause" for nested ones; default the name. */
    readonly path?: string
    readonly section: string
    readonly settings: G
    readonly args?: ReadonlyArray<Argument>
    readonly lasting?: boolean
    readonly load: () => Promise<Program<G>>
  }
): CommandSpec => ({
  name: words.name,
  about: words.about,
  details: words.details ?? [],
  examples: words.examples ?? [],
  section: words.section,
  settings: words.settings,
  args: words.args ?? [],
  commands: [],
  lasting: words.lasting ?? false,
  execute: ({ sources, args, language, onNotice }) =>
    Effect.gen(function* () {
      const { values, notices, origins } = yield* Resolve.resolve(words.settings, words.section, sources, language)
      for (const notice of notices) onNotice(notice)
      const program = yield* Effect.promise(words.load)
      const lang: unknown = values["lang"]
      const chosen = lang === "en" || lang === "zh" ? lang : language
      yield* program({ command: words.path ?? words.name, values, args, language: chosen, origins })
    })
})

/** A word that holds other commands. */
export const branch = (words: Words, commands: ReadonlyArray<CommandSpec>): CommandSpec => ({
  name: words.name,
  about: words.about,
  details: words.details ?? [],
  examples: words.examples ?? [],
  section: "",
  settings: {},
  args: [],
  commands,
  lasting: false,
  execute: null
})

/** Every group by the section of the configuration file that holds it. */
export const sections = (root: CommandSpec): Readonly<Record<string, Group>> => {
  const found: Record<string, Group> = {}
  const visit = (spec: CommandSpec) => {
    if (spec.section !== "") found[spec.section] = { ...found[spec.section], ...spec.settings }
    spec.commands.forEach(visit)
  }
  visit(root)
  return found
}

/** The command that some words name: the longest path of sub-commands; `path` leaves out the root. */
export const locate = (
  root: CommandSpec,
  words: ReadonlyArray<string>
): { readonly spec: CommandSpec; readonly path: ReadonlyArray<string> } => {
  let spec = root
  const path: Array<string> = []
  for (const word of words) {
    const next = spec.commands.find((command) => command.name === word)
    if (next === undefined) {
      if (word.startsWith("-")) continue
      break
    }
    spec = next
    path.push(word)
  }
  return { spec, path }
}

const settingsIn = (spec: CommandSpec): ReadonlyArray<Setting<unknown>> => [
  ...Object.values(spec.settings),
  ...spec.commands.flatMap(settingsIn)
]

/** The same words with the flags that stand before their command behind it: `wallet --json show` is `wallet show --json`. */
export const ordered = (root: CommandSpec, words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const path: Array<string> = []
  const early: Array<string> = []
  let spec = root
  let at = 0
  while (spec.commands.length > 0) {
    const word = words[at] ?? ""
    const next = spec.commands.find((command) => command.name === word)
    if (next !== undefined) {
      path.push(word)
      spec = next
      at += 1
      continue
    }
    const [, name, inline] = /^--(?:no-)?([^=]+)(=.*)?$/.exec(word) ?? []
    const known = settingsIn(spec).find((setting) => setting.name === name)
    if (known === undefined) break
    const end = at + (known.kind === "value" && inline === undefined ? 2 : 1)
    early.push(...words.slice(at, end))
    at = end
  }
  return [...path, ...early, ...words.slice(at)]
}

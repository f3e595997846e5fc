/**
 * The help of every command, as pure text: from the command tree, the terminal's width and the language.
 *
 * The parser's own help knows one language, names every value "a user-defined piece of text" and shows the help of the
 * first sub-command for a word that holds several; this one shows what an operator looks for: usage, what it does,
 * flags with their variables and defaults, sub-commands, examples, exit codes.
 */
import type { Language, Setting, Text } from "../../config/Setting.ts"
import { variableOf } from "../../config/Setting.ts"
import { common } from "../../config/Settings.ts"
import { padEnd, widthOf, wrap } from "../console/Width.ts"
import type { Argument, CommandSpec } from "./CommandSpec.ts"

const words = {
  usage: { en: "Usage", zh: "用法" },
  commands: { en: "Commands", zh: "命令" },
  flags: { en: "Flags", zh: "选项" },
  general: { en: "General flags", zh: "通用选项" },
  accepted: { en: "Accepted and without effect", zh: "接受但不起作用" },
  arguments: { en: "Arguments", zh: "参数" },
  examples: { en: "Examples", zh: "示例" },
  byDefault: { en: "default: ", zh: "默认：" },
  exit: { en: "Exit codes", zh: "退出码" },
  help: {
    en: "this help; `pitboss COMMAND --help` for one command",
    zh: "显示帮助；`pitboss 命令 --help` 显示某个命令的帮助"
  },
  version: { en: "the version", zh: "显示版本" },
  completions: { en: "print completions for bash, zsh or fish", zh: "输出 bash、zsh 或 fish 的补全脚本" },
  wizard: { en: "be asked for each flag", zh: "逐项询问各选项" },
  more: {
    en: "A value comes from the first of: flag, environment, .env, pitboss.json (section of the program, then top), default.",
    zh: "取值顺序：选项、环境变量、.env、pitboss.json（先程序的小节，后顶层）、默认值。"
  }
} as const satisfies Record<string, Text>

const codes: ReadonlyArray<readonly [string, Text]> = [
  ["0", { en: "done", zh: "完成" }],
  ["1", { en: "internal error", zh: "内部错误" }],
  ["2", { en: "usage, flag, configuration or file", zh: "用法、选项、配置或文件有误" }],
  ["3", { en: "checked and refused (invalid proof, signature, books)", zh: "检查后拒绝（无效证明、签名、账目）" }],
  ["4", { en: "a needed peer or program is missing", zh: "缺少所需的对端或程序" }],
  ["75", { en: "left on purpose to be restarted", zh: "主动退出，等待重启" }]
]

/** Two columns: terms, and their explanations wrapped beside them. */
const table = (rows: ReadonlyArray<readonly [string, string]>, width: number): Array<string> => {
  const longest = Math.max(0, ...rows.map(([term]) => widthOf(term)))
  const left = Math.min(longest, 30) + 4
  return rows.flatMap(([term, about]) => {
    const lines = wrap(about, Math.max(20, width - left))
    const head = `  ${term}`
    const beside = widthOf(head) + 2 <= left
    const first = beside ? `${padEnd(head, left)}${lines[0] ?? ""}` : head
    return [first, ...(beside ? lines.slice(1) : lines).map((line) => " ".repeat(left) + line)]
  })
}

const termOf = (setting: Setting<unknown>) => {
  const name = setting.short === null ? `--${setting.name}` : `-${setting.short}, --${setting.name}`
  return setting.kind === "flag" ? name : `${name} ${setting.placeholder}`
}

const wordOf = ({ name, optional }: Argument) => (optional === true ? `[${name}]` : `<${name}>`)

const describe = (setting: Setting<unknown>, language: Language) => {
  const parts = [setting.about[language]]
  const shown = setting.shown[language]
  if (shown !== "") parts.push(`[${words.byDefault[language]}${shown}]`)
  const further = setting.variables.length > 0 ? ` [${setting.variables.join(", ")}]` : ""
  return `${parts.join(" ")}${further}`
}

export const render = (
  spec: CommandSpec,
  path: ReadonlyArray<string>,
  language: Language,
  columns: number,
  version: string
): string => {
  const width = Math.max(40, Math.min(columns, 100))
  const name = ["pitboss", ...path].join(" ")
  const lines: Array<string> = [`${name} ${version}`, "", ...wrap(spec.about[language], width)]
  const section = (title: Text, body: ReadonlyArray<string>) => {
    if (body.length > 0) lines.push("", `${title[language]}:`, ...body)
  }
  const args = spec.args.map((arg) => ` ${wordOf(arg)}`).join("")
  const usage = spec.commands.length > 0 ? `${name} COMMAND [FLAGS]` : `${name}${args} [FLAGS]`
  section(words.usage, [`  ${usage}`])
  for (const paragraph of spec.details) lines.push("", ...wrap(paragraph[language], width))
  section(
    words.commands,
    table(
      spec.commands.flatMap((command) =>
        command.commands.length > 0
          ? command.commands.map((sub) => [`${command.name} ${sub.name}`, sub.about[language]] as const)
          : [[command.name, command.about[language]] as const]
      ),
      width
    )
  )
  section(
    words.arguments,
    table(
      spec.args.map((arg) => [wordOf(arg), arg.about[language]] as const),
      width
    )
  )
  const settings = Object.values(spec.settings).filter((one) => !one.secret)
  const generalNames = Object.values(common).map((one): string => one.name)
  const row = (one: Setting<unknown>) => [termOf(one), describe(one, language)] as const
  const rows = (list: ReadonlyArray<Setting<unknown>>) => table(list.map(row), width)
  section(words.flags, rows(settings.filter((one) => !generalNames.includes(one.name) && one.replacedBy === null)))
  const general = settings.filter((one) => generalNames.includes(one.name))
  const builtIn = [
    ["--help, -h", words.help[language]],
    ["--version", words.version[language]],
    ["--completions SHELL", words.completions[language]],
    ["--wizard", words.wizard[language]]
  ] as const
  section(words.general, table([...general.map(row), ...builtIn], width))
  section(words.accepted, rows(settings.filter((one) => one.replacedBy !== null)))
  section(
    words.examples,
    spec.examples.map((example) => `  ${example}`)
  )
  if (spec.commands.length > 0) {
    section(
      words.exit,
      table(
        codes.map(([code, about]) => [code, about[language]] as const),
        width
      )
    )
  }
  if (settings.length > 0) {
    const sample = settings[0]
    const variable = sample === undefined ? "" : ` (--${sample.name}: ${variableOf(sample)})`
    lines.push("", ...wrap(`${words.more[language]}${variable}`, width))
  }
  return `${lines.join("\n")}\n`
}

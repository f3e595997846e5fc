/**
 * Which language to speak: `--lang`, else what the environment says, else English.
 *
 * The help and the errors of the command line itself need the answer before any setting is resolved, so this looks at
 * the raw arguments and variables; `.env` and the configuration file decide the language of a program's screen only.
 */
import type { Language } from "../../config/Setting.ts"

/** POSIX order: LC_ALL goes before LC_MESSAGES before LANG. `zh`, `zh_CN.UTF-8`, `zh-TW` are Chinese. */
const ofEnvironment = (environment: Readonly<Record<string, string | undefined>>): Language => {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || ""
  return /^zh([_.@-]|$)/i.test(locale) ? "zh" : "en"
}

export const guess = (
  argv: ReadonlyArray<string>,
  environment: Readonly<Record<string, string | undefined>>
): Language => {
  const place = argv.findIndex((word) => word === "--lang" || word.startsWith("--lang="))
  const word = place < 0 ? environment["PITBOSS_LANG"] : (argv[place]?.split("=")[1] ?? argv[place + 1])
  if (word === "zh" || word === "en") return word
  return ofEnvironment(environment)
}

#!/usr/bin/env node
/**
 * The entry of every program: `pitboss COMMAND`.
 *
 * Signals are taken before anything else is loaded. Help and version need no parser and answer at once; everything else
 * loads the command line, which loads the one command that was asked for.
 */
import * as Signals from "./cli/Signals.ts"

Signals.install()

// A reader that goes away (`pitboss nodes | head`, a closed terminal) is no error: the program ends in good order. A disk
// that is full under its log does not stop a lasting program, whose books say so themselves; a short one cannot answer.
let lasting = false
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE" || error.code === "EIO") return Signals.hangUp()
    if (lasting) return
    process.stderr.write(`pitboss: the output cannot be written: ${error.message}\n`)
    process.exit(2)
  })
}

// `pitboss help miner` is what fingers type that know git or cargo.
const typed = process.argv.slice(2)
const words = typed[0] === "help" ? [...typed.slice(1), "--help"] : typed
const ended = words.indexOf("--")
const before = ended < 0 ? words : words.slice(0, ended)

if (before.includes("--version")) {
  const { version } = await import("./cli/Version.ts")
  process.stdout.write(`${version}\n`)
} else {
  const [{ root }, { guess }, { locate }] = await Promise.all([
    import("./commands/Commands.ts"),
    import("./cli/Language.ts"),
    import("./cli/CommandSpec.ts")
  ])
  const language = guess(words, process.env)
  const { spec, path } = locate(root, before)
  lasting = spec.lasting
  const bare = spec.commands.length > 0 && words.length === path.length
  const builtIn = before.some((word) => word === "--wizard" || word.startsWith("--completions"))
  if ((before.includes("--help") || before.includes("-h") || bare) && !builtIn) {
    const [{ render }, { version }] = await Promise.all([import("./cli/Help.ts"), import("./cli/Version.ts")])
    process.stdout.write(render(spec, path, language, process.stdout.columns ?? 100, version))
  } else {
    const { main } = await import("./cli/Run.ts")
    await main(root, words, language)
  }
}

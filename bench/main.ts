/**
 * `npm run bench -- <name> [flags]`: runs one benchmark of the folder of that name.
 *
 * A benchmark prints what it measured beside its reference, as ratios of one run, and never asserts a time.
 */
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "main.ts")))
  .map((entry) => entry.name)

const [name, ...flags] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`which benchmark? npm run bench -- <${names.join(" | ")}>\n`)
  process.exit(2)
}
process.argv.splice(2, process.argv.length, ...flags)
await import(join(here, name, "main.ts"))

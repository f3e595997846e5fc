/**
 * Proves the house's one rule of imports: src -> actors -> kernels -> config, never up, and no circles anywhere.
 *
 * bench/, test/ and scripts/ may look into every room, and no room may look into them. Type-only imports count as well:
 * a type that points upwards is a dependency that a reader has to follow.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const rooms = ["src", "actors", "kernels", "config"]

const sources = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name)
        if (entry.isDirectory()) return ["build", "node_modules"].includes(entry.name) ? [] : sources(path)
        return /\.tsx?$/.test(entry.name) ? [path] : []
      })
    : []

const roomOf = (file) => relative(root, file).split("/")[0]
const graph = new Map()
const complaints = []

for (const file of rooms.flatMap((room) => sources(join(root, room)))) {
  const text = readFileSync(file, "utf8")
  const targets = ts
    .preProcessFile(text, true, true)
    .importedFiles.map((found) => found.fileName)
    .filter((name) => name.startsWith("."))
    .map((name) => resolve(dirname(file), name))
  graph.set(file, targets)
  for (const target of targets) {
    const [from, to] = [rooms.indexOf(roomOf(file)), rooms.indexOf(roomOf(target))]
    if (relative(root, target) === "package.json") continue
    if (to < from)
      complaints.push(
        `${relative(root, file)} imports ${relative(root, target)}: ${rooms[from]}/ may not look up into ${roomOf(target)}/`
      )
    if (!existsSync(target))
      complaints.push(`${relative(root, file)} imports ${relative(root, target)}, which does not exist`)
  }
}

// Depth-first search: a file met again while it is still on the path closes a circle.
const done = new Set()
const path = []
const visit = (file) => {
  if (done.has(file)) return
  const start = path.indexOf(file)
  if (start >= 0) {
    complaints.push(`circle: ${[...path.slice(start), file].map((step) => relative(root, step)).join(" -> ")}`)
    return
  }
  path.push(file)
  for (const next of graph.get(file) ?? []) visit(next)
  path.pop()
  done.add(file)
}
for (const file of graph.keys()) visit(file)

if (complaints.length > 0) {
  process.stderr.write(`${complaints.join("\n")}\n`)
  process.exit(1)
}
process.stdout.write(`imports: ${graph.size} files, one direction, no circles\n`)

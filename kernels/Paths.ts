/**
 * Where this package lies on disk, and the files in it that are not modules.
 *
 * The same code runs from sources (tsx, vitest) and from the bundle in dist/, so nothing may be found relative to a source
 * file: the package root is the nearest folder above that holds our package.json.
 */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const isRoot = (folder: string): boolean => {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    return typeof manifest === "object" && manifest !== null && "name" in manifest && manifest.name === "pitboss"
  } catch {
    return false
  }
}

/** The nearest folder at or above `from` that is the package; `from` itself when there is none. */
export const findRoot = (from: string): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isRoot(folder)) return folder
    if (folder === dirname(folder)) return from
  }
}

/** The package root of the running program. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

const built = (name: string) => join(packageRoot, "kernels", "build", "Release", name)

/** The executable in which native jobs run; PITBOSS_KERNEL_HOST names another build of it (one with sanitizers). */
export const hostExecutable =
  process.env["PITBOSS_KERNEL_HOST"] ?? built(process.platform === "win32" ? "pitboss-host.exe" : "pitboss-host")

/** The addon with small pure calls. */
export const addonFile = built("pitboss.node")

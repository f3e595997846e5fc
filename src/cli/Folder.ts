/**
 * Makes a folder with its parents, or says why not.
 *
 * Node's own recursive mkdir never returns where a folder exists and takes no new one (/proc, Node 20.20: each ENOENT
 * makes it try the parent and come back), so each level is made by itself and the first refusal is the answer.
 */
import { existsSync, mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"

const codeOf = (cause: unknown) => (cause instanceof Error && "code" in cause ? cause.code : undefined)

/** Readable by its owner alone, as are the parents that are made; one that is there stays as it is. Throws. */
export const make = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (cause) {
    if (codeOf(cause) === "EEXIST" && statSync(path).isDirectory()) return
    const parent = dirname(path)
    if (codeOf(cause) !== "ENOENT" || existsSync(parent)) throw cause
    make(parent)
    make(path)
  }
}

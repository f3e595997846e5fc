/**
 * Where control sockets are: their names in the data folder's `run`, and which of them belong to living programs.
 *
 * A socket is `<data>/run/<program>-<pid>.sock`, private to its user. A system's limit for such paths is about a hundred
 * bytes, so in a deep data folder the name is a link to a short path under the system's folder for temporary files. On
 * Windows the file holds the name of the pipe. A socket whose process is gone is removed by whoever meets it.
 */
import { createHash } from "node:crypto"
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"

export interface Target {
  readonly program: string
  readonly pid: number
  /** The name in the run folder. */
  readonly path: string
  /** What to connect to. */
  readonly address: string
}

/** Linux allows 107 bytes, macOS 103. */
const longestAddress = 103
const windows = process.platform === "win32"

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

/** The private folder for short addresses; refused when another user has made it. */
const shortFolder = (): string => {
  const uid = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `pitboss-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${folder} belongs to somebody else`)
  chmodSync(folder, 0o700)
  return folder
}

/** Name and address for a new socket of this process; leftovers of the same name are removed. */
export const prepare = (run: string, program: string): Target => {
  const path = join(run, `${program}-${process.pid}.sock`)
  rmSync(path, { force: true })
  if (windows) {
    const address = `\\\\.\\pipe\\pitboss-${createHash("sha256").update(path).digest("hex").slice(0, 32)}`
    writeFileSync(path, address, { mode: 0o600 })
    return { program, pid: process.pid, path, address }
  }
  if (Buffer.byteLength(path) <= longestAddress) return { program, pid: process.pid, path, address: path }
  const address = join(shortFolder(), `${createHash("sha256").update(path).digest("hex").slice(0, 24)}.sock`)
  rmSync(address, { force: true })
  symlinkSync(address, path)
  return { program, pid: process.pid, path, address }
}

/** Called once the socket listens. */
export const seal = (target: Target): void => {
  if (!windows) chmodSync(target.address, 0o600)
}

export const remove = (target: Pick<Target, "path" | "address">): void => {
  rmSync(target.path, { force: true })
  if (!windows) rmSync(target.address, { force: true })
}

const addressOf = (path: string): string => {
  if (windows) return readFileSync(path, "utf8")
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : path
}

const targetOf = (path: string): Target | null => {
  const match = /^(.+)-(\d{1,10})\.sock$/.exec(basename(path))
  if (match === null) return null
  return { program: match[1] ?? "", pid: Number(match[2]), path, address: addressOf(path) }
}

/** The sockets of living programs in a run folder, oldest process first; those of dead ones are removed. */
export const list = (run: string): ReadonlyArray<Target> => {
  if (!existsSync(run)) return []
  const living: Array<Target> = []
  for (const name of readdirSync(run)) {
    const target = targetOf(join(run, name))
    if (target === null) continue
    if (alive(target.pid)) living.push(target)
    else remove(target)
  }
  return living.sort((a, b) => a.pid - b.pid)
}

/** A socket that the operator named by its path. */
export const at = (path: string): Target | null => {
  if (!existsSync(dirname(path)) || statSync(path, { throwIfNoEntry: false }) === undefined) return null
  return targetOf(path) ?? { program: basename(path), pid: 0, path, address: addressOf(path) }
}

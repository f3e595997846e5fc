/**
 * The data folder of a program: where it is, its private sub-folders, and who owns which of them.
 *
 * Two programs that write to the same folder would corrupt each other's books, so each sub-folder has one owner at a
 * time, named by a lock file. Locks are numbered: the owner is whoever made the highest number, a new owner makes the
 * next one with an exclusive `link`, and the highest is never removed, only marked as free. So two programs that find
 * the same dead owner can not both succeed, which replacing one fixed file can not promise.
 */
import { randomBytes } from "node:crypto"
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync
} from "node:fs"
import { homedir, hostname } from "node:os"
import { join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { FileError, FolderOwned } from "./Errors.ts"

/** The parts of a data folder; `run` holds sockets and is shared. */
export const parts = ["nexus", "orchestrator", "pool", "chain", "wallet", "run"] as const
export type Part = (typeof parts)[number]

/** `--data` or PITBOSS_HOME, else $XDG_DATA_HOME/pitboss, else ~/.local/share/pitboss. Absolute. */
export const locate = (data: string | null, environment: Readonly<Record<string, string | undefined>>): string => {
  if (data !== null) return resolve(data)
  const xdg = environment["XDG_DATA_HOME"]
  // The XDG specification: a relative path in the variable does not count.
  if (xdg?.startsWith("/")) return join(xdg, "pitboss")
  return join(environment["HOME"] ?? homedir(), ".local", "share", "pitboss")
}

const attempt = <A>(path: string, what: string, run: () => A): Effect.Effect<A, FileError> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new FileError({ path, problem: `${what}: ${cause instanceof Error ? cause.message : String(cause)}` })
  })

/** Make the folder and its parts, readable by their owner alone; returns the path of the part. */
export const prepare = (home: string, part: Part): Effect.Effect<string, FileError> =>
  attempt(home, "the data folder cannot be made (choose another with --data)", () => {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    for (const name of parts) {
      const folder = join(home, name)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
    }
    return join(home, part)
  })

const Owner = Schema.Struct({
  /** 0: nobody, the last owner left in good order. */
  pid: Schema.Int,
  program: Schema.String,
  host: Schema.String,
  /** What tells this process from a later one with the same pid; empty where the system does not say. */
  birth: Schema.String,
  /** Process ids mean something only within this. */
  realm: Schema.String
})
type Owner = typeof Owner.Type

const decodeOwner = Schema.decodeUnknownEither(Schema.parseJson(Owner))

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}

/** Linux: boot and start tick of a process. */
const birthOf = (pid: number): string => {
  const stat = textOf(`/proc/${pid}/stat`)
  const tick = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]
  return tick === undefined ? "" : `${textOf("/proc/sys/kernel/random/boot_id").trim()}/${tick}`
}

/** The space of process ids: the host, and inside containers their own namespace. */
const realm = (): string => {
  try {
    return `${hostname()}/${statSync("/proc/self/ns/pid").ino}`
  } catch {
    return hostname()
  }
}

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}

/** Owners touch their lock this often, milliseconds; one in another realm that is silent for long is taken for dead. */
const heartbeat = 10_000
const silence = 60_000

const alive = (owner: Owner, path: string): boolean => {
  if (owner.pid === 0) return false
  if (owner.realm !== realm()) return Date.now() - statSync(path).mtimeMs < silence
  return exists(owner.pid) && (owner.birth === "" || owner.birth === birthOf(owner.pid))
}

const numberOf = (name: string) => Number(/^lock\.(\d{1,12})$/.exec(name)?.[1] ?? 0)
const highest = (folder: string) => Math.max(0, ...readdirSync(folder).map(numberOf))

/** A complete file under a name of its own; links and renames of it are atomic. */
const draft = (folder: string, owner: Owner): string => {
  const path = join(folder, `.lock-${process.pid}-${randomBytes(6).toString("hex")}`)
  const file = openSync(path, "wx", 0o600)
  try {
    writeSync(file, `${JSON.stringify(owner)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return path
}

/** True when the link was made; false when somebody else was faster. */
const linked = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false
    throw cause
  }
}

const remove = (path: string) => {
  try {
    unlinkSync(path)
  } catch {
    // Somebody else removed it.
  }
}

/** One try: the number of our lock, the living owner, or null when a race was lost and the folder must be read again. */
const tryOnce = (folder: string, own: Owner): number | Owner | null => {
  const top = highest(folder)
  if (top > 0) {
    const path = join(folder, `lock.${top}`)
    const owner = Either.getOrNull(decodeOwner(textOf(path)))
    // A lock that can not be read was cut off by a crash of the whole machine: its owner is dead.
    if (owner !== null && alive(owner, path)) return owner
  }
  const path = draft(folder, own)
  try {
    if (!linked(path, join(folder, `lock.${top + 1}`))) return null
  } finally {
    remove(path)
  }
  if (highest(folder) > top + 1) {
    remove(join(folder, `lock.${top + 1}`))
    return null
  }
  for (const name of readdirSync(folder)) {
    const number = numberOf(name)
    if (number > 0 && number <= top) remove(join(folder, name))
  }
  return top + 1
}

/** Leave the number in place, so that nobody can make it again, and say that it is free. */
const free = (folder: string, number: number, own: Owner) => {
  try {
    renameSync(draft(folder, { ...own, pid: 0 }), join(folder, `lock.${number}`))
  } catch {
    // The folder is gone: nothing is left to own.
  }
}

/** Own a folder until the scope closes. */
export const own = (folder: string, program: string): Effect.Effect<void, FolderOwned | FileError, Scope.Scope> =>
  Effect.gen(function* () {
    const self: Owner = { pid: process.pid, program, host: hostname(), birth: birthOf(process.pid), realm: realm() }
    const acquire = Effect.gen(function* () {
      for (;;) {
        const got = yield* attempt(folder, "the lock cannot be taken", () => tryOnce(folder, self))
        if (typeof got === "number") {
          const path = join(folder, `lock.${got}`)
          const touch = () => {
            const now = new Date()
            try {
              utimesSync(path, now, now)
            } catch {
              // The folder was removed under us; whoever writes to it will say so.
            }
          }
          return { number: got, timer: setInterval(touch, heartbeat).unref() }
        }
        if (got !== null) {
          const host = got.host === self.host ? null : got.host
          return yield* new FolderOwned({ folder, pid: got.pid, program: got.program, host })
        }
      }
    })
    yield* Effect.acquireRelease(acquire, ({ number, timer }) =>
      Effect.sync(() => {
        clearInterval(timer)
        free(folder, number, self)
      })
    )
  })

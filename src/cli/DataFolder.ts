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
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeSync
} from "node:fs"
import { hostname, userInfo } from "node:os"
import { join, resolve } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { FileError, FolderOwned, UsageError } from "./Errors.ts"
import * as Folder from "./Folder.ts"

/** The parts of a data folder; `run` holds sockets and is shared. */
export const parts = ["nexus", "orchestrator", "pool", "chain", "wallet", "run"] as const
export type Part = (typeof parts)[number]

type Environment = Readonly<Record<string, string | undefined>>

/** The home folder of the user: HOME, else what the system says. A container may run a user that it does not know. */
export const userHome = (environment: Environment, ofSystem = () => userInfo().homedir): string => {
  const { HOME } = environment
  if (HOME !== undefined && HOME !== "") return HOME
  try {
    return ofSystem()
  } catch {
    const problem = "HOME is not set, and the system does not know this user"
    throw new UsageError({ problem, advice: "set HOME, or name the data folder with --data DIR" })
  }
}

/** `--data` or PITBOSS_HOME, else $XDG_DATA_HOME/pitboss, else ~/.local/share/pitboss. Absolute. */
export const locate = (data: string | null, environment: Environment): string => {
  if (data !== null) return resolve(data)
  const xdg = environment["XDG_DATA_HOME"]
  // The XDG specification: a relative path in the variable does not count.
  if (xdg?.startsWith("/")) return join(xdg, "pitboss")
  return resolve(userHome(environment), ".local", "share", "pitboss")
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
    Folder.make(home)
    for (const name of parts) {
      const folder = join(home, name)
      Folder.make(folder)
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

/** Linux: the fields of /proc/PID/stat behind the name, state first; empty elsewhere. */
const statOf = (pid: number): ReadonlyArray<string> => {
  const stat = textOf(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** Linux: boot and start tick of a process. */
const birthOf = (pid: number): string => {
  const tick = statOf(pid)[19]
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

/** Owners touch their lock this often, milliseconds. */
const heartbeat = 3_000
/** An owner whose process can not be looked at (another container or host) is dead when it is silent for so long. */
const silence = 12_000
const lookEvery = 250

/** Killed, and only its parent has not taken note of it: a container without an init never does. */
const isZombie = (pid: number): boolean => statOf(pid)[0] === "Z"

/** Whether the owner lives; null when that can not be seen from here. */
const alive = (owner: Owner): boolean | null => {
  if (owner.pid === 0) return false
  if (owner.realm !== realm()) return null
  return exists(owner.pid) && !isZombie(owner.pid) && (owner.birth === "" || owner.birth === birthOf(owner.pid))
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

/** Ours: we own the folder under this number. Theirs: somebody may. Lost: a race was lost, look again. */
type Try =
  | { readonly _tag: "Ours"; readonly number: number }
  | {
      readonly _tag: "Theirs"
      readonly owner: Owner
      readonly number: number
      readonly sign: number
      readonly sure: boolean
    }
  | { readonly _tag: "Lost" }

/** `dead` is the number of a lock whose owner was found to be dead by its silence. */
const tryOnce = (folder: string, own: Owner, dead: number): Try => {
  const top = highest(folder)
  const held = join(folder, `lock.${top}`)
  // A lock that can not be read was cut off by a crash of the whole machine: its owner is dead.
  const owner = top > dead ? Either.getOrNull(decodeOwner(textOf(held))) : null
  const life = owner === null ? false : alive(owner)
  if (owner !== null && life !== false) {
    const sign = statSync(held, { throwIfNoEntry: false })?.mtimeMs ?? 0
    return { _tag: "Theirs", owner, number: top, sign, sure: life === true }
  }
  const path = draft(folder, own)
  try {
    if (!linked(path, join(folder, `lock.${top + 1}`))) return { _tag: "Lost" }
  } finally {
    remove(path)
  }
  if (highest(folder) > top + 1) {
    remove(join(folder, `lock.${top + 1}`))
    return { _tag: "Lost" }
  }
  for (const name of readdirSync(folder)) {
    const number = numberOf(name)
    if (number > 0 && number <= top) remove(join(folder, name))
  }
  return { _tag: "Ours", number: top + 1 }
}

/** Take the folder, or fail with its owner. An owner that can not be seen is given time for a sign of life. */
const take = (folder: string, self: Owner): Effect.Effect<number, FolderOwned | FileError> =>
  Effect.gen(function* () {
    // What was seen of an owner that can not be looked at: its lock's number and time stamp, and until when to wait.
    let watched = { number: 0, sign: 0, until: 0 }
    let dead = 0
    for (;;) {
      const got = yield* attempt(folder, "the lock cannot be taken", () => tryOnce(folder, self, dead))
      if (got._tag === "Ours") return got.number
      if (got._tag === "Lost") continue
      const { number, owner, sign } = got
      const now = yield* Clock.currentTimeMillis
      if (!got.sure && watched.number !== number) {
        watched = { number, sign, until: now + silence }
        yield* Effect.logInfo(
          `${folder} has a lock of ${owner.program} on ${owner.host}; looking whether it still lives`
        )
      }
      if (got.sure || watched.sign !== sign) {
        const host = owner.host === self.host ? null : owner.host
        return yield* new FolderOwned({ folder, pid: owner.pid, program: owner.program, host })
      }
      if (now >= watched.until) dead = number
      else yield* Effect.sleep(lookEvery)
    }
  })

/** Leave the number in place, so that nobody can make it again, and say that it is free. */
const free = (folder: string, number: number, own: Owner) => {
  try {
    renameSync(draft(folder, { ...own, pid: 0 }), join(folder, `lock.${number}`))
  } catch {
    // The folder is gone: nothing is left to own.
  }
}

/** A sign of life for those who can not see our process. */
const touch = (path: string) => {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // The folder was removed under us; whoever writes to it will say so.
  }
}

/** Own a folder until the scope closes. */
export const own = (folder: string, program: string): Effect.Effect<void, FolderOwned | FileError, Scope.Scope> =>
  Effect.suspend(() => {
    const self: Owner = { pid: process.pid, program, host: hostname(), birth: birthOf(process.pid), realm: realm() }
    return Effect.acquireRelease(
      Effect.map(Effect.interruptible(take(folder, self)), (number) => ({
        number,
        timer: setInterval(() => touch(join(folder, `lock.${number}`)), heartbeat).unref()
      })),
      ({ number, timer }) =>
        Effect.sync(() => {
          clearInterval(timer)
          free(folder, number, self)
        })
    )
  })

/** Own a file outside of a data folder until the scope closes: the lock is in a folder beside it. */
export const ownFile = (path: string, program: string): Effect.Effect<void, FolderOwned | FileError, Scope.Scope> => {
  const folder = `${path}.owner`
  const made = attempt(folder, "the lock of the file beside it cannot be made", () => Folder.make(folder))
  return Effect.zipRight(made, own(folder, program))
}

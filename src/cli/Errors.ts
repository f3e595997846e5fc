/**
 * What can be wrong before a program runs: the command line, a setting, a file, the data folder.
 *
 * Each message is one line that names the place of the mistake and what to do; none of these ever shows a stack trace.
 */
import * as Data from "effect/Data"

/** The command line does not make sense. */
export class UsageError extends Data.TaggedError("UsageError")<{
  readonly problem: string
  /** One line to type instead; empty when the help is the best advice. */
  readonly advice: string
}> {
  override get message() {
    return this.advice === "" ? this.problem : `${this.problem}; ${this.advice}`
  }
}

/** A value from some source is not what its setting needs. `source` names flag, variable, line or key. */
export class SettingError extends Data.TaggedError("SettingError")<{
  readonly source: string
  readonly problem: string
}> {
  override get message() {
    return `${this.source}: ${this.problem}`
  }
}

/** A file that was named cannot be used. */
export class FileError extends Data.TaggedError("FileError")<{
  readonly path: string
  readonly problem: string
}> {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}

/** Another living program owns the folder. */
export class FolderOwned extends Data.TaggedError("FolderOwned")<{
  readonly folder: string
  readonly pid: number
  readonly program: string
  readonly host: string | null
}> {
  override get message() {
    const where = this.host === null ? "" : ` on ${this.host}`
    return `${this.folder} belongs to ${this.program} (pid ${this.pid}${where}); stop it, or give this program its own folder with --data DIR`
  }
}

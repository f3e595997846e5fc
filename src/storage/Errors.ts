/**
 * Every way in which opening a database can fail, each a tagged error that says what is wrong and what to do.
 *
 * Nothing here ever deletes or replaces a file: a damaged or foreign file is left as it is and the operator decides.
 */
import * as Data from "effect/Data"

/** The file is not a database, or its pages contradict each other. */
export class StorageCorrupt extends Data.TaggedError("StorageCorrupt")<{
  readonly file: string
  /** What it holds, for display: "spool", "books". */
  readonly what: string
  readonly detail: string
}> {
  override get message() {
    return (
      `the ${this.what} in ${this.file} is damaged: ${this.detail}. Nothing was changed. Restore the file from a backup, ` +
      `save what is readable with "sqlite3 ${this.file} .recover", or move it away to start empty`
    )
  }
}

/** The schema in the file is not one that this program knows: written by a newer version, or by something else. */
export class SchemaMismatch extends Data.TaggedError("SchemaMismatch")<{
  readonly file: string
  readonly what: string
  /** Number and name of the first migration that this program does not know. */
  readonly found: string
  /** Number and name of the newest migration that this program knows. */
  readonly known: string
}> {
  override get message() {
    return (
      `the ${this.what} in ${this.file} has schema ${this.found}, but this program knows only up to ${this.known}. ` +
      "Nothing was changed. Start the newer version that wrote it, or point --data at another folder"
    )
  }
}

/** The file cannot be opened or written: permissions, a missing disk, a full disk, or another program that holds it. */
export class StorageUnavailable extends Data.TaggedError("StorageUnavailable")<{
  readonly file: string
  readonly what: string
  readonly detail: string
}> {
  override get message() {
    return `the ${this.what} in ${this.file} cannot be opened: ${this.detail}. Check the folder's owner, its free space and whether another program uses it`
  }
}

/** A database server does not answer or does not let us in. */
export class DatabaseUnreachable extends Data.TaggedError("DatabaseUnreachable")<{
  readonly what: string
  readonly detail: string
}> {
  override get message() {
    return `the Postgres database of the ${this.what} cannot be used: ${this.detail}. Is it running, and is the URL right?`
  }
}

/** Another process keeps these books. */
export class BooksTaken extends Data.TaggedError("BooksTaken") {
  override get message() {
    return "the books in this Postgres database belong to another pool-server that is running; stop it, or give this one a database of its own"
  }
}

export type StorageError = StorageCorrupt | SchemaMismatch | StorageUnavailable | DatabaseUnreachable | BooksTaken

/**
 * Files that a command was given by name: read whole with a bound, written whole; trouble names the file.
 */
import { readFile, stat, writeFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import { FileError } from "../cli/Errors.ts"

const problemOf = (cause: unknown, otherwise: string) => (cause instanceof Error ? cause.message : otherwise)

/** All bytes of a file of at most `limit` MiB. */
export const read = (path: string, limit: number): Effect.Effect<Uint8Array, FileError> =>
  Effect.tryPromise({
    try: async () => {
      if ((await stat(path)).size > limit * 2 ** 20) throw new Error(`larger than ${limit} MiB`)
      return new Uint8Array(await readFile(path))
    },
    catch: (cause) => new FileError({ path, problem: problemOf(cause, "cannot be read") })
  })

export const write = (path: string, bytes: Uint8Array): Effect.Effect<void, FileError> =>
  Effect.tryPromise({
    try: () => writeFile(path, bytes),
    catch: (cause) => new FileError({ path, problem: problemOf(cause, "cannot be written") })
  })

/**
 * Reads a list of node ids: one per line, `id`, `id label`, or `id label @account`.
 *
 * Blank lines and everything from a # on are comments; a byte order mark and CRLF are taken as they come. Every line
 * that cannot be used is reported with its number, all of them at once, and the list is refused; with `skipInvalid` they
 * are left out and returned as warnings. Nodes with the same @account share one rate budget. `parse` is pure.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { NodeEntry } from "../../../actors/nexus/NodeFleet.ts"
import { NodeId } from "../../../actors/nexus/Task.ts"
import { isPrintable, oneLine } from "../wire/Printable.ts"
import { type LineProblem, NodeListInvalid, NodeListUnreadable } from "./Errors.ts"

export interface NodeList {
  readonly path: string
  /** In the order of the file, at least one. */
  readonly entries: ReadonlyArray<NodeEntry>
  /** Where each of them stands, from 1. */
  readonly lines: ReadonlyMap<NodeId, number>
  /** Lines that were left out; always empty without `skipInvalid`. */
  readonly warnings: ReadonlyArray<LineProblem>
}

export interface ParseOptions {
  /** Leave out lines that cannot be used, instead of refusing the list. */
  readonly skipInvalid: boolean
}

/** The most bytes a list may have: about 200,000 ids. */
export const maxBytes = 4 * 1_048_576
const maxLabel = 64
const shownLength = 60

const decodeId = Schema.decodeUnknownEither(NodeId)
/** One line without its comment: an entry, or why it is none. */
const parseLine = (text: string): Either.Either<NodeEntry, string> => {
  const words = text.split(/\s+/)
  const id = decodeId(words[0])
  if (Either.isLeft(id)) return Either.left("not a node id (a whole number from 0 to 18446744073709551615)")
  const last = words.length > 1 ? words.at(-1) : undefined
  const account = last?.startsWith("@") ? last.slice(1) : null
  if (account !== null && !/^[\w.-]{1,64}$/.test(account)) {
    return Either.left("an account is @ and 1 to 64 letters, digits, dots, dashes or underscores")
  }
  const label = words.slice(1, account === null ? undefined : -1).join(" ")
  if (label.length > maxLabel) return Either.left(`the label has more than ${maxLabel} characters`)
  if (!isPrintable(label)) return Either.left("the label holds control characters")
  return Either.right({ id: id.right, label: label === "" ? null : label, account })
}

/** Reads the text of a list; `path` is for messages. */
export const parse = (path: string, text: string, options: ParseOptions): Either.Either<NodeList, NodeListInvalid> => {
  const entries: Array<NodeEntry> = []
  const problems: Array<LineProblem> = []
  const firstLine = new Map<NodeId, number>()
  // \r alone is how very old editors ended lines. A byte order mark is a blank to trim() and to \s.
  const lines = text.split(/\r\n|\n|\r/)
  for (const [index, raw] of lines.entries()) {
    const line = index + 1
    const content = raw.replace(/(^|\s)#.*$/, "").trim()
    if (content === "") continue
    const entry = parseLine(content)
    const first = Either.isRight(entry) ? firstLine.get(entry.right.id) : undefined
    if (Either.isRight(entry) && first === undefined) {
      firstLine.set(entry.right.id, line)
      entries.push(entry.right)
    } else {
      const reason = Either.isLeft(entry) ? entry.left : `the same id as in line ${first}`
      problems.push({ line, text: oneLine(raw, shownLength), reason })
    }
  }
  const usable = entries.length > 0 && (problems.length === 0 || options.skipInvalid)
  return usable
    ? Either.right({ path, entries, lines: firstLine, warnings: problems })
    : Either.left(new NodeListInvalid({ path, problems }))
}

const reasonOf = (error: PlatformError): string => {
  if (error._tag === "BadArgument") return error.message
  if (error.reason === "NotFound") return "there is no such file"
  return error.reason === "PermissionDenied" ? "permission denied" : (error.description ?? error.reason)
}

/** The text of some bytes. A UTF-16 file, which some editors make by default, is named as such. */
const textOf = (path: string, bytes: Uint8Array): Either.Either<string, NodeListUnreadable> => {
  const [first, second] = bytes
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
    ? Either.left(new NodeListUnreadable({ path, detail: "it is UTF-16 text; save it as UTF-8" }))
    : Either.right(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes))
}

/** The bytes of a list, with the size checked before they are read. */
export const readBytes = (path: string): Effect.Effect<Uint8Array, NodeListUnreadable, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const info = yield* fs.stat(path)
    if (info.type === "Directory") return yield* new NodeListUnreadable({ path, detail: "it is a folder" })
    if (info.size > maxBytes) {
      return yield* new NodeListUnreadable({
        path,
        detail: `it has ${info.size} bytes, more than the ${maxBytes} allowed`
      })
    }
    // A pipe has no size beforehand, so what came is measured too.
    const bytes = yield* fs.readFile(path)
    return bytes.length <= maxBytes
      ? bytes
      : yield* new NodeListUnreadable({ path, detail: `it has more than the ${maxBytes} bytes allowed` })
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "NodeListUnreadable" ? error : new NodeListUnreadable({ path, detail: reasonOf(error) })
    )
  )

export type NodeListError = NodeListInvalid | NodeListUnreadable

/** Reads the bytes of a list. */
export const parseBytes = (
  path: string,
  bytes: Uint8Array,
  options: ParseOptions
): Either.Either<NodeList, NodeListError> =>
  Either.flatMap(textOf(path, bytes), (text): Either.Either<NodeList, NodeListError> => parse(path, text, options))

/** Reads a list from a file. */
export const load = (
  path: string,
  options: ParseOptions
): Effect.Effect<NodeList, NodeListError, FileSystem.FileSystem> =>
  Effect.flatMap(readBytes(path), (bytes) => parseBytes(path, bytes, options))

/** Where a list is looked for when none is named. */
const defaultPaths = ["./nodes.txt", "./nodes/nodes.txt"] as const

/** The list of the working directory, or the one line to type. */
export const locate: Effect.Effect<string, NodeListUnreadable, FileSystem.FileSystem> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  for (const path of defaultPaths) {
    if (yield* Effect.orElseSucceed(fs.exists(path), () => false)) return path
  }
  return yield* new NodeListUnreadable({
    path: defaultPaths.join(" and "),
    detail: "there is no such file; name yours: pitboss batch-file --file PATH"
  })
})

/**
 * Follows a node list on the disk: a stream of what each change of its content came to.
 *
 * Editors replace a file in several steps and some file systems report nothing at all, so the folder is watched (a
 * replaced file keeps its name, not its inode) and a slow poll is the safety net. Only another content counts, and only
 * once it stays the same for a moment: half a file can be a valid list of fewer nodes. A file that becomes invalid or
 * vanishes keeps the old list and is reported.
 */
import { createHash } from "node:crypto"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as NodeList from "./NodeList.ts"

/** Changed: the file holds another valid list. Kept: it is not usable now, so the old list goes on. */
export type Change =
  | { readonly _tag: "Changed"; readonly list: NodeList.NodeList }
  | { readonly _tag: "Kept"; readonly error: NodeList.NodeListError }

export interface WatchOptions extends NodeList.ParseOptions {
  /** How long its new content must stay the same; 300 ms unless given. */
  readonly quiet?: Duration.DurationInput
  /** How often it is looked at without being told; 5 s unless given. */
  readonly poll?: Duration.DurationInput
}

/** Follows `path` from its present content on, which is not itself reported. */
export const watch = (
  path: string,
  options: WatchOptions
): Stream.Stream<Change, never, FileSystem.FileSystem | Path.Path> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const paths = yield* Path.Path
      const full = paths.resolve(path)
      /** The file now, and what tells two states of it apart: a digest, or why it cannot be read. */
      const present = Effect.map(Effect.either(NodeList.readBytes(path)), (content) => ({
        content,
        state: Either.match(content, {
          onLeft: (error) => error.message,
          onRight: (bytes) => createHash("sha256").update(bytes).digest("hex")
        })
      }))
      const last = yield* Ref.make((yield* present).state)

      const settle = (seen: string): typeof present =>
        Effect.flatMap(Effect.delay(present, options.quiet ?? "300 millis"), (now) =>
          now.state === seen ? Effect.succeed(now) : settle(now.state)
        )

      const look = Effect.gen(function* () {
        const { state } = yield* present
        if (state === (yield* Ref.get(last))) return null
        const settled = yield* settle(state)
        if (settled.state === (yield* Ref.getAndSet(last, settled.state))) return null
        return Either.match(
          Either.flatMap(settled.content, (bytes) => NodeList.parseBytes(path, bytes, options)),
          {
            onLeft: (error): Change => ({ _tag: "Kept", error }),
            onRight: (list): Change => ({ _tag: "Changed", list })
          }
        )
      })

      const told = fs.watch(paths.dirname(full)).pipe(
        Stream.filter((event) => paths.basename(event.path) === paths.basename(full)),
        Stream.catchAll(() => Stream.empty)
      )
      const polled = Stream.fromSchedule(Schedule.spaced(options.poll ?? "5 seconds"))

      return Stream.merge(told, polled).pipe(
        Stream.mapEffect(() => look),
        Stream.filter((change) => change !== null)
      )
    })
  )

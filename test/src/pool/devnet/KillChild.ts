/** A devnet that mines as fast as it can and says each block that was delivered; its parent ends it without warning. */
import { writeSync } from "node:fs"
import { Effect } from "effect"
import { makeDevnet, mine } from "./Support.ts"

const program = Effect.gen(function* () {
  const { source } = yield* makeDevnet({ file: process.argv[2] ?? "" })
  for (let index = 1; ; index++) {
    const { answer, candidate } = yield* mine(source, index)
    const block = yield* source.blockAt(candidate.height)
    // Synchronous: what was written before the kill has been acknowledged.
    if (answer === "delivered") writeSync(1, `${candidate.height} ${block?.blockId}\n`)
  }
})

await Effect.runPromise(Effect.scoped(program))

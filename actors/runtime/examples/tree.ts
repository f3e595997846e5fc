/**
 * A small server: a ledger, a job board, listeners; what depends on something is started after it.
 *
 * rest_for_one restarts what was started after the child that crashed, a nested supervisor isolates the listeners, and
 * the picture of the tree is the same for every reader.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { ChildSpec } from "../ChildSpec.ts"
import { SupervisionTree } from "../SupervisionTree.ts"
import * as Supervisor from "../Supervisor.ts"

export const program = Effect.gen(function* () {
  const lines: Array<string> = []
  const broken = yield* Deferred.make<void, string>()

  /** Acquire, be ready, run, release: the shape of every child. */
  const part = (id: string, body: Effect.Effect<unknown, string> = Effect.never): ChildSpec => ({
    id,
    start: Effect.gen(function* () {
      yield* Effect.acquireRelease(
        Effect.sync(() => lines.push(`+${id}`)),
        () => Effect.sync(() => lines.push(`-${id}`))
      )
      return body
    })
  })

  const server = yield* Supervisor.make("server", {
    strategy: "rest_for_one",
    intensity: 3,
    period: "1 minute",
    children: [
      part("ledger"),
      part("job-board", Deferred.await(broken)),
      Supervisor.child("listeners", { children: [part("tcp"), part("http")] })
    ]
  })
  lines.push("crash of job-board")
  const tree = yield* SupervisionTree
  yield* Deferred.fail(broken, "no jobs")
  // It crashes as soon as it is started, so the budget of three restarts is spent at once and the server gives up.
  const end = yield* Effect.flip(server.await)
  lines.push(`${end.path} gave up because of ${end.offender}: ${end.reason}`)
  for (const node of yield* tree.snapshot) lines.push(`${node.path} is ${node.state}`)
  return lines
}).pipe(Effect.scoped)

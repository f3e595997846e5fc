/**
 * Nodes that mostly wait: ten thousand of them cost a few megabytes, not a fiber each.
 *
 * A node tries, fails, and asks a Timetable (a Schedule as data) how long to wait; an alarm wakes it. While it waits it is
 * passivated. After three tries it is refused for good and quarantines itself, by name.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Actor from "../Actor.ts"
import * as Backoff from "../Backoff.ts"
import * as Behaviour from "../Behaviour.ts"
import { Quarantine } from "../Errors.ts"
import { SupervisionTree } from "../SupervisionTree.ts"
import * as Supervisor from "../Supervisor.ts"
import * as Timetable from "../Timetable.ts"

type Message = { readonly _tag: "Try" }

const retries = Schedule.exponential("1 minute").pipe(Schedule.intersect(Schedule.recurs(2)))

const node = (id: number, log: (line: string) => void) =>
  Actor.child(
    `${id}`,
    Behaviour.of<Message>()({
      passivateAfter: 0,
      initial: (context): Timetable.Timetable<void> => {
        context.after(0, "try", { _tag: "Try" })
        return Timetable.make(retries)
      },
      receive: (timetable, message, context) =>
        Effect.gen(function* () {
          const minute = (yield* Clock.currentTimeMillis) / 60_000
          if (id === 0) log(`minute ${minute}: ${context.path} tries`)
          const next = yield* Timetable.next(timetable, undefined)
          if (Option.isNone(next)) return yield* new Quarantine({ reason: "refused three times" })
          context.after(next.value.delay, "try", message)
          return next.value.timetable
        })
    }),
    { restart: "transient", backoff: Backoff.fleet }
  )

export const program = Effect.gen(function* () {
  const lines: Array<string> = []
  const nodes = yield* Supervisor.dynamic("nodes", { template: (id: number) => node(id, (line) => lines.push(line)) })
  yield* nodes.startChildren(Array.from({ length: 10_000 }, (_, id) => id))
  yield* Effect.sleep("90 seconds")
  const tree = yield* SupervisionTree
  const count = (state: string) =>
    Effect.map(tree.children("/nodes"), (children) => children.filter((child) => child.state === state).length)
  lines.push(`after 90 s: ${yield* count("passivated")} passivated`)
  yield* Effect.sleep("10 minutes")
  lines.push(`after 12 min: ${yield* count("quarantined")} quarantined`)
  return lines
}).pipe(Effect.scoped)

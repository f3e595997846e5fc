/**
 * An actor that counts, is asked, crashes, and is restarted.
 *
 * The address survives the crash, the state does not, and the message that killed it is a dead letter.
 */
import * as Effect from "effect/Effect"
import * as Actor from "../Actor.ts"
import * as Behaviour from "../Behaviour.ts"
import { DeadLetters } from "../DeadLetters.ts"
import * as Supervisor from "../Supervisor.ts"

type Message =
  | { readonly _tag: "Add"; readonly by: number }
  | { readonly _tag: "Get"; readonly reply: Actor.Reply<number> }

const counter = Behaviour.of<Message>()({
  initial: () => 0,
  reduce: (n, message) => {
    if (message._tag === "Get") {
      message.reply.succeed(n)
      return n
    }
    if (message.by === 0) throw new Error("adding nothing is a mistake")
    return n + message.by
  }
})

export const program = Effect.gen(function* () {
  const spec = Actor.child("counter", counter)
  yield* Supervisor.make("example", { children: [spec] })
  const get = Actor.ask(spec.ref, (reply: Actor.Reply<number>) => ({ _tag: "Get", reply }))

  yield* Actor.tell(spec.ref, { _tag: "Add", by: 40 })
  yield* Actor.tell(spec.ref, { _tag: "Add", by: 2 })
  const before = yield* get
  yield* Actor.tell(spec.ref, { _tag: "Add", by: 0 })
  const after = yield* get
  const { counters } = yield* (yield* DeadLetters).snapshot
  return [
    `counted to ${before}`,
    `after the crash: ${after}`,
    ...counters.map((counter) => `dead: ${counter.count} ${counter.tag} to ${counter.path} (${counter.reason})`)
  ]
}).pipe(Effect.scoped)

/** An actor that counts, in all four forms of behaviour, for the tests of actors. */
import { Effect } from "effect"
import * as Actor from "../../../actors/runtime/Actor.ts"
import * as Behaviour from "../../../actors/runtime/Behaviour.ts"
import { DeadLetters } from "../../../actors/runtime/DeadLetters.ts"

export type Message =
  | { readonly _tag: "Add"; readonly by: number }
  | { readonly _tag: "Get"; readonly reply: Actor.Reply<number, string> }
  | { readonly _tag: "Hold"; readonly until: Effect.Effect<void> }
  | { readonly _tag: "Later"; readonly millis: number; readonly key: string; readonly by: number }
  | { readonly _tag: "Cancel"; readonly key: string }
  | { readonly _tag: "Boom" }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Mute"; readonly reply: Actor.Reply<number> }

export const common = (n: number, message: Message, context: Actor.ActorContext<Message>): number => {
  switch (message._tag) {
    case "Add":
      return n + message.by
    case "Get":
      if (n < 0) message.reply.fail("negative")
      else message.reply.succeed(n)
      return n
    case "Later":
      context.after(message.millis, message.key, { _tag: "Add", by: message.by })
      return n
    case "Cancel":
      context.cancelTimer(message.key)
      return n
    case "Boom":
      throw new Error("boom")
    case "Stop":
      context.stop()
      return n
    case "Hold":
    case "Mute":
      return n
  }
}

export const forms: Record<
  "reduce" | "reduceMany" | "receive" | "receiveMany",
  Behaviour.Behaviour<number, Message>
> = {
  reduce: Behaviour.of<Message>()({ initial: () => 0, reduce: common }),
  reduceMany: Behaviour.of<Message>()({
    initial: () => 0,
    reduceMany: (n, messages, context) => messages.reduce((state, message) => common(state, message, context), n)
  }),
  receive: Behaviour.of<Message>()({
    init: Effect.as(Effect.yieldNow(), 0),
    receive: (n, message, context) =>
      Effect.andThen(
        message._tag === "Hold" ? message.until : Effect.void,
        Effect.sync(() => common(n, message, context))
      )
  }),
  receiveMany: Behaviour.of<Message>()({
    init: Effect.succeed(0),
    receiveMany: (n, messages, context) =>
      Effect.reduce(messages, n, (state, message) => Effect.sync(() => common(state, message, context)))
  })
}

export const add = (by: number): Message => ({ _tag: "Add", by })
export const boom: Message = { _tag: "Boom" }
export const get = (ref: Actor.ActorRef<Message>, timeout?: number) =>
  Actor.ask(
    ref,
    (reply: Actor.Reply<number, string>) => ({ _tag: "Get", reply }),
    timeout === undefined ? {} : { timeout }
  )
export const letters = Effect.flatMap(DeadLetters, (deadLetters) => deadLetters.snapshot)

/**
 * Find an actor by its path.
 *
 * The supervision tree is the registry: whoever is in it can be found, and who has been forgotten by its supervisor can
 * not. A lookup names the protocol it wants to speak; the behaviour must have been declared with that very protocol.
 *
 * ```ts
 * const board = yield* Registry.lookup("/pool/job-board", JobBoard.protocol)    // ActorRef<JobBoard.Message>
 * ```
 */
import * as Effect from "effect/Effect"
import { Address } from "./Address.ts"
import { tell } from "./Actor.ts"
import type { ActorRef } from "./Behaviour.ts"
import { DeadLetters } from "./DeadLetters.ts"
import { NotRegistered } from "./Errors.ts"
import type { Protocol } from "./Protocol.ts"
import { SupervisionTree } from "./SupervisionTree.ts"

/** The actor at a path. It may be waiting for its restart; its address is valid all the same. */
export const lookup = <M>(
  path: string,
  protocol: Protocol<M>
): Effect.Effect<ActorRef<M>, NotRegistered, SupervisionTree> =>
  Effect.flatMap(SupervisionTree, (tree) => {
    const subject = tree.root.find(path)?.subject
    if (!(subject instanceof Address)) return new NotRegistered({ path, reason: "no actor lives there" })
    const spoken = subject.protocol?.name ?? "no declared protocol"
    if (!speaks(subject, protocol)) {
      return new NotRegistered({ path, reason: `it speaks ${spoken}, not ${protocol.name}` })
    }
    return Effect.succeed(subject)
  })

/** Send to whoever is at a path; a dead letter when nobody is. */
export const send = <M>(
  path: string,
  protocol: Protocol<M>,
  message: NoInfer<M>
): Effect.Effect<void, never, SupervisionTree | DeadLetters> =>
  lookup(path, protocol).pipe(
    Effect.flatMap((ref) => tell(ref, message)),
    Effect.catchTag("NotRegistered", () =>
      Effect.flatMap(DeadLetters, (deadLetters) => deadLetters.publish(path, message, "unregistered"))
    )
  )

// A protocol is typed by its messages, so the same protocol value means the same message type.
const speaks = <A extends { readonly protocol: unknown }, M>(
  actor: A,
  protocol: Protocol<M>
): actor is A & ActorRef<M> => Object.is(actor.protocol, protocol)

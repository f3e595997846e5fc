/**
 * A prover node as an actor: it decides when it works, `NodeTurn` does the work.
 *
 * The actor has two messages. "look" means that something may have changed (a timer rang, the operator wants something):
 * it compares what is wanted with what is, so a doubled message changes nothing. "turn" means that the turnstile gave it
 * a place: it works one turn and gives the place back. While it waits it has no fiber, only a timer of the shared alarm;
 * a failure that is not expected trouble ends it, and its supervisor starts it again from the spool.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Actor from "../runtime/Actor.ts"
import * as Backoff from "../runtime/Backoff.ts"
import * as Behaviour from "../runtime/Behaviour.ts"
import { Quarantine } from "../runtime/Errors.ts"
import * as ExitReason from "../runtime/ExitReason.ts"
import { SpoolFailed } from "./Errors.ts"
import type { NodeState } from "./FleetStatus.ts"
import * as NodeTurn from "./NodeTurn.ts"
import { type Control, freshMemory, type NodeMemory, type NodeWorld } from "./NodeWorld.ts"
import * as Retries from "./Retries.ts"

export type NodeMessage = "look" | "turn"

type Context = Behaviour.ActorContext<NodeMessage>

/** More than 5 crashes in 10 minutes: the node is quarantined and a spare takes its place. */
const restartBudget = { restarts: 5, period: "10 minutes" } as const

/** How long a stopping node may take to release its prover, after its turn was interrupted. */
const shutdownTime = "5 seconds"

/** Key of the one timer that a node has. */
const wake = "wake"

/** The node's actor; tell its `ref` "look" after a change of the control record. */
export const child = (world: NodeWorld, control: Control): Actor.ActorSpec<NodeMessage> =>
  Actor.child(
    control.node,
    Behaviour.of<NodeMessage>()({
      mailbox: { capacity: 64, policy: "drop-new" },
      passivateAfter: 0,
      initial: (context) => begin(world, control, context),
      receive: (memory: NodeMemory, message, context) =>
        message === "turn"
          ? turn(world, control, memory, context)
          : Effect.sync(() => look(world, control, memory, context))
    }),
    { restart: "transient", shutdown: shutdownTime, backoff: Backoff.fleet, budget: restartBudget }
  )

const begin = (world: NodeWorld, control: Control, context: Context): NodeMemory => {
  const { board, turnstile } = world
  const { node } = control
  // A place that an earlier incarnation was given, and did not live to use.
  turnstile.leave(node)
  control.starts += 1
  if (control.starts > 1) {
    board.count(node, "restarts")
    const reason =
      context.generation > 1 ? (board.get(node)?.lastError?.message ?? "it ended") : "asked by the operator"
    board.happened(node, { _tag: "NodeRestarted", reason })
  }
  context.self.unsafeTell("look")
  return freshMemory(world, control, Retries.make())
}

/** Compare what is wanted with what is: rest, wait until a moment, or get in line. */
const look = (world: NodeWorld, control: Control, memory: NodeMemory, context: Context): NodeMemory => {
  const { board, budgets, turnstile } = world
  const { node } = control
  // Its turn is already in the mailbox; what changed is seen when that is over.
  if (turnstile.holds(node) && !control.paused) return memory
  const rest = resting(world, control, memory)
  if (rest !== null) {
    context.cancelTimer(wake)
    turnstile.leave(node)
    budgets.cancel(node)
    board.state(node, rest)
    world.settled(node)
  } else if (context.now() < memory.until) {
    turnstile.leave(node)
    context.at(memory.until, wake, "look")
    board.state(node, waiting(memory, control))
  } else {
    context.cancelTimer(wake)
    board.state(node, { _tag: "Queued" })
    turnstile.ask(node, () => {
      if (!context.self.unsafeTell("turn")) turnstile.leave(node)
    })
  }
  return memory
}

const waiting = ({ reason, until }: NodeMemory, control: Control): NodeState =>
  until === control.startAt ? { _tag: "Starting", until } : { _tag: "Waiting", until, reason }

/** Why the node has nothing to do until somebody wants something else of it; null when it has. */
const resting = (world: NodeWorld, control: Control, memory: NodeMemory): NodeState | null => {
  if (control.paused) return { _tag: "Paused" }
  const nothing = memory.holding === "nothing"
  switch (world.mode()) {
    case "running":
      return nothing && (control.retiring || !world.tickets()) ? { _tag: "Stopped" } : null
    case "draining":
      return nothing ? { _tag: "Stopped" } : null
    case "stopping":
      // Only what is proved and can still be handed in before the deadline goes on.
      return memory.holding === "proven" && memory.until < world.deadline() ? null : { _tag: "Stopped" }
    case "stopped":
      return { _tag: "Stopped" }
  }
}

const turn = (world: NodeWorld, control: Control, memory: NodeMemory, context: Context) =>
  Effect.suspend(() => {
    const { turnstile } = world
    const { node } = control
    // A turn that was given back since it was granted.
    if (!turnstile.holds(node)) return Effect.succeed(memory)
    if (control.paused) return Effect.sync(() => look(world, control, memory, context))
    const fetching = world.mode() === "running" && !control.retiring
    return NodeTurn.run(world, node, memory, fetching).pipe(
      Effect.tapErrorCause((cause) => Effect.sync(() => failed(world, control, cause))),
      Effect.ensuring(Effect.sync(() => turnstile.leave(node))),
      Effect.map((end) => {
        if (end._tag === "Wait") Object.assign(memory, { until: end.until, reason: end.reason })
        return look(world, control, memory, context)
      })
    )
  })

/** Its end is on the board before the supervisor acts on it. */
const failed = ({ board }: NodeWorld, { node }: Control, cause: Cause.Cause<Quarantine | SpoolFailed>): void => {
  if (Cause.isInterruptedOnly(cause)) return
  const error = Cause.squash(cause)
  if (error instanceof Quarantine) {
    board.state(node, { _tag: "Quarantined", reason: error.reason })
    return
  }
  const tag = error instanceof SpoolFailed ? error._tag : "Defect"
  board.error(node, tag, ExitReason.describeCause(cause))
  board.state(node, { _tag: "Restarting" })
}

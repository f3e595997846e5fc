/**
 * The foreman: the one actor that changes who is in the fleet, so commands of an operator are carried out in order.
 *
 * It starts, retires, restarts and replaces nodes through their supervisor, and ends the fleet: a drain when nothing is
 * left in hand, a stop when every turn in progress is over or the deadline has come. All it knows is in `FleetCore`; a
 * restart of the foreman forgets no node and no promise.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Actor from "../runtime/Actor.ts"
import * as Behaviour from "../runtime/Behaviour.ts"
import type { DynamicSupervisor } from "../runtime/Supervisor.ts"
import { NoSuchNode } from "./Errors.ts"
import type { Control } from "./NodeWorld.ts"
import type { FleetCore, Member } from "./FleetCore.ts"
import type { NodeMessage } from "./NodeActor.ts"
import type { NodeEntry, ReloadReport, StopReport } from "./NodeFleet.ts"
import * as Roster from "./Roster.ts"
import type { NodeId } from "./Task.ts"

export type Nodes = DynamicSupervisor<Member, Actor.ActorSpec<NodeMessage>>

type Reply<A, E = never> = Actor.Reply<A, E>

export type Command =
  | { readonly _tag: "Pause"; readonly node: NodeId; readonly reply: Reply<void, NoSuchNode> }
  | { readonly _tag: "Resume"; readonly node: NodeId; readonly reply: Reply<void, NoSuchNode> }
  | { readonly _tag: "Restart"; readonly node: NodeId; readonly reply: Reply<void, NoSuchNode> }
  | { readonly _tag: "SetConcurrency"; readonly limit: number; readonly reply: Reply<void> }
  | {
      readonly _tag: "Reload"
      readonly nodes: ReadonlyArray<NodeEntry>
      readonly spares: ReadonlyArray<NodeEntry> | null
      readonly reply: Reply<ReloadReport>
    }
  | { readonly _tag: "Drain"; readonly reply: Reply<void> }
  | { readonly _tag: "Stop"; readonly deadline: number; readonly reply: Reply<void> }
  /** From the supervisor's reports: the node is never restarted by itself. */
  | { readonly _tag: "Quarantined"; readonly node: NodeId; readonly reason: string }
  /** A node came to rest, or enough tasks were accepted. */
  | { readonly _tag: "Check" }
  | { readonly _tag: "Deadline" }

/** What the foreman works with. `nodes` is the handle of the supervisor's present incarnation. */
export interface Office {
  readonly core: FleetCore
  readonly nodes: () => Nodes
  /** Whether the supervisor still holds the node in quarantine: a report may be older than a restart. */
  readonly givenUp: (node: NodeId) => Effect.Effect<boolean>
  readonly finished: Deferred.Deferred<StopReport>
}

export const child = (office: Office): Actor.ActorSpec<Command> =>
  Actor.child(
    "foreman",
    Behaviour.of<Command>()({
      initial: (context) => begin(office, context),
      receive: (state: null, command, context) => Effect.as(new Foreman(office, context).handle(command), state)
    })
  )

const begin = ({ core }: Office, context: Behaviour.ActorContext<Command>): null => {
  let pending = false
  const check = () => {
    if (!pending) pending = context.self.unsafeTell({ _tag: "Check" })
  }
  core.listener = { check, checked: () => (pending = false) }
  check()
  return null
}

class Foreman {
  readonly #office: Office
  readonly #context: Behaviour.ActorContext<Command>

  constructor(office: Office, context: Behaviour.ActorContext<Command>) {
    this.#office = office
    this.#context = context
  }

  handle(command: Command): Effect.Effect<void> {
    const { core } = this.#office
    switch (command._tag) {
      case "Pause":
        return this.#steer(command, "NodePaused", (control) => {
          control.paused = true
        })
      case "Resume":
        return this.#steer(command, "NodeResumed", (control) => {
          control.paused = false
        })
      case "Restart":
        return this.#restart(command)
      case "SetConcurrency":
        return Effect.sync(() => {
          core.turnstile.setLimit(command.limit)
          core.board.tell({ _tag: "ConcurrencySet", at: core.board.now(), limit: command.limit })
          command.reply.succeed(undefined)
        })
      case "Reload":
        return Effect.map(this.#reload(command.nodes, command.spares), (report) => command.reply.succeed(report))
      case "Drain":
        return Effect.suspend(() => {
          if (core.mode() === "running") this.#enter("draining")
          command.reply.succeed(undefined)
          return this.#check()
        })
      case "Stop":
        return Effect.suspend(() => {
          command.reply.succeed(undefined)
          return this.#stop(command.deadline)
        })
      case "Quarantined":
        return this.#quarantined(command.node, command.reason)
      case "Check":
        return this.#check()
      case "Deadline":
        return core.mode() === "stopping" && core.deadline() <= this.#context.now() ? this.#finish(true) : Effect.void
    }
  }

  #steer(
    { node, reply }: { readonly node: NodeId; readonly reply: Reply<void, NoSuchNode> },
    event: "NodePaused" | "NodeResumed",
    change: (control: Control) => void
  ): Effect.Effect<void> {
    return Effect.sync(() => {
      const { core } = this.#office
      const member = core.members.get(node)
      if (member === undefined) {
        reply.fail(new NoSuchNode({ node }))
        return
      }
      change(member.control)
      core.board.happened(node, { _tag: event })
      core.wake(member)
      reply.succeed(undefined)
    })
  }

  #restart({ node, reply }: { readonly node: NodeId; readonly reply: Reply<void, NoSuchNode> }): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const { core } = this.#office
      const member = core.members.get(node)
      if (member === undefined) return reply.fail(new NoSuchNode({ node }))
      yield* this.#terminate(member)
      const { account } = core.board.get(node) ?? member.entry
      core.budgets.assign(node, account, core.board.now())
      member.quarantined = false
      member.control.paused = false
      yield* this.#start([member])
      reply.succeed(undefined)
    })
  }

  #reload(nodes: ReadonlyArray<NodeEntry>, spares: ReadonlyArray<NodeEntry> | null): Effect.Effect<ReloadReport> {
    return Effect.gen(this, function* () {
      const { core } = this.#office
      const present = Array.from(core.members.values(), ({ control, entry, spare }) => ({
        entry,
        spare,
        retiring: control.retiring
      }))
      const plan = Roster.plan(present, nodes, spares)
      if (spares !== null) core.spares = spares
      for (const entry of plan.relabel) core.rename(entry)
      for (const entry of nodes) core.enlist(entry.id)
      for (const id of plan.recall) core.retire(id, false)
      const gone = plan.retire.map((id) => core.retire(id, true)).filter((member) => member?.quarantined === true)
      // A quarantined node has no actor that could see its task through: what it holds stays in the spool.
      for (const member of gone) if (member !== undefined) yield* this.#dismiss(member)
      const added = plan.add.map((entry) => core.admit(entry, false, false))
      yield* this.#start(added)
      core.arrange(plan.order)
      const report = {
        added: plan.add.map(({ id }) => id),
        retiring: plan.retire,
        relabelled: plan.relabel.map(({ id }) => id),
        unchanged: plan.unchanged
      }
      core.board.tell({
        _tag: "Reloaded",
        at: core.board.now(),
        added: report.added.length,
        removed: report.retiring.length,
        relabelled: report.relabelled.length
      })
      return report
    })
  }

  #quarantined(node: NodeId, reason: string): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const { core } = this.#office
      const member = core.members.get(node)
      if (member === undefined || member.quarantined || !(yield* this.#office.givenUp(node))) return
      member.quarantined = true
      core.release(node)
      core.board.state(node, { _tag: "Quarantined", reason })
      const spare = member.control.retiring || core.mode() !== "running" ? null : core.takeSpare()
      core.board.happened(node, { _tag: "NodeQuarantined", reason, replacedBy: spare?.id ?? null })
      if (spare !== null) yield* this.#start([core.admit(spare, true, false)])
      yield* this.#check()
    })
  }

  /** Let go who has left the list and holds nothing; end the fleet when it has come to its end. */
  #check(): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const { core } = this.#office
      core.listener.checked()
      if (core.mode() === "stopped") return
      for (const member of [...core.members.values()]) {
        const resting = core.board.get(member.control.node)?.state._tag === "Stopped"
        if (member.control.retiring && !member.quarantined && core.isSettled(member) && resting) {
          if (core.mode() !== "stopping") yield* this.#dismiss(member)
        }
      }
      if (core.mode() === "running" && (core.complete || core.forsaken)) this.#enter("draining")
      if (core.mode() !== "running" && core.allSettled()) yield* this.#finish(false)
    })
  }

  #enter(mode: "draining" | "stopping", deadline?: number): void {
    this.#office.core.enter(mode, deadline)
    this.#office.core.wakeAll()
  }

  #stop(deadline: number): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { core } = this.#office
      if (core.mode() === "stopped") return Effect.void
      this.#enter("stopping", deadline)
      if (core.deadline() <= this.#context.now()) return this.#finish(!core.allSettled())
      this.#context.at(core.deadline(), "deadline", { _tag: "Deadline" })
      return this.#check()
    })
  }

  #finish(interrupted: boolean): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const { core, finished } = this.#office
      core.enter("stopping", this.#context.now())
      yield* this.#nodes.shutdown
      for (const { control } of core.members.values()) {
        core.turnstile.leave(control.node)
        core.board.stopped(control.node)
      }
      const left = yield* core.left
      core.enter("stopped")
      yield* Deferred.succeed(finished, { ...left, interrupted, givenUp: core.givenUp() })
    })
  }

  get #nodes(): Nodes {
    return this.#office.nodes()
  }

  #start(members: ReadonlyArray<Member>): Effect.Effect<void> {
    // The supervisor has ended only when the fleet has: then nobody wants the nodes any more.
    return this.#nodes.startChildren(members).pipe(
      Effect.catchTag("SupervisorStopped", () => Effect.void),
      Effect.orDie
    )
  }

  #terminate(member: Member): Effect.Effect<void> {
    const { node } = member.control
    // A quarantined child is kept by its supervisor, a running one is not: after both steps the id is free.
    return Effect.andThen(Effect.ignore(this.#nodes.terminateChild(node)), Effect.ignore(this.#nodes.deleteChild(node)))
  }

  #dismiss(member: Member): Effect.Effect<void> {
    return Effect.andThen(
      this.#terminate(member),
      Effect.sync(() => this.#office.core.dismiss(member.control.node))
    )
  }
}

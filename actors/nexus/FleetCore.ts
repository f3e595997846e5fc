/**
 * The state of a fleet that outlives its actors: who is in it, what the operator wants, and the services nodes share.
 *
 * Only the foreman changes who is in the fleet; nodes read what is wanted of them through `NodeWorld`, which this class
 * implements. Everything is plain synchronous state, so a restart of any actor finds it as it was.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { ActorRef } from "../runtime/Behaviour.ts"
import { AccountBudgets, type BudgetLimits } from "./AccountBudget.ts"
import type { FleetBoard } from "./FleetBoard.ts"
import type { FleetMode, FleetStatus } from "./FleetStatus.ts"
import type { MemoryBudgetService } from "./MemoryBudget.ts"
import type { NodeMessage } from "./NodeActor.ts"
import type { NodeEntry, StopReport } from "./NodeFleet.ts"
import type { Control, NodeSettings, NodeWorld, Verdict } from "./NodeWorld.ts"
import type { OrchestratorService } from "./Orchestrator.ts"
import * as Promotion from "./Promotion.ts"
import type { ProverPoolService } from "./ProverPool.ts"
import type { Outcome, SpoolService } from "./Spool.ts"
import { NodeId } from "./Task.ts"
import { Turnstile } from "./Turnstile.ts"

export interface FleetSettings extends NodeSettings {
  /** How many nodes may fetch, prove or submit at the same time. */
  readonly maxConcurrent: number
  /** Between the first starts of nodes, milliseconds. */
  readonly startDelayMillis: number
  readonly budget: BudgetLimits
  /** Stop after this many accepted tasks; null: never. */
  readonly maxTasks: number | null
  /** End when every node is in quarantine: nobody will change the list. */
  readonly endsWithLastNode: boolean
}

/** A node of the fleet. `ref` is the address of its actor, null before it was first started. */
export interface Member {
  entry: NodeEntry
  spare: boolean
  quarantined: boolean
  readonly control: Control
  ref: ActorRef<NodeMessage> | null
}

/** What nodes tell the fleet. */
export interface Listener {
  /** A node came to rest, or the last wanted task was accepted. */
  readonly check: () => void
  /** Somebody looked: the next change is worth a word again. */
  readonly checked: () => void
}

export interface Services {
  readonly orchestrator: OrchestratorService
  readonly spool: SpoolService
  readonly pool: ProverPoolService
  readonly memory: MemoryBudgetService
  readonly board: FleetBoard
}

const isNodeId = Schema.is(NodeId)

export class FleetCore implements NodeWorld {
  readonly settings: FleetSettings
  readonly orchestrator: OrchestratorService
  readonly spool: SpoolService
  readonly pool: ProverPoolService
  readonly board: FleetBoard
  readonly turnstile: Turnstile
  readonly budgets: AccountBudgets
  /** In the order of the node list. */
  readonly members = new Map<NodeId, Member>()
  readonly verdicts = new Map<NodeId, Verdict>()
  spares: ReadonlyArray<NodeEntry> = []
  listener: Listener = { check: () => {}, checked: () => {} }
  readonly startedAt: number
  readonly #memory: MemoryBudgetService
  readonly #settled = new Set<NodeId>()
  readonly #tickets = new Set<NodeId>()
  #done = 0
  #mode: FleetMode = "running"
  #deadline = Number.POSITIVE_INFINITY
  #nextStart: number

  constructor(settings: FleetSettings, services: Services) {
    this.settings = settings
    this.orchestrator = services.orchestrator
    this.spool = services.spool
    this.pool = services.pool
    this.board = services.board
    this.#memory = services.memory
    this.turnstile = new Turnstile(settings.maxConcurrent)
    this.budgets = new AccountBudgets(settings.budget)
    this.startedAt = this.board.now()
    this.#nextStart = this.startedAt
  }

  mode = (): FleetMode => this.#mode
  deadline = (): number => this.#deadline

  /** A stop that is asked for twice keeps the nearer deadline. */
  enter(mode: FleetMode, deadline = Number.POSITIVE_INFINITY): void {
    this.#deadline = Math.min(this.#deadline, deadline)
    if (this.#mode === mode) return
    this.#mode = mode
    this.board.tell({ _tag: "ModeChanged", at: this.board.now(), mode })
  }

  /** Take a node in; its first start is spaced from that of the one before. */
  admit(entry: NodeEntry, spare: boolean, retiring: boolean): Member {
    const now = this.board.now()
    const startAt = Math.max(now, this.#nextStart)
    this.#nextStart = startAt + this.settings.startDelayMillis
    const { account, id, label } = entry
    const control: Control = { node: id, paused: false, retiring, startAt, starts: 0 }
    const member: Member = { entry, spare, quarantined: false, control, ref: null }
    this.members.set(id, member)
    this.budgets.assign(id, account, now)
    const difficulty = Promotion.first(this.settings.maxDifficulty)
    this.board.add({ id, label, account, spare, difficulty }, { _tag: "Starting", until: startAt })
    this.board.change(id, { retiring })
    this.board.happened(id, { _tag: "NodeStarted", spare })
    return member
  }

  dismiss(node: NodeId): void {
    this.members.delete(node)
    this.verdicts.delete(node)
    this.release(node)
    this.board.happened(node, { _tag: "NodeGone" })
    this.board.remove(node)
  }

  /** New label or account of a node that is there. */
  rename(entry: NodeEntry): void {
    const member = this.members.get(entry.id)
    if (member === undefined) return
    // A wallet that was found out stays known when the list says nothing.
    const account =
      entry.account ?? (member.entry.account === null ? (this.board.get(entry.id)?.account ?? null) : null)
    member.entry = entry
    this.budgets.assign(entry.id, account, this.board.now())
    this.board.change(entry.id, { label: entry.label, account })
  }

  /** The node is named by the list itself: it is no spare any more. */
  enlist(node: NodeId): void {
    const member = this.members.get(node)
    if (member === undefined || !member.spare) return
    member.spare = false
    this.board.change(node, { spare: false })
  }

  /** The node left the list (or came back): finish what it has, take nothing new. A paused one goes on for that. */
  retire(node: NodeId, retiring: boolean): Member | undefined {
    const member = this.members.get(node)
    if (member === undefined) return undefined
    member.control.retiring = retiring
    if (retiring) {
      member.control.paused = false
      this.board.happened(node, { _tag: "NodeRetiring" })
    }
    this.board.change(node, { retiring })
    this.wake(member)
    return member
  }

  /** Put the members into this order. */
  arrange(order: ReadonlyArray<NodeId>): void {
    for (const id of order) {
      const member = this.members.get(id)
      if (member === undefined) continue
      this.members.delete(id)
      this.members.set(id, member)
    }
  }

  /** The node holds no place, no ticket and no part of a budget any more. */
  release(node: NodeId): void {
    this.turnstile.leave(node)
    this.budgets.remove(node)
    this.#settled.delete(node)
    this.#tickets.delete(node)
  }

  /** The next spare that is not in the fleet already. */
  takeSpare(): NodeEntry | null {
    while (this.spares.length > 0) {
      const [spare, ...rest] = this.spares
      this.spares = rest
      if (spare !== undefined && !this.members.has(spare.id)) return spare
    }
    return null
  }

  /** Something changed that the node should know of. */
  wake(member: Member): void {
    this.#settled.delete(member.control.node)
    member.ref?.unsafeTell("look")
  }

  find(node: string): Member | undefined {
    return isNodeId(node) ? this.members.get(node) : undefined
  }

  /** Those that have an actor. */
  working(): ReadonlyArray<Member> {
    return [...this.members.values()].filter(({ quarantined }) => !quarantined)
  }

  wakeAll(): void {
    for (const member of this.members.values()) this.wake(member)
  }

  isSettled(member: Member): boolean {
    const { node } = member.control
    // Who waits for its restart does nothing that a stop would have to wait for.
    const restarting = this.#mode === "stopping" && this.board.get(node)?.state._tag === "Restarting"
    return member.quarantined || restarting || this.#settled.has(node)
  }

  allSettled(): boolean {
    for (const member of this.members.values()) if (!this.isSettled(member)) return false
    return true
  }

  /** True when `--max-tasks` tasks were accepted. */
  get complete(): boolean {
    return this.settings.maxTasks !== null && this.#done >= this.settings.maxTasks
  }

  /** True when nobody works any more in a fleet that ends then. */
  get forsaken(): boolean {
    return this.settings.endsWithLastNode && this.working().length === 0
  }

  settled = (node: NodeId): void => {
    this.#settled.add(node)
    if (this.#mode !== "running" || this.members.get(node)?.control.retiring === true) this.listener.check()
  }

  tickets = (): boolean => this.settings.maxTasks === null || this.#done + this.#tickets.size < this.settings.maxTasks

  takeTicket = (node: NodeId): boolean => {
    if (!this.tickets()) return false
    this.adoptTicket(node)
    return true
  }

  adoptTicket = (node: NodeId): void => {
    if (this.settings.maxTasks !== null) this.#tickets.add(node)
  }

  returnTicket = (node: NodeId): void => {
    if (!this.#tickets.delete(node) || !this.tickets()) return
    // Nodes that came to rest for want of a ticket may go on.
    for (const member of this.members.values()) {
      if (member.control.node !== node && this.#settled.has(member.control.node)) this.wake(member)
    }
  }

  taskEnded = (node: NodeId, outcome: Outcome): void => {
    if (outcome === "accepted" || outcome === "duplicate") {
      this.#done += 1
      this.#tickets.delete(node)
      if (this.complete) this.listener.check()
    } else this.returnTicket(node)
  }

  /** Why nodes of the list are in quarantine. */
  givenUp(): StopReport["givenUp"] {
    return [...this.members.values()].flatMap(({ control: { node, retiring } }) => {
      const { lastError, state } = this.board.get(node) ?? {}
      if (retiring || state?._tag !== "Quarantined") return []
      return [{ node, reason: state.reason, error: lastError?.tag ?? "Defect" }]
    })
  }

  /** What is in hand, by the spool; by the board when the spool cannot be read. */
  readonly left: Effect.Effect<Pick<StopReport, "unproven" | "unsubmitted">> = Effect.suspend(() =>
    Effect.gen(this, function* () {
      const unproven: Array<NodeId> = []
      const unsubmitted: Array<NodeId> = []
      for (const node of yield* this.spool.openNodes) {
        const held = yield* this.spool.openTask(node)
        if (held !== null) (held.proofs.includes(null) ? unproven : unsubmitted).push(node)
      }
      return { unproven, unsubmitted }
    }).pipe(
      Effect.catchAll(() =>
        Effect.sync(() => {
          const held = [...this.board.nodes].filter(({ task }) => task !== null)
          const [open, proven] = Arr.partition(held, ({ task }) => task?.proven === task?.inputs)
          return { unproven: open.map(({ id }) => id), unsubmitted: proven.map(({ id }) => id) }
        })
      )
    )
  )

  readonly status: Effect.Effect<FleetStatus> = Effect.suspend(() =>
    Effect.map(this.#memory.picture, (memory) => {
      const { prover } = this.pool
      const nodes = Array.from(this.members.keys(), (id) => this.board.get(id)).filter((row) => row !== undefined)
      return {
        at: this.board.now(),
        startedAt: this.startedAt,
        mode: this.#mode,
        orchestrator: { url: this.orchestrator.url, local: this.orchestrator.local },
        prover: { name: prover.name, kind: prover.kind, slots: prover.slots },
        turnstile: { limit: this.turnstile.limit, busy: this.turnstile.busy, queued: this.turnstile.queued },
        sparesLeft: this.spares.filter(({ id }) => !this.members.has(id)).length,
        maxTasks: this.settings.maxTasks,
        memory,
        totals: this.board.totals(),
        nodes
      }
    })
  )
}

/**
 * Where nodes write what they do, and from where every reader takes its picture.
 *
 * Writing is synchronous and O(1): one immutable `NodeStatus` per node is replaced, counters go up by one where the
 * thing happens (never derived from texts, so nothing is counted twice), rates are rings of fixed size. A picture of the
 * whole fleet is made only when somebody asks. Slow readers lose the oldest events, never slow a node down.
 */
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import {
  type Counter,
  type FleetEvent,
  isActive,
  type NodeCounters,
  type NodeState,
  type NodeStatus,
  noCounts,
  type TaskStatus,
  type Totals
} from "./FleetStatus.ts"
import { RateMeter } from "./Rate.ts"
import type { Difficulty, NodeId } from "./Task.ts"

/** Events a reader may be behind. */
const eventBuffer = 4096

/** Who a node is, as the board shows it. */
export interface Identity {
  readonly id: NodeId
  readonly label: string | null
  readonly account: string | null
  readonly spare: boolean
  readonly difficulty: Difficulty
}

type About<E> = E extends { readonly node: NodeId } ? E : never
type NodeEvent = About<FleetEvent>
/** An event about a node, without what the board knows by itself. */
export type Happened = NodeEvent extends infer E
  ? E extends NodeEvent
    ? Omit<E, "at" | "node" | "label">
    : never
  : never

export class FleetBoard {
  readonly now: () => number
  readonly #nodes = new Map<NodeId, NodeStatus>()
  readonly #counts: { -readonly [C in Counter]: number } = { ...noCounts }
  readonly #proofs: RateMeter
  readonly #tasks: RateMeter
  readonly #events: PubSub.PubSub<FleetEvent>
  readonly #touched: PubSub.PubSub<void>
  /** What happens before anybody reads, for the first reader; null once it has been handed over. */
  #first: Queue.Dequeue<FleetEvent> | null

  private constructor(
    now: () => number,
    events: PubSub.PubSub<FleetEvent>,
    touched: PubSub.PubSub<void>,
    first: Queue.Dequeue<FleetEvent>
  ) {
    this.now = now
    this.#first = first
    this.#proofs = new RateMeter(now())
    this.#tasks = new RateMeter(now())
    this.#events = events
    this.#touched = touched
  }

  static make(now: () => number): Effect.Effect<FleetBoard, never, Scope.Scope> {
    return Effect.gen(function* () {
      const events = yield* PubSub.sliding<FleetEvent>(eventBuffer)
      const touched = yield* PubSub.sliding<void>(1)
      return new FleetBoard(now, events, touched, yield* PubSub.subscribe(events))
    })
  }

  get(node: NodeId): NodeStatus | undefined {
    return this.#nodes.get(node)
  }

  get nodes(): Iterable<NodeStatus> {
    return this.#nodes.values()
  }

  /** Put a node on the board (again): counters of an earlier stay are kept while its row is still there. */
  add(who: Identity, state: NodeState): void {
    const known = this.#nodes.get(who.id)
    this.#nodes.set(who.id, {
      task: null,
      lastError: null,
      counters: noCounts,
      ...known,
      ...who,
      retiring: false,
      state,
      since: this.now()
    })
    this.touch()
  }

  /** Take a row away; the totals keep what it counted. */
  remove(node: NodeId): void {
    if (this.#nodes.delete(node)) this.touch()
  }

  state(node: NodeId, state: NodeState): void {
    const known = this.#nodes.get(node)
    if (known === undefined) return
    const { since } = known
    this.#put({ ...known, state, since: isContinued(known.state, state) ? since : this.now() })
  }

  /** The fleet has stopped; what the operator should still see (quarantine) stays. */
  stopped(node: NodeId): void {
    if (this.#nodes.get(node)?.state._tag !== "Quarantined") this.state(node, { _tag: "Stopped" })
  }

  task(node: NodeId, task: TaskStatus | null): void {
    this.change(node, { task })
  }

  /** One more input of the task in hand has its proof. */
  proven(node: NodeId): void {
    const task = this.#nodes.get(node)?.task
    if (task != null) this.task(node, { ...task, proven: task.proven + 1 })
  }

  change(
    node: NodeId,
    change: Partial<Pick<NodeStatus, "task" | "label" | "account" | "spare" | "retiring" | "difficulty">>
  ): void {
    const known = this.#nodes.get(node)
    if (known !== undefined) this.#put({ ...known, ...change })
  }

  error(node: NodeId, tag: string, message: string): void {
    const known = this.#nodes.get(node)
    if (known !== undefined) this.#put({ ...known, lastError: { at: this.now(), tag, message } })
  }

  count(node: NodeId, counter: Counter): void {
    this.#counts[counter] += 1
    if (counter === "proofs") this.#proofs.add(this.now())
    if (counter === "accepted" || counter === "duplicate") this.#tasks.add(this.now())
    const known = this.#nodes.get(node)
    if (known === undefined) return
    const counters: NodeCounters = { ...known.counters, [counter]: known.counters[counter] + 1 }
    this.#put({ ...known, counters })
  }

  tell(event: FleetEvent): void {
    this.#events.unsafeOffer(event)
    this.touch()
  }

  happened(node: NodeId, event: Happened): void {
    const about = { at: this.now(), node, label: this.#nodes.get(node)?.label ?? null }
    this.tell({ ...event, ...about })
  }

  touch(): void {
    this.#touched.unsafeOffer(undefined)
  }

  totals(): Totals {
    const now = this.now()
    const seen = { active: 0, queued: 0, waiting: 0, paused: 0, quarantined: 0, tasksInHand: 0 }
    for (const { state, task } of this.#nodes.values()) {
      if (task !== null) seen.tasksInHand += 1
      if (isActive(state)) seen.active += 1
      else if (state._tag === "Queued") seen.queued += 1
      else if (state._tag === "Waiting" || state._tag === "Starting" || state._tag === "Restarting") seen.waiting += 1
      else if (state._tag === "Paused") seen.paused += 1
      else if (state._tag === "Quarantined") seen.quarantined += 1
    }
    return {
      ...this.#counts,
      ...seen,
      nodes: this.#nodes.size,
      proofsPerMinute: this.#proofs.read(now),
      tasksPerMinute: this.#tasks.read(now)
    }
  }

  /** From now on: something changed since the last element; a reader that is busy is told once. */
  readonly touches: Effect.Effect<Stream.Stream<void>, never, Scope.Scope> = Effect.suspend(() =>
    Effect.map(PubSub.subscribe(this.#touched), (queue) => Stream.fromQueue(queue, { maxChunkSize: 1 }))
  )

  /** From now on; the first reader gets what happened before as well. */
  readonly events: Effect.Effect<Stream.Stream<FleetEvent>, never, Scope.Scope> = Effect.suspend(() => {
    const first = this.#first
    this.#first = null
    const subscribed =
      first === null ? PubSub.subscribe(this.#events) : Effect.acquireRelease(Effect.succeed(first), Queue.shutdown)
    return Effect.map(subscribed, (queue) => Stream.fromQueue(queue))
  })

  #put(status: NodeStatus): void {
    this.#nodes.set(status.id, status)
    this.touch()
  }
}

/** Progress within a state is no new state; another wait is one. */
const isContinued = (before: NodeState, after: NodeState): boolean =>
  before._tag === after._tag && (before._tag !== "Waiting" || after._tag !== "Waiting" || before.until === after.until)

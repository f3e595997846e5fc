/**
 * The spool as a map that outlives fleets: give the same one to the next fleet and it is a restart.
 *
 * It is strict where the durable spool is lenient: a proof kept twice, a second task in hand, a task closed twice or a
 * proof for no task throw, because each of them would be a bug of the actors.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { SpoolFailed } from "../../actors/nexus/Errors.ts"
import type { Outcome, SpooledTask, SpoolService } from "../../actors/nexus/Spool.ts"
import type { NodeId, Proof, Task } from "../../actors/nexus/Task.ts"

interface Row {
  readonly node: NodeId
  readonly task: Task
  readonly proofs: Array<Proof | null>
  readonly fetchedAt: number
}

export class MemorySpool {
  readonly service: SpoolService
  readonly open = new Map<NodeId, Row>()
  readonly closed = new Map<string, Outcome>()
  readonly outcomes: Record<Outcome, number> = { accepted: 0, duplicate: 0, expired: 0, refused: 0, abandoned: 0 }
  /** Return true to make an operation fail before it changes anything. */
  failing: (operation: string, node: NodeId | null) => boolean = () => false
  writes = 0

  constructor() {
    this.service = {
      keepTask: (node, task) => this.#keepTask(node, task),
      keepProof: (node, taskId, input, proof) =>
        this.#do("keep proof", node, () => {
          const row = this.#row(node, taskId)
          if (row.proofs[input] !== null) throw new Error(`proof ${input} of ${taskId} was made again`)
          row.proofs[input] = proof
        }),
      openTask: (node) =>
        this.#do("read", node, (): SpooledTask | null => {
          const row = this.open.get(node)
          return row === undefined ? null : { ...row, proofs: [...row.proofs] }
        }),
      openNodes: this.#do("list", null, () => [...this.open.keys()]),
      close: (node, taskId, outcome) =>
        this.#do("close", node, () => {
          this.#row(node, taskId)
          this.open.delete(node)
          this.closed.set(`${node}/${taskId}`, outcome)
          this.outcomes[outcome] += 1
        }),
      totals: this.#do("count", null, () => ({
        open: this.open.size,
        proven: [...this.open.values()].filter(({ proofs }) => !proofs.includes(null)).length,
        outcomes: { ...this.outcomes }
      }))
    }
  }

  #keepTask(node: NodeId, task: Task): Effect.Effect<void, SpoolFailed> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      this.#do("keep task", node, () => {
        const held = this.open.get(node)
        if (held?.task.taskId === task.taskId || this.closed.has(`${node}/${task.taskId}`)) return
        if (held !== undefined) throw new Error(`node ${node} has ${held.task.taskId} and took ${task.taskId}`)
        this.open.set(node, { node, task, proofs: task.inputs.map(() => null), fetchedAt: now })
      })
    )
  }

  #row(node: NodeId, taskId: string): Row {
    const row = this.open.get(node)
    if (row?.task.taskId !== taskId) throw new Error(`node ${node} does not have ${taskId} in hand`)
    return row
  }

  #do<A>(operation: string, node: NodeId | null, work: () => A): Effect.Effect<A, SpoolFailed> {
    return Effect.suspend(() => {
      if (this.failing(operation, node)) return new SpoolFailed({ operation, cause: new Error("disk full") })
      this.writes += 1
      return Effect.sync(work)
    })
  }
}

/**
 * The children of one supervisor in start order, and what is done to one of them at a time.
 *
 * Starting, stopping, leaking, retiring, forgetting: the mechanics, with their reports and their place in the tree. Which
 * child is started or stopped, and when, is decided in `SupervisorLoop`; nothing here counts or waits for a restart.
 */
import * as Effect from "effect/Effect"
import { Child, type Ended, Incarnation } from "./Child.ts"
import { type ChildSpec, restartType, shutdownMillis } from "./ChildSpec.ts"
import * as ExitReason from "./ExitReason.ts"
import type { Habitat } from "./Process.ts"
import type { ReportTag } from "./Report.ts"
import type { SupervisionTreeService } from "./SupervisionTree.ts"
import type { TreeNode } from "./TreeNode.ts"

export class ChildTable<R, Spec extends ChildSpec<R>> {
  readonly children = new Map<string, Child<R, Spec>>()
  private readonly node: TreeNode
  private readonly tree: SupervisionTreeService
  private readonly habitat: Habitat<R>
  /** Told about the end of an incarnation that nobody was stopping. */
  private readonly onEnd: Ended<R>

  constructor(node: TreeNode, tree: SupervisionTreeService, habitat: Habitat<R>, onEnd: Ended<R>) {
    this.node = node
    this.tree = tree
    this.habitat = habitat
    this.onEnd = onEnd
  }

  /** A new last row; not started yet. */
  insert(spec: Spec): Child<R, Spec> {
    const child = new Child<R, Spec>(spec, this.node.add(spec.id, spec.type ?? "worker", restartType(spec)))
    this.children.set(spec.id, child)
    return child
  }

  /** Begin the next generation of a child. */
  start(child: Child<R, Spec>): Effect.Effect<void, unknown, R> | undefined {
    const { node } = child
    child.cancelPending()
    child.quarantined = false
    child.generation++
    node.generation = child.generation
    node.subject = undefined
    const incarnation = new Incarnation<R>(child.spec, node, this.habitat, child.generation, this.onEnd)
    child.incarnation = incarnation
    const starting = incarnation.start()
    if (starting === undefined) {
      this.started(child)
      return undefined
    }
    node.enter("starting")
    return Effect.matchCauseEffect(starting, {
      onSuccess: () => Effect.sync(() => this.started(child)),
      onFailure: (cause) => {
        child.incarnation = undefined
        return Effect.failCause(cause)
      }
    })
  }

  private started(child: Child<R, Spec>): void {
    child.owned = true
    child.startedMillis = this.habitat.alarm.unsafeNow()
    // An actor without messages may have gone to sleep already.
    if (child.node.state !== "passivated" || child.spec.process === undefined) child.node.enter("running")
    this.report("child_started", child, "")
  }

  /** Stop a child, whatever it is doing; its row stays. */
  terminate(child: Child<R, Spec>): Effect.Effect<void> | undefined {
    child.cancelPending()
    const { incarnation, node, spec } = child
    if (incarnation === undefined) {
      if (node.state === "waiting") node.enter("stopped")
      return undefined
    }
    node.enter("stopping")
    return Effect.map(incarnation.stop(shutdownMillis(spec)), (ended) => {
      child.incarnation = undefined
      if (!ended) this.leak(child, incarnation)
      else if (incarnation.reason !== undefined && ExitReason.isAbnormal(incarnation.reason)) {
        const reason = ExitReason.describe(incarnation.reason)
        node.failed(reason)
        this.report("shutdown_error", child, reason)
      }
      node.enter("stopped")
    })
  }

  /** It could not be stopped in time. Show it under a name of its own until it ends, for it may still hold resources. */
  private leak(child: Child<R, Spec>, incarnation: Incarnation<R>): void {
    const { spec } = child
    this.report("shutdown_error", child, `still there after ${shutdownMillis(spec)} ms: leaked`)
    const leaked = this.node.add(`${spec.id}#${incarnation.generation}`, spec.type ?? "worker", restartType(spec))
    leaked.generation = incarnation.generation
    leaked.lastFailure = "did not end when it was stopped"
    leaked.enter("leaked")
    incarnation.whenEnded(() => {
      leaked.detach()
      this.report("leak_ended", child, "")
    })
  }

  /** No further incarnation unless somebody asks for one. */
  retire(child: Child<R, Spec>, reason: ExitReason.ExitReason): void {
    if (child.owned) child.spec.process?.retire(reason)
    child.node.enter("stopped")
  }

  forget(child: Child<R, Spec>): void {
    child.cancelPending()
    if (child.owned) child.spec.process?.retire(ExitReason.shutdown)
    if (this.children.get(child.spec.id) === child) this.children.delete(child.spec.id)
    child.node.detach()
  }

  private *stopEach(children: ReadonlyArray<Child<R, Spec>>): Generator<Effect.Effect<void>> {
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]
      const step = child === undefined ? undefined : this.terminate(child)
      if (step !== undefined) yield step
    }
  }

  stopAll(children: ReadonlyArray<Child<R, Spec>>): Effect.Effect<void> {
    const stopEach = this.stopEach(children)
    return Effect.gen(function* () {
      for (const step of stopEach) yield* step
    })
  }

  /** All are asked first, then awaited: 100,000 children stop in the time of the slowest. */
  stopTogether(children: ReadonlyArray<Child<R, Spec>>): Effect.Effect<void> {
    for (let i = children.length - 1; i >= 0; i--) {
      const child = children[i]
      if (child === undefined) continue
      child.cancelPending()
      child.incarnation?.ask(shutdownMillis(child.spec) === 0 ? "kill" : "graceful")
    }
    return this.stopAll(children)
  }

  report(tag: ReportTag, child: Child<R, Spec>, reason: string, delayMillis?: number): void {
    // 100,000 starts are of interest only to somebody who listens.
    if (tag === "child_started" && !this.tree.unsafeListening()) return
    this.tree.unsafeReport({
      _tag: tag,
      atMillis: this.habitat.alarm.unsafeNow(),
      supervisor: this.node.path,
      offender: child.spec.id,
      generation: child.generation,
      reason,
      ...(delayMillis === undefined ? undefined : { delayMillis })
    })
  }
}

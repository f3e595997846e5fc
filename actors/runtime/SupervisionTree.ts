/**
 * The live picture of everything that is supervised.
 *
 * Terminal, web console, metrics, control API and tests read this one service; nothing else knows the state of a child.
 * Writing is O(1) per change. `changes` coalesces: a subscriber that looks ten times a second pays for the nodes that
 * changed since it last looked, not for every change, so 10,000 restarts in a second are one batch.
 *
 * ```ts
 * const tree = yield* SupervisionTree.SupervisionTree
 * const now = yield* tree.snapshot                                 // ReadonlyArray<NodeInfo>, parents before children
 * yield* Stream.runForEach(tree.changes(), (batch) => show(batch))  // first batch: everything
 * ```
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import type { Report } from "./Report.ts"
import { type AnnotationValue, type NodeInfo, TreeNode, type TreeStore } from "./TreeNode.ts"

export type { AnnotationValue, MailboxInfo, NodeInfo, State } from "./TreeNode.ts"

/** What changed between two looks. */
export interface Changes {
  readonly atMillis: number
  /** True for the first batch of a subscription: `changed` is the whole tree. */
  readonly complete: boolean
  /** Present state of every node that changed, parents before their new children. */
  readonly changed: ReadonlyArray<NodeInfo>
  /** Paths that are gone. */
  readonly removed: ReadonlyArray<string>
}

export interface SupervisionTreeService {
  /** Every node, depth first, parents before children. O(nodes). */
  readonly snapshot: Effect.Effect<ReadonlyArray<NodeInfo>>
  /** One node. */
  readonly get: (path: string) => Effect.Effect<Option.Option<NodeInfo>>
  /** Direct children of a node, in start order; empty when there is no such node. "/" is the root. */
  readonly children: (path: string) => Effect.Effect<ReadonlyArray<NodeInfo>>
  /** Coalesced changes; at most one batch per `interval` (default 100 ms). Ends never. */
  readonly changes: (options?: { readonly interval?: Duration.DurationInput }) => Stream.Stream<Changes>
  /** Supervisor reports from now on; a reader that is more than 4,096 behind loses the oldest. */
  readonly events: Stream.Stream<Report>
  /** The newest 256 reports but `child_started`, oldest first. */
  readonly recentEvents: Effect.Effect<ReadonlyArray<Report>>
  /** Domain status of a node for consoles (`undefined` deletes the key). No-op when there is no such node. */
  readonly annotate: (path: string, key: string, value: AnnotationValue | undefined) => Effect.Effect<void>
  /** Bytes a child answers for. No-op when there is no such node. */
  readonly account: (path: string, bytes: number) => Effect.Effect<void>
  /** For the runtime itself. */
  readonly root: TreeNode
  /** For the runtime itself: whether anybody reads `events`. */
  readonly unsafeListening: () => boolean
  /** For the runtime itself. */
  readonly unsafeReport: (report: Report) => void
}

const EVENT_BUFFER = 4_096
const RECENT_EVENTS = 256
const DEFAULT_INTERVAL = Duration.millis(100)

export class SupervisionTree extends Context.Tag("pitboss/runtime/SupervisionTree")<
  SupervisionTree,
  SupervisionTreeService
>() {
  static readonly layer: Layer.Layer<SupervisionTree> = Layer.effect(
    SupervisionTree,
    Effect.map(Effect.clock, (clock) => {
      const watchers = new Set<Watcher>()
      const store: TreeStore = {
        now: () => clock.unsafeCurrentTimeMillis(),
        touched: (node) => {
          for (const watcher of watchers) watcher.touched(node)
        }
      }
      const root = new TreeNode(store, undefined, "", "supervisor", "permanent")
      root.state = "running"
      const readers = new Set<Queue.Queue<Report>>()
      const recent: Array<Report> = []

      const changes: SupervisionTreeService["changes"] = (options) => {
        const interval = options?.interval ?? DEFAULT_INTERVAL
        const acquire = Effect.sync(() => {
          const watcher = new Watcher()
          watchers.add(watcher)
          return watcher
        })
        const release = (watcher: Watcher) => Effect.sync(() => watchers.delete(watcher))
        return Stream.acquireRelease(acquire, release).pipe(
          Stream.flatMap((watcher) => {
            const first = Effect.sync(() => {
              watcher.take()
              return { atMillis: store.now(), complete: true, changed: walk(root), removed: [] }
            })
            const following = watcher.wait.pipe(
              Effect.andThen(Effect.sleep(interval)),
              Effect.andThen(Effect.sync(() => batch(store.now(), watcher.take())))
            )
            return Stream.concat(Stream.fromEffect(first), Stream.repeatEffect(following))
          })
        )
      }

      const subscribe = Effect.gen(function* () {
        const queue = yield* Queue.sliding<Report>(EVENT_BUFFER)
        readers.add(queue)
        return queue
      })

      return {
        root,
        snapshot: Effect.sync(() => walk(root)),
        get: (path) => Effect.sync(() => Option.map(Option.fromNullable(root.find(path)), (node) => node.info())),
        children: (path) =>
          Effect.sync(() => Array.from(root.find(path)?.children?.values() ?? [], (node) => node.info())),
        changes,
        events: Stream.acquireRelease(subscribe, (queue) =>
          Effect.zipRight(
            Effect.sync(() => readers.delete(queue)),
            Queue.shutdown(queue)
          )
        ).pipe(Stream.flatMap((queue) => Stream.fromQueue(queue))),
        recentEvents: Effect.sync(() => recent.slice()),
        annotate: (path, key, value) => Effect.sync(() => root.find(path)?.annotate(key, value)),
        account: (path, bytes) => Effect.sync(() => root.find(path)?.account(bytes)),
        unsafeListening: () => readers.size > 0,
        unsafeReport: (report) => {
          if (report._tag !== "child_started") {
            if (recent.length === RECENT_EVENTS) recent.shift()
            recent.push(report)
          }
          for (const reader of readers) reader.unsafeOffer(report)
        }
      }
    })
  )
}

/** One subscriber: the set of nodes that changed since it last looked. Bounded by the number of nodes. */
class Watcher {
  private dirty = new Set<TreeNode>()
  private waiting: (() => void) | undefined

  touched(node: TreeNode): void {
    this.dirty.add(node)
    const { waiting } = this
    this.waiting = undefined
    waiting?.()
  }

  take(): ReadonlySet<TreeNode> {
    const taken = this.dirty
    this.dirty = new Set()
    return taken
  }

  /** Until something is dirty. */
  readonly wait: Effect.Effect<void> = Effect.async((resume) => {
    if (this.dirty.size > 0) resume(Effect.void)
    else this.waiting = () => resume(Effect.void)
  })
}

const batch = (atMillis: number, dirty: ReadonlySet<TreeNode>): Changes => {
  const changed: Array<NodeInfo> = []
  const removed: Array<string> = []
  const replaced = new Set<string>()
  for (const node of dirty) {
    if (node.attached) {
      const info = node.info()
      changed.push(info)
      replaced.add(info.path)
    } else removed.push(node.path)
  }
  return { atMillis, complete: false, changed, removed: removed.filter((path) => !replaced.has(path)) }
}

const walk = (root: TreeNode): Array<NodeInfo> => {
  const infos: Array<NodeInfo> = []
  const visit = (node: TreeNode): void => {
    infos.push(node.info())
    if (node.children !== undefined) for (const child of node.children.values()) visit(child)
  }
  if (root.children !== undefined) for (const child of root.children.values()) visit(child)
  return infos
}

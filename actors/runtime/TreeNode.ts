/**
 * One row of the supervision tree, as the runtime keeps it.
 *
 * Mutable and small, because 100,000 of them must be cheap: every update is O(1), paths are built only when somebody
 * looks, and mailbox figures are read from the actor itself. Readers get immutable `NodeInfo` values, never a node.
 */
import type { RestartWindow } from "./RestartWindow.ts"

/**
 * - `starting`: acquiring; `running`: ready; `passivated`: an actor that holds its state but no mailbox buffer and no fiber;
 * - `waiting`: back-off until `until`; `stopping`: asked to stop; `stopped`: ended or stopped, its specification kept;
 * - `failed`: gave up (a supervisor that reached its intensity, a start that failed);
 * - `leaked`: did not end within its shutdown time and may still run; `quarantined`: will not be restarted by itself.
 */
export type State =
  | "starting"
  | "running"
  | "passivated"
  | "waiting"
  | "stopping"
  | "stopped"
  | "failed"
  | "leaked"
  | "quarantined"

export type AnnotationValue = string | number | boolean

export interface MailboxInfo {
  /** Messages waiting now. */
  readonly depth: number
  /** Most messages ever waiting. */
  readonly highWater: number
  /** Bound; Infinity when unbounded. */
  readonly capacity: number
}

/** Immutable picture of one child or supervisor. Times in ms since the epoch, by the Clock of the tree. */
export interface NodeInfo {
  /** "/" + ids from the root, e.g. "/nodes/17". */
  readonly path: string
  readonly id: string
  readonly type: "worker" | "supervisor"
  readonly restart: "permanent" | "transient" | "temporary"
  readonly state: State
  /** Number of the incarnation, from 1; 0 before the first start. */
  readonly generation: number
  readonly restartsTotal: number
  readonly restartsInWindow: number
  /** One short line, no stack. */
  readonly lastFailure: string | undefined
  /** Of an actor. */
  readonly mailbox: MailboxInfo | undefined
  /** Bytes the child has accounted for itself. */
  readonly bytes: number
  /** When the present state began. */
  readonly since: number
  /** End of the back-off while `waiting`. */
  readonly until: number | undefined
  /** Domain status set by `annotate`. */
  readonly annotations: Readonly<Record<string, AnnotationValue>>
  readonly childCount: number
}

/** What a node needs from the tree it hangs in. */
export interface TreeStore {
  readonly now: () => number
  readonly touched: (node: TreeNode) => void
}

const noAnnotations: Readonly<Record<string, AnnotationValue>> = {}

export class TreeNode {
  readonly store: TreeStore
  readonly parent: TreeNode | undefined
  readonly id: string
  readonly type: "worker" | "supervisor"
  readonly restart: "permanent" | "transient" | "temporary"
  state: State = "starting"
  generation = 0
  restartsTotal = 0
  lastFailure: string | undefined
  bytes = 0
  since: number
  until: number | undefined
  window: RestartWindow | undefined
  children: Map<string, TreeNode> | undefined
  annotations: Record<string, AnnotationValue> | undefined
  /** The actor, for the registry and for mailbox figures. */
  subject: Subject | undefined

  constructor(
    store: TreeStore,
    parent: TreeNode | undefined,
    id: string,
    type: "worker" | "supervisor",
    restart: "permanent" | "transient" | "temporary"
  ) {
    this.store = store
    this.parent = parent
    this.id = id
    this.type = type
    this.restart = restart
    this.since = store.now()
  }

  /** The root has the path "/". */
  get path(): string {
    if (this.parent === undefined) return "/"
    const above = this.parent.path
    return above === "/" ? `/${this.id}` : `${above}/${this.id}`
  }

  /** Hang a new node below this one; an earlier one with the id is replaced. */
  add(id: string, type: "worker" | "supervisor", restart: "permanent" | "transient" | "temporary"): TreeNode {
    const child = new TreeNode(this.store, this, id, type, restart)
    this.children ??= new Map()
    this.children.set(id, child)
    this.store.touched(child)
    return child
  }

  /** Take the node (and all below it) out of the tree. */
  detach(): void {
    const siblings = this.parent?.children
    if (siblings?.get(this.id) !== this) return
    siblings.delete(this.id)
    this.store.touched(this)
  }

  /** Whether the tree still shows this very node. */
  get attached(): boolean {
    if (this.parent === undefined) return true
    return this.parent.children?.get(this.id) === this && this.parent.attached
  }

  enter(state: State, until?: number): void {
    if (this.state === state && this.until === until) return
    this.state = state
    this.until = until
    this.since = this.store.now()
    this.store.touched(this)
  }

  failed(failure: string): void {
    this.lastFailure = failure
    this.store.touched(this)
  }

  annotate(key: string, value: AnnotationValue | undefined): void {
    this.annotations ??= {}
    if (value === undefined) delete this.annotations[key]
    else this.annotations[key] = value
    this.store.touched(this)
  }

  account(bytes: number): void {
    this.bytes = bytes
    this.store.touched(this)
  }

  /** Walk down by path, from this node. */
  find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this
    for (const id of path.split("/")) {
      if (id === "") continue
      node = node.children?.get(id)
      if (node === undefined) return undefined
    }
    return node
  }

  info(): NodeInfo {
    return {
      path: this.path,
      id: this.id,
      type: this.type,
      restart: this.restart,
      state: this.state,
      generation: this.generation,
      restartsTotal: this.restartsTotal,
      restartsInWindow: this.window?.count(this.store.now()) ?? 0,
      lastFailure: this.lastFailure,
      mailbox: this.subject?.mailboxInfo(),
      bytes: this.bytes,
      since: this.since,
      until: this.until,
      annotations: this.annotations === undefined ? noAnnotations : { ...this.annotations },
      childCount: this.children?.size ?? 0
    }
  }
}

/** What the tree may ask of an actor. */
export interface Subject {
  readonly mailboxInfo: () => MailboxInfo
}

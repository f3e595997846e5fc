/**
 * The supervision tree in the form in which it travels over the control socket.
 */
import type { NodeInfo } from "../../actors/runtime/SupervisionTree.ts"
import type { TreeRow } from "./Api.ts"

const finite = (value: number) => (Number.isFinite(value) ? value : null)

export const rowsOf = (nodes: ReadonlyArray<NodeInfo>): ReadonlyArray<TreeRow> =>
  nodes.map((node) => ({
    path: node.path,
    type: node.type,
    restart: node.restart,
    state: node.state,
    generation: node.generation,
    restartsTotal: node.restartsTotal,
    restartsInWindow: node.restartsInWindow,
    lastFailure: node.lastFailure ?? null,
    mailboxDepth: node.mailbox === undefined ? null : finite(node.mailbox.depth),
    mailboxHighWater: node.mailbox === undefined ? null : finite(node.mailbox.highWater),
    bytes: node.bytes,
    since: node.since
  }))

/**
 * What a new node list means for the nodes that are there: who comes, who goes, who is called otherwise. Pure.
 *
 * A node that left the list finishes and submits its task first; one that comes back meanwhile simply stays. Spares that
 * took over stay as long as the list of spares still names them (or no new one was given).
 */
import type { NodeEntry } from "./NodeFleet.ts"
import type { NodeId } from "./Task.ts"

export interface Present {
  readonly entry: NodeEntry
  readonly spare: boolean
  readonly retiring: boolean
}

export interface Plan {
  readonly add: ReadonlyArray<NodeEntry>
  readonly retire: ReadonlyArray<NodeId>
  /** Were about to go, and stay now. */
  readonly recall: ReadonlyArray<NodeId>
  /** New label or account. */
  readonly relabel: ReadonlyArray<NodeEntry>
  readonly unchanged: number
  /** All nodes in their new order: the list first, then who is only there to finish or as a spare. */
  readonly order: ReadonlyArray<NodeId>
}

export const plan = (
  present: ReadonlyArray<Present>,
  nodes: ReadonlyArray<NodeEntry>,
  spares: ReadonlyArray<NodeEntry> | null
): Plan => {
  const wanted = new Map<NodeId, NodeEntry>()
  for (const entry of nodes) if (!wanted.has(entry.id)) wanted.set(entry.id, entry)
  const known = new Map(present.map((member) => [member.entry.id, member]))
  const named = spares === null ? null : new Set(spares.map(({ id }) => id))
  const stays = ({ entry, spare }: Present) =>
    wanted.has(entry.id) || (spare && (named === null || named.has(entry.id)))
  const add = [...wanted.values()].filter(({ id }) => !known.has(id))
  const relabel = [...wanted.values()].filter((entry) => {
    const before = known.get(entry.id)?.entry
    return before !== undefined && (before.label !== entry.label || before.account !== entry.account)
  })
  const retire = present.filter((member) => !member.retiring && !stays(member)).map(({ entry }) => entry.id)
  const recall = present.filter((member) => member.retiring && stays(member)).map(({ entry }) => entry.id)
  const others = present.map(({ entry }) => entry.id).filter((id) => !wanted.has(id))
  const unchanged = present.length - retire.length - relabel.length
  return { add, retire, recall, relabel, unchanged, order: [...wanted.keys(), ...others] }
}

/**
 * Which account a node belongs to, and the wallet address that stands for an account.
 *
 * An account is known by its wallet address, because that is all that the protocol tells about it. A node that the
 * operator grouped belongs to its group, a registered node to its user, and any other node is an account of its own.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { NodeId } from "../../../actors/nexus/Task.ts"
import * as Signing from "../wire/Signing.ts"

/** 0x and 40 hex digits; the case (EIP-55) is the client's business. */
export const isWallet = (text: string): boolean => /^0x[0-9a-fA-F]{40}$/.test(text)

/** The wallet of a group of nodes: the name itself when it is one, otherwise an address made from the name. */
export const walletOf = (group: string): string =>
  isWallet(group)
    ? group.toLowerCase()
    : `0x${Signing.proofHash(new TextEncoder().encode(`pitboss account ${group}`)).slice(-40)}`

/** The account of a node that nobody registered or grouped. */
export const ownWallet = (node: NodeId): string => walletOf(`of node ${node}`)

/** A node id as a client wrote it; null when it is none. */
export const nodeId = (text: string): NodeId | null => Either.getOrNull(Schema.decodeUnknownEither(NodeId)(text))

/** The groups of a node list, for `Settings.groups`: "id label @account" puts a node into a group. */
export const groupsOf = (
  entries: ReadonlyArray<{ readonly id: NodeId; readonly account: string | null }>
): ReadonlyMap<NodeId, string> =>
  new Map(entries.flatMap(({ account, id }) => (account === null ? [] : [[id, account] as const])))

/**
 * The chain's sets and maps: treaps whose shape is fixed by hashes of their keys.
 *
 * A node is [item [left right]], empty is 0. Keys are ordered by the number of their hash; a node is above another when
 * the hash of its doubled hash is smaller. So a set of keys has exactly one tree, and two nodes of the network that
 * collected the same things hash the same. Source: protocols/nockchain.md section 3.4.
 */
import type { NockPowNative } from "../../kernels/NockPowNative.ts"
import * as Digest from "./Digest.ts"
import { leaf } from "./Hash.ts"
import { isCell, Malformed, type Noun, tupleOf } from "./Noun.ts"

/** A tree deeper than this is nobody's honest work: a million keys reach about 50. */
const maxDepth = 256

interface Node {
  item: Noun
  readonly order: Digest.Digest
  readonly rank: Digest.Digest
  left: Node | null
  right: Node | null
}

const keep = (root: Node | null, node: Node): Node => {
  if (root === null) return node
  const side = Digest.compare(node.order, root.order)
  if (side === 0) {
    root.item = node.item
    return root
  }
  if (side < 0) {
    const child = keep(root.left, node)
    root.left = child
    if (Digest.compare(root.rank, child.rank) < 0) return root
    root.left = child.right
    child.right = root
    return child
  }
  const child = keep(root.right, node)
  root.right = child
  if (Digest.compare(root.rank, child.rank) < 0) return root
  root.right = child.left
  child.left = root
  return child
}

const nounOf = (node: Node | null): Noun => (node === null ? 0n : [node.item, [nounOf(node.left), nounOf(node.right)]])

const build = (native: NockPowNative, entries: Iterable<{ readonly key: Noun; readonly item: Noun }>): Noun => {
  let root: Node | null = null
  for (const { item, key } of entries) {
    const order = leaf(native, key)
    root = keep(root, { item, order, rank: native.hashPair(order, order), left: null, right: null })
  }
  return nounOf(root)
}

/** The set of these keys; one given twice is there once. */
export const set = (native: NockPowNative, keys: Iterable<Noun>): Noun =>
  build(
    native,
    Array.from(keys, (key) => ({ key, item: key }))
  )

/** The map of these entries; the last value of a key counts. */
export const map = (native: NockPowNative, entries: Iterable<readonly [key: Noun, value: Noun]>): Noun =>
  build(
    native,
    Array.from(entries, (entry) => ({ key: entry[0], item: entry }))
  )

/** Combine a tree from its leaves up; throws `Malformed` on a wrong shape, a too deep tree or too many nodes. */
export const fold = <A>(tree: Noun, limit: number, empty: A, node: (item: Noun, left: A, right: A) => A): A => {
  let count = 0
  const at = (noun: Noun, depth: number): A => {
    if (!isCell(noun)) {
      if (noun !== 0n) throw new Malformed("a tree ends in an atom that is not 0")
      return empty
    }
    count++
    if (depth === maxDepth || count > limit) throw new Malformed("a tree is too large")
    const [item = 0n, left = 0n, right = 0n] = tupleOf(noun, 3, "a node of a tree")
    return node(item, at(left, depth + 1), at(right, depth + 1))
  }
  return at(tree, 0)
}

/** The items in the order of their keys. */
export const items = (tree: Noun, limit: number): ReadonlyArray<Noun> => {
  const out: Array<Noun> = []
  fold(
    tree,
    limit,
    () => {},
    (item, left, right) => () => {
      left()
      out.push(item)
      right()
    }
  )()
  return out
}

/**
 * The turnstile bounds how many nodes work at the same time and lets them through in order of arrival.
 *
 * A node that may work asks for a place and is told when it has one; a node that must wait for anything else gives its
 * place back first. Waiting in line costs one entry of a map and no fiber, so hundreds of nodes share a few places. The
 * state is plain and synchronous: only `grant` (which posts a message to the node) reaches out.
 */
import type { NodeId } from "./Task.ts"

export class Turnstile {
  // Insertion order of a Map is the order of arrival; deleting and asking anew goes to the end of the line.
  readonly #line = new Map<NodeId, () => void>()
  readonly #inside = new Set<NodeId>()
  #limit: number

  constructor(limit: number) {
    this.#limit = Turnstile.#checked(limit)
  }

  static #checked(limit: number): number {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new RangeError(`a turnstile needs at least one place, got ${limit}`)
    return limit
  }

  get limit(): number {
    return this.#limit
  }
  get busy(): number {
    return this.#inside.size
  }
  get queued(): number {
    return this.#line.size
  }
  holds(node: NodeId): boolean {
    return this.#inside.has(node)
  }

  /** Get in line; `grant` is called once, maybe at once, when the node has a place. Asking twice changes nothing. */
  ask(node: NodeId, grant: () => void): void {
    if (this.#inside.has(node) || this.#line.has(node)) return
    this.#line.set(node, grant)
    this.#admit()
  }

  /** Give the place back, or leave the line. */
  leave(node: NodeId): void {
    this.#line.delete(node)
    if (this.#inside.delete(node)) this.#admit()
  }

  /** More places are filled at once; fewer take effect as nodes leave: nobody is thrown out. */
  setLimit(limit: number): void {
    this.#limit = Turnstile.#checked(limit)
    this.#admit()
  }

  #admit(): void {
    for (const [node, grant] of this.#line) {
      if (this.#inside.size >= this.#limit) return
      this.#line.delete(node)
      this.#inside.add(node)
      grant()
    }
  }
}

/**
 * The rate budget of one account: how its nodes share the requests that the orchestrator allows it.
 *
 * The orchestrator limits per user, not per node, so ten nodes of one account run into 429 by themselves unless they
 * take turns. Each operation has a token bucket; who finds it empty gets a ticket with the moment at which to come
 * back, one token apart from the ticket before, so callers never fire together. Tokens are taken when a request is
 * really made: however late the holders of due tickets come, the orchestrator never sees more than the limit in any
 * minute. A 429 closes the operation for the whole account; afterwards one node probes first. Synchronous, no fibers.
 */
import type { NodeId } from "./Task.ts"

export type BudgetedOperation = "fetch" | "submit"

/** Requests per minute that one account makes at most, at least 1 each. */
export interface BudgetLimits {
  readonly fetchesPerMinute: number
  readonly submitsPerMinute: number
}

/** A ticket whose holder has not come back this long after it was due (paused, retired) no longer counts. */
const ticketGraceMillis = 60_000

interface Ticket {
  dueAt: number
}

/** A token bucket with a line of tickets. No more than `perMinute` takes succeed in any 60 s. */
export class RequestBudget {
  readonly #capacity: number
  readonly #millisPerToken: number
  readonly #line = new Map<NodeId, Ticket>()
  #tokens: number
  #filledAt: number
  #closedUntil = 0

  constructor(perMinute: number, now: number) {
    if (!(perMinute >= 1))
      throw new RangeError(`a request budget needs at least 1 request per minute, got ${perMinute}`)
    // Burst and refill together stay within the limit in any minute: capacity + (perMinute - capacity).
    this.#capacity = Math.max(1, Math.floor(perMinute / 10))
    this.#millisPerToken = 60_000 / Math.max(1, perMinute - this.#capacity)
    this.#tokens = this.#capacity
    this.#filledAt = now
  }

  get closedUntil(): number {
    return this.#closedUntil
  }
  get waiting(): number {
    return this.#line.size
  }

  /** 0: the request may be made now, its token is taken. Otherwise the moment (ms) at which to ask again. */
  take(node: NodeId, now: number): number {
    this.#fill(now)
    this.#forget(now)
    if (now >= this.#closedUntil && this.#tokens - this.#dueBefore(node, now) >= 1) {
      this.#tokens -= 1
      this.#line.delete(node)
      return 0
    }
    return this.#ticket(node, now)
  }

  /** A 429: nobody of the account asks again before `until`, and then one first. Never shortens a closure. */
  close(until: number, now: number): void {
    this.#fill(now)
    if (until <= this.#closedUntil) return
    // What accrues meanwhile is for one probe, and never more than the time would have brought anyway.
    const shut = until - Math.max(now, this.#closedUntil)
    this.#tokens = Math.min(1, this.#tokens + shut / this.#millisPerToken)
    this.#closedUntil = until
    let position = 0
    for (const ticket of this.#line.values()) {
      ticket.dueAt = Math.max(ticket.dueAt, until + position * this.#millisPerToken)
      position += 1
    }
  }

  /** The node will not come back. */
  cancel(node: NodeId): void {
    this.#line.delete(node)
  }

  #fill(now: number): void {
    // While closed nothing more accrues than `close` has put in.
    const from = Math.max(this.#filledAt, this.#closedUntil)
    if (now > from) this.#tokens = Math.min(this.#capacity, this.#tokens + (now - from) / this.#millisPerToken)
    this.#filledAt = Math.max(this.#filledAt, now)
  }

  #forget(now: number): void {
    for (const [node, ticket] of this.#line) {
      if (ticket.dueAt + ticketGraceMillis < now) this.#line.delete(node)
    }
  }

  /** Holders of due tickets that are ahead of the node: their tokens are not its to take. */
  #dueBefore(node: NodeId, now: number): number {
    let due = 0
    for (const [holder, ticket] of this.#line) {
      if (holder === node) return due
      if (ticket.dueAt <= now) due += 1
    }
    return due
  }

  #ticket(node: NodeId, now: number): number {
    const held = this.#line.get(node)
    const position = held === undefined ? this.#line.size : [...this.#line.keys()].indexOf(node)
    const open = Math.max(now, this.#closedUntil)
    const missing = Math.max(0, position + 1 - this.#tokens)
    // Rounded up: coming back a fraction of a millisecond early would find the token not quite there.
    const dueAt = Math.max(now + 1, Math.ceil(open + missing * this.#millisPerToken))
    if (held === undefined) this.#line.set(node, { dueAt })
    else held.dueAt = dueAt
    return dueAt
  }
}

/** All accounts of a fleet; an account is forgotten when its last node is. */
export class AccountBudgets {
  readonly #limits: BudgetLimits
  readonly #accountOf = new Map<NodeId, string>()
  readonly #accounts = new Map<string, { readonly members: Set<NodeId> } & Record<BudgetedOperation, RequestBudget>>()

  constructor(limits: BudgetLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#accounts.size
  }

  /** Put a node under an account; null: it is an account of its own. Moving keeps nothing of the old account. */
  assign(node: NodeId, account: string | null, now: number): void {
    const key = account === null ? `node ${node}` : `account ${account}`
    if (this.#accountOf.get(node) === key) return
    this.remove(node)
    this.#accountOf.set(node, key)
    const found = this.#accounts.get(key)
    if (found !== undefined) {
      found.members.add(node)
      return
    }
    this.#accounts.set(key, {
      members: new Set([node]),
      fetch: new RequestBudget(this.#limits.fetchesPerMinute, now),
      submit: new RequestBudget(this.#limits.submitsPerMinute, now)
    })
  }

  remove(node: NodeId): void {
    const key = this.#accountOf.get(node)
    if (key === undefined) return
    this.#accountOf.delete(node)
    const account = this.#accounts.get(key)
    if (account === undefined) return
    account.fetch.cancel(node)
    account.submit.cancel(node)
    account.members.delete(node)
    if (account.members.size === 0) this.#accounts.delete(key)
  }

  /** The node gives up its tickets (paused), but stays in its account. */
  cancel(node: NodeId): void {
    const budget = this.#of(node)
    budget?.fetch.cancel(node)
    budget?.submit.cancel(node)
  }

  /** See `RequestBudget.take`. A node that was never assigned is not limited. */
  take(node: NodeId, operation: BudgetedOperation, now: number): number {
    return this.#of(node)?.[operation].take(node, now) ?? 0
  }

  close(node: NodeId, operation: BudgetedOperation, until: number, now: number): void {
    this.#of(node)?.[operation].close(until, now)
  }

  #of(node: NodeId) {
    const key = this.#accountOf.get(node)
    return key === undefined ? undefined : this.#accounts.get(key)
  }
}

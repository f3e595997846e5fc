/**
 * Who is let in: bans, limits per IP and in all, the pace of new connections, wrong tokens.
 *
 * New ones are refused before old ones suffer. Per IP there is one small record while it has connections or spoke lately;
 * there are at most 65,536 of them.
 */
import { Bans } from "./Bans.ts"
import type { LimitSettings } from "./PoolSettings.ts"
import type { RefusalReason } from "./PoolStatus.ts"
import { TokenBucket } from "./TokenBucket.ts"

export interface Refusal {
  readonly reason: RefusalReason
  readonly detail: string
  readonly retryAfterMillis: number | null
}

interface Visitor {
  open: number
  readonly pace: TokenBucket
  wrongTokens: number
  wrongSince: number
}

const maxVisitors = 65_536
const minute = 60_000

export class Door {
  readonly bans: Bans
  readonly refused: { [R in RefusalReason]: number } = {
    banned: 0,
    "too-many": 0,
    "too-many-from-address": 0,
    "too-fast": 0,
    stopping: 0
  }
  closed = false
  readonly #limits: LimitSettings
  readonly #visitors = new Map<string, Visitor>()
  #open = 0

  constructor(limits: LimitSettings) {
    this.#limits = limits
    this.bans = new Bans(limits.maxBans)
  }

  get open(): number {
    return this.#open
  }

  /** Addresses that are remembered. */
  get known(): number {
    return this.#visitors.size
  }

  /** Let one in (to be undone with `leave`), or say why not. */
  enter(ip: string, now: number): Refusal | null {
    const refusal = this.#refusal(ip, now)
    if (refusal !== null) this.refused[refusal.reason] += 1
    else {
      this.#visitor(ip, now).open += 1
      this.#open += 1
    }
    return refusal
  }

  leave(ip: string, now: number): void {
    this.#open -= 1
    const visitor = this.#visitors.get(ip)
    if (visitor === undefined) return
    visitor.open -= 1
    if (visitor.open <= 0 && visitor.wrongTokens === 0 && visitor.pace.full(now)) this.#visitors.delete(ip)
  }

  /** A wrong token came from there; true when that was one too many. */
  wrongToken(ip: string, now: number): boolean {
    const visitor = this.#visitor(ip, now)
    if (now - visitor.wrongSince >= minute) {
      visitor.wrongSince = now
      visitor.wrongTokens = 0
    }
    visitor.wrongTokens += 1
    return visitor.wrongTokens >= this.#limits.maxWrongTokens
  }

  #refusal(ip: string, now: number): Refusal | null {
    const limits = this.#limits
    if (this.closed) {
      return { reason: "stopping", detail: "the pool is stopping; another one may take you", retryAfterMillis: null }
    }
    const ban = this.bans.find(ip, null, now)
    if (ban !== undefined) {
      return { reason: "banned", detail: `banned: ${ban.why}`, retryAfterMillis: ban.until - now }
    }
    if (this.#open >= limits.maxConnections) {
      const detail = `the pool has ${limits.maxConnections} connections, its limit`
      return { reason: "too-many", detail, retryAfterMillis: 10_000 }
    }
    const visitor = this.#visitor(ip, now)
    if (visitor.open >= limits.maxConnectionsPerIp) {
      const detail = `${ip} has ${limits.maxConnectionsPerIp} connections, the limit of one address`
      return { reason: "too-many-from-address", detail, retryAfterMillis: 10_000 }
    }
    if (visitor.pace.take(now)) return null
    const detail = `${ip} connects more than ${limits.connectsPerSecondPerIp} times per second`
    return { reason: "too-fast", detail, retryAfterMillis: visitor.pace.wait(now) }
  }

  #visitor(ip: string, now: number): Visitor {
    const known = this.#visitors.get(ip)
    if (known !== undefined) return known
    if (this.#visitors.size >= maxVisitors) this.#forgetOne()
    const { connectsPerSecondPerIp, maxConnectionsPerIp } = this.#limits
    const visitor = {
      open: 0,
      pace: new TokenBucket(connectsPerSecondPerIp, maxConnectionsPerIp, now),
      wrongTokens: 0,
      wrongSince: now
    }
    this.#visitors.set(ip, visitor)
    return visitor
  }

  /**
   * The oldest record without connections. Those with connections go to the end, so that each is passed once and not again
   * until all others have come and gone.
   */
  #forgetOne(): void {
    let left = this.#visitors.size
    for (const [ip, visitor] of this.#visitors) {
      this.#visitors.delete(ip)
      if (visitor.open <= 0) return
      this.#visitors.set(ip, visitor)
      left -= 1
      if (left === 0) return
    }
  }
}

/**
 * Who is not let in for a while, and why: a table of fixed size.
 *
 * A miner that hands in rubbish is banned with its address (IP and account): a farm behind one IP keeps the rest of its
 * miners. An IP from which several accounts were banned is banned as a whole. When the table is full the oldest ban goes.
 */

export interface Ban {
  readonly whom: string
  readonly until: number
  readonly why: string
}

/** Banned accounts of one IP after which the IP itself is banned. */
export const accountsPerIp = 3

const accountKey = (ip: string, minerId: string): string => `${minerId} at ${ip}`

export class Bans {
  readonly #max: number
  readonly #table = new Map<string, Ban & { readonly ip: string }>()

  constructor(max: number) {
    this.#max = max
  }

  /** Bans in force. */
  count(now: number): number {
    this.sweep(now)
    return this.#table.size
  }

  /** Ban an account at an IP; returns the bans that this led to. */
  account(ip: string, minerId: string, until: number, why: string, now: number): ReadonlyArray<Ban> {
    const first = this.#put(ip, accountKey(ip, minerId), until, why)
    let accounts = 0
    for (const ban of this.#table.values()) if (ban.ip === ip && ban.whom !== ip && ban.until > now) accounts += 1
    if (accounts < accountsPerIp) return [first]
    return [first, this.ip(ip, until, `${accounts} accounts of it were banned, the last one: ${why}`)]
  }

  ip(ip: string, until: number, why: string): Ban {
    return this.#put(ip, ip, until, why)
  }

  /** The ban that keeps an IP out, or (with an account) an account of it. */
  find(ip: string, minerId: string | null, now: number): Ban | undefined {
    return this.#live(ip, now) ?? (minerId === null ? undefined : this.#live(accountKey(ip, minerId), now))
  }

  /** Lift the bans of an IP, or of an account wherever it was; how many there were. */
  lift(whom: string): number {
    let lifted = 0
    for (const [key, ban] of this.#table) {
      if (ban.ip !== whom && ban.whom !== whom && !ban.whom.startsWith(`${whom} at `)) continue
      this.#table.delete(key)
      lifted += 1
    }
    return lifted
  }

  list(now: number): ReadonlyArray<Ban> {
    this.sweep(now)
    return Array.from(this.#table.values(), ({ until, whom, why }) => ({ whom, until, why }))
  }

  sweep(now: number): void {
    for (const [key, ban] of this.#table) if (ban.until <= now) this.#table.delete(key)
  }

  #live(key: string, now: number): Ban | undefined {
    const ban = this.#table.get(key)
    if (ban === undefined || ban.until > now) return ban
    this.#table.delete(key)
    return undefined
  }

  #put(ip: string, whom: string, until: number, why: string): Ban {
    this.#table.delete(whom)
    if (this.#table.size >= this.#max) {
      for (const oldest of this.#table.keys()) {
        this.#table.delete(oldest)
        break
      }
    }
    const ban = { ip, whom, until, why }
    this.#table.set(whom, ban)
    return ban
  }
}

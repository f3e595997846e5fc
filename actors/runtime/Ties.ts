/**
 * What ties an actor to time and to others: timers, watches, open questions.
 *
 * Most actors have none of these most of the time, so a cell makes its `Ties` when it first needs them. Timers and watches
 * belong to an incarnation and are cut with it; open questions belong to the address and end with the message they carry.
 */
import type { AlarmService, Entry } from "./Alarm.ts"
import type { Down } from "./Behaviour.ts"
import { ActorStopped } from "./Errors.ts"

/** Somebody who can be watched. */
export interface Watched {
  readonly removeWatcher: (key: object) => void
}

/** A question that waits for its answer, as far as a cell knows it. */
export interface Pending {
  readonly giveUp: (error: ActorStopped) => void
}

export class Ties<M> {
  private readonly timers = new Map<string, Entry>()
  /** Who watches this incarnation. */
  private readonly watchers = new Map<object, (down: Down) => void>()
  /** Whom this incarnation watches. */
  private readonly watching = new Set<Watched>()
  /** Open questions, with the message that carries them. */
  private readonly asks = new Map<Pending, M>()

  setTimer(alarm: AlarmService, dueMillis: number, key: string, ring: () => void): void {
    this.timers.get(key)?.cancel()
    const entry = alarm.unsafeAt(dueMillis, () => {
      if (this.timers.get(key) !== entry) return
      this.timers.delete(key)
      ring()
    })
    this.timers.set(key, entry)
  }

  cancelTimer(key: string): boolean {
    this.timers.get(key)?.cancel()
    return this.timers.delete(key)
  }

  addWatcher(key: object, told: (down: Down) => void): void {
    this.watchers.set(key, told)
  }

  removeWatcher(key: object): void {
    this.watchers.delete(key)
  }

  addWatching(target: Watched): void {
    this.watching.add(target)
  }

  removeWatching(target: Watched): void {
    this.watching.delete(target)
  }

  addAsk(ask: Pending, message: M): void {
    this.asks.set(ask, message)
  }

  removeAsk(ask: Pending): void {
    this.asks.delete(ask)
  }

  /** The incarnation of `owner` ends: no timer rings and no news arrives any more. */
  cut(owner: object): void {
    for (const entry of this.timers.values()) entry.cancel()
    this.timers.clear()
    for (const target of this.watching) target.removeWatcher(owner)
    this.watching.clear()
  }

  /** Tell whoever watches, once. */
  tellWatchers(down: Down): void {
    const told = Array.from(this.watchers.values())
    this.watchers.clear()
    for (const tell of told) tell(down)
  }

  /** End the questions whose message will not be handled. */
  failAsks(path: string, reason: string, lost: (message: M) => boolean): void {
    for (const [ask, message] of this.asks) {
      if (!lost(message)) continue
      this.asks.delete(ask)
      ask.giveUp(new ActorStopped({ path, reason }))
    }
  }
}

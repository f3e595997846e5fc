/**
 * When an idle actor goes to sleep.
 *
 * A passivated actor keeps its state (shrunk by `onPassivate`, if it likes) and gives back its mailbox buffer; it never
 * had a standing fiber. The next message or timer wakes it. Idle time is measured with one alarm per idle period, not per
 * message: when the alarm rings early because the actor has worked since, it is set again for the rest.
 */
import * as Duration from "effect/Duration"
import type { AlarmService, Entry } from "./Alarm.ts"

/** Idle time in ms before an actor sleeps; 0 = at once, `undefined` = never. */
export const idleMillis = (passivateAfter: Duration.DurationInput | undefined): number | undefined =>
  passivateAfter === undefined ? undefined : Duration.toMillis(Duration.decode(passivateAfter))

/** The idle time of one actor. */
export class IdleTimer {
  private since = 0
  private entry: Entry | undefined

  /** The actor has nothing to do from now on; `sleep` when that has lasted `millis`. */
  idle(alarm: AlarmService, millis: number, sleep: () => void): void {
    this.since = alarm.unsafeNow()
    this.entry ??= alarm.unsafeAt(this.since + millis, () => this.ring(alarm, millis, sleep))
  }

  cancel(): void {
    this.entry?.cancel()
    this.entry = undefined
  }

  private ring(alarm: AlarmService, millis: number, sleep: () => void): void {
    this.entry = undefined
    const due = this.since + millis
    if (alarm.unsafeNow() >= due) sleep()
    else this.entry = alarm.unsafeAt(due, () => this.ring(alarm, millis, sleep))
  }
}

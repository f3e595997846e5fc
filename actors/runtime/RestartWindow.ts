/**
 * OTP's restart intensity: how many restarts fell into the last `period`.
 *
 * A sliding window over the times of restarts, as `add_restart/1` of OTP's supervisor keeps it: a restart exactly one
 * period old still counts. At most `intensity + 1` times are kept, however often it is asked.
 */

/** Mutable; owned by one supervisor (or by one child with a budget of its own). Times in ms, never decreasing. */
export class RestartWindow {
  readonly intensity: number
  readonly periodMillis: number
  private readonly times: Array<number> = []
  private first = 0

  constructor(intensity: number, periodMillis: number) {
    this.intensity = intensity
    this.periodMillis = periodMillis
  }

  /** Count one restart. False when it is one too many. */
  add(now: number): boolean {
    this.times.push(now)
    return this.count(now) <= this.intensity
  }

  /** Restarts within the period that ends `now`. */
  count(now: number): number {
    const oldest = now - this.periodMillis
    let time = this.times[this.first]
    while (time !== undefined && (time < oldest || this.times.length - this.first > this.intensity + 1)) {
      this.first++
      time = this.times[this.first]
    }
    // Compact now and then, so that expiry costs O(1) on average.
    if (this.first > 64 && this.first * 2 > this.times.length) {
      this.times.splice(0, this.first)
      this.first = 0
    }
    return this.times.length - this.first
  }
}

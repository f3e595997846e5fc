/**
 * How much per second, lately: the sum of amounts that fades with time.
 *
 * Four numbers, however much happens: for the measured hashrate of a connection (amounts are the
 * difficulties of accepted shares, that is expected digests). Young meters divide by their age, not by the full time.
 */
export class Rate {
  readonly #fadeMillis: number
  readonly #quietMillis: number
  #since: number
  #at: number
  #sum = 0

  /**
   * `fadeMillis`: the time after which an amount counts for 1/e. `quietMillis`: for so long amounts do not count, because
   * they may be of before.
   */
  constructor(now: number, fadeMillis: number, quietMillis = 0) {
    this.#quietMillis = quietMillis
    this.#since = now + quietMillis
    this.#at = this.#since
    this.#fadeMillis = fadeMillis
  }

  add(amount: number, now: number): void {
    if (this.#isQuiet(now)) return
    this.#fade(now)
    this.#sum += amount
  }

  perSecond(now: number): number {
    if (this.#isQuiet(now)) return 0
    this.#fade(now)
    // A meter younger than a second would show the luck of its first share.
    const age = Math.max(1_000, this.#at - this.#since)
    return (this.#sum / (this.#fadeMillis * (1 - Math.exp(-age / this.#fadeMillis)))) * 1_000
  }

  #isQuiet(now: number): boolean {
    return now < this.#since && this.#since - now <= this.#quietMillis
  }

  #fade(now: number): void {
    if (now <= this.#at) {
      // A clock that was set back takes the whole meter along.
      this.#since += now - this.#at
      this.#at = now
      return
    }
    this.#sum *= Math.exp((this.#at - now) / this.#fadeMillis)
    this.#at = now
  }
}

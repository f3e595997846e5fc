/**
 * A line of waiting fibers in front of a few places, strictly in order of arrival.
 *
 * Effect's semaphore wakes everybody at each release and lets newcomers pass, which with hundreds of submissions costs
 * more than the work and starves some of them; here a place goes from hand to hand.
 */
import * as Effect from "effect/Effect"

export interface Line {
  /** Run the effect when a place is free. */
  readonly pass: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** How many are waiting. */
  readonly waiting: () => number
}

interface Ticket {
  granted: boolean
  call: () => void
}

export const make = (places: number): Line => {
  // Insertion order of a Set is the order of arrival.
  const line = new Set<Ticket>()
  let free = places

  const grant = (ticket: Ticket) => {
    ticket.granted = true
    ticket.call()
  }

  const leave = (ticket: Ticket) =>
    Effect.sync(() => {
      line.delete(ticket)
      if (!ticket.granted) return
      const [next] = line
      if (next === undefined) {
        free += 1
      } else {
        line.delete(next)
        grant(next)
      }
    })

  const wait = (ticket: Ticket) =>
    Effect.async<void>((resume) => {
      ticket.call = () => resume(Effect.void)
      if (free > 0) {
        free -= 1
        grant(ticket)
      } else {
        line.add(ticket)
      }
    })

  return {
    // A place that was granted while its fiber was being interrupted is given back as well: `leave` always runs.
    pass: (effect) =>
      Effect.uninterruptibleMask((restore) => {
        const ticket: Ticket = { granted: false, call: () => {} }
        return restore(Effect.zipRight(wait(ticket), effect)).pipe(Effect.ensuring(leave(ticket)))
      }),
    waiting: () => line.size
  }
}

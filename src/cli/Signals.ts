/**
 * The one place where operating-system signals arrive, from the first instruction of the program on.
 *
 * `main.ts` installs this before anything else is loaded, so a Ctrl+C during start-up is not a kill but a request that
 * the program finds as soon as it can look. Requests wait until somebody takes them. SIGINT and SIGTERM: first "stop",
 * then "hurry", then the process ends at once. SIGHUP: "reload". Windows delivers SIGINT and SIGBREAK only; there the
 * control socket does the rest.
 */

/** stop: finish in good order. hurry: the deadline is now. reload: read files again. */
export type Request = "stop" | "hurry" | "reload"

export interface Arrival {
  readonly request: Request
  readonly signal: NodeJS.Signals
}

let waiting: Array<Arrival> = []
const listeners: Array<(arrival: Arrival) => void> = []
let stops = 0
let installed = false

const arrive = (arrival: Arrival) => {
  const listener = listeners[listeners.length - 1]
  if (listener === undefined) waiting.push(arrival)
  else listener(arrival)
}

const onStop = (signal: NodeJS.Signals) => {
  stops += 1
  // Whoever asks three times wants the prompt back whatever it costs: what is durable stays so.
  if (stops > 2) process.exit(1)
  arrive({ request: stops === 1 ? "stop" : "hurry", signal })
}

/** Nobody reads what is written any more: a request to stop, made once. */
export const hangUp = (): void => {
  if (stops > 0) return
  stops = 1
  arrive({ request: "stop", signal: "SIGPIPE" })
}

/** Start to listen; calling it again changes nothing. */
export const install = (): void => {
  if (installed) return
  installed = true
  process.on("SIGINT", onStop)
  process.on("SIGTERM", onStop)
  process.on("SIGHUP", (signal) => arrive({ request: "reload", signal }))
  if (process.platform === "win32") process.on("SIGBREAK", onStop)
}

/**
 * Take the requests from now on, and at once those that came before; the latest taker gets them. Returns how to give
 * them back to the taker before.
 */
export const take = (listener: (arrival: Arrival) => void): (() => void) => {
  listeners.push(listener)
  const early = waiting
  waiting = []
  for (const arrival of early) listener(arrival)
  return () => {
    const place = listeners.lastIndexOf(listener)
    if (place >= 0) listeners.splice(place, 1)
  }
}

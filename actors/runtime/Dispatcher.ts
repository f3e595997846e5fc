/**
 * Runs whatever has become ready, without a fiber per message.
 *
 * Effect's own answer to "a message arrived" is to resume or fork a fiber. Most messages need neither: the dispatcher
 * keeps a queue of ready actors and runs them from one microtask, like a scheduler thread of the BEAM runs its run queue.
 * It hands the thread back to the event loop after 1 ms of work or 4,096 microtasks in a row, so I/O is never starved.
 */

/** `run` handles a bounded amount of work and makes itself ready again when there is more. Must not throw. */
export interface Runnable {
  readonly run: () => void
}

/** Short, so that what some dozens of actors have written leaves the process while they are still in its caches. */
const SLICE_MILLIS = 1
const MAX_MICROTASKS = 4_096
/** Direct calls nested deeper than this are queued, so a chain of actors asking each other can not overflow the stack. */
const MAX_DEPTH = 16

let queue: Array<Runnable> = []
let scheduled = false
let microtasks = 0
let depth = 0

/** Run soon. The caller makes sure that a runnable is not queued twice. */
export const ready = (runnable: Runnable): void => {
  queue.push(runnable)
  if (!scheduled) schedule()
}

/** Run at once on the caller's stack if that is safe, else soon. For callers that are about to wait for the result. */
export const runNow = (runnable: Runnable): void => {
  if (depth >= MAX_DEPTH) {
    ready(runnable)
    return
  }
  depth++
  runnable.run()
  depth--
}

/** Whether nothing waits to be run; for simulated clocks, which must not let time pass before. */
export const isIdle = (): boolean => !scheduled && queue.length === 0

const schedule = (): void => {
  scheduled = true
  // The first microtask since the event loop was last seen asks to be told when it is seen again.
  if (microtasks++ === 0) setImmediate(seen)
  if (microtasks < MAX_MICROTASKS) queueMicrotask(turn)
  else setImmediate(turn)
}

const seen = (): void => {
  microtasks = 0
}

const turn = (): void => {
  const started = performance.now()
  const batch = queue
  queue = []
  for (let i = 0; i < batch.length; i++) {
    batch[i]?.run()
    if ((i & 63) === 63 && performance.now() - started > SLICE_MILLIS) {
      queue = batch.slice(i + 1).concat(queue)
      setImmediate(turn)
      return
    }
  }
  scheduled = false
  if (queue.length > 0) schedule()
}

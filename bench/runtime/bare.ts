/**
 * Bare Effect 3: a daemon fiber that loops on a Queue per actor, no supervisor, no tree, no dead letters.
 *
 * The reference for what the substrate costs by itself; restart is a new Scope, Queue and fiber per incarnation.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import { heap, N, now, percentile, report } from "./measure.ts"

const rt = "bare effect 3"
const bytes = Effect.promise(heap)
const loop = <A>(queue: Queue.Queue<A>, handle: (message: A) => Effect.Effect<void>) =>
  Effect.forkDaemon(Effect.forever(Effect.flatMap(Queue.take(queue), handle)))

const spawning = Effect.gen(function* () {
  const before = yield* bytes
  let start = now()
  const queues: Array<Queue.Queue<number>> = []
  const running: Array<Fiber.RuntimeFiber<never>> = []
  const done = yield* Deferred.make<void>()
  let got = 0
  const count = () =>
    Effect.sync(() => {
      if (++got === N * 10) Deferred.unsafeDone(done, Exit.void)
    })
  for (let i = 0; i < N; i++) {
    const queue = yield* Queue.unbounded<number>()
    queues.push(queue)
    running.push(yield* loop(queue, count))
  }
  yield* Effect.yieldNow()
  report(rt, "spawn us", ((now() - start) * 1_000) / N)
  report(rt, "bytes idle", ((yield* bytes) - before) / N)
  start = now()
  for (let round = 0; round < 10; round++) for (const queue of queues) Queue.unsafeOffer(queue, round)
  yield* Deferred.await(done)
  report(rt, "fan-out M/s", (N * 10) / (now() - start) / 1_000)
  start = now()
  yield* Fiber.interruptAll(running)
  report(rt, "stop all ms", now() - start)
})

const messaging = Effect.gen(function* () {
  const tells = 300_000
  const queue = yield* Queue.bounded<number>(1_024)
  const done = yield* Deferred.make<void>()
  let got = 0
  yield* loop(queue, () =>
    Effect.sync(() => {
      if (++got === tells) Deferred.unsafeDone(done, Exit.void)
    })
  )
  let start = now()
  for (let i = 0; i < tells; i++) yield* Queue.offer(queue, i)
  yield* Deferred.await(done)
  report(rt, "tell M/s", tells / (now() - start) / 1_000)

  const batches = 1_000_000
  const batched = yield* Queue.bounded<number>(1_024)
  const drained = yield* Deferred.make<void>()
  let count = 0
  yield* Effect.forkDaemon(
    Effect.forever(
      Effect.map(Queue.takeAll(batched), (messages) => {
        count += messages.length
        if (count >= batches) Deferred.unsafeDone(drained, Exit.void)
      })
    )
  )
  start = now()
  for (let i = 0; i < batches; i++) yield* Queue.offer(batched, i)
  yield* Deferred.await(drained)
  report(rt, "tell batched M/s", batches / (now() - start) / 1_000)

  const asks = 100_000
  const questions = yield* Queue.unbounded<Deferred.Deferred<number>>()
  yield* loop(questions, (reply) => Effect.asVoid(Deferred.succeed(reply, 1)))
  start = now()
  for (let i = 0; i < asks; i++) {
    const reply = yield* Deferred.make<number>()
    yield* Queue.offer(questions, reply)
    yield* Deferred.await(reply)
  }
  report(rt, "ask k/s", asks / (now() - start))
})

const restarting = Effect.gen(function* () {
  type Message = Deferred.Deferred<number> | "boom"
  const incarnation = (onUp: (queue: Queue.Queue<Message>) => void) =>
    Effect.scoped(
      Effect.gen(function* () {
        const queue = yield* Queue.unbounded<Message>()
        yield* Effect.addFinalizer(() => Queue.shutdown(queue))
        onUp(queue)
        const handle = (message: Message) =>
          message === "boom" ? Effect.die(new Error("boom")) : Deferred.succeed(message, 1)
        yield* Effect.forever(Effect.flatMap(Queue.take(queue), handle))
      })
    )
  let up: (queue: Queue.Queue<Message>) => void = () => {}
  const first = yield* Deferred.make<Queue.Queue<Message>>()
  up = (queue) => Deferred.unsafeDone(first, Exit.succeed(queue))
  yield* Effect.forkDaemon(Effect.forever(Effect.exit(Effect.suspend(() => incarnation((queue) => up(queue))))))
  let current = yield* Deferred.await(first)
  const latencies: Array<number> = []
  for (let i = 0; i < 2_000; i++) {
    const next = yield* Deferred.make<Queue.Queue<Message>>()
    up = (queue) => Deferred.unsafeDone(next, Exit.succeed(queue))
    const start = now()
    yield* Queue.offer(current, "boom")
    current = yield* Deferred.await(next)
    const reply = yield* Deferred.make<number>()
    yield* Queue.offer(current, reply)
    yield* Deferred.await(reply)
    latencies.push((now() - start) * 1_000)
  }
  report(rt, "restart p50 us", percentile(latencies, 0.5))
  report(rt, "restart p99 us", percentile(latencies, 0.99))
  const n = 10_000
  let ups = 0
  const done = yield* Deferred.make<void>()
  const all: Array<() => void> = []
  for (let i = 0; i < n; i++) {
    let starts = 0
    const onUp = (queue: Queue.Queue<Message>) => {
      if (++starts === 1) all.push(() => queue.unsafeOffer("boom"))
      else if (++ups === n) Deferred.unsafeDone(done, Exit.void)
    }
    yield* Effect.forkDaemon(Effect.forever(Effect.exit(incarnation(onUp))))
  }
  yield* Effect.sleep("300 millis")
  const start = now()
  for (const crash of all) crash()
  yield* Deferred.await(done)
  report(rt, "mass restart 10k ms", now() - start)
})

await Effect.runPromise(Effect.andThen(messaging, Effect.andThen(restarting, spawning)))
process.exit(0)

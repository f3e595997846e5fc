/**
 * The actor runtime, measured through its public API only.
 *
 * `reduce` actors handle messages synchronously, `receive` actors return effects: the same tests for both, so that the
 * price of an effect per message is visible. Every actor is the child of a supervisor with intensity, events and a place
 * in the supervision tree; nothing is switched off for the benchmark.
 */
import * as Effect from "effect/Effect"
import * as Actor from "../../actors/runtime/Actor.ts"
import * as ActorSystem from "../../actors/runtime/ActorSystem.ts"
import * as Behaviour from "../../actors/runtime/Behaviour.ts"
import * as Supervisor from "../../actors/runtime/Supervisor.ts"
import { heap, N, now, percentile, report } from "./measure.ts"

type Message =
  | { readonly _tag: "Hit" }
  | { readonly _tag: "Get"; readonly reply: Actor.Reply<number> }
  | { readonly _tag: "Up"; readonly done: () => void }
  | { readonly _tag: "Boom" }

const hit: Message = { _tag: "Hit" }
const boom: Message = { _tag: "Boom" }
const handle = (n: number, message: Message): number => {
  switch (message._tag) {
    case "Hit":
      return n + 1
    case "Get":
      message.reply.succeed(n)
      return n
    case "Up":
      message.done()
      return n
    case "Boom":
      throw new Error("boom")
  }
}
const reduce = Behaviour.of<Message>()({ initial: () => 0, reduce: handle })
const reduceMany = Behaviour.of<Message>()({
  initial: () => 0,
  reduceMany: (n, messages) => {
    for (const message of messages) n = handle(n, message)
    return n
  }
})
const receive = Behaviour.of<Message>()({
  init: Effect.succeed(0),
  receive: (n, message) => Effect.sync(() => handle(n, message))
})
type Counter = Behaviour.Behaviour<number, Message>

const get = (ref: Actor.ActorRef<Message>) => Actor.ask(ref, (reply: Actor.Reply<number>) => ({ _tag: "Get", reply }))
const bytes = Effect.promise(heap)
const generous = { intensity: 1_000_000, period: "1 second" } as const
const indices = Array.from({ length: N }, (_, i) => i)

const spawning = (rt: string, behaviour: Counter) =>
  Effect.gen(function* () {
    const pool = (id: string, counter: Counter) =>
      Supervisor.dynamic(id, { ...generous, template: (i: number) => Actor.child(`${i}`, counter) })
    const single = yield* pool("single", behaviour)
    const before = yield* bytes
    let start = now()
    for (const i of indices) yield* single.startChild(i)
    report(rt, "spawn us", ((now() - start) * 1_000) / N)
    report(rt, "bytes idle", ((yield* bytes) - before) / N)
    start = now()
    yield* single.shutdown
    report(rt, "stop all ms", now() - start)

    const asleep = yield* pool("asleep", { ...behaviour, passivateAfter: 0 })
    const empty = yield* bytes
    const sleepers = yield* asleep.startChildren(indices)
    for (const { ref } of sleepers) ref.unsafeTell(hit)
    yield* Effect.sleep("200 millis")
    report(rt, "bytes passivated", ((yield* bytes) - empty) / N)
    yield* asleep.shutdown

    const batch = yield* pool("batch", behaviour)
    start = now()
    const specs = yield* batch.startChildren(indices)
    report(rt, "spawn batch us", ((now() - start) * 1_000) / N)
    start = now()
    yield* Effect.async<void>((resume) => {
      let left = N
      const done = () => {
        if (--left === 0) resume(Effect.void)
      }
      for (let round = 0; round < 9; round++) for (const { ref } of specs) ref.unsafeTell(hit)
      for (const { ref } of specs) ref.unsafeTell({ _tag: "Up", done })
    })
    report(rt, "fan-out M/s", (N * 10) / (now() - start) / 1_000)
    yield* batch.shutdown
  })

const messaging = (rt: string, behaviour: Counter) =>
  Effect.gen(function* () {
    const spec = Actor.child("n", behaviour)
    yield* Supervisor.make("messages", { ...generous, children: [spec] })
    const { ref } = spec
    const tells = 1_000_000
    for (let round = 0; round < 2; round++) {
      const start = now()
      for (let i = 0; i < tells; i++) yield* Actor.tell(ref, hit)
      while ((yield* get(ref)) < tells * (round + 1)) yield* Effect.yieldNow()
      if (round === 1) report(rt, "tell M/s", tells / (now() - start) / 1_000)
    }
    const asks = 200_000
    for (let round = 0; round < 2; round++) {
      const start = now()
      for (let i = 0; i < asks; i++) yield* get(ref)
      if (round === 1) report(rt, "ask k/s", asks / (now() - start))
    }
  })

const batching = (rt: string) =>
  Effect.gen(function* () {
    const spec = Actor.child("n", reduceMany)
    yield* Supervisor.make("batches", { children: [spec] })
    const messages = new Array<Message>(1_000).fill(hit)
    const rounds = 3_000
    for (let round = 0; round < 2; round++) {
      const start = now()
      for (let i = 0; i < rounds; i++) yield* Actor.tellAll(spec.ref, messages)
      while ((yield* get(spec.ref)) < rounds * 1_000 * (round + 1)) yield* Effect.yieldNow()
      if (round === 1) report(rt, "tell batched M/s", rounds / (now() - start))
    }
  })

const restarting = (rt: string, behaviour: Counter) =>
  Effect.gen(function* () {
    const spec = Actor.child("n", behaviour)
    yield* Supervisor.make("restarts", { ...generous, children: [spec] })
    const latencies: Array<number> = []
    for (let i = 0; i < 5_000; i++) {
      const start = now()
      spec.ref.unsafeTell(boom)
      yield* get(spec.ref)
      latencies.push((now() - start) * 1_000)
    }
    report(rt, "restart p50 us", percentile(latencies, 0.5))
    report(rt, "restart p99 us", percentile(latencies, 0.99))
    const mass = yield* Supervisor.dynamic("mass", {
      ...generous,
      template: (i: number) => Actor.child(`${i}`, behaviour)
    })
    const specs = yield* mass.startChildren(indices.slice(0, 10_000))
    const start = now()
    yield* Effect.async<void>((resume) => {
      let left = specs.length
      const done = () => {
        if (--left === 0) resume(Effect.void)
      }
      for (const { ref } of specs) {
        ref.unsafeTell(boom)
        ref.unsafeTell({ _tag: "Up", done })
      }
    })
    report(rt, "mass restart 10k ms", now() - start)
  })

/** Ordinary children: a fiber and a Scope each, restarted through the same supervisor. */
const fibers = (rt: string) =>
  Effect.gen(function* () {
    const n = Math.min(N, 20_000)
    const pool = yield* Supervisor.dynamic("fibers", {
      ...generous,
      template: (i: number) => ({ id: `${i}`, start: Effect.succeed(Effect.never) })
    })
    const before = yield* bytes
    const start = now()
    yield* pool.startChildren(indices.slice(0, n))
    report(rt, "spawn batch us", ((now() - start) * 1_000) / n)
    report(rt, "bytes idle", ((yield* bytes) - before) / n)
    yield* pool.shutdown
  })

const all = Effect.gen(function* () {
  for (const [rt, behaviour] of [
    ["pitboss reduce", reduce],
    ["pitboss receive", receive]
  ] as const) {
    yield* Effect.scoped(messaging(rt, behaviour))
    yield* Effect.scoped(restarting(rt, behaviour))
    yield* Effect.scoped(spawning(rt, behaviour))
  }
  yield* Effect.scoped(batching("pitboss reduce"))
  yield* Effect.scoped(fibers("pitboss fiber child"))
})

await Effect.runPromise(Effect.provide(all, ActorSystem.layer))

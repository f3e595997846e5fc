/**
 * A miner with pretended pools and a pretended kernel, under a test clock.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import type { MinerEvent } from "../../../actors/miner/MinerStatus.ts"
import * as MinerTree from "../../../actors/miner/MinerTree.ts"
import { NonceSearch, type Searched, type Stretch } from "../../../actors/miner/NonceSearch.ts"
import { LinkLost, type MinerJob, type MinerReport, PoolLink } from "../../../actors/miner/PoolLink.ts"
import type { Limbs } from "../../../actors/pool/Job.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import type { PowError } from "../../../kernels/NockPowErrors.ts"

export const job = (change: Partial<MinerJob> = {}): MinerJob => ({
  jobId: "job-1",
  version: 5,
  commitment: new Uint8Array(40).fill(1),
  shareTarget: 2n ** 300n,
  networkTarget: 2n ** 290n,
  powLength: 64,
  height: 10,
  noncePrefix: 77n,
  expiresAt: 600_000,
  ...change
})

export const accepted: ShareAnswer = { code: "accepted", reason: "", newDifficulty: null }

export interface Submitted {
  readonly address: string
  readonly jobId: string
  readonly nonce: Limbs
  readonly answer: (answer: ShareAnswer) => Effect.Effect<void>
}

/** One pretended pool. */
export class FakePool {
  readonly address: string
  /** Why it lets nobody in; null: it does. */
  refuses: { readonly detail: string; readonly final: boolean } | null = null
  /** What it hands out at once; null: nothing. */
  present: MinerJob | null = null
  connects = 0
  readonly reports: Array<MinerReport> = []
  readonly submitted: Queue.Queue<Submitted>
  private orders: Mailbox.Mailbox<MinerJob, LinkLost> | null = null
  private cuts: Deferred.Deferred<never, LinkLost> | null = null

  constructor(address: string, submitted: Queue.Queue<Submitted>) {
    this.address = address
    this.submitted = submitted
  }

  readonly connect = (report: MinerReport) =>
    Effect.gen(this, function* () {
      this.connects += 1
      if (this.refuses !== null) return yield* new LinkLost({ address: this.address, ...this.refuses })
      const orders = yield* Mailbox.make<MinerJob, LinkLost>()
      const cuts = yield* Deferred.make<never, LinkLost>()
      this.orders = orders
      this.cuts = cuts
      this.reports.push(report)
      if (this.present !== null) yield* orders.offer(this.present)
      return {
        address: this.address,
        jobs: Mailbox.toStream(orders),
        submit: (jobId: string, nonce: Limbs) =>
          Effect.gen(this, function* () {
            const answer = yield* Deferred.make<ShareAnswer>()
            yield* Queue.offer(this.submitted, {
              address: this.address,
              jobId,
              nonce,
              answer: (given) => Effect.asVoid(Deferred.succeed(answer, given))
            })
            return yield* Effect.raceFirst(Deferred.await(answer), Deferred.await(cuts))
          }),
        heartbeat: (next: MinerReport) => Effect.sync(() => void this.reports.push(next))
      }
    })

  readonly order = (next: MinerJob) => Effect.suspend(() => this.orders?.offer(next) ?? Effect.succeed(false))

  /** The connection breaks; submissions on their way have no answer. */
  readonly cut = (detail = "broken") =>
    Effect.suspend(() => {
      const lost = new LinkLost({ address: this.address, detail, final: false })
      const { cuts, orders } = this
      return Effect.all([
        orders?.done(Exit.fail(lost)) ?? Effect.succeed(false),
        cuts === null ? Effect.succeed(false) : Deferred.fail(cuts, lost)
      ])
    })
}

export interface Search {
  readonly thread: number
  readonly stretch: Stretch
  /** Ends the search. */
  readonly end: (searched: Searched) => Effect.Effect<void>
  readonly crash: (error: PowError) => Effect.Effect<void>
  readonly progress: (tried: number) => void
  stopped: boolean
}

export interface World {
  readonly service: MinerTree.MinerService
  readonly pools: ReadonlyArray<FakePool>
  /** Every search as it begins. */
  readonly searches: Queue.Queue<Search>
  readonly submitted: Queue.Queue<Submitted>
  readonly events: Effect.Effect<ReadonlyArray<MinerEvent>>
}

/** A miner on pretended pools, at work when this returns. */
export const miner = (
  threads: number,
  addresses: ReadonlyArray<string>,
  prepare: (pools: ReadonlyArray<FakePool>) => void = () => {}
) =>
  Effect.gen(function* () {
    const searches = yield* Queue.unbounded<Search>()
    const submitted = yield* Queue.unbounded<Submitted>()
    const pools = addresses.map((address) => new FakePool(address, submitted))
    prepare(pools)
    const link = Layer.succeed(PoolLink, {
      connect: (address, report) =>
        pools.find((pool) => pool.address === address)?.connect(report) ??
        Effect.fail(new LinkLost({ address, detail: "no such pool", final: false }))
    })
    const kernel = Layer.succeed(NonceSearch, {
      open: Effect.succeed({
        search: (stretch: Stretch, onProgress: (tried: number) => void) =>
          Effect.gen(function* () {
            const done = yield* Deferred.make<Searched, PowError>()
            const search: Search = {
              thread: Number(stretch.start[3]),
              stretch,
              end: (searched) => Effect.asVoid(Deferred.succeed(done, searched)),
              crash: (error) => Effect.asVoid(Deferred.fail(done, error)),
              progress: onProgress,
              stopped: false
            }
            yield* Queue.offer(searches, search)
            return yield* Effect.onInterrupt(Deferred.await(done), () =>
              Effect.sync(() => {
                search.stopped = true
              })
            )
          })
      })
    })
    const events = yield* Ref.make<ReadonlyArray<MinerEvent>>([])
    const { service } = yield* MinerTree.make({ threads, addresses }, (made) => [
      {
        id: "ears",
        start: Effect.succeed(Stream.runForEach(made.events, (event) => Ref.update(events, (all) => [...all, event])))
      }
    ]).pipe(Effect.provide(Layer.merge(link, kernel)))
    const world: World = { service, pools, searches, submitted, events: Ref.get(events) }
    return world
  })

/** Let everything that is due happen, without time passing. */
export const settle = Effect.repeatN(Effect.yieldNow(), 200)

export const layer = ActorSystem.layer

/** The search found this share at once. */
export const find = (search: Search, offset = 0n): Effect.Effect<void> => {
  const [low, ...rest] = search.stretch.start
  const [b = 0n, c = 0n, d = 0n, e = 0n] = rest
  return search.end({ nonce: [low + offset, b, c, d, e], done: offset + 1n, tried: offset + 1n })
}

/**
 * The pool's tree on fakes, under TestClock, and miners that keep a diary of what they were told.
 */
import { Deferred, Effect, Layer, Random, Redacted, type Scope, TestClock } from "effect"
import { maxTarget } from "../../../actors/pool/Job.ts"
import type { MinerReport, PoolConnection, PoolServiceShape, Push } from "../../../actors/pool/PoolService.ts"
import * as PoolSettings from "../../../actors/pool/PoolSettings.ts"
import * as PoolTree from "../../../actors/pool/PoolTree.ts"
import type { ShareAnswer } from "../../../actors/pool/Share.ts"
import * as ActorSystem from "../../../actors/runtime/ActorSystem.ts"
import * as Dispatcher from "../../../actors/runtime/Dispatcher.ts"
import { SupervisionTree, type SupervisionTreeService } from "../../../actors/runtime/SupervisionTree.ts"
import { FakeChain, poolAddress } from "./FakeChain.ts"
import { FakeKernel, nonce } from "./FakeKernel.ts"
import { MemoryLedger } from "./MemoryLedger.ts"

export { FakeChain, fundAddress, poolAddress } from "./FakeChain.ts"
export { FakeKernel, limbs, nonce } from "./FakeKernel.ts"
export { MemoryLedger } from "./MemoryLedger.ts"

export interface TestPool {
  readonly pool: PoolServiceShape
  readonly tree: SupervisionTreeService
  readonly chain: FakeChain
  readonly ledger: MemoryLedger
  readonly kernel: FakeKernel
}

export interface Swaps {
  /** Of random numbers; another process has another one. */
  readonly seed?: string
  readonly chain?: FakeChain
  readonly ledger?: MemoryLedger
  readonly kernel?: FakeKernel
  readonly settings?: Partial<Omit<PoolSettings.PoolSettings, "vardiff" | "limits" | "board" | "payout">>
  readonly vardiff?: Partial<PoolSettings.VardiffSettings>
  readonly limits?: Partial<PoolSettings.LimitSettings>
  readonly board?: Partial<PoolSettings.BoardSettings>
  readonly payout?: Partial<PoolSettings.PayoutSettings>
}

/** Network difficulty of the fake chain. */
export const networkDifficulty = 1_000_000n
export const startDifficulty = 1_024n

export const start = (swaps: Swaps = {}): Effect.Effect<TestPool, never, Scope.Scope> =>
  begun(swaps).pipe(Effect.withRandom(Random.make(swaps.seed ?? "pool")))

const begun = (swaps: Swaps): Effect.Effect<TestPool, never, Scope.Scope> =>
  Effect.gen(function* () {
    const chain = swaps.chain ?? (yield* FakeChain.make(maxTarget / networkDifficulty))
    const ledger = swaps.ledger ?? new MemoryLedger()
    const kernel = swaps.kernel ?? new FakeKernel()
    const settings: PoolSettings.PoolSettings = {
      ...PoolSettings.defaults,
      rewardAddresses: [poolAddress],
      ...swaps.settings,
      vardiff: { ...PoolSettings.defaultVardiff, startDifficulty, minimumDifficulty: 16n, ...swaps.vardiff },
      limits: { ...PoolSettings.defaultLimits, ...swaps.limits },
      board: { ...PoolSettings.defaultBoard, ...swaps.board },
      payout: { ...PoolSettings.defaultPayout, minimumPayoutNicks: 1n, ...swaps.payout }
    }
    const ports = Layer.mergeAll(chain.layer, ledger.layer, kernel.layer)
    const runtime = yield* Layer.build(ActorSystem.layer)
    const context = yield* Layer.build(Layer.provideMerge(ports, Layer.succeedContext(runtime)))
    const { service } = yield* Effect.orDie(Effect.provide(PoolTree.make(settings), context))
    const tree = yield* Effect.provide(SupervisionTree, runtime)
    yield* settle
    return { pool: service, tree, chain, ledger, kernel }
  })

/** Lets everything that needs no time happen. */
export const settle: Effect.Effect<void> = Effect.gen(function* () {
  for (let i = 0; i < 10 || !Dispatcher.isIdle(); i++) {
    yield* TestClock.adjust(0)
    yield* Effect.promise(() => new Promise<void>((done) => setImmediate(done)))
  }
})

/** Time in steps, so that what one moment starts is under way before the next. */
export const pass = (millis: number, step = millis): Effect.Effect<void> =>
  Effect.gen(function* () {
    for (let gone = 0; gone < millis; gone += step) {
      yield* TestClock.adjust(Math.min(step, millis - gone))
      yield* settle
    }
  })

/** Whoever comes to this gate waits; gives what opens it. */
export const shut = (gated: { gate: Effect.Effect<void> }): Effect.Effect<Effect.Effect<void>> =>
  Effect.map(Deferred.make<void>(), (opened) => {
    gated.gate = Deferred.await(opened)
    return Effect.asVoid(Deferred.succeed(opened, undefined))
  })

export const report = (more: Partial<MinerReport> = {}): MinerReport => ({
  minerId: "alice",
  worker: "rig",
  threads: 4,
  rate: null,
  version: "test",
  token: null,
  resume: null,
  ...more
})

export const token = (text: string): Redacted.Redacted => Redacted.make(text)

type Work = Extract<Push, { readonly _tag: "Work" }>

let ports = 1_000
/** Of nonces: a miner that comes back does not search the same ones again. */
let serial = 0

/** A miner of the test: what it was pushed, and shares of any worth. */
export class TestMiner {
  /** Everything it was told. */
  readonly pushes: ReadonlyArray<Push>
  readonly connection: PoolConnection
  readonly address: string

  private constructor(connection: PoolConnection, address: string, pushes: ReadonlyArray<Push>) {
    this.connection = connection
    this.address = address
    this.pushes = pushes
  }

  /** `more` null: it connects and says nothing. */
  static connect(pool: PoolServiceShape, more: Partial<MinerReport> | null = {}, ip = "10.0.0.1") {
    return Effect.gen(function* () {
      const pushes: Array<Push> = []
      ports += 1
      const address = `${ip}:${ports}`
      const connection = yield* pool.connect({ address, ip }, (push) => pushes.push(push))
      if (more !== null) {
        connection.report(report(more))
        yield* settle
      }
      return new TestMiner(connection, address, pushes)
    })
  }

  get works(): ReadonlyArray<Work> {
    return this.pushes.filter((push): push is Work => push._tag === "Work")
  }

  get work(): Work {
    const last = this.works.at(-1)
    if (last === undefined) throw new Error("this miner was given no work")
    return last
  }

  get welcome() {
    const found = this.pushes.find((push) => push._tag === "Welcome")
    if (found?._tag !== "Welcome") throw new Error("this miner was not welcomed")
    return found
  }

  /** What it would resume its session with. */
  get ticket(): string {
    const told = this.works.findLast(({ session }) => session !== null)
    return told?.session ?? this.welcome.session
  }

  get closed(): Extract<Push, { readonly _tag: "Closed" }> | null {
    const found = this.pushes.find((push) => push._tag === "Closed")
    return found?._tag === "Closed" ? found : null
  }

  /** The next nonce that is worth so many digests. */
  nonce(difficulty: bigint | number): Uint8Array {
    serial += 1
    return nonce(this.work.prefix, difficulty, serial)
  }

  /** Hand in a share for the present job; answered before time passes. */
  share(difficulty: bigint | number = startDifficulty): Effect.Effect<ShareAnswer> {
    return Effect.suspend(() => this.connection.submit(this.work.job.jobId, this.nonce(difficulty)))
  }

  /** The same without waiting; the answer comes into the list. */
  unsafeShare(answers: Array<ShareAnswer>, difficulty: bigint | number = startDifficulty): void {
    this.connection.unsafeSubmit(this.work.job.jobId, this.nonce(difficulty), (answer) => answers.push(answer))
  }
}

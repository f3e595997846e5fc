/**
 * A chain that does what a test tells it: candidates, blocks, reorganisations, outages.
 *
 * It keeps the heaviest chain as a list of blocks; `extend` adds a foreign block or one of ours, `reorg` replaces the last
 * ones. Every change makes a new candidate and tells events, as a source does.
 */
import { Effect, Layer, PubSub, Stream } from "effect"
import { type ChainBlock, type ChainEvent, ChainSource, type CoinbaseShare } from "../../../actors/pool/ChainSource.ts"
import { BlockRefused, ChainUnavailable, PaymentRefused } from "../../../actors/pool/Errors.ts"
import { type Candidate, type Limbs, limbsBytes, maxTarget } from "../../../actors/pool/Job.ts"

export const poolAddress = "pool-address"
export const fundAddress = "fund-address"

export interface Found {
  readonly commitment: Limbs
  readonly nonce: Limbs | null
}

export interface Delivery {
  readonly candidate: Candidate
  readonly nonce: Limbs
  readonly proof: Uint8Array
}

export class FakeChain {
  readonly blocks: Array<ChainBlock> = []
  readonly delivered: Array<Delivery> = []
  readonly paid = new Map<string, ReadonlyArray<CoinbaseShare>>()
  target: bigint
  version = 5
  maturity = 3
  /** What becomes of a delivered block. */
  verdict: "accept" | "lose" | "refuse" | "stale" = "accept"
  /** Deliveries fail with ChainUnavailable. */
  down = false
  payProblem: string | null = null
  /** So many of the next answers are defects: whoever asked crashes. */
  defects = 0
  canPay = true
  candidate: Candidate
  /** What the source kept of an earlier run. */
  standing: ReadonlyArray<Candidate> = []
  #serial = 0
  readonly #candidates: PubSub.PubSub<Candidate>
  readonly #events: PubSub.PubSub<ChainEvent>
  #outage = 0

  private constructor(candidates: PubSub.PubSub<Candidate>, events: PubSub.PubSub<ChainEvent>, target: bigint) {
    this.#candidates = candidates
    this.#events = events
    this.target = target
    this.blocks.push(this.#block("genesis", { commitment: this.#commitment(), nonce: null }))
    this.candidate = this.#next()
  }

  /** `target`: of the network. */
  static make(target = maxTarget / 1_000_000n): Effect.Effect<FakeChain> {
    return Effect.gen(function* () {
      return new FakeChain(yield* PubSub.unbounded<Candidate>(), yield* PubSub.unbounded<ChainEvent>(), target)
    })
  }

  get tip(): ChainBlock {
    const last = this.blocks.at(-1)
    if (last === undefined) throw new Error("a chain has a genesis")
    return last
  }

  /** Somebody's block on top; of ours with this commitment and nonce. `quiet`: no event is told. */
  extend(ours: Found | null = null, quiet = false): Effect.Effect<ChainBlock> {
    return Effect.suspend(() => {
      const block = ours === null ? this.#theirs() : this.#block("ours", ours)
      this.blocks.push(block)
      return Effect.as(this.#changed(ours !== null, quiet), block)
    })
  }

  /** A heavier branch that begins with this block at its height. */
  rejoin(block: ChainBlock): Effect.Effect<void> {
    return Effect.suspend(() => {
      const gone = this.blocks.length - block.height
      this.blocks.splice(block.height, gone, block)
      for (let i = 0; i < gone; i++) this.blocks.push(this.#theirs())
      return this.#changed(false, false)
    })
  }

  /** Replace the last `depth` blocks by one more of somebody else's. */
  reorg(depth: number): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      const gone = this.blocks.splice(-depth)
      for (let i = 0; i <= depth; i++) this.blocks.push(this.#theirs())
      for (const { blockId, height } of gone) yield* PubSub.publish(this.#events, { _tag: "Orphaned", blockId, height })
      yield* this.#changed(false, false)
    })
  }

  /** The candidate with a new timestamp: same parent, new commitment. */
  readonly refresh: Effect.Effect<void> = Effect.suspend(() => {
    this.candidate = this.#next()
    return Effect.asVoid(PubSub.publish(this.#candidates, this.candidate))
  })

  /** Streams of now break; new ones fail while `outage` is more than 0, each counting it down. */
  outage(times: number): void {
    this.#outage = times
  }

  /** How often streams were opened in vain is left in here. */
  get outagesLeft(): number {
    return this.#outage
  }

  readonly layer: Layer.Layer<ChainSource> = Layer.suspend(() => Layer.succeed(ChainSource, this.service))

  get service(): ChainSource["Type"] {
    const unavailable = () => new ChainUnavailable({ source: "fake chain", detail: "it is away" })
    const opened = <A>(stream: Stream.Stream<A>): Stream.Stream<A, ChainUnavailable> =>
      Stream.suspend(() => {
        if (this.#outage <= 0) return stream
        this.#outage -= 1
        return Stream.fail(unavailable())
      })
    const up = <A>(value: () => A): Effect.Effect<A, ChainUnavailable> =>
      Effect.andThen(
        this.#mishap,
        Effect.suspend(() => (this.down ? Effect.fail(unavailable()) : Effect.succeed(value())))
      )
    return {
      kind: "devnet",
      name: "fake chain",
      maturity: this.maturity,
      tip: up(() => this.#tip()),
      sync: Effect.sync(() =>
        this.down
          ? { state: "unreachable", networkHeight: null, detail: "it is away" }
          : { state: "synced", networkHeight: this.tip.height, detail: "" }
      ),
      standing: Effect.suspend(() => (this.down ? Effect.fail(unavailable()) : Effect.succeed(this.standing))),
      candidates: opened(
        Stream.unwrapScoped(
          Effect.map(PubSub.subscribe(this.#candidates), (queue) =>
            Stream.concat(
              Stream.sync(() => this.candidate),
              Stream.tap(Stream.fromQueue(queue), () => this.#mishap)
            )
          )
        )
      ),
      events: opened(Stream.fromPubSub(this.#events)),
      blockAt: (height) => up(() => this.blocks[height] ?? null),
      submit: (candidate, nonce, proof) =>
        Effect.gen(this, function* () {
          if (this.down) return yield* unavailable()
          this.delivered.push({ candidate, nonce, proof })
          const { height } = candidate
          if (this.verdict === "refuse") return yield* new BlockRefused({ height, reason: "the proof is wrong" })
          if (this.verdict === "stale" || candidate.parent !== this.tip.blockId) return "stale"
          if (this.verdict === "accept") yield* this.extend({ commitment: candidate.commitment, nonce })
          return "delivered"
        }),
      notes: () => Effect.map(this.service.tip, (tip) => ({ tip, count: 0, totalNicks: 0n, notes: [] })),
      pay: this.canPay
        ? (id, outputs) =>
            Effect.gen(this, function* () {
              if (this.down) return yield* unavailable()
              if (this.payProblem !== null) return yield* new PaymentRefused({ id, reason: this.payProblem })
              if (!this.paid.has(id)) this.paid.set(id, outputs)
              return { txId: `tx-${id}`, height: this.tip.height }
            })
        : null
    }
  }

  readonly #mishap: Effect.Effect<void> = Effect.suspend(() => {
    if (this.defects <= 0) return Effect.void
    this.defects -= 1
    return Effect.dieMessage("a defect of the source")
  })

  #tip() {
    const { blockId, height, timestamp } = this.tip
    return { height, blockId, timestamp }
  }

  #changed(ours: boolean, quiet: boolean): Effect.Effect<void> {
    return Effect.gen(this, function* () {
      this.candidate = this.#next()
      const { commitment } = this.tip
      if (!quiet) yield* PubSub.publish(this.#events, { _tag: "NewTip", tip: this.#tip(), commitment, ours })
      yield* PubSub.publish(this.#candidates, this.candidate)
    })
  }

  #theirs(): ChainBlock {
    return this.#block("theirs", { commitment: this.#commitment(), nonce: null })
  }

  #block(kind: string, { commitment, nonce }: Found): ChainBlock {
    const height = this.blocks.length
    const parent = this.blocks.at(-1)?.blockId ?? ""
    const coinbase =
      kind === "ours"
        ? [
            { pkh: poolAddress, nicks: 8_000n },
            { pkh: fundAddress, nicks: 2_000n }
          ]
        : [{ pkh: "somebody", nicks: 10_000n }]
    this.#serial += 1
    return { height, blockId: `${kind}-${height}-${this.#serial}`, parent, timestamp: 0, commitment, nonce, coinbase }
  }

  #next(): Candidate {
    return {
      version: this.version,
      commitment: this.#commitment(),
      target: this.target,
      powLength: 64,
      height: this.blocks.length,
      parent: this.tip.blockId,
      createdAt: 0
    }
  }

  #commitment(): Limbs {
    this.#serial += 1
    const bytes = new Uint8Array(limbsBytes)
    new DataView(bytes.buffer).setUint32(0, this.#serial, true)
    return bytes
  }
}

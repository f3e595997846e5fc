/**
 * The pool's books in memory, by the rules of the port: exact, each share and each credit once.
 *
 * Small on purpose: what a SQL ledger does is tested against SQL. Tests can break it (`failing`), slow it down (`gate`)
 * and look inside.
 */
import { Effect, Layer } from "effect"
import { BooksUnbalanced, LedgerFailed } from "../../../actors/pool/Errors.ts"
import type { Limbs } from "../../../actors/pool/Job.ts"
import {
  Ledger,
  type LedgerService,
  type MinerBalance,
  type PayRule,
  type Payout,
  type PoolBlock,
  type Recorded
} from "../../../actors/pool/Ledger.ts"
import type { AcceptedShare } from "../../../actors/pool/Share.ts"

const key = (jobId: string, nonce: Limbs): string => `${jobId} ${Buffer.from(nonce).toString("hex")}`

interface Credit {
  readonly minerId: string
  readonly nicks: bigint
}

interface Entry {
  block: PoolBlock
  credits: ReadonlyArray<Credit> | null
}

export class MemoryLedger {
  readonly shares: Array<AcceptedShare> = []
  readonly rejections = new Map<string, number>()
  readonly states: Array<string> = []
  readonly entries: Array<Entry> = []
  readonly plans: Array<Payout> = []
  /** Batches that `record` was called with. */
  readonly batches: Array<number> = []
  fee = 0n
  /** Operations that fail, with how often. */
  readonly failing = new Map<string, number>()
  outputsPerPlan = 1_000
  unbalanced: string | null = null
  /** What `record` waits for before it is durable. */
  gate: Effect.Effect<void> = Effect.void
  /** Throws once in `record`: a defect. */
  broken = false
  readonly #keys = new Set<string>()
  readonly #spent = new Map<string, bigint>()

  get layer(): Layer.Layer<Ledger> {
    return Layer.succeed(Ledger, this.service)
  }

  block(id: number): PoolBlock {
    return this.#entry(id).block
  }

  balance(minerId: string): MinerBalance {
    let immatureNicks = 0n
    let earned = 0n
    for (const { block, credits } of this.entries) {
      const sum = (credits ?? []).filter((c) => c.minerId === minerId).reduce((all, { nicks }) => all + nicks, 0n)
      if (block.state === "accepted") immatureNicks += sum
      if (block.state === "mature") earned += sum
    }
    const paidNicks = this.#spent.get(minerId) ?? 0n
    return {
      position: this.miners.indexOf(minerId) + 1,
      minerId,
      immatureNicks,
      payableNicks: earned - paidNicks,
      paidNicks
    }
  }

  get miners(): ReadonlyArray<string> {
    return Array.from(new Set(this.entries.flatMap(({ credits }) => (credits ?? []).map((c) => c.minerId))))
  }

  get service(): LedgerService {
    const does = <A>(operation: string, run: () => A): Effect.Effect<A, LedgerFailed> =>
      Effect.suspend(() => {
        const left = this.failing.get(operation) ?? 0
        if (left <= 0) return Effect.sync(run)
        this.failing.set(operation, left - 1)
        return Effect.fail(new LedgerFailed({ operation, cause: new Error("the disk is full") }))
      })
    return {
      record: (shares) =>
        Effect.andThen(
          Effect.suspend(() => this.gate),
          Effect.flatMap(
            does("record", () => this.#record(shares)),
            (recorded) => does("recorded", () => recorded)
          )
        ),
      countRejected: (minerId, worker, code) =>
        Effect.sync(() => {
          const at = `${minerId}/${worker} ${code}`
          this.rejections.set(at, (this.rejections.get(at) ?? 0) + 1)
        }),
      prune: () => does("prune", () => false),
      blockState: (id, state, detail, known) =>
        does("blockState", () => {
          const entry = this.#entry(id)
          entry.block = { ...entry.block, state, detail, ...known }
          this.states.push(`${id} ${state}`)
        }),
      credit: (id, rule) => does("credit", () => this.#credit(this.#entry(id), rule)),
      openBlocks: does("openBlocks", () =>
        this.entries
          .map(({ block }) => block)
          .filter(({ state }) => ["found", "proving", "submitted", "accepted"].includes(state))
      ),
      planPayout: (id, rule) => does("planPayout", () => this.#plan(id, rule)),
      payoutState: (id, state, txId) =>
        does("payoutState", () => {
          const at = this.plans.findIndex((plan) => plan.id === id)
          const plan = this.plans[at]
          if (plan === undefined) throw new Error(`no payout ${id}`)
          if (state === "failed") for (const { minerId, nicks } of plan.outputs) this.#spend(minerId, -nicks)
          this.plans[at] = { ...plan, state, txId }
        }),
      openPayouts: does("openPayouts", () => this.plans.filter(({ state }) => state === "planned" || state === "sent")),
      audit: Effect.suspend(() =>
        this.unbalanced === null ? Effect.void : Effect.fail(new BooksUnbalanced({ detail: this.unbalanced }))
      ),
      balances: () => Effect.sync(() => this.miners.map((minerId) => this.balance(minerId))),
      balanceSums: Effect.sync(() => {
        const all = this.miners.map((minerId) => this.balance(minerId))
        const sum = (of: (one: (typeof all)[number]) => bigint) => all.reduce((total, one) => total + of(one), 0n)
        return {
          accounts: all.length,
          immatureNicks: sum((one) => one.immatureNicks),
          payableNicks: sum((one) => one.payableNicks),
          paidNicks: sum((one) => one.paidNicks)
        }
      }),
      miners: () => Effect.succeed([]),
      shares: () => Effect.succeed([]),
      blocks: () => Effect.sync(() => this.entries.map(({ block }) => block)),
      payouts: () => Effect.sync(() => this.plans),
      totals: does("totals", () => ({
        shares: BigInt(this.shares.length),
        found: this.entries.length,
        accepted: this.entries.filter(({ block }) => block.state === "accepted" || block.state === "mature").length,
        orphaned: this.entries.filter(({ block }) => block.state === "orphaned").length
      }))
    }
  }

  #record(shares: ReadonlyArray<AcceptedShare>): Recorded {
    if (this.broken) {
      this.broken = false
      throw new Error("a defect of the ledger")
    }
    this.batches.push(shares.length)
    const outcomes = shares.map((share) => {
      const at = key(share.jobId, share.nonce)
      if (this.#keys.has(at)) return "duplicate" as const
      this.#keys.add(at)
      this.shares.push(share)
      return "recorded" as const
    })
    const blocks = shares.flatMap((share) =>
      share.block === null ? [] : [this.#found(share, share.block.commitment, share.block.networkDifficulty)]
    )
    return { outcomes, blocks }
  }

  #found(share: AcceptedShare, commitment: Limbs, networkDifficulty: bigint): PoolBlock {
    const known = this.entries.find(
      ({ block }) =>
        Buffer.compare(block.commitment, commitment) === 0 && Buffer.compare(block.nonce, share.nonce) === 0
    )
    if (known !== undefined) return known.block
    const { height, jobId, minerId, nonce, receivedAt, worker } = share
    const block: PoolBlock = {
      id: this.entries.length + 1,
      state: "found",
      height,
      jobId,
      commitment,
      nonce,
      minerId,
      worker,
      blockId: null,
      rewardNicks: 0n,
      networkDifficulty,
      foundAt: receivedAt,
      detail: "found"
    }
    this.entries.push({ block, credits: null })
    return block
  }

  #credit(entry: Entry, rule: PayRule): void {
    if (entry.credits !== null) return
    const { rewardNicks } = entry.block
    const fee = (rewardNicks * BigInt(rule.feeBasisPoints)) / 10_000n
    const total = this.shares.reduce((sum, { difficulty }) => sum + difficulty, 0n)
    entry.credits = this.shares.map(({ difficulty, minerId }) => ({
      minerId,
      nicks: ((rewardNicks - fee) * difficulty) / total
    }))
  }

  #plan(id: string, rule: PayRule): Payout | null {
    const outputs = this.miners
      .filter((minerId) => rule.payable(minerId))
      .map((minerId) => ({ minerId, nicks: this.balance(minerId).payableNicks }))
      .filter(({ nicks }) => nicks >= rule.minimumPayoutNicks && nicks > 0n)
      .slice(0, this.outputsPerPlan)
    if (outputs.length === 0) return null
    for (const { minerId, nicks } of outputs) this.#spend(minerId, nicks)
    const plan: Payout = { position: this.plans.length + 1, id, state: "planned", outputs, createdAt: 0, txId: null }
    this.plans.push(plan)
    return plan
  }

  #spend(minerId: string, nicks: bigint): void {
    this.#spent.set(minerId, (this.#spent.get(minerId) ?? 0n) + nicks)
  }

  #entry(id: number): Entry {
    const entry = this.entries[id - 1]
    if (entry === undefined) throw new Error(`no block ${id}`)
    return entry
  }
}

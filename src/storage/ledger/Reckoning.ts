/**
 * The sums of an audit: what blocks and payouts say that each account must have, against what it has. Pure.
 *
 * Rows are told in the order of the methods: blocks with their credits, outputs, accounts, then `end`. Only one set of
 * sums per account that ever earned is held, and that until its account has come.
 */
import { heldIn } from "./Blocks.ts"

/** At most so many findings of each kind go into the message. */
const most = 3

export interface BlockRow {
  readonly id: number
  readonly state: string
  readonly reward: bigint
  readonly fee: bigint
  readonly credited: number
  readonly held: string
}

interface Sums {
  immature: bigint
  /** Payable, planned or paid. */
  settled: bigint
  planned: bigint
  paid: bigint
}
const nothing = (): Sums => ({ immature: 0n, settled: 0n, planned: 0n, paid: 0n })

/** What the credits of a block add up to. */
class OpenBlock {
  credits = 0
  nicks = 0n
  readonly row: BlockRow
  constructor(row: BlockRow) {
    this.row = row
  }
}

export class Reckoning {
  readonly #findings = new Map<string, Array<string>>()
  readonly #due = new Map<string, Sums>()
  #blocks = new Map<number, OpenBlock>()

  /** Some blocks; all their credits come next. */
  begin(blocks: ReadonlyArray<BlockRow>): void {
    this.#blocks = new Map(blocks.map((row) => [row.id, new OpenBlock(row)]))
  }

  credit(block: number, minerId: string, nicks: bigint): void {
    const open = this.#blocks.get(block)
    if (open === undefined) return
    open.credits += 1
    open.nicks += nicks
    if (open.row.held === "immature") this.#dueTo(minerId).immature += nicks
    if (open.row.held === "payable") this.#dueTo(minerId).settled += nicks
  }

  /** Those blocks have no more credits. */
  close(): void {
    for (const { credits, nicks, row } of this.#blocks.values()) {
      const who = `block ${row.id}`
      const shared = row.credited === 1
      if (shared && row.reward !== row.fee + nicks) this.#find(who, "fee and credits are not its reward")
      if (!shared && credits > 0) this.#find(who, "has credits but is not shared out")
      if (row.held !== (shared ? heldIn(row.state) : "none")) {
        this.#find(who, `its credits count as ${row.held} although it is ${row.state}`)
      }
    }
    this.#blocks.clear()
  }

  output(payoutState: string, minerId: string, nicks: bigint): void {
    if (payoutState === "planned" || payoutState === "sent") this.#dueTo(minerId).planned += nicks
    if (payoutState === "confirmed") this.#dueTo(minerId).paid += nicks
  }

  account(minerId: string, has: { readonly immature: bigint; payable: bigint; planned: bigint; paid: bigint }): void {
    this.#compare(minerId, { ...has, settled: has.payable + has.planned + has.paid })
  }

  /** Everything has been told. */
  end(): ReadonlyArray<string> {
    // An account that did not come is one that has nothing.
    for (const minerId of this.#due.keys()) this.#compare(minerId, nothing())
    return [...this.#findings.values()].flat()
  }

  #compare(minerId: string, has: Sums): void {
    const who = `account ${minerId}`
    const due = this.#due.get(minerId) ?? nothing()
    this.#due.delete(minerId)
    if (has.immature !== due.immature) this.#find(who, "immature is not what its blocks say")
    if (has.settled !== due.settled) this.#find(who, "payable, planned and paid are not what its mature blocks say")
    if (has.planned !== due.planned) this.#find(who, "planned is not what its open payouts say")
    if (has.paid !== due.paid) this.#find(who, "paid is not what its payouts say")
  }

  #dueTo(minerId: string): Sums {
    const due = this.#due.get(minerId) ?? nothing()
    this.#due.set(minerId, due)
    return due
  }

  #find(who: string, what: string): void {
    const same = this.#findings.get(what) ?? []
    this.#findings.set(what, same)
    if (same.length < most) same.push(`${who}: ${what}`)
  }
}

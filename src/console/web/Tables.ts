/**
 * The tables of the pool's page: what is listed, and how each figure reads.
 */
import type { Text } from "../../../config/Setting.ts"
import type * as Shapes from "../../pool/http/Shapes.ts"
import { nockShort } from "../../nockchain/Nicks.ts"
import * as Format from "../Format.ts"
import * as Words from "../Words.ts"
import { element, link, long } from "./Dom.ts"
import type { Column, Table } from "./Listing.ts"

const { page: words, pool } = Words

const money = (nicks: string) => {
  const made = element("span", nockShort(BigInt(nicks)))
  made.title = `${nicks} nicks`
  return made
}

const inNock = ({ en, zh }: Text): Text => ({ en: `${en}, NOCK`, zh: `${zh}（NOCK）` })

/** The reader's local time; a dash when there was none. */
const moment = (at: string | null): string =>
  at === null ? "-" : new Date(at).toLocaleString(document.documentElement.lang)

/** An account that leads to its own page. */
const owner = (minerId: string) => long(minerId, link(minerId, `#${encodeURIComponent(minerId)}`))

/** A state by its name of the language; one that this page does not know as it is. */
const named = (names: Readonly<Record<string, Text | undefined>>, state: string, say: (text: Text) => string) => {
  const known = names[state]
  return known === undefined ? state : say(known)
}

/** A block that leads to its page as a file. */
const pageOf = (blockId: string) => long(blockId, link(blockId, `api/v1/page?id=${encodeURIComponent(blockId)}`))

type Counted = Shapes.Connection | Shapes.Worker

/** How a machine's shares ended. */
const counts = <Row extends Counted>(): ReadonlyArray<Column<Row>> => [
  { head: pool.accepted, number: true, cell: ({ accepted }) => String(accepted) },
  { head: words.stale, number: true, cell: ({ stale }) => String(stale) },
  { head: words.rejected, number: true, cell: ({ rejected }) => String(rejected) },
  { head: words.lastShare, cell: ({ lastShareAt }) => moment(lastShareAt) }
]

export const connections: Table<Shapes.Connection> = {
  title: words.mining,
  none: words.nobody,
  path: "api/v1/connections",
  rows: 20,
  columns: [
    { head: words.worker, cell: ({ worker }) => long(worker || "-") },
    { head: words.address, cell: ({ minerId }) => owner(minerId) },
    { head: pool.threads, number: true, cell: ({ threads }) => String(threads) },
    { head: pool.hashrate, number: true, cell: ({ hashrate }) => Format.hashrate(hashrate) },
    { head: pool.difficulty, number: true, cell: ({ difficulty }) => Format.quantity(BigInt(difficulty)) },
    ...counts<Shapes.Connection>()
  ]
}

export const workers: Table<Shapes.Worker> = {
  title: words.machines,
  none: words.unknown,
  path: "api/v1/workers",
  rows: 20,
  columns: [
    { head: words.worker, cell: ({ worker }) => long(worker || "-") },
    { head: words.work, number: true, cell: ({ difficulty }) => Format.quantity(BigInt(difficulty)) },
    ...counts<Shapes.Worker>()
  ]
}

export const shares: Table<Shapes.Share> = {
  title: words.lastShares,
  none: words.none,
  path: "api/v1/shares",
  rows: 10,
  columns: [
    { head: words.at, cell: ({ receivedAt }) => moment(receivedAt) },
    { head: words.worker, cell: ({ worker }) => long(worker || "-") },
    { head: pool.height, number: true, cell: ({ height }) => String(height) },
    { head: pool.difficulty, number: true, cell: ({ difficulty }) => Format.quantity(BigInt(difficulty)) }
  ]
}

export const accounts: Table<Shapes.Miner> = {
  title: words.accounts,
  none: words.none,
  path: "api/v1/miners",
  rows: 10,
  columns: [
    { head: words.address, cell: ({ minerId }) => owner(minerId) },
    { head: inNock(pool.immature), number: true, cell: ({ immatureNicks }) => money(immatureNicks) },
    { head: inNock(pool.payable), number: true, cell: ({ payableNicks }) => money(payableNicks) },
    { head: inNock(pool.paid), number: true, cell: ({ paidNicks }) => money(paidNicks) }
  ]
}

export const blocks: Table<Shapes.Block> = {
  title: words.blocks,
  none: words.none,
  path: "api/v1/blocks",
  rows: 10,
  columns: [
    { head: pool.height, cell: ({ height }) => String(height) },
    {
      head: pool.state,
      cell: ({ detail, state }, say) => {
        const made = element("span", named(Words.block, state, say))
        made.title = detail
        return made
      }
    },
    { head: inNock(words.reward), number: true, cell: ({ rewardNicks }) => money(rewardNicks) },
    { head: words.at, cell: ({ foundAt }) => moment(foundAt) },
    { head: words.foundBy, cell: ({ minerId }) => owner(minerId) },
    { head: words.worker, cell: ({ worker }) => long(worker || "-") },
    { head: words.id, cell: ({ blockId }) => (blockId === null ? "-" : pageOf(blockId)) }
  ]
}

export const payouts: Table<Shapes.Payout> = {
  title: words.payouts,
  none: words.none,
  path: "api/v1/payouts",
  rows: 5,
  columns: [
    { head: words.at, cell: ({ createdAt }) => moment(createdAt) },
    { head: pool.state, cell: ({ state }, say) => named(Words.payout, state, say) },
    { head: words.recipients, number: true, cell: ({ outputs }) => String(outputs.length) },
    {
      head: inNock(words.amount),
      number: true,
      cell: ({ outputs }) => money(String(outputs.reduce((sum, { nicks }) => sum + BigInt(nicks), 0n)))
    }
  ]
}

/**
 * The HTTP API as a function from a request to a reply.
 *
 * It only reads: the pool's status (kept for a moment, so that many monitors cost as much as one), the ledger, and the
 * chain's notes. Every failure is one line in the envelope; a request that is wrong says which part. No stack traces.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ChainSourceService } from "../../../actors/pool/ChainSource.ts"
import type { LedgerService, MinerBalance, Page } from "../../../actors/pool/Ledger.ts"
import type { PoolServiceShape } from "../../../actors/pool/PoolService.ts"
import type { PoolStatus } from "../../../actors/pool/PoolStatus.ts"
import type { Reply, Request } from "../../http/Listener.ts"
import * as Answers from "./Answers.ts"
import * as Metrics from "./Metrics.ts"
import * as OpenApi from "./OpenApi.ts"
import * as Pictures from "./Pictures.ts"
import type { Usage } from "./Process.ts"
import type * as Shapes from "./Shapes.ts"
import * as StatusPage from "./StatusPage.ts"

export interface Sources {
  readonly pool: PoolServiceShape
  readonly ledger: LedgerService
  readonly chain: ChainSourceService
  readonly usage: () => Usage
  readonly version: string
  /** How miners reach the pool; null while their port is closed. */
  readonly listening: () => Shapes.Pool["listening"]
  /** A block as a page in jam, with its proof where it is still kept; null for an unknown id. */
  readonly page: (blockId: string) => Effect.Effect<Uint8Array | null, Wrong>
  /** Balances from here up are paid, nicks. */
  readonly minimumPayoutNicks: bigint
  /** Whether an account's name can be paid. */
  readonly payable: (minerId: string) => boolean
}

interface Wrong {
  readonly _tag: string
  readonly message: string
}

/** The request asks for something that does not make sense. */
class BadRequest {
  readonly _tag = "BadRequest"
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

type Handler = (query: URLSearchParams) => Effect.Effect<Reply, Wrong>

const statusKept = "500 millis"
const defaultLimit = 50
const mostRows = 1_000
/** Each payout has up to a thousand outputs. */
const mostPayouts = 50
/** Accounts of one payout plan; more are in its CSV only up to here. */
const mostPlanned = 100_000

const numberIn = (query: URLSearchParams, name: string, most: number): number | null | BadRequest => {
  const text = query.get(name)
  if (text === null || text === "") return null
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  return value >= 1 && value <= most ? value : new BadRequest(`${name}: expected a whole number from 1 to ${most}`)
}

const pageIn = (query: URLSearchParams, most: number): Effect.Effect<Page, BadRequest> => {
  const limit = numberIn(query, "limit", most)
  const before = numberIn(query, "before", Number.MAX_SAFE_INTEGER)
  if (limit instanceof BadRequest) return Effect.fail(limit)
  if (before instanceof BadRequest) return Effect.fail(before)
  return Effect.succeed({ limit: limit ?? defaultLimit, before })
}

/** Where the next page begins, when there may be one. */
const nextOf = <Row, At>(rows: ReadonlyArray<Row>, limit: number, positionOf: (row: Row) => At): At | null => {
  const last = rows.length < limit ? undefined : rows[rows.length - 1]
  return last === undefined ? null : positionOf(last)
}

/** Rows of the ledger; `miner` asks for those of one account, where rows have one. */
const paged = <Row, Shown>(
  read: (page: Page, minerId: string | null) => Effect.Effect<ReadonlyArray<Row>, Wrong>,
  show: (row: Row) => Shown,
  positionOf: (row: Row) => number,
  most = mostRows
): Handler => {
  return (query) =>
    Effect.gen(function* () {
      const page = yield* pageIn(query, most)
      const rows = yield* read(page, query.get("miner"))
      return Answers.ok({ items: rows.map(show), next: nextOf(rows, page.limit, positionOf) })
    })
}

const position = (row: { readonly position: number }) => row.position
const id = <Id>(row: { readonly id: Id }) => row.id

/** Every balance that would be paid now, largest first. */
const plan = ({ chain, ledger, minimumPayoutNicks, payable }: Sources): Effect.Effect<Shapes.Plan, Wrong> =>
  Effect.gen(function* () {
    const outputs: Array<MinerBalance> = []
    let before: number | null = null
    do {
      const rows: ReadonlyArray<MinerBalance> = yield* ledger.balances({ limit: mostRows, before }, null)
      for (const row of rows) {
        if (row.payableNicks >= minimumPayoutNicks && row.payableNicks > 0n && payable(row.minerId)) outputs.push(row)
      }
      before = rows.length < mostRows ? null : (rows[rows.length - 1]?.position ?? null)
    } while (before !== null && outputs.length < mostPlanned)
    outputs.sort((a, b) => (a.payableNicks < b.payableNicks ? 1 : -1))
    const totalNicks = outputs.reduce((sum, row) => sum + row.payableNicks, 0n)
    return {
      chain: chain.name,
      totalNicks: String(totalNicks),
      outputs: outputs.map(({ minerId, payableNicks }) => ({ minerId, nicks: String(payableNicks) }))
    }
  })

const notesOf = ({ chain, payable }: Sources, query: URLSearchParams): Effect.Effect<Shapes.Notes, Wrong> =>
  Effect.gen(function* () {
    const pkh = query.get("pkh") ?? ""
    if (!payable(pkh)) {
      return yield* Effect.fail(new BadRequest("pkh: expected an address (a public-key hash in base58)"))
    }
    const page = yield* pageIn(query, mostRows)
    const { count, notes, tip, totalNicks } = yield* chain.notes(pkh, page)
    return {
      chain: chain.name,
      pkh,
      height: tip.height,
      blockId: tip.blockId,
      count,
      totalNicks: String(totalNicks),
      items: notes.map(Pictures.note),
      next: nextOf(notes, page.limit, position)
    }
  })

/** How fast the tip grows while it is behind: blocks per second since the first look at this stretch of syncing. */
const pace = () => {
  let first: { readonly at: number; readonly height: number } | null = null
  return (status: PoolStatus, at: number): number | null => {
    const height = status.tip?.height ?? null
    if (status.sync.state !== "syncing" || height === null) {
      first = null
      return null
    }
    first ??= { at, height }
    return at > first.at ? ((height - first.height) / (at - first.at)) * 1000 : null
  }
}

export const make = (sources: Sources): Effect.Effect<(request: Request) => Effect.Effect<Reply>> =>
  Effect.gen(function* () {
    const { chain, ledger, pool, usage, version } = sources
    const status = yield* Effect.cachedWithTTL(pool.status, statusKept)
    const paceOf = pace()
    const of = (show: (status: PoolStatus) => unknown): Handler => {
      return () => Effect.map(status, (now) => Answers.ok(show(now)))
    }
    const routes: Readonly<Record<string, Handler>> = {
      ...Object.fromEntries(
        Object.entries(StatusPage.replies()).map(([path, reply]) => [path, () => Effect.succeed(reply)])
      ),
      "/health": () => Effect.succeed(Answers.empty(200)),
      "/ready": () =>
        Effect.map(status, (now) => {
          const found = Pictures.ready(now)
          return found.ready ? Answers.ok(found) : Answers.failed(503, found.reason ?? "not ready", found)
        }),
      "/metrics": () =>
        Effect.map(status, (now) =>
          Answers.text(200, Metrics.render(now, usage(), version), "text/plain; version=0.0.4")
        ),
      "/api/basic": of(Pictures.basic),
      "/api/status": of((now) => Pictures.full(now, usage())),
      "/api/sync": () =>
        Effect.zipWith(status, Clock.currentTimeMillis, (now, at) => Answers.ok(Pictures.sync(now, paceOf(now, at)))),
      "/api/openapi.json": () => Effect.succeed(Answers.bare(OpenApi.document(version, chain.name))),
      "/api/v1/pool": of((now) => Pictures.pool(now, sources.listening())),
      "/api/v1/miners": paged(ledger.balances, Pictures.miner, position),
      "/api/v1/workers": paged(ledger.miners, Pictures.worker, position),
      "/api/v1/connections": (query) =>
        Effect.gen(function* () {
          const limit = numberIn(query, "limit", mostRows)
          if (limit instanceof BadRequest) return yield* Effect.fail(limit)
          const page = { limit: limit ?? defaultLimit, after: query.get("before"), minerId: query.get("miner") }
          const rows = yield* pool.connections(page)
          return Answers.ok({ items: rows.map(Pictures.connection), next: nextOf(rows, page.limit, id) })
        }),
      "/api/v1/shares": paged(ledger.shares, Pictures.share, id),
      "/api/v1/blocks": paged(ledger.blocks, Pictures.block, id),
      "/api/v1/payouts": paged(ledger.payouts, Pictures.payout, position, mostPayouts),
      "/api/v1/payouts/plan": () => Effect.map(plan(sources), Answers.ok),
      "/api/v1/payouts/plan.csv": () =>
        Effect.map(plan(sources), ({ outputs }) =>
          Answers.csv(`payout-plan-${chain.kind}.csv`, [
            ["address", "nicks"],
            ...outputs.map(({ minerId, nicks }) => [minerId, nicks])
          ])
        ),
      "/api/v1/page": (query) => {
        const id = query.get("id") ?? ""
        if (!/^[1-9A-HJ-NP-Za-km-z]{1,56}$/.test(id))
          return Effect.fail(new BadRequest("id: expected a block id in base58"))
        return Effect.map(sources.page(id), (page) =>
          page === null ? Answers.failed(404, `no block ${id}`) : Answers.binary(`${id}.jam`, page)
        )
      },
      "/api/v1/notes": (query) => Effect.map(notesOf(sources, query), Answers.ok)
    }
    return ({ method, target }) => {
      const cut = target.indexOf("?")
      const path = cut < 0 ? target : target.slice(0, cut)
      const handler = Object.hasOwn(routes, path) ? routes[path] : undefined
      if (handler === undefined) return Effect.succeed(Answers.failed(404, `no such path: ${path.slice(0, 100)}`))
      if (method === "OPTIONS") return Effect.succeed(Answers.empty(204))
      if (method !== "GET" && method !== "HEAD") return Effect.succeed(Answers.notAllowed)
      const reply = handler(new URLSearchParams(cut < 0 ? "" : target.slice(cut + 1))).pipe(
        Effect.catchAll((error) =>
          error._tag === "BadRequest"
            ? Effect.succeed(Answers.failed(400, error.message))
            : Effect.as(Effect.logWarning(`${path}: ${error.message}`), Answers.failed(503, error.message))
        ),
        Effect.catchAllDefect((defect) =>
          Effect.as(
            Effect.logError(`${path} ended in a defect: ${String(defect)}`),
            Answers.failed(500, "internal error")
          )
        ),
        Effect.timeoutTo({
          duration: "10 seconds",
          onSuccess: (done) => done,
          onTimeout: () => Answers.failed(503, "the answer took too long")
        })
      )
      return reply
    }
  })

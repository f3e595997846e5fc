/**
 * A pool's status and books of a test's choosing, behind a real HTTP listener.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ChainSourceService } from "../../../../actors/pool/ChainSource.ts"
import { LedgerFailed } from "../../../../actors/pool/Errors.ts"
import type { LedgerService } from "../../../../actors/pool/Ledger.ts"
import { noShares, type PoolStatus } from "../../../../actors/pool/PoolStatus.ts"
import type { Sources } from "../../../../src/pool/http/Routes.ts"
import * as Server from "../../../../src/pool/http/Server.ts"
import { MemoryLedger } from "../../../harness/pool/MemoryLedger.ts"
import { FakePool } from "../grpc/FakePool.ts"

export const status: PoolStatus = {
  startedAt: Date.UTC(2023, 6, 23, 12, 0, 0),
  uptimeMillis: 3_600_900,
  source: { kind: "devnet", name: "devnet", maturity: 100 },
  sync: { state: "synced", networkHeight: 1234, detail: "" },
  tip: { height: 1234, blockId: "tip-id", timestamp: Date.UTC(2023, 6, 23, 12, 58, 30) },
  job: {
    jobId: "abcd1234",
    height: 1235,
    parent: "tip-id",
    networkTarget: 0xfffffn << 276n,
    networkDifficulty: 2n ** 24n,
    issuedAt: Date.UTC(2023, 6, 23, 12, 59, 0)
  },
  jobs: 15,
  lastJobAt: Date.UTC(2023, 6, 23, 12, 59, 0),
  idle: null,
  connections: {
    active: 10,
    pending: 2,
    total: 40,
    refused: { banned: 1, "too-many": 0, "too-many-from-address": 0, "too-fast": 0, stopping: 0 },
    threads: 80,
    bans: 1
  },
  hashrate: 160_000_000.4,
  shares: { ...noShares, accepted: 7, stale: 2 },
  waiting: 3,
  batches: { count: 4, shares: 9 },
  ledger: { shares: 7n, found: 5, accepted: 4, orphaned: 1 },
  unkept: null,
  winners: [],
  lastOwnBlockAt: null,
  payout: { enabled: true, last: null, problem: null }
}

const chain: ChainSourceService = {
  kind: "devnet",
  name: "devnet",
  maturity: 100,
  tip: Effect.succeed({ height: 1234, blockId: "tip-id", timestamp: 0 }),
  sync: Effect.succeed(status.sync),
  standing: Effect.succeed([]),
  candidates: Stream.never,
  events: Stream.never,
  blockAt: () => Effect.succeed(null),
  submit: () => Effect.succeed("stale"),
  notes: (pkh, { before, limit }) => {
    const all = [
      { position: 8, name: "two", nicks: 5n, height: 4, coinbase: false, spendableFrom: 4 },
      { position: 6, name: "one", nicks: 70_000n, height: 3, coinbase: true, spendableFrom: 103 }
    ]
    const owned = pkh === "2" ? [] : all
    return Effect.succeed({
      tip: { height: 1234, blockId: "tip-id", timestamp: 0 },
      count: owned.length,
      totalNicks: owned.reduce((sum, { nicks }) => sum + nicks, 0n),
      notes: owned.filter(({ position }) => position < (before ?? 99)).slice(0, limit)
    })
  },
  pay: null
}

export interface Given {
  readonly status?: Partial<PoolStatus>
  readonly ledger?: Partial<LedgerService>
  readonly sources?: Partial<Sources>
}

export const broken = Effect.fail(new LedgerFailed({ operation: "read", cause: new Error("disk on fire") }))

/** Serve, and how to ask. */
export const serve = (given: Given = {}) =>
  Effect.gen(function* () {
    const pool = new FakePool().service
    const { port } = yield* Server.serve(
      { host: "127.0.0.1", port: 0 },
      {
        pool: { ...pool, status: Effect.succeed({ ...status, ...given.status }) },
        ledger: { ...new MemoryLedger().service, ...given.ledger },
        chain,
        usage: () => ({ cpuPercent: 12.5, cpuSeconds: 3, memoryBytes: 300 * 2 ** 20 }),
        version: "1.2.3",
        listening: () => ({ port: 7777, tls: false, token: true }),
        minimumPayoutNicks: 100n,
        page: (id) => Effect.succeed(id === "known" ? Buffer.from([1, 0, 255]) : null),
        payable: (minerId) => minerId !== "" && minerId !== "nobody",
        ...given.sources
      }
    )
    const get = (path: string, init?: RequestInit) =>
      Effect.promise(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}${path}`, init)
        const text = await answer.text()
        const json: unknown = answer.headers.get("content-type")?.includes("json") ? JSON.parse(text) : null
        return { status: answer.status, headers: answer.headers, text, json }
      })
    return { port, get }
  })

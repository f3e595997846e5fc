/** What pools and miners look like, for tests of the terminal: easy ones, and arbitrary ones with hostile texts. */
import * as fc from "effect/FastCheck"
import type { MinerStatus } from "../../../actors/miner/MinerStatus.ts"
import type { ProgramStatus } from "../../../src/control/Api.ts"
import type { MinerPicture } from "../../../src/control/MinerPicture.ts"
import type { PoolPicture } from "../../../src/control/PoolPicture.ts"
import { status as poolStatus } from "../pool/http/Fixture.ts"
import { hostile, now } from "./Statuses.ts"

const program = (name: string): ProgramStatus => ({
  about: { program: name, pid: 4711, version: "0.1.0", startedAt: now - 83_000 },
  at: now,
  memory: { processBytes: 100 * 2 ** 20, treeBytes: 130 * 2 ** 20 },
  fleet: null,
  pool: null,
  miner: null
})

export const minerStatus: MinerStatus = {
  at: now,
  startedAt: now - 100_000,
  link: { _tag: "Connected", address: "127.0.0.1:7777", since: now - 60_000 },
  sessions: 1,
  job: {
    jobId: "job-1",
    height: 42,
    version: 5,
    address: "127.0.0.1:7777",
    shareDifficulty: 32_768n,
    networkDifficulty: 388_799_999_999_999n,
    since: now - 10_000
  },
  idle: null,
  threads: [
    { thread: 0, state: "searching", rate: 12_000, tried: 1_200_000 },
    { thread: 1, state: "starting", rate: 0, tried: 0 }
  ],
  rate: 12_000,
  tried: 1_200_000,
  shares: { found: 9, accepted: 7, stale: 1, rejected: 0, duplicate: 0, lost: 0, pending: 1 },
  answers: { accepted: 7, stale: 1 },
  acceptedDifficulty: 229_376n,
  lastAcceptedAt: now - 1_000,
  latencyMillis: 12.3
}

export const miner = (more: Partial<MinerPicture> = {}): ProgramStatus => ({
  ...program("miner"),
  miner: { status: minerStatus, pools: ["127.0.0.1:7777"], account: "3zx", worker: "rack", stopping: false, ...more }
})

export const pool = (more: Partial<PoolPicture> = {}): ProgramStatus => ({
  ...program("pool-server"),
  pool: {
    status: poolStatus,
    ready: { ready: true, reason: null },
    balances: { accounts: 3, immatureNicks: 98_304n, payableNicks: 65_536n * 12n, paidNicks: 1n },
    ports: { miners: "0.0.0.0:7777", http: "127.0.0.1:8080" },
    stopping: false,
    ...more
  }
})

const time = fc.integer({ min: now - 10 ** 9, max: now + 10 ** 9 })
const number = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN))
const amount = fc.bigInt({ min: 0n, max: 2n ** 80n })
const counts = fc.dictionary(hostile, fc.nat(), { maxKeys: 8 })

export const anyPool: fc.Arbitrary<ProgramStatus> = fc
  .record({
    name: hostile,
    state: hostile,
    reason: fc.option(hostile),
    networkHeight: fc.option(fc.nat()),
    at: time,
    difficulty: amount,
    shares: counts,
    refused: counts,
    hashrate: number,
    nicks: amount,
    winners: fc.array(hostile, { maxLength: 5 }),
    port: fc.option(hostile),
    problem: fc.option(hostile),
    known: fc.boolean()
  })
  .map((any) =>
    pool({
      ready: { ready: any.reason === null, reason: any.reason },
      balances: any.known
        ? { accounts: 2, immatureNicks: any.nicks, payableNicks: any.nicks, paidNicks: any.nicks }
        : null,
      ports: { miners: any.port, http: any.port },
      status: {
        ...poolStatus,
        source: { kind: "node", name: any.name, maturity: 100 },
        sync: { state: any.state, networkHeight: any.networkHeight, detail: any.name },
        tip: any.known ? { height: 7, blockId: any.name, timestamp: any.at } : null,
        job: any.known
          ? { jobId: any.name, height: 8, parent: any.name, networkDifficulty: any.difficulty, issuedAt: any.at }
          : null,
        connections: { active: 1, pending: 1, total: 2, refused: any.refused, threads: 3, bans: 1 },
        hashrate: any.hashrate,
        shares: any.shares,
        winners: any.winners.map((state) => ({
          blockId: null,
          height: 1,
          state,
          minerId: state,
          foundAt: any.at,
          detail: state
        })),
        lastOwnBlockAt: any.at,
        payout: { enabled: true, last: any.problem, problem: any.reason }
      }
    })
  )

export const anyMiner: fc.Arbitrary<ProgramStatus> = fc
  .record({
    tag: fc.oneof(fc.constantFrom("Connecting", "Connected", "Waiting"), hostile),
    address: hostile,
    detail: hostile,
    at: time,
    idle: fc.option(hostile),
    rates: fc.array(number, { maxLength: 70 }),
    state: hostile,
    stopping: fc.boolean(),
    latency: fc.option(number)
  })
  .map(({ address, at, detail, idle, latency, rates, state, stopping, tag }) =>
    miner({
      pools: [address, detail],
      account: detail,
      worker: address,
      stopping,
      status: {
        ...minerStatus,
        link: { _tag: tag, address, detail, since: at, until: at },
        job: idle === null ? minerStatus.job : null,
        idle,
        threads: rates.map((rate, thread) => ({ thread, state, rate, tried: 1 })),
        rate: rates[0] ?? 0,
        latencyMillis: latency
      }
    })
  )

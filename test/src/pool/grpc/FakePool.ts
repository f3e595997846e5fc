/**
 * A pool without actors: it remembers what the transport told it, and pushes what a test wants.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import type { Job } from "../../../../actors/pool/Job.ts"
import type { MinerReport, Peer, PoolConnection, PoolServiceShape, Push } from "../../../../actors/pool/PoolService.ts"
import { ConnectionRefused } from "../../../../actors/pool/PoolService.ts"
import type { ShareAnswer } from "../../../../actors/pool/Share.ts"

export interface FakeConnection {
  readonly peer: Peer
  readonly push: (push: Push) => void
  readonly reports: Array<MinerReport>
  readonly shares: Array<{ readonly jobId: string; readonly nonce: Uint8Array }>
  readonly closed: Array<string>
  readonly session: string
  readonly prefix: bigint
  readonly connection: PoolConnection
}

export const job = (over: Partial<Job> = {}): Job => ({
  jobId: "job-1",
  clean: true,
  expiresAt: 1_800_000_000_000,
  candidate: {
    version: 5,
    commitment: Buffer.alloc(40, 7),
    target: 2n ** 300n,
    powLength: 64,
    height: 12,
    parent: "parent-id",
    createdAt: 1_700_000_000_000
  },
  ...over
})

const wait = () => new Promise((resolve) => setTimeout(resolve, 2))

export class FakePool {
  readonly connections: Array<FakeConnection> = []
  /** Asked for when not empty. */
  token = ""
  refuse: ConnectionRefused | null = null
  present: Job | null = job()
  answer: (nonce: Uint8Array) => ShareAnswer = () => ({ code: "accepted", reason: "", newDifficulty: null })
  /** When not null, answers wait here until a test gives them. */
  later: Array<() => void> | null = null
  /** Shares that came by a call of their own. */
  calls = 0
  shareTarget = 2n ** 310n

  /** The connection of an account, when it is there. */
  async of(minerId: string): Promise<FakeConnection> {
    for (let count = 0; count < 2_000; count++) {
      const found = this.connections.findLast((one) => one.reports[0]?.minerId === minerId)
      if (found !== undefined) return found
      await wait()
    }
    throw new Error(`${minerId} did not come`)
  }

  broadcast(next: Job): void {
    this.present = next
    for (const { closed, prefix, push } of this.connections) {
      if (closed.length === 0)
        push({ _tag: "Work", job: next, clean: next.clean, shareTarget: this.shareTarget, prefix, session: null })
    }
  }

  private enter(peer: Peer, push: (push: Push) => void): FakeConnection {
    const number = this.connections.length
    const prefix = 2n ** 63n + BigInt(number)
    const reports: Array<MinerReport> = []
    const shares: FakeConnection["shares"] = []
    const closed: Array<string> = []
    const session = `session-${number}`
    const greet = (report: MinerReport) => {
      const given = report.token === null ? "" : Redacted.value(report.token)
      if (this.token !== "" && given !== this.token) {
        closed.push("unauthorised")
        push({ _tag: "Closed", reason: "unauthorised", detail: "wrong token" })
        return
      }
      push({ _tag: "Welcome", session, resumed: false, prefix, shareTarget: this.shareTarget })
      if (this.present !== null) {
        push({ _tag: "Work", job: this.present, clean: true, shareTarget: this.shareTarget, prefix, session: null })
      }
    }
    const connection: PoolConnection = {
      id: String(number),
      report: (report) => {
        reports.push(report)
        if (reports.length === 1) greet(report)
      },
      unsafeSubmit: (jobId, nonce, answer) => {
        shares.push({ jobId, nonce })
        if (this.later === null) answer(this.answer(nonce))
        else this.later.push(() => answer(this.answer(nonce)))
      },
      submit: (_, nonce) => Effect.sync(() => this.answer(nonce)),
      close: (reason) => {
        if (closed.length === 0) closed.push(reason)
      }
    }
    const made = { peer, push, reports, shares, closed, session, prefix, connection }
    this.connections.push(made)
    return made
  }

  readonly service: PoolServiceShape = {
    connect: (peer, push) =>
      Effect.suspend(() =>
        this.refuse === null ? Effect.succeed(this.enter(peer, push).connection) : Effect.fail(this.refuse)
      ),
    route: ({ address, minerId, session }) => {
      this.calls += 1
      const open = this.connections.filter((one) => one.closed.length === 0)
      const found =
        session === null
          ? open.find((one) => one.peer.address === address && one.reports[0]?.minerId === minerId)
          : open.find((one) => one.session === session)
      return found?.connection
    },
    status: Effect.dieMessage("not used here"),
    changes: Stream.empty,
    connections: () => Effect.succeed([]),
    events: Stream.empty,
    disconnect: () => Effect.succeed(false),
    unban: () => Effect.succeed(0),
    bans: Effect.succeed([]),
    payNow: Effect.void,
    drain: Effect.void
  }
}

export const refusal = (reason: ConnectionRefused["reason"]): ConnectionRefused =>
  new ConnectionRefused({ peer: "127.0.0.1", reason, detail: "a test says so", retryAfterMillis: 1_500 })

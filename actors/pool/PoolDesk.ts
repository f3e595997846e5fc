/**
 * The pool's service over its shared state: letting miners in, routing shares, taking pictures.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SyncStatus } from "./ChainSource.ts"
import type { DynamicSupervisor } from "../runtime/Supervisor.ts"
import * as Connection from "./Connection.ts"
import { Member } from "./Member.ts"
import type { PoolCore } from "./PoolCore.ts"
import { ConnectionRefused, type MinerReport, type PoolConnection, type PoolServiceShape } from "./PoolService.ts"
import type { ConnectionStatus, DisconnectReason, LedgerTotals, PoolStatus } from "./PoolStatus.ts"
import type { ShareAnswer } from "./Share.ts"
import * as Submission from "./Submission.ts"
import { TokenBucket } from "./TokenBucket.ts"
import * as Vardiff from "./Vardiff.ts"

export type Listener = DynamicSupervisor<Member, Connection.Spec>

const statusMillis = 250
const drainMillis = 50

export const make = (core: PoolCore, listener: () => Listener | null): PoolServiceShape => {
  const status = picture(core)
  return {
    connect: (peer, push) =>
      Effect.suspend(() => {
        const now = core.now()
        const address = peer.address
        const refused = core.door.enter(peer.ip, now)
        if (refused !== null) {
          core.tell({ _tag: "Refused", peer: address, reason: refused.reason })
          return Effect.fail(new ConnectionRefused({ peer: address, ...refused }))
        }
        const { limits, vardiff } = core.settings
        core.connected += 1
        const first = Vardiff.clamped(vardiff.startDifficulty, vardiff, core.hardest)
        const member = new Member(
          core.connected.toString(36),
          peer,
          push,
          new TokenBucket(limits.sharesPerSecond, limits.shareBurst, now),
          core.aims.of(first),
          now
        )
        const stopping = (detail: string) => {
          core.door.leave(peer.ip, core.now())
          return new ConnectionRefused({ peer: address, reason: "stopping", detail, retryAfterMillis: 1_000 })
        }
        const supervisor = listener()
        if (supervisor === null) return Effect.fail(stopping("the listener is being started"))
        return Effect.matchEffect(supervisor.startChild(member), {
          onFailure: (error) => Effect.fail(stopping(error.message)),
          onSuccess: () =>
            Effect.sync(() => {
              if (!member.ended) core.members.add(member)
              core.touch()
              return new Handle(core, member)
            })
        })
      }).pipe(Effect.uninterruptible),
    route: ({ address, minerId, session }) => {
      const account = minerId.split(".", 1)[0] ?? minerId
      const known = session === null ? undefined : core.sessions.find(session)
      const member =
        session === null
          ? (core.members.find(address, minerId) ?? core.members.find(address, account))
          : known && core.members.holder(known)
      return member && new Handle(core, member)
    },
    status,
    changes: Stream.concat(
      Stream.fromEffect(status),
      Stream.mapEffect(core.touches, () => Effect.andThen(core.ground.alarm.sleep(statusMillis), status))
    ),
    connections: ({ after, limit, minerId = null }) =>
      Effect.sync(() => core.members.page(limit, after, minerId).map((member) => describe(core, member))),
    events: core.events,
    disconnect: (id) =>
      Effect.sync(() => {
        const member = core.members.get(id)
        if (member === undefined) return false
        Connection.end(core, member, "operator", "ended by the operator of the pool", true)
        return true
      }),
    unban: (whom) => Effect.sync(() => core.door.bans.lift(whom)),
    bans: Effect.sync(() => core.door.bans.list(core.now())),
    payNow: Effect.async((resume) => core.toPay.add(() => resume(Effect.void))),
    drain: Effect.gen(function* () {
      core.door.closed = true
      while (core.waiting > 0) yield* core.ground.alarm.sleep(drainMillis)
      for (const member of Array.from(core.members.all())) {
        Connection.end(core, member, "stopping", "the pool is stopping; come back later", true)
      }
    })
  }
}

/** A connection as the edges see it: two words, made as often as somebody asks. */
class Handle implements PoolConnection {
  readonly #core: PoolCore
  readonly #member: Member

  constructor(core: PoolCore, member: Member) {
    this.#core = core
    this.#member = member
  }

  get id(): string {
    return this.#member.id
  }

  report(report: MinerReport): void {
    if (!this.#member.ended) this.#member.tell({ _tag: "Report", report })
  }

  unsafeSubmit(jobId: string, nonce: Uint8Array, answer: (answer: ShareAnswer) => void): void {
    Submission.submit(this.#core, this.#member, jobId, nonce, answer)
  }

  submit(jobId: string, nonce: Uint8Array): Effect.Effect<ShareAnswer> {
    return Effect.async((resume) => this.unsafeSubmit(jobId, nonce, (answer) => resume(Effect.succeed(answer))))
  }

  close(reason: DisconnectReason, detail: string): void {
    Connection.end(this.#core, this.#member, reason, detail, false)
  }
}

const describe = (core: PoolCore, member: Member): ConnectionStatus => {
  const { aim, claimedRate, connectedAt, id, lastSeenAt, peer, session, threads, version } = member
  return {
    id,
    peer: peer.address,
    minerId: session?.minerId ?? "",
    worker: session?.worker ?? "",
    version,
    threads,
    claimedRate,
    difficulty: aim.difficulty,
    hashrate: session?.rate.perSecond(core.now()) ?? 0,
    accepted: session?.accepted ?? 0,
    stale: session?.stale ?? 0,
    rejected: session?.rejected ?? 0,
    connectedAt,
    lastSeenAt,
    lastShareAt: session?.lastShareAt ?? null,
    resumes: session?.resumes ?? 0
  }
}

/** Of those who are here: what a miner did before it left is not what the pool can do now. */
const hashrate = (core: PoolCore, now: number): number => {
  let sum = 0
  for (const { session } of core.members.all()) sum += session?.rate.perSecond(now) ?? 0
  return sum
}

/** The tip is told at once and the source is asked now and then: the network is never below the tip. */
const syncOf = ({ sync, tip }: PoolCore): SyncStatus =>
  tip === null || sync.networkHeight === null || sync.networkHeight >= tip.height
    ? sync
    : { ...sync, networkHeight: tip.height }

/** A failed write counts for so long when no other share comes that could tell. */
const unkeptMillis = 30_000

const picture = (core: PoolCore): Effect.Effect<PoolStatus> => {
  let known: LedgerTotals | null = null
  const totals = Effect.match(core.ground.ledger.totals, {
    onFailure: (error) => ({ ledger: known, unread: error.message }),
    onSuccess: (ledger) => {
      known = ledger
      return { ledger, unread: null }
    }
  })
  return Effect.map(totals, ({ ledger, unread }): PoolStatus => {
    const now = core.now()
    const unwritten = core.unkept !== null && now - core.unkept.at < unkeptMillis ? core.unkept.why : null
    const { current } = core.jobs
    const { kind, maturity, name, pay } = core.ground.source
    const { members } = core
    return {
      startedAt: core.startedAt,
      uptimeMillis: now - core.startedAt,
      source: { kind, name, maturity },
      sync: syncOf(core),
      tip: core.tip,
      job:
        current === null
          ? null
          : {
              jobId: current.job.jobId,
              height: current.job.candidate.height,
              parent: current.job.candidate.parent,
              networkTarget: current.job.candidate.target,
              networkDifficulty: current.networkDifficulty,
              issuedAt: current.issuedAt
            },
      jobs: core.jobs.issued,
      lastJobAt: core.lastJobAt,
      idle: core.idle,
      connections: {
        active: members.active,
        pending: members.size - members.active,
        total: core.connected,
        refused: { ...core.door.refused },
        threads: members.threads,
        bans: core.door.bans.count(now)
      },
      hashrate: hashrate(core, now),
      shares: { ...core.counts },
      waiting: core.waiting,
      batches: { ...core.batches },
      ledger,
      unkept: unwritten ?? unread,
      winners: core.winners.unsettled.map(({ block, blockId, detail, state }) => ({
        blockId,
        height: block.height,
        state,
        minerId: block.minerId,
        foundAt: block.foundAt,
        detail
      })),
      lastOwnBlockAt: core.lastOwnBlockAt,
      payout: { enabled: pay !== null, ...core.payout }
    }
  })
}

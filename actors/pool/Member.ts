/**
 * One connection as the pool keeps it: who it is, what it was asked, what it may do.
 *
 * The record is the state of the connection's actor (`Connection`); everything that changes it is synchronous. It is kept
 * small on purpose: ten thousand of them live in one process.
 */
import type * as Alarm from "../runtime/Alarm.ts"
import type { ActorRef } from "../runtime/Behaviour.ts"
import type { Aim } from "./Aim.ts"
import type { Job, Limbs } from "./Job.ts"
import type { OpenJob } from "./JobTable.ts"
import type { MinerReport, Peer, Push } from "./PoolService.ts"
import type { Session } from "./Session.ts"
import type { ShareAnswer } from "./Share.ts"
import type { TokenBucket } from "./TokenBucket.ts"

/** What the actor of a connection is told. */
export type MemberMessage =
  | { readonly _tag: "Report"; readonly report: MinerReport }
  /** One object for all connections. */
  | { readonly _tag: "Send"; readonly job: Job }
  | { readonly _tag: "Due" }
  | { readonly _tag: "Stop" }

export class Member {
  readonly id: string
  readonly peer: Peer
  readonly push: (push: Push) => void
  readonly connectedAt: number
  readonly bucket: TokenBucket
  /** Null until it has said who it is. */
  session: Session | null = null
  aim: Aim
  /** What the ticket says that it was given last. */
  ticketed: Aim | null = null
  /** The job it was last given. */
  sent: Job | null = null
  version = ""
  threads = 0
  claimedRate: number | null = null
  lastSeenAt: number
  /** Shares of the present sample for bans, and how many of them were invalid. */
  sampled = 0
  invalid = 0
  /** Shares in a row that were too many. */
  overrun = 0
  /** It has ended; whatever still comes for it is answered but changes nothing. */
  ended = false
  timer: Alarm.Entry | null = null
  /** Its actor; null until that has started. */
  self: ActorRef<MemberMessage> | null = null

  constructor(id: string, peer: Peer, push: (push: Push) => void, bucket: TokenBucket, aim: Aim, now: number) {
    this.id = id
    this.peer = peer
    this.push = push
    this.bucket = bucket
    this.aim = aim
    this.connectedAt = now
    this.lastSeenAt = now
  }

  tell(message: MemberMessage): void {
    this.self?.unsafeTell(message)
  }
}

/** A share that passed the cheap checks and waits for its digest, then for the ledger. */
export interface Pending {
  readonly member: Member
  readonly session: Session
  readonly entry: OpenJob
  readonly nonce: Limbs
  /** What it was searched for and counts. */
  readonly searched: Aim
  /** What it has to meet: that, or what is asked at the moment when that is harder and was so when its job began. */
  readonly asked: Aim
  readonly receivedAt: number
  readonly answer: (answer: ShareAnswer) => void
  /** Answered: to be done once. */
  done: boolean
}

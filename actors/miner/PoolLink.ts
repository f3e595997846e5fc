/**
 * The port from a miner to a pool: one session with one address, jobs down and shares up.
 *
 * A session ends with a typed error when the connection is lost; reconnecting, fail-over and what to do with shares
 * whose answer never came belong to the actor that uses it. Nothing is counted as accepted without the pool's answer.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { Limbs, NoncePrefix } from "../pool/Job.ts"
import type { ShareAnswer } from "../pool/Share.ts"

/** A job as the pool sent it to this connection. */
export interface MinerJob {
  readonly jobId: string
  readonly version: number
  readonly commitment: Limbs
  readonly shareTarget: bigint
  readonly networkTarget: bigint
  readonly powLength: number
  readonly height: number
  /** Limb 4 of every nonce; null from a pool that does not partition. */
  readonly noncePrefix: NoncePrefix | null
  readonly expiresAt: number
}

/** What the miner tells with every heartbeat; the rate is measured, digests per second. */
export interface MinerReport {
  readonly threads: number
  readonly rate: number
}

/**
 * The session is over or never began. `final` true: trying the same address again soon changes nothing (wrong token,
 * banned, not a mining pool); it is looked at again after a longer rest, because a pool's operator may mend it.
 */
export class LinkLost extends Data.TaggedError("LinkLost")<{
  readonly address: string
  readonly detail: string
  readonly final: boolean
}> {
  override get message() {
    const next = this.final ? "somebody has to change something; looking again every minute" : "trying again"
    return `pool ${this.address}: ${this.detail}; ${next}`
  }
}

export interface PoolSession {
  readonly address: string
  /** Jobs as they come; fails when the session is lost. */
  readonly jobs: Stream.Stream<MinerJob, LinkLost>
  readonly submit: (jobId: string, nonce: Limbs) => Effect.Effect<ShareAnswer, LinkLost>
  /** Send a heartbeat now. */
  readonly heartbeat: (report: MinerReport) => Effect.Effect<void, LinkLost>
}

export interface PoolLinkService {
  /** Connect and subscribe, with a first heartbeat; the session lives as long as the scope. */
  readonly connect: (address: string, report: MinerReport) => Effect.Effect<PoolSession, LinkLost, Scope.Scope>
}

export class PoolLink extends Context.Tag("pitboss/miner/PoolLink")<PoolLink, PoolLinkService>() {}

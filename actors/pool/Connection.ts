/**
 * The actor of one connection: who is it, is it alive, what should it search, how hard should its shares be.
 *
 * A temporary child: when it ends, the miner comes back with its session and goes on. It owns no fiber and one timer entry
 * (identify in time, do not fall silent, review of the difficulty). Shares do not pass through its mailbox (see
 * `Submission`): an answer that is owed must not end with the connection.
 */
import * as Effect from "effect/Effect"
import * as Actor from "../runtime/Actor.ts"
import * as Behaviour from "../runtime/Behaviour.ts"
import * as Grade from "./Grade.ts"
import * as Identity from "./Identity.ts"
import type { Job } from "./Job.ts"
import type { Member, MemberMessage } from "./Member.ts"
import type { PoolCore } from "./PoolCore.ts"
import type { MinerReport, Push } from "./PoolService.ts"
import type { DisconnectReason } from "./PoolStatus.ts"
import type { Session } from "./Session.ts"
import * as Vardiff from "./Vardiff.ts"

export type Spec = Actor.ActorSpec<MemberMessage>

/** Makes the actors of a pool's connections: all but their beginning is one and the same for them. */
export const children = (core: PoolCore): ((member: Member) => Spec) => {
  const common = {
    mailbox: { capacity: 64, policy: "drop-oldest" } as const,
    reduce: (member: Member, message: MemberMessage, context: Actor.ActorContext<MemberMessage>) => {
      if (message._tag === "Stop" || member.ended) context.stop()
      else {
        try {
          handle(core, member, message)
          catchUp(core, member)
        } catch (defect) {
          end(core, member, "internal", "the pool made a mistake with this connection; come back", true)
          throw defect
        }
      }
      return member
    },
    onStop: (member: Member) =>
      Effect.sync(() => end(core, member, "stopping", "the pool is stopping; come back later", true))
  }
  const begin = (member: Member, self: Actor.ActorRef<MemberMessage>): Member => {
    member.self = self
    arm(core, member)
    return member
  }
  const temporary = { restart: "temporary" } as const
  return (member) => {
    const initial = ({ self }: Actor.ActorContext<MemberMessage>) => begin(member, self)
    return Actor.child(member.id, Behaviour.of<MemberMessage>()({ initial, ...common }), temporary)
  }
}

const handle = (core: PoolCore, member: Member, message: MemberMessage): void => {
  if (message._tag === "Due") due(core, member)
  else if (message._tag === "Send") work(core, member, message.job)
  else if (message._tag === "Report") {
    if (member.session === null) identify(core, member, message.report)
    else heartbeat(core, member, message.report)
  }
}

/** A flood of reports may have pushed a timer or a job out of the mailbox. */
const catchUp = (core: PoolCore, member: Member): void => {
  if (member.ended) return
  if (member.timer === null) arm(core, member)
  const job = core.jobs.current?.job
  if (job !== undefined && job.jobId !== member.sent?.jobId) work(core, member, job)
}

// ---------------------------------------------------------------------------------------------------- end

/**
 * The end of a connection, whoever wants it; `told` when the miner has to hear of it; `who` it is, or says it is.
 * Idempotent.
 */
export const end = (
  core: PoolCore,
  member: Member,
  reason: DisconnectReason,
  detail: string,
  told: boolean,
  who: Identity.Identity | null = member.session
): void => {
  if (member.ended) return
  member.ended = true
  member.timer?.cancel()
  member.timer = null
  const now = core.now()
  const { session } = member
  if (session !== null) {
    if (core.members.holder(session) === member) core.sessions.detached(session, now)
  }
  // Who leaves before it has said who it is was no miner; who is sent away is news, whoever it is.
  if (session !== null || (reason !== "left" && reason !== "stopping")) {
    const { minerId, worker } = who ?? Identity.nobody
    core.tell({ _tag: "Disconnected", peer: member.peer.address, minerId, worker, reason, detail })
  }
  core.members.remove(member)
  core.door.leave(member.peer.ip, now)
  core.touch()
  if (told) push(core, member, { _tag: "Closed", reason, detail })
  member.tell(stop)
}

const stop: MemberMessage = { _tag: "Stop" }

/** A callback that throws must not take the actor of another connection along. */
const push = (core: PoolCore, member: Member, message: Push): void => {
  try {
    member.push(message)
  } catch (defect) {
    core.trouble("connection", `${member.peer.address}: writing failed: ${String(defect)}`)
    end(core, member, "internal", "writing failed", false)
  }
}

// ---------------------------------------------------------------------------------------------------- identity

const identify = (core: PoolCore, member: Member, report: MinerReport): void => {
  const who = Identity.of(report)
  const refusal =
    typeof who === "string" ? ({ reason: "malformed", detail: who } as const) : door(core, member, report, who)
  if (typeof who === "string" || refusal !== null) {
    const known = typeof who === "string" ? null : who
    end(core, member, refusal?.reason ?? "malformed", refusal?.detail ?? "", true, known)
    return
  }
  const { resumed, session } = sessionOf(core, report, who)
  core.sessions.attached(session)
  member.version = report.version.replace(/[^\x20-\x7e]/g, "?").slice(0, 64)
  member.claimedRate = Identity.claimed(report)
  member.aim = core.aims.of(session.vardiff.difficulty)
  member.lastSeenAt = core.now()
  core.members.identified(member, session, Identity.threadsOf(report))
  core.tell({ _tag: "Connected", peer: member.peer.address, minerId: who.minerId, worker: who.worker, resumed })
  const { aim } = member
  member.ticketed = aim
  const prefix = Grade.withGrade(session.prefix, aim.grade)
  const ticket = core.sessions.ticket(session)
  push(core, member, { _tag: "Welcome", session: ticket, resumed, prefix, shareTarget: aim.target })
  const current = core.jobs.current
  if (current !== null) work(core, member, current.job)
}

/** Why it is not served; null: it is. */
const door = (
  core: PoolCore,
  { peer: { ip } }: Member,
  { token }: MinerReport,
  { minerId }: Identity.Identity
): { readonly reason: DisconnectReason; readonly detail: string } | null => {
  const { limits, tokens } = core.settings
  const now = core.now()
  if (!Identity.authorised(tokens, token)) {
    const tooMany = core.door.wrongToken(ip, now)
    if (tooMany) ban(core, [core.door.bans.ip(ip, now + limits.banMillis, "too many wrong tokens")])
    const detail = token === null ? "this pool asks for a token (--token-file)" : "this is not a token of this pool"
    return { reason: "unauthorised", detail }
  }
  const banned = core.door.bans.find(ip, minerId, now)
  return banned === undefined ? null : { reason: "banned", detail: `banned: ${banned.why}` }
}

/** The session that the miner has a ticket of, or a new one. */
const sessionOf = (
  core: PoolCore,
  report: MinerReport,
  { minerId, worker }: Identity.Identity
): { readonly session: Session; readonly resumed: boolean } => {
  const { vardiff } = core.settings
  const now = core.now()
  const jobs = core.jobs.issued
  const within = (difficulty: bigint) => Vardiff.clamped(difficulty, vardiff, core.hardest)
  const quietMillis = vardiff.graceMillis
  const forgotten = { easiest: Grade.rounded(vardiff.minimumDifficulty), jobs, quietMillis }
  const { resume } = report
  const known = resume === null ? undefined : core.sessions.resume(resume, { minerId, worker }, forgotten, now)
  if (known === undefined) {
    const rate = Identity.claimed(report)
    const difficulty = within(rate === null ? vardiff.startDifficulty : Vardiff.forRate(rate, vardiff))
    const first = { difficulty, easiest: difficulty, jobs, quietMillis: 0 }
    return { session: core.sessions.open({ minerId, worker }, first, now), resumed: false }
  }
  // Only who has the ticket comes here; the older connection is the miner's own, half dead.
  const holder = core.members.holder(known)
  if (holder !== undefined) end(core, holder, "superseded", "a newer connection has its session", true)
  known.resumes += 1
  known.worker = worker
  // What was found during an outage comes all at once and says nothing about the rate.
  known.ask(within(known.vardiff.difficulty), jobs, now + vardiff.graceMillis)
  return { session: known, resumed: true }
}

const heartbeat = (core: PoolCore, member: Member, report: MinerReport): void => {
  const who = Identity.of(report)
  if (typeof who === "string" || who.minerId !== member.session?.minerId) {
    end(core, member, "malformed", "a connection keeps its account; connect anew for another one", true)
    return
  }
  member.lastSeenAt = core.now()
  member.claimedRate = Identity.claimed(report)
  member.session.worker = who.worker
  core.members.threadsNow(member, Identity.threadsOf(report))
}

// ---------------------------------------------------------------------------------------------------- work

const work = (core: PoolCore, member: Member, job: Job): void => {
  const { session } = member
  if (session === null) return
  const { difficulty } = member.aim
  const { hardest, settings } = core
  // A block can have become easier than the connection's shares.
  if (difficulty > hardest || difficulty < settings.vardiff.minimumDifficulty) {
    retarget(core, member, session, Vardiff.clamped(difficulty, settings.vardiff, hardest))
  }
  // Of what a session was given before it came back nothing is known: it may stand on the same tip, and count.
  const clean = member.sent === null ? session.resumes === 0 : member.sent.candidate.parent !== job.candidate.parent
  member.sent = job
  const ticket = member.ticketed === member.aim ? null : core.sessions.ticket(session)
  member.ticketed = member.aim
  const { grade, target: shareTarget } = member.aim
  const prefix = Grade.withGrade(session.prefix, grade)
  push(core, member, { _tag: "Work", job, clean, shareTarget, prefix, session: ticket })
}

/** From now on its shares must meet this; those that were searched for earlier targets count what they were. False: as before. */
const retarget = (core: PoolCore, member: Member, session: Session, difficulty: bigint): boolean => {
  if (difficulty === member.aim.difficulty) return false
  member.aim = core.aims.of(difficulty)
  session.ask(difficulty, core.jobs.issued, core.now())
  return true
}

/** Look at how many shares came. When the difficulty changes the miner is told at once, and the new one is returned. */
export const review = (core: PoolCore, member: Member): bigint | null => {
  const { session } = member
  if (session === null || member.ended) return null
  const { vardiff } = core.settings
  const reviewed = Vardiff.review(session.vardiff, core.now(), vardiff, core.hardest)
  if (reviewed === session.vardiff) return null
  if (!retarget(core, member, session, reviewed.difficulty)) {
    session.vardiff = reviewed
    return null
  }
  const current = core.jobs.current
  if (current !== null) work(core, member, current.job)
  return reviewed.difficulty
}

// ---------------------------------------------------------------------------------------------------- time

const due = (core: PoolCore, member: Member): void => {
  const silence = silent(core, member)
  if (silence !== null) {
    end(core, member, silence.reason, silence.detail, true)
    return
  }
  review(core, member)
  arm(core, member)
}

const silent = (
  core: PoolCore,
  { connectedAt, lastSeenAt, session }: Member
): { readonly reason: DisconnectReason; readonly detail: string } | null => {
  const { idleMillis, preAuthMillis } = core.settings.limits
  const now = core.now()
  const seconds = (millis: number) => `${Math.round(millis / 1_000)} s`
  if (session !== null) {
    if (now < lastSeenAt + idleMillis) return null
    return { reason: "idle", detail: `no heartbeat and no share for ${seconds(idleMillis)}` }
  }
  if (now < connectedAt + preAuthMillis) return null
  return { reason: "pre-auth-timeout", detail: `it did not say who it is within ${seconds(preAuthMillis)}` }
}

const dueNow: MemberMessage = { _tag: "Due" }

/** One timer for whatever is due next. */
const arm = (core: PoolCore, member: Member): void => {
  const { limits, vardiff } = core.settings
  const { session } = member
  const now = core.now()
  const at =
    session === null
      ? member.connectedAt + limits.preAuthMillis
      : Math.min(member.lastSeenAt + limits.idleMillis, Vardiff.dueAt(session.vardiff, now, vardiff))
  member.timer?.cancel()
  member.timer = core.ground.alarm.unsafeAt(Math.max(at, now + 1), () => {
    member.timer = null
    member.tell(dueNow)
  })
}

// ---------------------------------------------------------------------------------------------------- abuse

export const ban = (core: PoolCore, bans: ReadonlyArray<{ whom: string; until: number; why: string }>): void => {
  for (const made of bans) core.tell({ _tag: "Banned", whom: made.whom, until: made.until, why: made.why })
}

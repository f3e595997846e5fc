/**
 * A share from its arrival to its answer: cheap checks first, then the digest, then the ledger, then the answer.
 *
 * | order | check                                   | code            |
 * |-------|-----------------------------------------|-----------------|
 * | 1     | the connection has identified itself    | unauthorised    |
 * | 2     | not too many at once                    | rate-limited    |
 * | 3     | 40 bytes, limbs below p                 | malformed       |
 * | 4     | the job exists                          | unknown-job     |
 * | 5     | it is open, and of proof version 5      | stale, unsupported |
 * | 6     | limb 4 belongs to the session           | wrong-prefix    |
 * | 7     | not handed in before                    | duplicate; rate-limited while that one waits |
 * | 8     | the digest meets the target it was searched for, if that was ever given with its job, else the present one | low-difficulty |
 * | 9     | the ledger has it                       | internal        |
 *
 * What it was searched for stands in limb 4 (see `Grade`), and that is what it counts.
 *
 * Everything here is synchronous and runs on the caller's stack; every share is answered exactly once, whatever becomes
 * of its connection meanwhile.
 */
import * as Connection from "./Connection.ts"
import * as Grade from "./Grade.ts"
import type { Limbs as LimbBytes } from "./Job.ts"
import * as Limbs from "./Limbs.ts"
import type { OpenJob } from "./JobTable.ts"
import type { Member, Pending } from "./Member.ts"
import type { PoolCore } from "./PoolCore.ts"
import type { Session } from "./Session.ts"
import type { AcceptedShare, ShareAnswer, ShareCode } from "./Share.ts"
import * as Vardiff from "./Vardiff.ts"

/** The proof version whose shares are only nonces. */
export const shareVersion = 5

/** For how long after a connection began shares of an earlier one are a miner's caution, not abuse. */
const resubmitMillis = 60_000

type Answer = (answer: ShareAnswer) => void

export const submit = (core: PoolCore, member: Member, jobId: string, nonce: Uint8Array, answer: Answer): void => {
  const now = core.now()
  const { session } = member
  if (session === null || member.ended) {
    core.count("unauthorised")
    const reason = member.ended ? "this connection has ended; subscribe again" : "say who you are first: subscribe"
    answer({ code: "unauthorised", reason, newDifficulty: null })
    return
  }
  member.lastSeenAt = now
  const checked = check(core, member, session, jobId, nonce, now)
  if ("code" in checked) {
    refuse(core, member, session, checked.code, checked.reason, answer)
    return
  }
  core.waiting += 1
  const searched = core.aims.at(Grade.gradeIn(Limbs.prefixOf(nonce)))
  const demanded = session.demands(searched.difficulty, checked.number)
  const asked = demanded === searched.difficulty ? searched : member.aim
  core.toCheck.add({ member, session, entry: checked, nonce, searched, asked, receivedAt: now, answer, done: false })
}

interface No {
  readonly code: ShareCode
  readonly reason: string
}

/** Checks 2 to 7: what can be said without a digest. The job when there is nothing to say. */
const check = (
  core: PoolCore,
  member: Member,
  session: Session,
  jobId: string,
  nonce: Uint8Array,
  now: number
): No | OpenJob => {
  const { maxWaiting, sharesPerSecond } = core.settings.limits
  // Shares that wait are answered before the pool ends; new ones would keep it waiting for ever.
  if (core.door.closed) return { code: "rate-limited", reason: "the pool is stopping; hand it in when it is back" }
  if (member.bucket.take(now)) member.overrun = 0
  else {
    flooded(core, member, session, now)
    return { code: "rate-limited", reason: `more than ${sharesPerSecond} shares per second; hand it in later` }
  }
  if (!Limbs.areLimbs(nonce)) return { code: "malformed", reason: malformed(nonce) }
  const found = core.jobs.find(jobId, now)
  if (found._tag === "Unknown") return { code: "unknown-job", reason: "there is no such job, or it was long ago" }
  if (found._tag === "Stale") return { code: "stale", reason: `the job of height ${found.height} is over` }
  const { entry } = found
  const { version } = entry.job.candidate
  if (version !== shareVersion) return { code: "unsupported", reason: legacy(version) }
  if (Grade.sessionIn(Limbs.prefixOf(nonce)) !== session.prefix) {
    return { code: "wrong-prefix", reason: "limb 4 of a nonce must be the nonce_prefix of an order of this session" }
  }
  if (core.waiting >= maxWaiting) return { code: "rate-limited", reason: "too many shares wait; hand it in later" }
  switch (entry.seen.add(nonce)) {
    case "new":
      return entry
    case "waiting":
      return { code: "rate-limited", reason: "this nonce is in the check; hand it in again" }
    case "known":
      return { code: "duplicate", reason: "this nonce was handed in before" }
  }
}

/** Shares in a row over the limit after which it is no longer a miner in a hurry: our own waits after each. */
const mostOverrun = 10_000

const flooded = (core: PoolCore, member: Member, { minerId }: Session, now: number): void => {
  member.overrun += 1
  if (member.overrun < mostOverrun || member.ended) return
  const why = `${mostOverrun} shares in a row over the limit`
  const until = now + core.settings.limits.banMillis
  Connection.ban(core, core.door.bans.account(member.peer.ip, minerId, until, why, now))
  Connection.end(core, member, "banned", `banned: ${why}`, true)
}

export const legacy = (version: number): string =>
  `shares of proof version ${version} would each need a whole proof; this pool takes version ${shareVersion} only`

const malformed = (nonce: Uint8Array): string =>
  nonce.length === 40
    ? "a limb of the nonce is not below p = 2^64 - 2^32 + 1"
    : `a nonce has 40 bytes (five limbs, little-endian, limb 0 first), not ${nonce.length}`

/** What the digest says: the share as the ledger gets it, or null when it misses its target. */
export const judge = (
  { asked, entry, nonce, receivedAt, searched, session }: Pending,
  digest: LimbBytes
): AcceptedShare | null => {
  const winner = Limbs.atMost(digest, entry.networkTarget)
  if (!winner && !Limbs.atMost(digest, asked.limbs)) return null
  const { candidate, jobId } = entry.job
  const { commitment, height } = candidate
  const { minerId, worker } = session
  // A share counts what it was searched for, however lucky it is; never more than a block.
  const difficulty = searched.difficulty < entry.networkDifficulty ? searched.difficulty : entry.networkDifficulty
  const block = winner ? { commitment, networkDifficulty: entry.networkDifficulty } : null
  return { jobId, height, nonce, digest, minerId, worker, difficulty, block, receivedAt }
}

/** The ledger has it. */
export const accepted = (core: PoolCore, pending: Pending, share: AcceptedShare): void => {
  if (pending.done) return
  const { member, session } = pending
  const now = core.now()
  const worth = Number(share.difficulty)
  session.accepted += 1
  session.lastShareAt = now
  session.rate.add(worth, now)
  core.count("accepted")
  let newDifficulty: bigint | null = null
  if (!member.ended) {
    sample(core, member, session, true)
    if (Limbs.atMost(share.digest, member.aim.limbs)) session.vardiff = Vardiff.counted(session.vardiff, now)
    newDifficulty = Connection.review(core, member)
  }
  finish(core, pending, {
    code: "accepted",
    reason: share.block !== null ? "this share is a block" : "",
    newDifficulty
  })
}

/** It was judged, or could not be: the answer is no. */
export const rejected = (core: PoolCore, pending: Pending, code: ShareCode, reason: string): void => {
  if (pending.done) return
  refuse(core, pending.member, pending.session, code, reason, (answer) => finish(core, pending, answer))
}

/** It misses its target. */
export const missed = (core: PoolCore, pending: Pending): void => {
  const { asked, searched } = pending
  const other =
    searched === asked ? "" : `; its nonce_prefix is that of ${searched.difficulty}: every order has its own`
  rejected(core, pending, "low-difficulty", `the digest misses the target of difficulty ${asked.difficulty}${other}`)
}

const finish = (core: PoolCore, pending: Pending, answer: ShareAnswer): void => {
  const { entry, nonce } = pending
  pending.done = true
  if (answer.code === "internal") entry.seen.forget(nonce)
  else entry.seen.answered(nonce)
  core.waiting -= 1
  pending.answer(answer)
}

const refuse = (
  core: PoolCore,
  member: Member,
  session: Session,
  code: ShareCode,
  reason: string,
  answer: Answer
): void => {
  core.count(code)
  // Neither is a verdict: the share comes again.
  if (code !== "rate-limited" && code !== "internal") {
    if (code === "stale") session.stale += 1
    else session.rejected += 1
    core.reject(session.minerId, session.worker, code)
  }
  answer({ code, reason, newDifficulty: null })
  if (invalid(core, member, session, code)) sample(core, member, session, false)
}

/** Codes that an honest miner does not earn by bad luck: of a lost connection, a restart of the pool, a new tip. */
const invalid = (core: PoolCore, member: Member, session: Session, code: ShareCode): boolean => {
  const age = core.now() - member.connectedAt
  if (code === "duplicate" || code === "wrong-prefix") return age > resubmitMillis
  // What a pool asked before it was started again with other settings is not known.
  if (code === "low-difficulty") return session.resumes === 0 || age > core.settings.vardiff.graceMillis
  return code === "malformed" || code === "unsupported"
}

/** One more share of the sample that decides about a ban. */
const sample = (core: PoolCore, member: Member, session: Session, valid: boolean): void => {
  if (member.ended) return
  const { banInvalidPart, banMillis, banSample } = core.settings.limits
  member.sampled += 1
  if (!valid) member.invalid += 1
  if (member.sampled < banSample) return
  const { invalid: bad, sampled } = member
  member.sampled = 0
  member.invalid = 0
  if (bad < banInvalidPart * sampled) return
  const now = core.now()
  const why = `${bad} of ${sampled} shares were invalid`
  Connection.ban(core, core.door.bans.account(member.peer.ip, session.minerId, now + banMillis, why, now))
  Connection.end(core, member, "banned", `banned: ${why}`, true)
}
